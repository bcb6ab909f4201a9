"""Uploads change here: start, append, finish, terminate, expire.

What is true of an upload is `min(row.offset, length of its part)`: the row is written after the bytes were checked
and flushed, so a part that is longer has an unchecked tail (cut off), and a part that is shorter has lost bytes
(sent again). So a server that was killed at any moment goes on where the client can follow.
"""

import errno
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from streaming.library.access import access_policy
from streaming.library.announce import log_action
from streaming.library.errors import MediaError
from streaming.library.models import Upload, UploadState
from streaming.library.services import masters
from streaming.library.tus.parts import ChunkMismatchError, Part, PartLockedError, create_part, locked_part, part_path
from streaming.library.tus.problems import UploadError
from streaming.library.tus.protocol import Checksum, Metadata

log = structlog.get_logger("library.uploads")

MAX_UNFINISHED = 100
MAX_STARTED_PER_MINUTE = 60
# Left free for the database, logs and segments under way.
RESERVED_BYTES = 512 * 1024**2
# Rows of uploads that ended answer late clients for this long.
KEEP_ENDED = timedelta(days=30)
ORPHAN_AGE_SECONDS = 24 * 3600.0
FULL = {errno.ENOSPC, errno.EDQUOT}


def start_upload(*, actor: Any, length: int, metadata: Metadata) -> Upload:
    """Reserve a place for a file of `length` bytes. Raises `UploadError`."""
    _require_uploader(actor)
    if length > settings.UPLOAD_MAX_BYTES:
        raise UploadError(
            "file_too_large", size=filesizeformat(length), limit=filesizeformat(settings.UPLOAD_MAX_BYTES)
        )
    _require_measure(actor)
    _require_room(length)
    upload = Upload(
        owner=actor,
        original_name=metadata.name or _("Unnamed film"),
        fingerprint=metadata.fingerprint,
        metadata=metadata.raw,
        length=length,
        expires_at=_next_expiry(),
    )
    with _disk_problems():
        create_part(upload.id)
    with transaction.atomic():
        upload.save(force_insert=True)
        log_action(
            actor=actor,
            action="library.upload.start",
            target=upload,
            data={"name": upload.original_name, "length": length},
        )
    if length == 0:
        return finish_upload(actor=actor, upload_id=upload.id)
    return upload


def find_upload(*, actor: Any, upload_id: UUID) -> Upload:
    """The actor's own upload with its true offset. A finished one that was not handed over is handed over now.

    Raises `UploadError`: to others it does not exist.
    """
    upload = _own_upload(actor, upload_id)
    if upload.state != UploadState.RECEIVING:
        return upload
    upload.offset = min(upload.offset, _part_length(upload))
    if upload.is_complete:
        return finish_upload(actor=actor, upload_id=upload_id)
    return upload


def append_chunk(
    *, actor: Any, upload_id: UUID, offset: int, chunk: BinaryIO, size: int, checksum: Checksum | None
) -> Upload:
    """Add `size` bytes at `offset`; the last ones hand the file over to the library.

    Nothing of a chunk that fails is kept. Raises `UploadError`.
    """
    _require_uploader(actor)
    _own_upload(actor, upload_id)
    with _held(upload_id) as part:
        upload = _receiving(actor, upload_id, part)
        if offset != upload.offset:
            raise UploadError("conflict", offset=upload.offset)
        if offset + size > upload.length:
            raise UploadError("beyond_length")
        try:
            with _disk_problems():
                written = part.append(offset, chunk, checksum)
        except ChunkMismatchError as error:
            raise UploadError("checksum") from error
        upload.offset = offset + written
        upload.expires_at = _next_expiry()
        upload.save(update_fields=["offset", "expires_at", "updated_at"])
        if upload.is_complete:
            return _hand_over(actor, upload)
        return upload


def finish_upload(*, actor: Any, upload_id: UUID) -> Upload:
    """Hand a complete file over to the library; once, however often it is asked. Raises `UploadError`."""
    with _held(upload_id) as part:
        upload = Upload.objects.get(id=upload_id)
        if upload.state != UploadState.RECEIVING:
            return upload
        if min(upload.offset, part.length) != upload.length:
            raise UploadError("conflict", offset=min(upload.offset, part.length))
        return _hand_over(actor, upload)


def terminate_upload(*, actor: Any, upload_id: UUID) -> None:
    """Give up an unfinished upload and free its space. Raises `UploadError`."""
    _own_upload(actor, upload_id)
    with _held(upload_id) as part:
        upload = _receiving(actor, upload_id, part)
        with transaction.atomic():
            upload.state = UploadState.CANCELLED
            upload.save(update_fields=["state", "updated_at"])
            log_action(
                actor=actor,
                action="library.upload.cancel",
                target=upload,
                data={"name": upload.original_name, "offset": upload.offset},
            )
        part.remove()


def expire_uploads() -> int:
    """Give up what nobody went on with, hand over what a killed server left, forget old rows. Returns how many
    uploads expired."""
    now = timezone.now()
    expired = 0
    for upload in Upload.objects.filter(state=UploadState.RECEIVING, offset=F("length")).select_related("owner"):
        try:
            finish_upload(actor=upload.owner, upload_id=upload.id)
        except UploadError as problem:
            log.warning("upload.not_handed_over", upload=str(upload.id), problem=problem.code)
    for upload_id in Upload.objects.filter(state=UploadState.RECEIVING, expires_at__lt=now).values_list(
        "id", flat=True
    ):
        expired += _expire(upload_id)
    Upload.objects.exclude(state=UploadState.RECEIVING).filter(updated_at__lt=now - KEEP_ENDED).delete()
    _remove_orphans()
    return expired


def _require_uploader(actor: Any) -> None:
    if not actor.is_authenticated:
        raise UploadError("signed_out")
    if not access_policy().may_upload(actor):
        raise UploadError("not_allowed")


def _require_measure(actor: Any) -> None:
    mine = Upload.objects.filter(owner=actor)
    if mine.filter(state=UploadState.RECEIVING).count() >= MAX_UNFINISHED:
        raise UploadError("too_many")
    if mine.filter(created_at__gt=timezone.now() - timedelta(minutes=1)).count() >= MAX_STARTED_PER_MINUTE:
        raise UploadError("too_many")


def _require_room(length: int) -> None:
    """Free space less what is promised to other unfinished uploads."""
    directory = Path(settings.UPLOAD_DIR)
    with _disk_problems():
        directory.mkdir(parents=True, exist_ok=True)
    promised = (
        Upload.objects.filter(state=UploadState.RECEIVING).aggregate(bytes=Sum(F("length") - F("offset")))["bytes"] or 0
    )
    free = max(shutil.disk_usage(directory).free - promised - RESERVED_BYTES, 0)
    if length > free:
        raise UploadError("no_room", size=filesizeformat(length), free=filesizeformat(free))


def _own_upload(actor: Any, upload_id: UUID) -> Upload:
    if not actor.is_authenticated:
        raise UploadError("signed_out")
    upload = Upload.objects.filter(id=upload_id, owner=actor).first()
    if upload is None:
        raise UploadError("not_found")
    if upload.state in {UploadState.CANCELLED, UploadState.EXPIRED}:
        raise UploadError("gone")
    if upload.state == UploadState.RECEIVING and upload.expires_at < timezone.now():
        raise UploadError("gone")
    return upload


def _receiving(actor: Any, upload_id: UUID, part: Part) -> Upload:
    """The upload as it is now that we hold its part; the part and the row agree afterwards."""
    try:
        upload = _own_upload(actor, upload_id)
    except UploadError:
        part.remove()
        raise
    if upload.state == UploadState.RECEIVED:
        part.remove()
        raise UploadError("finished")
    upload.offset = min(upload.offset, part.length)
    part.cut(upload.offset)
    return upload


def _hand_over(actor: Any, upload: Upload) -> Upload:
    """Link the file into the library and remember its master; the part goes once that is committed."""
    path = part_path(upload.id)
    try:
        with transaction.atomic(), _disk_problems():
            upload.master = masters.receive_upload(
                actor=actor, path=path, original_name=upload.original_name, keep_source=True
            )
            upload.state = UploadState.RECEIVED
            upload.save(update_fields=["state", "master", "updated_at"])
    except MediaError as error:
        raise UploadError("disk_full") from error
    path.unlink(missing_ok=True)
    log.info("upload.received", upload=str(upload.id), master=str(upload.master_id), bytes=upload.length)
    return upload


def _expire(upload_id: UUID) -> int:
    try:
        with locked_part(upload_id) as part:
            changed = Upload.objects.filter(
                id=upload_id, state=UploadState.RECEIVING, expires_at__lt=timezone.now()
            ).update(state=UploadState.EXPIRED, updated_at=timezone.now())
            if changed:
                part.remove()
            return changed
    except PartLockedError:  # somebody goes on with it at this moment
        return 0


def _remove_orphans() -> None:
    """Parts without an unfinished upload: left by a kill between two steps."""
    directory = Path(settings.UPLOAD_DIR)
    wanted = {
        f"{upload_id.hex}.part"
        for upload_id in Upload.objects.filter(state=UploadState.RECEIVING).values_list("id", flat=True)
    }
    for path in directory.glob("*.part"):
        if path.name not in wanted and time.time() - path.stat().st_mtime > ORPHAN_AGE_SECONDS:
            path.unlink(missing_ok=True)


def _part_length(upload: Upload) -> int:
    try:
        return part_path(upload.id).stat().st_size
    except FileNotFoundError:
        return 0


def _next_expiry() -> Any:
    return timezone.now() + timedelta(hours=settings.UPLOAD_EXPIRES_AFTER_HOURS)


@contextmanager
def _held(upload_id: UUID) -> Iterator[Part]:
    try:
        with locked_part(upload_id) as part:
            yield part
    except PartLockedError as error:
        raise UploadError("locked") from error


@contextmanager
def _disk_problems() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise UploadError("disk_full") from error
        raise
