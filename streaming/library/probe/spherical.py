"""Projection and stereo layout that a file declares.

Spherical Video V1: RDF/XML in a `uuid` box of the track, or in the tag SPHERICAL-VIDEO of Matroska.
Spherical Video V2: `st3d` and `sv3d` in the sample entry. V2 wins over V1, as its RFC asks.
(github.com/google/spatial-media, docs/spherical-video-rfc.md and spherical-video-v2-rfc.md)
"""

import re
import struct
from dataclasses import dataclass
from typing import BinaryIO

from streaming.library.probe.boxes import Box, find_all, visual_entry_boxes, walk

V1_UUID = bytes.fromhex("ffcc8263f8554a938814587a02521fdd")
STEREO_MODES = {0: "mono", 1: "top-bottom", 2: "left-right"}
V1_TAG = re.compile(rb"<GSpherical:(\w+)>\s*([^<]{0,64}?)\s*</GSpherical:\1>")
PROJECTION_NAMES = {b"equi": "equirectangular", b"cbmp": "cubemap", b"mshp": "mesh (mshp)"}
# AVSphericalProjection and AVStereo3DType of libavutil 60
AV_PROJECTIONS = {
    0: "equirectangular",
    1: "cubemap",
    2: "equirectangular tile",
    3: "half equirectangular (VR180)",
    4: "flat",
    5: "fisheye",
}
AV_STEREO = {0: "mono", 1: "left-right", 2: "top-bottom"}


@dataclass(frozen=True)
class Layout:
    """`projection`: "equirectangular", "flat" or the name of one that we do not support. `source`: v1, v2, shape."""

    projection: str
    stereo: str
    source: str


def declared_in_mp4(file: BinaryIO, size: int) -> Layout | None:
    """What the first track that says anything says; None when no track does."""
    for moov in (box for box in walk(file, 0, size) if box.type == b"moov"):
        tracks = list(find_all(file, moov, b"trak"))
        for declared in (_v2_of_track, _v1_of_track):
            for track in tracks:
                layout = declared(file, track)
                if layout:
                    return layout
    return None


def _v2_of_track(file: BinaryIO, track: Box) -> Layout | None:
    stereo, projection = None, None
    for stsd in find_all(file, track, b"mdia", b"minf", b"stbl", b"stsd"):
        for entry in walk(file, stsd.start + 8, stsd.end):
            for box in visual_entry_boxes(file, entry):
                if box.type == b"st3d":
                    payload = box.read(file)
                    stereo = STEREO_MODES.get(payload[4] if len(payload) > 4 else 0, "stereo mesh")
                elif box.type == b"sv3d":
                    projection = _v2_projection(file, box)
    if projection is None:
        return None
    if stereo == "stereo mesh":
        return Layout(projection="mesh (mshp)", stereo="mono", source="v2")
    return Layout(projection, stereo or "mono", "v2")


def _v2_projection(file: BinaryIO, sv3d: Box) -> str | None:
    for proj in find_all(file, sv3d, b"proj"):
        for box in walk(file, proj.start, proj.end):
            if box.type in PROJECTION_NAMES:
                name = PROJECTION_NAMES[box.type]
                if box.type == b"equi" and _is_cropped(box.read(file)):
                    return "half equirectangular (VR180)"
                return name
    return None


def _is_cropped(equi: bytes) -> bool:
    """Bounds (0.32 fixed point, as parts of the full sphere) that leave something out."""
    return len(equi) >= 20 and any(bound > (1 << 32) // 1000 for bound in struct.unpack(">4I", equi[4:20]))


def _v1_of_track(file: BinaryIO, track: Box) -> Layout | None:
    for box in walk(file, track.start, track.end):
        if box.type == b"uuid":
            payload = box.read(file)
            if payload.startswith(V1_UUID):
                return parse_v1(payload[16:])
    return None


def parse_v1(xml: bytes) -> Layout | None:
    """Layout of a V1 description. Read by pattern: files in the wild carry XML that a strict parser refuses."""
    tags = {name.decode(): value.decode("ascii", "replace").strip() for name, value in V1_TAG.findall(xml)}
    if tags.get("Spherical", "").lower() != "true":
        return None
    projection = tags.get("ProjectionType", "equirectangular").lower()
    if projection == "equirectangular" and _v1_is_cropped(tags):
        projection = "cropped equirectangular"
    stereo = tags.get("StereoMode", "mono").lower()
    return Layout(projection, stereo if stereo in STEREO_MODES.values() else "mono", "v1")


def _v1_is_cropped(tags: dict[str, str]) -> bool:
    try:
        full = int(tags["FullPanoWidthPixels"]), int(tags["FullPanoHeightPixels"])
        area = int(tags["CroppedAreaImageWidthPixels"]), int(tags["CroppedAreaImageHeightPixels"])
    except (KeyError, ValueError):
        return False
    return full != area


def declared_in_side_data(spherical: bytes | None, stereo3d: bytes | None) -> Layout | None:
    """What libavformat found (Matroska's Projection element, for one), from the structs' first fields."""
    if not spherical or len(spherical) < 4:
        return None
    projection = AV_PROJECTIONS.get(struct.unpack_from("=i", spherical)[0], "unknown")
    stereo = AV_STEREO.get(struct.unpack_from("=i", stereo3d)[0], "mono") if stereo3d and len(stereo3d) >= 4 else "mono"
    return Layout(projection, stereo, "v2")


def guessed_from_shape(width: int, height: int) -> Layout:
    """2:1 is a sphere, 1:1 two spheres on top of each other, 4:1 two side by side; anything else is flat."""
    for ratio, stereo in ((2.0, "mono"), (1.0, "top-bottom"), (4.0, "left-right")):
        if abs(width / height / ratio - 1) < 0.01:
            return Layout("equirectangular", stereo, "shape")
    return Layout("flat", "mono", "shape")
