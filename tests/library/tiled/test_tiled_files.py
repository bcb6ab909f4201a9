"""The files of a title as programs read them: fragments, DASH with SRD, the packed picture with its map, lies."""

import base64
import io
import json
import struct
import xml.etree.ElementTree as ET
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from codec_native import Stream, merge
from streaming.library.errors import MediaError
from streaming.library.packaging.names import segment_name
from streaming.library.tiled.boxes import configuration_record
from streaming.library.tiled.check import check_title
from streaming.library.tiled.encode import TiledEncoder, TiledSettings
from streaming.library.tiled.grid import low_grid, make_grid
from streaming.library.tiled.index import SegmentFacts, Sound, Title, index_bytes, make_index
from streaming.library.tiled.packed import plan_packing, unrank
from streaming.library.tiled.reader import TiledError, TiledTitle, boxes, fragment_samples
from streaming.library.tiled.segment import title_headers, unpack_sizes, write_segment
from streaming.library.tiled.srd import srd_manifest
from streaming.library.tiled.strips import make_strips

MPD = "{urn:mpeg:dash:schema:mpd:2011}"
GRID = make_grid(1536, 768, 6, 3)
FRAMES = (10, 7)
# So that sixteen tiles of 256x256 do not fit, as sixteen of 640x640 do not at 7680x3840.
PACKED_SAMPLES = 1_000_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A title of two segments, with a pattern that differs from tile to tile and moves."""
    folder = tmp_path_factory.mktemp("title")
    settings = TiledSettings(GRID, low_grid(GRID), Fraction(10), 10, 24.0, (0.0, 7.0, 16.0), 26.0)
    pattern = np.random.default_rng(3).integers(30, 220, (24, 48), np.uint8).repeat(32, 0).repeat(32, 1)
    segments, start = [], 0
    for index, count in enumerate(FRAMES):
        encoder = TiledEncoder(settings, settings.grid, settings.crf, settings.offsets)
        low = TiledEncoder(settings, settings.low, settings.low_crf)
        for frame in range(start, start + count):
            luma = np.roll(pattern, 5 * frame, 1)
            for target, shown in ((encoder, luma), (low, luma[::3, ::3])):
                grey = np.full((shown.shape[0] // 2, shown.shape[1]), 128, np.uint8)
                target.encode(np.ascontiguousarray(np.concatenate([shown, grey])))
        streams, low_stream = encoder.flush(), low.flush()[0]
        files, details = write_segment(settings, index, start, streams, low_stream)
        headers = title_headers(settings, encoder.entry, low.entry)
        for name, data in {**headers, **files}.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(data)
        segments.append(SegmentFacts(start, count, details))
        start += count
    packing = plan_packing(settings.grid, settings.low, PACKED_SAMPLES)
    assert packing is not None
    strips = make_strips(settings, packing, FRAMES)
    (folder / "map.bin").write_bytes(strips.data)
    title = Title(
        grid=settings.grid,
        low=settings.low,
        fps=settings.fps,
        segment_seconds=1.0,
        projection="equirectangular",
        stereo="mono",
        crfs=[24.0, 31.0, 40.0],
        record=configuration_record((folder / "init.mp4").read_bytes()),
        low_record=configuration_record((folder / "low/init.mp4").read_bytes()),
        segments=segments,
        sounds=[Sound("audio-aac", "aac", "mp4a.40.2", 48000, [81600])],
        packing=packing,
        strips=strips,
    )
    (folder / "index.json").write_bytes(index_bytes(make_index(title)))
    return folder


@pytest.fixture
def title(folder: Path) -> TiledTitle:
    return TiledTitle.in_folder(folder)


def luma(stream: bytes) -> list[np.ndarray]:
    with av.open(io.BytesIO(stream), format="hevc") as container:
        return [frame.to_ndarray()[: frame.height] for frame in container.decode(video=0)]


def test_a_tile_is_one_range_and_neighbours_are_one_range(title: TiledTitle, folder: Path) -> None:
    data = (folder / title.path(0, 0)).read_bytes()
    first, size = title.tile_range(0, 0, 7)
    second, more = title.tile_range(0, 0, 8)
    assert first + size == second
    for at, length, track in ((first, size, 8), (second, more, 9)):
        found, time, samples = fragment_samples(data[at : at + length])
        assert (found, time, len(samples)) == (track, 0, FRAMES[0])
        for sample in samples:
            assert struct.unpack(">I", sample[:4])[0] == len(sample) - 4, "one NAL unit"
    kinds = [kind for kind, _ in boxes(data)]
    assert kinds == [b"styp"] + [b"moof", b"mdat"] * (GRID.tiles + 1)


def test_tiles_of_two_qualities_decode_beside_each_other_as_each_does_alone(title: TiledTitle) -> None:
    choice = [tile * 2 % 3 for tile in range(GRID.tiles)]
    mixed = luma(title.merged(1, choice))
    alone = [luma(title.annexb(quality, 1)) for quality in range(3)]
    assert len(mixed) == FRAMES[1]
    for place, picture in enumerate(mixed):
        for tile, quality in enumerate(choice):
            x, y, width, height = GRID.rectangle(tile)
            here = np.s_[y : y + height, x : x + width]
            assert np.array_equal(picture[here], alone[quality][place][here]), (place, tile)


def test_segments_of_the_reference_merge_join_to_one_stream(title: TiledTitle) -> None:
    """Closed GOPs: a client may append segment after segment with another choice each time."""
    joined = title.merged(0, [0] * GRID.tiles) + title.merged(1, [2] * GRID.tiles)
    assert len(luma(joined)) == sum(FRAMES)
    whole = Stream(title.annexb(1, 0) + title.annexb(1, 1))
    assert whole.info.keyframes == 2 and whole.info.one_slice_per_tile and whole.info.motion_constrained
    assert len(list(merge([whole], [0] * GRID.tiles))) == sum(FRAMES)


def test_the_packed_picture_shows_which_tiles_it_holds(title: TiledTitle) -> None:
    packing = title.packing
    assert packing is not None
    count = len(packing.high)
    chosen = list(range(GRID.tiles - count, GRID.tiles))
    alone = luma(title.annexb(0, 1))
    for place, picture in enumerate(luma(title.packed(1, chosen))):
        assert picture.shape == (packing.height, packing.width)
        number = 0
        for bit in range(len(packing.columns) * packing.bits):
            column, block = divmod(bit, packing.bits)
            number = number << 1 | int(picture[packing.height - 32, column * 256 + block * 32 + 16] > 128)
        assert unrank(number, GRID.tiles) == chosen
        for tile, (column, row) in zip(chosen, packing.high, strict=True):
            x, y, width, height = GRID.rectangle(tile)
            shown = picture[row * 256 : row * 256 + height, column * 256 : column * 256 + width]
            assert np.array_equal(shown, alone[place][y : y + height, x : x + width])


def test_a_player_without_tiles_plays_the_low_layer_as_it_is(title: TiledTitle, folder: Path) -> None:
    files = ["low/init.mp4", *(f"low/{segment_name(index)}" for index in range(2))]
    with av.open(io.BytesIO(b"".join((folder / name).read_bytes() for name in files))) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (title.index["low"]["width"], title.index["low"]["height"])
        assert len(list(container.decode(stream))) == sum(FRAMES)


def test_the_manifest_places_every_tile_by_srd(title: TiledTitle, folder: Path) -> None:
    root = ET.fromstring(srd_manifest(title.index))
    sets = root.findall(f"{MPD}Period/{MPD}AdaptationSet")
    tiles = {}
    for found in sets:
        placed = found.find(f"{MPD}EssentialProperty[@schemeIdUri='urn:mpeg:dash:srd:2014']")
        if placed is not None and found.find(f"{MPD}Representation[@dependencyId='base']") is not None:
            source, x, y, width, height, whole_width, whole_height = map(int, placed.attrib["value"].split(","))
            assert (source, whole_width, whole_height) == (0, 1536, 768)
            tiles[x, y, width, height] = found
    assert sorted(tiles) == sorted(GRID.rectangle(tile) for tile in range(GRID.tiles))
    for tile in (0, 11, 17):
        representations = tiles[GRID.rectangle(tile)].findall(f"{MPD}Representation")
        assert len(representations) == 3
        for quality, representation in enumerate(representations):
            urls = representation.findall(f"{MPD}SegmentList/{MPD}SegmentURL")
            assert len(urls) == len(FRAMES)
            for segment, url in enumerate(urls):
                first, last = map(int, url.attrib["mediaRange"].split("-"))
                data = (folder / url.attrib["media"]).read_bytes()[first : last + 1]
                assert fragment_samples(data)[0] == tile + 1
                assert (first, last - first + 1) == title.tile_range(quality, segment, tile)
    assert [found.attrib["contentType"] for found in sets].count("audio") == 1


def change(folder: Path, target: Path, name: str, data: bytes) -> Path:
    """A copy of the title with one file changed."""
    for path in folder.rglob("*"):
        if path.is_file():
            place = target / path.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data if path.relative_to(folder).as_posix() == name else path.read_bytes())
    return target


def check(folder: Path) -> None:
    check_title(lambda path: (folder / path).read_bytes(), sum(FRAMES))


def test_a_true_title_passes(folder: Path) -> None:
    check(folder)


def lying_index(folder: Path, move: int) -> bytes:
    index = json.loads((folder / "index.json").read_bytes())
    sizes = unpack_sizes(index["segments"][0]["sizes"])
    sizes[3] += move
    sizes[4] -= 1
    raw = b"".join(size.to_bytes(3, "little") for size in sizes)
    index["segments"][0]["sizes"] = base64.b64encode(raw).decode()
    return json.dumps(index).encode()


@pytest.mark.parametrize(
    ("move", "named"), [(1, "q0/seg-00000.m4s, tile 3"), (2, "q0/seg-00000.m4s has")], ids=["shifted", "too long"]
)
def test_an_index_that_lies_about_sizes_is_found_out(folder: Path, tmp_path: Path, move: int, named: str) -> None:
    liar = change(folder, tmp_path, "index.json", lying_index(folder, move))
    with pytest.raises(MediaError) as caught:
        check(liar)
    assert named in caught.value.params["what"]


def test_a_truncated_file_is_found_out(folder: Path, tmp_path: Path) -> None:
    whole = (folder / "q1/seg-00001.m4s").read_bytes()
    with pytest.raises(MediaError) as caught:
        check(change(folder, tmp_path, "q1/seg-00001.m4s", whole[:-10]))
    assert "q1/seg-00001.m4s" in caught.value.params["what"]


def test_tiles_of_another_place_are_found_out(folder: Path, tmp_path: Path, title: TiledTitle) -> None:
    """A tile with another tile's slices inside: the ranges are right, the picture would not be."""
    data = bytearray((folder / "q0/seg-00000.m4s").read_bytes())
    first, size = title.tile_range(0, 0, 0)
    at = data.index(b"mdat", first, first + size) + 4
    data[at : first + size] = bytes(first + size - at)
    with pytest.raises(MediaError):
        check(change(folder, tmp_path, "q0/seg-00000.m4s", bytes(data)))


def test_an_index_of_another_version_is_refused(folder: Path, tmp_path: Path) -> None:
    index = json.loads((folder / "index.json").read_bytes()) | {"version": 2}
    changed = change(folder, tmp_path, "index.json", json.dumps(index).encode())
    with pytest.raises(TiledError, match="version 2"):
        TiledTitle.in_folder(changed)
