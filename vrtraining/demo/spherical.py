"""Marks an MP4 as equirectangular: Spherical Video V1, an XMP packet in a `uuid` box of the video track."""

import struct
from pathlib import Path

SPHERICAL_UUID = bytes.fromhex("ffcc8263f8554a938814587a02521fdd")
XMP = (
    b'<?xml version="1.0"?><rdf:SphericalVideo xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    b'xmlns:GSpherical="http://ns.google.com/videos/1.0/spherical/">'
    b"<GSpherical:Spherical>true</GSpherical:Spherical><GSpherical:Stitched>true</GSpherical:Stitched>"
    b"<GSpherical:StitchingSoftware>vrtraining</GSpherical:StitchingSoftware>"
    b"<GSpherical:ProjectionType>equirectangular</GSpherical:ProjectionType></rdf:SphericalVideo>"
)


def _find(data: bytes, kind: bytes, start: int, end: int) -> tuple[int, int]:
    """Offset and size of the first box of `kind` in data[start:end]; the file is our own, so sizes are true."""
    while start < end:
        size, name = struct.unpack_from(">I4s", data, start)
        if name == kind:
            return start, size
        start += size
    raise ValueError(f"no {kind.decode()} box")


def mark_as_equirectangular(path: Path) -> None:
    """Append the box to the first track. `moov` must be the last box, as libavformat writes it: no offset moves."""
    with path.open("r+b") as file:
        start = 0
        while True:
            file.seek(start)
            size, kind = struct.unpack(">I4s", file.read(8))
            if size == 1:
                size = struct.unpack(">Q", file.read(8))[0]
            if kind == b"moov":
                break
            start += size
        file.seek(start)
        moov = bytearray(file.read(size))
        if file.read(1):
            raise ValueError("moov is not the last box")
        trak, trak_size = _find(moov, b"trak", 8, len(moov))
        box = struct.pack(">I4s", 24 + len(XMP), b"uuid") + SPHERICAL_UUID + XMP
        moov[trak + trak_size : trak + trak_size] = box
        struct.pack_into(">I", moov, trak, trak_size + len(box))
        struct.pack_into(">I", moov, 0, len(moov))
        file.seek(start)
        file.write(moov)
