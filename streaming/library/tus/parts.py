"""The bytes of unfinished uploads: one file each, which only the holder of its lock may write.

The lock is flock(2) on the part itself, so it ends with its holder, however the holder ends.
"""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

from streaming.library.tus.protocol import Checksum

PIECE = 1024 * 1024


class PartLockedError(Exception):
    """Another request is writing this upload now."""


class ChunkMismatchError(Exception):
    """The chunk is not what its checksum promises."""


def part_path(upload_id: UUID) -> Path:
    return Path(settings.UPLOAD_DIR) / f"{upload_id.hex}.part"


def create_part(upload_id: UUID) -> None:
    """An empty part whose name survives a power cut."""
    path = part_path(upload_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


class Part:
    """A part that we hold the lock of."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self.descriptor = descriptor
        self.path = path

    @property
    def length(self) -> int:
        return os.fstat(self.descriptor).st_size

    def cut(self, length: int) -> None:
        os.ftruncate(self.descriptor, length)

    def append(self, offset: int, chunk: BinaryIO, checksum: Checksum | None) -> int:
        """Write all of `chunk` at `offset`, flush it to the disk and return how many bytes it had.

        Raises `ChunkMismatchError`, or OSError (ENOSPC: the disk is full); the part is then as long as before.
        """
        digest = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
        written = 0
        try:
            while piece := chunk.read(PIECE):
                if digest:
                    digest.update(piece)
                _write_all(self.descriptor, piece, offset + written)
                written += len(piece)
            if digest and checksum and not checksum.is_of(digest.digest()):
                raise ChunkMismatchError
            os.fdatasync(self.descriptor)
        except (ChunkMismatchError, OSError):
            self.cut(offset)
            raise
        return written

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


def _write_all(descriptor: int, data: bytes, position: int) -> None:
    view = memoryview(data)
    while view:
        count = os.pwrite(descriptor, view, position)
        view = view[count:]
        position += count


@contextlib.contextmanager
def locked_part(upload_id: UUID) -> Iterator[Part]:
    """Hold the part of an upload, made anew if it is gone. `PartLockedError` at once if someone else holds it."""
    path = part_path(upload_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PartLockedError from error
        yield Part(descriptor, path)
    finally:
        os.close(descriptor)
