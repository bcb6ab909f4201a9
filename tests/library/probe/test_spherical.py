"""What a file says about its projection, and what we take from its shape when it says nothing."""

import struct
from io import BytesIO
from pathlib import Path

import pytest

from streaming.library.packaging.fmp4 import box, full_box, video_header
from streaming.library.packaging.samples import SampleEntry
from streaming.library.probe.run import run_probe
from streaming.library.probe.spherical import V1_UUID, declared_in_mp4, guessed_from_shape, parse_v1
from tests.library.films import boxes, make_film

CLIPS = Path(__file__).resolve().parents[4] / "shared" / "clips"
ENTRY = SampleEntry(b"avc1", b"avcC", b"\x01", "avc1.42c01e")

V1 = """<?xml version="1.0"?><rdf:SphericalVideo xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns:GSpherical="http://ns.google.com/videos/1.0/spherical/"><GSpherical:Spherical>true</GSpherical:Spherical>
<GSpherical:Stitched>true</GSpherical:Stitched><GSpherical:ProjectionType>{projection}</GSpherical:ProjectionType>
{more}</rdf:SphericalVideo>"""


def v1(projection: str = "equirectangular", more: str = "") -> bytes:
    return V1.format(projection=projection, more=more).encode()


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (v1(), ("equirectangular", "mono")),
        (v1(more="<GSpherical:StereoMode>top-bottom</GSpherical:StereoMode>"), ("equirectangular", "top-bottom")),
        (v1(more="<GSpherical:StereoMode>left-right</GSpherical:StereoMode>"), ("equirectangular", "left-right")),
        (v1("cubemap"), ("cubemap", "mono")),
    ],
)
def test_version_1_is_read(xml: bytes, expected: tuple[str, str]) -> None:
    layout = parse_v1(xml)
    assert layout is not None
    assert (layout.projection, layout.stereo, layout.source) == (*expected, "v1")


def test_version_1_that_is_cropped_is_not_a_whole_sphere() -> None:
    names = (
        "FullPanoWidthPixels",
        "FullPanoHeightPixels",
        "CroppedAreaImageWidthPixels",
        "CroppedAreaImageHeightPixels",
    )
    more = "".join(
        f"<GSpherical:{n}>{v}</GSpherical:{n}>" for n, v in zip(names, (4000, 2000, 2000, 2000), strict=True)
    )
    layout = parse_v1(v1(more=more))
    assert layout is not None
    assert layout.projection == "cropped equirectangular"


@pytest.mark.parametrize("stereo", ["mono", "top-bottom", "left-right"])
def test_version_2_is_read_from_what_we_write_ourselves(stereo: str) -> None:
    header = video_header(ENTRY, 640, 320, 30000, projection="equirectangular", stereo=stereo)
    layout = declared_in_mp4(BytesIO(header), len(header))
    assert layout is not None
    assert (layout.projection, layout.stereo, layout.source) == ("equirectangular", stereo, "v2")


def test_a_flat_film_declares_nothing() -> None:
    header = video_header(ENTRY, 640, 320, 30000)
    assert declared_in_mp4(BytesIO(header), len(header)) is None


@pytest.mark.parametrize(
    ("old", "new", "projection"),
    [
        (full_box(b"equi", 0, 0, bytes(16)), full_box(b"mshp", 0, 0, bytes(16)), "mesh (mshp)"),
        (full_box(b"equi", 0, 0, bytes(16)), full_box(b"cbmp", 0, 0, bytes(16)), "cubemap"),
        (
            full_box(b"equi", 0, 0, bytes(16)),
            full_box(b"equi", 0, 0, struct.pack(">4I", 0, 0, 1 << 30, 1 << 30)),
            "half equirectangular (VR180)",
        ),
    ],
)
def test_version_2_with_another_projection_is_named(old: bytes, new: bytes, projection: str) -> None:
    header = video_header(ENTRY, 640, 320, 30000, projection="equirectangular").replace(old, new)
    layout = declared_in_mp4(BytesIO(header), len(header))
    assert layout is not None
    assert layout.projection == projection


def test_a_version_1_box_in_a_real_film_is_found_by_the_probe(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", width=320, height=320)
    film.write_bytes(with_box_in_track(film.read_bytes(), box(b"uuid", V1_UUID, v1(more=stereo_mode("top-bottom")))))
    (tmp_path / "out").mkdir()
    facts = run_probe(film, tmp_path / "out")
    assert facts["layout"] == {"projection": "equirectangular", "stereo": "top-bottom", "source": "v1"}


def stereo_mode(mode: str) -> str:
    return f"<GSpherical:StereoMode>{mode}</GSpherical:StereoMode>"


def with_box_in_track(data: bytes, extra: bytes) -> bytes:
    """Put a box at the end of the first track; the index lies behind the data, so nothing else moves."""
    moov = next((start, end) for kind, start, end in boxes(data) if kind == b"moov")
    trak = next((start, end) for kind, start, end in boxes(data, moov[0] + 8, moov[1]) if kind == b"trak")
    grown = bytearray(data[: trak[1]] + extra + data[trak[1] :])
    for start, end in (moov, trak):
        grown[start : start + 4] = (end - start + len(extra)).to_bytes(4, "big")
    return bytes(grown)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((3840, 1920), ("equirectangular", "mono")),
        ((2048, 2048), ("equirectangular", "top-bottom")),
        ((1920, 1080), ("flat", "mono")),
        ((1080, 1920), ("flat", "mono")),
    ],
)
def test_a_shape_that_says_something_is_taken_as_a_guess(size: tuple[int, int], expected: tuple[str, str]) -> None:
    layout = guessed_from_shape(*size)
    assert (layout.projection, layout.stereo) == expected
    assert layout.source == "shape"


@pytest.mark.skipif(not CLIPS.is_dir(), reason="shared/clips is not there")
@pytest.mark.parametrize(
    ("clip", "layout"),
    [
        ("valiant_overpass.mp4", ("equirectangular", "mono", "shape")),
        ("gvr_iceland0.ts", ("equirectangular", "top-bottom", "shape")),
        ("gvr_sphericalv2.mp4", ("mesh (mshp)", "top-bottom", "v2")),
        ("gvr_testroom_stereo.mp4", ("equirectangular", "top-bottom", "v1")),
    ],
)
def test_real_clips_are_understood(clip: str, layout: tuple[str, str, str], tmp_path: Path) -> None:
    facts = run_probe(CLIPS / clip, tmp_path)
    assert tuple(facts["layout"][key] for key in ("projection", "stereo", "source")) == layout
