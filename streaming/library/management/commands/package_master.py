"""`manage.py package_master ID --tiled`: make tiles of a film that is in the library (docs/tiles.md).

`--outdated` in place of ID: of every film whose tiles are of an index version that players refuse.
"""

import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from streaming.library import presence, queueing, selectors
from streaming.library.errors import MediaError, error_sentence
from streaming.library.management.commands.import_master import place, wait_for
from streaming.library.models import Master, MasterState, RenditionKind
from streaming.library.packaging import store
from streaming.library.services.retiling import NoTilesError, package_tiles
from streaming.library.services.tiling import SEGMENT_SECONDS
from streaming.library.tiled.index import INDEX_NAME
from streaming.library.transcode.standalone import work_off

SEGMENT_CHOICES = (0.5, 1.0)


class Command(BaseCommand):
    help = (
        "Make a film of the library ready for viewport-adaptive delivery: motion-constrained tiles in several "
        "qualities. Prints one JSON line a film. A `serve` that runs on the same DATA_DIR does the work; without one, "
        "this command does it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("id", type=UUID, nargs="?", help="the film")
        which.add_argument(
            "--outdated",
            action="store_true",
            help="all films whose tiles an older version made, in the grids and segments that they have",
        )
        parser.add_argument("--tiled", action="store_true", required=True, help="make tiles")
        parser.add_argument(
            "--grid", default="", metavar="CxR", help="columns x rows; chosen by the film's size if not given"
        )
        parser.add_argument(
            "--segment",
            type=float,
            choices=SEGMENT_CHOICES,
            help=f"seconds of a segment; {SEGMENT_SECONDS:g} if not given",
        )
        parser.add_argument("--wait", action="store_true", help="return when the tiles are published, or failed")

    def handle(self, *args: Any, id: UUID | None, grid: str, segment: float | None, wait: bool, **options: Any) -> None:
        with translation.override("en"):
            if id is None:
                self.package_outdated(grid, segment, wait=wait)
                return
            master = Master.objects.filter(id=id).first()
            if master is None:
                raise CommandError(f"There is no film {id} in the library.")
            self.package(master, grid, segment or SEGMENT_SECONDS, wait=wait)

    def package_outdated(self, grid: str, segment: float | None, *, wait: bool) -> None:
        """One film that fails does not keep the others from being made."""
        failed = 0
        for tiles in selectors.outdated_tiles():
            stored = tiles.settings
            try:
                self.package(tiles.master, grid or grid_text(stored["grid"]), segment or stored["segment_s"], wait=wait)
            except CommandError as error:
                failed += 1
                self.stderr.write(f"{tiles.master.id}: {error}")
        if failed:
            raise CommandError(f"The tiles of {failed} films were not made; see above.")

    def package(self, master: Master, grid: str, segment: float, *, wait: bool) -> None:
        served = presence.is_served(settings.DATA_DIR) or settings.REDIS_URL_IS_GIVEN
        try:
            if served:
                package_tiles(actor=None, master=master, grid=grid, seconds=segment)
            else:
                with queueing.without_broker():
                    package_tiles(actor=None, master=master, grid=grid, seconds=segment)
        except NoTilesError as error:
            raise CommandError(str(error)) from error
        except MediaError as error:
            raise CommandError(error_sentence(error.code, error.params)) from error
        if served and wait:
            wait_for(master.id)
        elif not served:
            work_off(master.id)
        self.report(Master.objects.get(id=master.id), done=wait or not served)

    def report(self, master: Master, *, done: bool) -> None:
        if master.state in {MasterState.FAILED, MasterState.CANCELLED}:
            raise CommandError(error_sentence(master.error_code, master.error_params) or "The work was stopped.")
        if done and master.state != MasterState.PUBLISHED:
            raise CommandError(f"The film is {master.state}, not published.")
        self.stdout.write(json.dumps(facts(master)))


def facts(master: Master) -> dict[str, Any]:
    """What was made, or what is being made."""
    rendition = master.renditions.get(kind=RenditionKind.TILED)
    known: dict[str, Any] = {"id": str(master.id), "state": master.state, "grid": grid_text(rendition.settings["grid"])}
    if master.state == MasterState.PUBLISHED:
        # Needs the codec's C part, which an installation without HEVC does not have.
        from streaming.library.tiled.reader import TiledTitle

        folder = master.tiled.removesuffix(INDEX_NAME)
        title = TiledTitle(lambda path: store.read(folder + path))
        known |= {
            "index": place(master.tiled),
            "segments": len(title.index["segments"]),
            "qualities": [
                {key: quality[key] for key in ("id", "crf", "kbps", "psnr", "ws_psnr")}
                for quality in title.index["qualities"]
            ],
            "low_kbps": title.index["low"]["kbps"],
            "packed": title.packing is not None,
        }
    return known


def grid_text(stored: dict[str, Any]) -> str:
    return f"{stored['columns']}x{stored['rows']}"
