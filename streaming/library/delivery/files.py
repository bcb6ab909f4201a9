"""Bytes of published files, read outside the event loop and in pieces."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from streaming.library.delivery.ranges import Facts, Slice

PIECE = 256 * 1024

CONTENT_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mpd": "application/dash+xml",
    ".mp4": "video/mp4",
    ".m4s": "video/iso.segment",
    ".m4a": "audio/mp4",
    ".vtt": "text/vtt; charset=utf-8",
    ".json": "application/json",
    ".bin": "application/octet-stream",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
}
MANIFESTS = {".m3u8", ".mpd", ".json"}
# Files that lead to others by relative addresses, so they must come from our own address.
REFERRING = MANIFESTS | {".vtt"}


def content_type(name: str) -> str | None:
    return CONTENT_TYPES.get(PurePosixPath(name).suffix)


def is_manifest(name: str) -> bool:
    return PurePosixPath(name).suffix in MANIFESTS


def is_referring(name: str) -> bool:
    return PurePosixPath(name).suffix in REFERRING


def open_with_facts(path: Path) -> tuple[BinaryIO, Facts]:
    """The open file and what is true of just this one. Raises FileNotFoundError, also for a folder."""
    if path.is_dir():
        raise FileNotFoundError(path)
    file = path.open("rb")
    status = os.fstat(file.fileno())
    facts = Facts(
        length=status.st_size, modified=int(status.st_mtime), etag=f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
    )
    return file, facts


async def pieces(file: BinaryIO, part: Slice) -> AsyncIterator[bytes]:
    """The bytes of `part`; closes the file, also when the viewer goes away."""
    try:
        await asyncio.to_thread(file.seek, part.start)
        left = part.count
        while left:
            data = await asyncio.to_thread(file.read, min(PIECE, left))
            if not data:
                return
            left -= len(data)
            yield data
    finally:
        file.close()
