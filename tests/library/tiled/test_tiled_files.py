"""The files of a title as programs read them: fragments, tiles that go on, DASH with SRD, the packed picture, lies."""

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

from codec_native import Stream as Bitstream
from codec_native import merge
from streaming.library.errors import MediaError
from streaming.library.packaging.names import segment_name
from streaming.library.tiled.boxes import configuration_record
from streaming.library.tiled.check import check_title, mixed
from streaming.library.tiled.encode import TiledEncoder, TiledSettings, group_for
from streaming.library.tiled.grid import low_grid, make_grid
from streaming.library.tiled.index import SegmentFacts, Sound, Title, index_bytes, make_index
from streaming.library.tiled.packed import plan_packing, unrank
from streaming.library.tiled.reader import (
    Pick,
    TiledError,
    TiledTitle,
    boxes,
    fragment_runs,
    only_fragment,
    record_units,
    with_headers,
)
from streaming.library.tiled.segment import title_headers, unpack_sizes, write_group
from streaming.library.tiled.srd import srd_manifest
from streaming.library.tiled.strips import make_strips

MPD = "{urn:mpeg:dash:schema:mpd:2011}"
GRID = make_grid(1536, 768, 6, 3)
TILES = range(GRID.tiles)
# Groups of three segments: the last group has two, and its last one fewer pictures.
GOP, GROUP, FRAMES = 18, 3, (18, 18, 18, 18, 7)
SEGMENTS = range(len(FRAMES))
ENTERED = (0, 3)
# So that sixteen tiles of 256x256 do not fit, as sixteen of 640x640 do not at 7680x3840.
PACKED_SAMPLES = 1_000_000


PATTERN = np.random.default_rng(3).integers(30, 220, (24, 48), np.uint8).repeat(32, 0).repeat(32, 1)


def source_luma(frame: int) -> np.ndarray:
    """A pattern that differs from tile to tile and moves."""
    return np.roll(PATTERN, 5 * frame, 1)


def write_title(folder: Path, gop: int, group: int, count: int) -> Path:
    """A title of `count` pictures of the source."""
    settings = TiledSettings(GRID, low_grid(GRID), Fraction(gop), gop, 24.0, (0.0, 7.0, 16.0), 26.0, group=group)
    segments = []
    for start in range(0, count, gop * group):
        pictures = range(start, min(count, start + gop * group))
        encoder = TiledEncoder(settings, settings.grid, settings.crf, settings.offsets, continues=True)
        low = TiledEncoder(settings, settings.low, settings.low_crf)
        for frame in pictures:
            luma = source_luma(frame)
            for target, shown in ((encoder, luma), (low, luma[::3, ::3])):
                grey = np.full((shown.shape[0] // 2, shown.shape[1]), 128, np.uint8)
                target.encode(np.ascontiguousarray(np.concatenate([shown, grey])))
        coded, low_streams = encoder.flush(), [segment.entry[0] for segment in low.flush()]
        files, details = write_group(settings, start // gop, start, len(pictures), coded, low_streams)
        headers = title_headers(settings, encoder.entry, low.entry)
        for name, data in {**headers, **files}.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(data)
        segments += [SegmentFacts(of["frame"], of["frames"], of) for of in details]
    packing = plan_packing(settings.grid, settings.low, PACKED_SAMPLES)
    assert packing is not None
    strips = make_strips(settings, packing, {segment.frames for segment in segments})
    (folder / "map.bin").write_bytes(strips.data)
    title = Title(
        grid=settings.grid,
        low=settings.low,
        fps=settings.fps,
        segment_seconds=1.0,
        group=group,
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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_title(tmp_path_factory.mktemp("title"), GOP, GROUP, sum(FRAMES))


@pytest.fixture
def title(folder: Path) -> TiledTitle:
    return TiledTitle.in_folder(folder)


def luma(stream: bytes) -> list[np.ndarray]:
    with av.open(io.BytesIO(stream), format="hevc") as container:
        return [frame.to_ndarray()[: frame.height] for frame in container.decode(video=0)]


def parts(stream: bytes) -> list[list[np.ndarray]]:
    """Luma by segment of the whole title."""
    pictures = iter(luma(stream))
    return [[next(pictures) for _ in range(count)] for count in FRAMES]


def test_a_tile_is_one_range_and_neighbours_are_one_range(title: TiledTitle, folder: Path) -> None:
    data = (folder / title.path(0, 1)).read_bytes()
    first, size = title.tile_range(0, 1, 7)
    second, more = title.tile_range(0, 1, 8)
    assert first + size == second
    for at, length, track in ((first, size, 8), (second, more, 9)):
        run, samples = only_fragment(data[at : at + length])
        assert (run.track, run.time, len(samples)) == (track, FRAMES[0] * title.index["ticks"], FRAMES[1])
        assert run.key
        for sample in samples:
            assert struct.unpack(">I", sample[:4])[0] == len(sample) - 4, "one NAL unit"
    kinds = [kind for kind, _ in boxes(data)]
    assert kinds == [b"styp"] + [b"moof", b"mdat"] * (GRID.tiles + 1)


def test_a_tile_that_goes_on_is_a_range_of_samples_and_nothing_else(title: TiledTitle, folder: Path) -> None:
    """By the boxes of the file alone, as a program would read it that has no index."""
    data = (folder / title.path(1, 1, continued=True)).read_bytes()
    (_, _), (moof_kind, moof), (mdat_kind, _) = boxes(data)
    assert (moof_kind, mdat_kind) == (b"moof", b"mdat")
    assert [run.track for run in fragment_runs(moof)] == [GRID.tiles + 1, *range(1, GRID.tiles + 1)]
    moof_at = data.index(b"moof") - 4
    for tile, run in enumerate(fragment_runs(moof)[1:]):
        assert run.time == FRAMES[0] * title.index["ticks"]
        assert not run.key, "what cannot be entered says so"
        begins = moof_at + data_offset(moof, tile + 1)
        assert (begins, sum(run.sizes)) == title.tile_range(1, 1, tile, continued=True)
        samples = [data[begins + sum(run.sizes[:i]) :][:size] for i, size in enumerate(run.sizes)]
        assert [sample[4:] for sample in samples] == title.tiles(1, 1, continued=True)[tile]
        assert run.offsets == [(place - i) * title.index["ticks"] for i, place in enumerate(title.index["order"]["18"])]


def data_offset(moof: bytes, place: int) -> int:
    """Of a run, from the beginning of `moof`."""
    trafs = [payload for kind, payload in boxes(moof) if kind == b"traf"]
    offset: int = struct.unpack(">i", dict(boxes(trafs[place]))[b"trun"][8:12])[0]
    return offset


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
    assert len(luma(joined)) == sum(FRAMES[:2])
    whole = Bitstream(title.annexb(1, 0) + title.annexb(1, 1))
    assert whole.info.keyframes == 2 and whole.info.one_slice_per_tile and whole.info.motion_constrained
    assert len(list(merge([whole], [0] * GRID.tiles))) == sum(FRAMES[:2])


def test_a_tile_goes_on_exactly_while_its_neighbours_enter(title: TiledTitle) -> None:
    """Tile t has quality t mod 3; it is entered anew up to its own segment of the first group, and then goes on."""
    qualities, since = [tile % 3 for tile in TILES], [tile // 3 % 3 for tile in TILES]
    choices = [
        [
            Pick(quality, title.continues(segment) and segment > first)
            for quality, first in zip(qualities, since, strict=True)
        ]
        for segment in SEGMENTS
    ]
    mixed = parts(title.played(SEGMENTS, choices))
    entered = [parts(title.run(SEGMENTS, Pick(quality))) for quality in range(3)]
    for quality, first in {*zip(qualities, since, strict=True)}:
        rest = range(first, GROUP)
        alike = [[Pick(quality, segment > first)] * GRID.tiles for segment in rest]
        group = iter(luma(title.played(rest, alike)))
        following = [[next(group) for _ in range(FRAMES[segment])] for segment in rest]
        for tile in (tile for tile in TILES if (qualities[tile], since[tile]) == (quality, first)):
            x, y, width, height = GRID.rectangle(tile)
            here = np.s_[y : y + height, x : x + width]
            alone = entered[quality][:first] + following
            for segment, pictures in enumerate(alone):
                for place, picture in enumerate(pictures):
                    assert np.array_equal(mixed[segment][place][here], picture[here]), (tile, segment, place)


def test_what_goes_on_in_a_lower_quality_keeps_what_was_better(title: TiledTitle) -> None:
    best, worst = ([Pick(quality)] * GRID.tiles for quality in (0, 2))
    lower = [Pick(2, True)] * GRID.tiles
    shown = {
        name: np.concatenate(luma(title.played(range(GROUP), [first, lower, lower])))
        for name, first in (("best", best), ("worst", worst))
    }
    truth = np.concatenate(luma(title.run(range(GROUP), Pick(0))))
    first_second = np.s_[FRAMES[0] * GRID.height : (FRAMES[0] + FRAMES[1]) * GRID.height]
    errors = {
        name: np.mean((truth[first_second] - seen[first_second].astype(float)) ** 2) for name, seen in shown.items()
    }
    assert errors["best"] < errors["worst"]


def test_what_goes_on_is_smaller_and_the_index_says_how_much(title: TiledTitle, folder: Path) -> None:
    index = title.index
    assert (index["version"], index["group"]) == (4, GROUP)
    for place, quality in enumerate(index["qualities"]):
        assert (quality["directory"], quality["continued"]) == (f"q{place}", f"c{place}")
        entered = [sum(title.sizes(place, segment)) for segment in SEGMENTS]
        played = [sum(title.sizes(place, segment, continued=segment not in ENTERED)) for segment in SEGMENTS]
        seconds = sum(FRAMES) / GOP
        assert quality["kbps"] == round(sum(entered) * 8 / seconds / 1000, 1)
        assert quality["continued_kbps"] == round(sum(played) * 8 / seconds / 1000, 1) < quality["kbps"]
    for segment, facts in enumerate(index["segments"]):
        assert (facts["continued"] is None) == (segment in ENTERED)
        for place in range(3):
            path = folder / f"c{place}" / segment_name(segment)
            assert path.exists() == (segment not in ENTERED), "what begins a group is stored once"
            if path.exists():
                tiles = sum(title.sizes(place, segment, continued=True))
                assert path.stat().st_size == facts["continued_header"] + tiles


def test_the_index_says_how_good_each_tile_is(title: TiledTitle) -> None:
    """Where it is entered, and where it goes on after the quality that it was coded after: the best one."""
    for quality, continued in [(0, False), (2, False), (0, True), (2, True)]:
        shown = parts(title.run(SEGMENTS, Pick(quality, continued)))
        for segment in SEGMENTS:
            goes_on = continued and title.continues(segment)
            stated = title.psnr(0 if continued and not goes_on else quality, segment, continued=goes_on)
            first = sum(FRAMES[:segment])
            for tile in TILES:
                x, y, width, height = GRID.rectangle(tile)
                here = np.s_[y : y + height, x : x + width]
                squares = [
                    np.mean(np.square(picture[here] - source_luma(first + place)[here].astype(float)))
                    for place, picture in enumerate(shown[segment])
                ]
                measured = 10 * np.log10(255**2 / np.mean(squares))
                assert abs(stated[tile] - min(61, measured)) <= 0.1001, (quality, continued, segment, tile)


def test_segments_that_are_too_short_never_go_on(tmp_path: Path) -> None:
    short = write_title(tmp_path, 8, group_for(8, Fraction(16)), 15)
    title = TiledTitle.in_folder(short)
    assert title.group == 1 and not list(short.glob("c*"))
    assert [segment["continued"] for segment in title.index["segments"]] == [None, None]
    assert all(quality["continued"] is None for quality in title.index["qualities"])
    assert all(quality["continued_kbps"] == quality["kbps"] for quality in title.index["qualities"])
    check_title(title.read, 15)


@pytest.mark.parametrize(
    ("gop", "group"), [(8, 1), (16, 1), *((gop, 16) for gop in (9, 12, 15, 17, 18, 30, 32, 33, 60))]
)
def test_segments_go_on_where_a_decoder_can_tell_their_picture_numbers(gop: int, group: int) -> None:
    """By any decoder: what comes out has to be what went in."""
    assert group_for(gop, Fraction(gop)) == group
    if group == 1:
        return
    grid = make_grid(512, 256, 2, 1)
    encoder = TiledEncoder(
        TiledSettings(grid, grid, Fraction(30), gop, 30.0, (0.0,), 30.0, group=group), grid, 30.0, continues=True
    )
    for frame in range(2 * gop + 3):
        picture = np.full((384, 512), 128, np.uint8)
        picture[:256, frame * 4 % 448 : frame * 4 % 448 + 64] = 220
        encoder.encode(picture)
    segments = encoder.flush()
    units = [*segments[0].entry[0].units, *segments[1].continued[0].units, *segments[2].continued[0].units]
    stream = with_headers(record_units(base64.b64encode(encoder.entry.record).decode()), [one.slices for one in units])
    for frame, shown in enumerate(luma(stream)):
        left = frame * 4 % 448
        assert shown[128, left + 32] > 190 and shown[128, (left + 200) % 512] < 160, frame
    assert len(luma(stream)) == 2 * gop + 3


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


def test_segments_whose_picture_numbers_take_six_bits_pack_too(tmp_path: Path) -> None:
    """Also the low layer and the strips, which never go on, must then have six, and the same coding order."""
    title = TiledTitle.in_folder(write_title(tmp_path, 33, group_for(33, Fraction(33)), 40))
    assert title.packing is not None and title.group > 1
    check_title(title.read, 40)


def test_a_player_without_tiles_plays_the_low_layer_as_it_is(title: TiledTitle, folder: Path) -> None:
    files = ["low/init.mp4", *(f"low/{segment_name(index)}" for index in SEGMENTS)]
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
                run, _ = only_fragment(data)
                assert (run.track, run.key) == (tile + 1, True), "players that know only entry tiles get only those"
                assert (first, last - first + 1) == title.tile_range(quality, segment, tile)
    assert [found.attrib["contentType"] for found in sets].count("audio") == 1
    assert "c0/" not in srd_manifest(title.index)


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


def lying_index(folder: Path, kind: str, move: int) -> bytes:
    """About two tiles of the best quality in the second segment."""
    index = json.loads((folder / "index.json").read_bytes())
    sizes = unpack_sizes(index["segments"][1][kind])
    sizes[3] += move
    sizes[4] -= 1
    raw = b"".join(size.to_bytes(3, "little") for size in sizes)
    index["segments"][1][kind] = base64.b64encode(raw).decode()
    return json.dumps(index).encode()


@pytest.mark.parametrize(("kind", "directory"), [("sizes", "q0"), ("continued", "c0")], ids=["entered", "continued"])
@pytest.mark.parametrize(
    ("move", "named"), [(1, "/seg-00001.m4s, tile 3"), (2, "/seg-00001.m4s has")], ids=["shifted", "too long"]
)
def test_an_index_that_lies_about_sizes_is_found_out(
    folder: Path, tmp_path: Path, kind: str, directory: str, move: int, named: str
) -> None:
    liar = change(folder, tmp_path, "index.json", lying_index(folder, kind, move))
    with pytest.raises(MediaError) as caught:
        check(liar)
    assert directory + named in caught.value.params["what"]


@pytest.mark.parametrize("kind", ["psnr", "continued_psnr"])
def test_an_index_that_leaves_out_the_errors_of_a_tile_is_found_out(folder: Path, tmp_path: Path, kind: str) -> None:
    index = json.loads((folder / "index.json").read_bytes())
    index["segments"][1][kind] = base64.b64encode(base64.b64decode(index["segments"][1][kind])[:-1]).decode()
    with pytest.raises(MediaError) as caught:
        check(change(folder, tmp_path, "index.json", json.dumps(index).encode()))
    assert f"errors of segment 1 for {3 * GRID.tiles - 1} tiles" in caught.value.params["what"]


@pytest.mark.parametrize("name", ["q1/seg-00001.m4s", "c1/seg-00001.m4s", "c2/seg-00004.m4s"])
def test_a_truncated_file_is_found_out(folder: Path, tmp_path: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    with pytest.raises(MediaError) as caught:
        check(change(folder, tmp_path, name, whole[:-10]))
    assert name in caught.value.params["what"]


def test_a_file_that_is_missing_is_found_out(folder: Path, tmp_path: Path) -> None:
    changed = change(folder, tmp_path, "", b"")
    (changed / "c1/seg-00002.m4s").unlink()
    with pytest.raises(MediaError) as caught:
        check(changed)
    assert "c1/seg-00002.m4s" in caught.value.params["what"]


@pytest.mark.parametrize(("continued", "segment"), [(False, 0), (True, 1)], ids=["entered", "continued"])
def test_tiles_of_another_place_are_found_out(
    folder: Path, tmp_path: Path, title: TiledTitle, continued: bool, segment: int
) -> None:
    """A tile with something else inside: the ranges are right, the picture would not be."""
    name = title.path(0, segment, continued=continued)
    data = bytearray((folder / name).read_bytes())
    first, size = title.tile_range(0, segment, 0, continued=continued)
    at = first if continued else data.index(b"mdat", first, first + size) + 4
    data[at : first + size] = bytes(first + size - at)
    with pytest.raises(MediaError):
        check(change(folder, tmp_path, name, bytes(data)))


def test_damage_inside_a_tile_that_goes_on_is_found_out(folder: Path, tmp_path: Path, title: TiledTitle) -> None:
    """The slice's length and header are right, the payload is not."""
    choices = [mixed(title, segment) for segment in SEGMENTS]
    tile = choices[1].index(next(pick for pick in choices[1] if pick.continued))
    quality = choices[1][tile].quality
    name = title.path(quality, 1, continued=True)
    data = bytearray((folder / name).read_bytes())
    first, size = title.tile_range(quality, 1, tile, continued=True)
    at = first + 4 + 40
    data[at : first + size] = bytes(0xA5 if place % 4 else 0x5A for place in range(first + size - at))
    with pytest.raises(MediaError):
        check(change(folder, tmp_path, name, bytes(data)))


@pytest.mark.parametrize("segment", [0, 1])
def test_an_index_that_goes_on_in_the_wrong_segment_is_found_out(folder: Path, tmp_path: Path, segment: int) -> None:
    index = json.loads((folder / "index.json").read_bytes())
    index["segments"][segment]["continued"] = None if segment else index["segments"][1]["continued"]
    with pytest.raises(MediaError) as caught:
        check(change(folder, tmp_path, "index.json", json.dumps(index).encode()))
    assert f"segment {segment} is at the wrong place" in caught.value.params["what"]


def test_an_index_of_another_version_is_refused(folder: Path, tmp_path: Path) -> None:
    index = json.loads((folder / "index.json").read_bytes()) | {"version": 1}
    changed = change(folder, tmp_path, "index.json", json.dumps(index).encode())
    with pytest.raises(TiledError, match="version 1"):
        TiledTitle.in_folder(changed)
