"""Reading the boxes of ISO base media files (ISO/IEC 14496-12, clause 4.2) without trusting their sizes.

Every box is clipped to its parent; a walk ends after `MAX_BOXES`; nothing recurses on the file's word.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MAX_BOXES = 10_000
# Boxes that are read whole into memory (metadata); larger ones are cut off at this many bytes.
MAX_PAYLOAD = 1 << 20
CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"sv3d", b"proj"}
# Bytes before the child boxes: stsd is a full box with a count, a visual sample entry has 78 bytes of fields.
STSD_FIELDS = 8
VISUAL_ENTRY_FIELDS = 78


@dataclass(frozen=True)
class Box:
    """One box. `start` and `end` are offsets of the payload in the file; `declared_end` is what the size field said
    (beyond `end` when the parent or the file is shorter)."""

    type: bytes
    start: int
    end: int
    declared_end: int

    @property
    def is_cut(self) -> bool:
        return self.declared_end > self.end

    def read(self, file: BinaryIO) -> bytes:
        file.seek(self.start)
        return file.read(min(self.end - self.start, MAX_PAYLOAD))


def walk(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """The boxes between two offsets, in order. Stops at the first header that is not one."""
    position = start
    for _ in range(MAX_BOXES):
        if position + 8 > end:
            return
        file.seek(position)
        header = file.read(16)
        if len(header) < 8:
            return
        size, kind = int.from_bytes(header[:4], "big"), header[4:8]
        payload = position + 8
        if size == 1:
            if len(header) < 16:
                return
            size, payload = int.from_bytes(header[8:16], "big"), position + 16
        declared_end = end if size == 0 else position + size
        if declared_end < payload:
            return
        yield Box(kind, payload, min(declared_end, end), declared_end)
        position = declared_end


def find(file: BinaryIO, box: Box, *path: bytes) -> Box | None:
    """The first box under `box` along `path`."""
    return next(find_all(file, box, *path), None)


def find_all(file: BinaryIO, box: Box, *path: bytes) -> Iterator[Box]:
    """All boxes under `box` whose types along the way are `path`."""
    for child in walk(file, children_start(box), box.end):
        if child.type != path[0]:
            continue
        if len(path) == 1:
            yield child
        else:
            yield from find_all(file, child, *path[1:])


def children_start(box: Box) -> int:
    return box.start + (STSD_FIELDS if box.type == b"stsd" else 0)


def visual_entry_boxes(file: BinaryIO, entry: Box) -> Iterator[Box]:
    """The boxes inside a visual sample entry (avc1, hvc1, av01 ...)."""
    return walk(file, entry.start + VISUAL_ENTRY_FIELDS, entry.end)
