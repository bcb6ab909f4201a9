"""`manage.py import_master FILE`: bring a film into the library from the command line."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import translation

from streaming.library import presence, queueing
from streaming.library.errors import MediaError, error_sentence
from streaming.library.models import Master, MasterState, RenditionKind
from streaming.library.models.master import WORKING_STATES
from streaming.library.packaging import store
from streaming.library.services.masters import discard_master, receive_upload
from streaming.library.transcode.standalone import work_off

POLL_SECONDS = 0.5


class Command(BaseCommand):
    help = (
        "Bring a 360 or flat film into the library. Prints one JSON line. A `serve` that runs on the same DATA_DIR "
        "does the work; without one, this command does it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--title", default="")
        parser.add_argument("--wait", action="store_true", help="return when the film is published, or failed")

    def handle(self, *args: Any, file: Path, title: str, wait: bool, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}. Check the path.")
        served = presence.is_served(settings.DATA_DIR) or settings.REDIS_URL_IS_GIVEN
        require_tables()
        with translation.override("en"):
            try:
                if served:
                    master = receive_upload(actor=None, path=file, original_name=file.name, title=title, copy=True)
                else:
                    with queueing.without_broker():
                        master = receive_upload(actor=None, path=file, original_name=file.name, title=title, copy=True)
            except MediaError as error:
                raise CommandError(error_sentence(error.code, error.params)) from error
            self.finish(master.id, served=served, wait=wait)

    def finish(self, master_id: UUID, *, served: bool, wait: bool) -> None:
        if served and wait:
            wait_for(master_id)
        elif not served:
            work_off(master_id)
        master = Master.objects.get(id=master_id)
        if master.state == MasterState.FAILED:
            sentence = error_sentence(master.error_code, master.error_params)
            if not master.renditions.exists():
                discard_master(master)
            raise CommandError(sentence)
        self.stdout.write(json.dumps(facts(master)))
        if wait and master.state != MasterState.PUBLISHED:
            raise CommandError(f"The film is {master.state}, not published.")


def wait_for(master_id: UUID) -> None:
    while Master.objects.values_list("state", flat=True).get(id=master_id) in WORKING_STATES:
        time.sleep(POLL_SECONDS)


def require_tables() -> None:
    """A DATA_DIR that no `serve` has ever used has no tables yet: make them, as `serve` would."""
    executor = MigrationExecutor(connections["default"])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def place(name: str) -> str:
    """A path that other programs can open; the address on an object store."""
    if not name:
        return ""
    path = store.local_path(name)
    return str(path) if path else default_storage.url(name)


def facts(master: Master) -> dict[str, Any]:
    return {
        "id": str(master.id),
        "state": master.state,
        "hls": place(master.hls),
        "dash": place(master.dash),
        "renditions": [
            {
                "codec": rendition.codec,
                "width": rendition.width,
                "height": rendition.height,
                "kbps": rendition.kbps,
                "psnr": rendition.psnr,
                "ws_psnr": rendition.ws_psnr,
            }
            for rendition in master.renditions.filter(kind=RenditionKind.PLAIN)
        ],
        "tiles": place(master.tiled),
    }
