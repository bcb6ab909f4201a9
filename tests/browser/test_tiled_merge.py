"""The merger in JavaScript against the codec's own: the same bytes, and pictures whose tiles are in their places."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import pytest

from codec_native.bitstream import Stream, merge
from streaming.library.tiled.boxes import TileUnit, segment_file
from streaming.library.tiled.reader import TiledTitle
from streaming.library.tiled.segment import pack_sizes
from tests.browser import tiled_title

SCRIPT = Path(__file__).with_name("tiled_merge.mjs")
SEGMENTS = 6
TILES = tiled_title.TILES
# Quality and whether the tile goes on from the segment before, where that can be had.
Pick = tuple[int, bool]


@pytest.fixture(scope="module")
def title(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiled-title")
    tiled_title.write_title(folder, segments=SEGMENTS)
    return folder


def merge_in_javascript(title: Path, out: Path, *segments: Sequence[Pick]) -> bytes:
    node = shutil.which("node")
    assert node, "Node is not here: `make setup` brings it"
    lists = [",".join(f"{quality}{'c' * on}" for quality, on in picks) for picks in segments]
    done = subprocess.run([node, str(SCRIPT), str(title), str(out), *lists], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out.read_bytes()


def entered(qualities: Sequence[int]) -> list[Pick]:
    return [(quality, False) for quality in qualities]


@pytest.fixture(scope="module")
def streams(title: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Pick, Path]:
    """The whole picture as one stream in every quality, entered at every segment and continuing."""
    folder = tmp_path_factory.mktemp("tiled-streams")
    paths = {}
    for pick in [(quality, on) for on in (False, True) for quality in range(tiled_title.LOW)]:
        paths[pick] = folder / f"{pick}.hevc"
        merge_in_javascript(title, paths[pick], [pick] * TILES)
    return paths


def merge_by_reference(streams: dict[Pick, Path], segments: Sequence[Sequence[Pick]]) -> bytes:
    order = list(streams)

    def chosen(picture: int) -> list[int]:
        return [order.index(pick) for pick in segments[picture // tiled_title.SEGMENT_FRAMES]]

    return b"".join(merge([Stream.from_file(path) for path in streams.values()], chosen))


def test_the_browser_merges_the_same_bytes_as_the_reference_tool(
    title: Path, streams: dict[Pick, Path], tmp_path: Path
) -> None:
    picks = [entered([(tile * 5 + segment) % tiled_title.LOW for tile in range(TILES)]) for segment in range(SEGMENTS)]
    mine = merge_in_javascript(title, tmp_path / "mixed.hevc", *picks)
    assert hashlib.sha256(mine).hexdigest() == hashlib.sha256(merge_by_reference(streams, picks)).hexdigest()


def test_also_where_some_tiles_go_on_and_others_enter(title: Path, streams: dict[Pick, Path], tmp_path: Path) -> None:
    # What enters in each segment: with the first tile and without it, a single tile, and all but one.
    enters = [
        set(range(TILES)),
        set(range(0, TILES, 3)),
        set(range(1, TILES, 2)),
        {TILES - 1},
        set(range(TILES)),
        set(range(TILES)) - {17},
    ]
    picks = [
        [((tile * 7 + segment) % tiled_title.LOW, tile not in enters[segment]) for tile in range(TILES)]
        for segment in range(SEGMENTS)
    ]
    mine = merge_in_javascript(title, tmp_path / "mixed.hevc", *picks)
    assert hashlib.sha256(mine).hexdigest() == hashlib.sha256(merge_by_reference(streams, picks)).hexdigest()
    assert decoded(tmp_path / "mixed.hevc") == expected(picks)


def test_a_tile_that_goes_on_keeps_its_picture_whatever_quality_it_goes_on_in(title: Path, tmp_path: Path) -> None:
    first = [tile % 3 for tile in range(TILES)]
    picks = [entered(first), *([(2, True)] * TILES for _ in range(SEGMENTS - 1))]
    merge_in_javascript(title, tmp_path / "lowest.hevc", *picks)
    shown = decoded(tmp_path / "lowest.hevc")
    assert shown == expected(picks)
    group = tiled_title.GROUP * tiled_title.SEGMENT_FRAMES
    assert shown[group - 1] == list(enumerate(first)), "to the end of the group"
    assert shown[group] == [(tile, 2) for tile in range(TILES)], "where all is entered anew"


def test_each_tile_stands_in_its_place_in_the_quality_of_its_segment(title: Path, tmp_path: Path) -> None:
    picks = [entered([(tile + segment) % 3 for tile in range(TILES)]) for segment in range(SEGMENTS)]
    merge_in_javascript(title, tmp_path / "switched.hevc", *picks)
    assert decoded(tmp_path / "switched.hevc") == expected(picks)


def run_on(title: Path, out: Path, picks: Sequence[Pick]) -> str:
    """What the merger in JavaScript complains about."""
    with pytest.raises(AssertionError) as refused:
        merge_in_javascript(title, out, picks)
    return str(refused.value)


def swap_kinds(folder: Path) -> None:
    """Entry tiles in the continued files, and the other way round, each as the file's layout wants it."""
    title, index = TiledTitle.in_folder(folder), json.loads((folder / "index.json").read_text())
    for number, facts in enumerate(index["segments"]):
        if facts["continued"] is None:
            continue
        made: dict[bool, list[tuple[int, list[int], bytes]]] = {False: [], True: []}
        for quality in range(tiled_title.LOW):
            for continued in (False, True):
                pictures = zip(*title.tiles(quality, number, continued=not continued), strict=True)
                units = [
                    TileUnit(slices, place, not continued)
                    for slices, place in zip(pictures, index["order"][str(facts["frames"])], strict=True)
                ]
                made[continued].append(
                    segment_file(units, index=number, time=facts["frame"] * index["ticks"], ticks=index["ticks"])
                )
        for continued, (header, sizes) in ((False, ("header", "sizes")), (True, ("continued_header", "continued"))):
            facts[header] = made[continued][0][0]
            facts[sizes] = pack_sizes([size for _, of_tiles, _ in made[continued] for size in of_tiles])
            for quality, (_, _, data) in enumerate(made[continued]):
                (folder / title.path(quality, number, continued=continued)).write_bytes(data)
    (folder / "index.json").write_text(json.dumps(index))


def test_a_tile_that_begins_otherwise_than_its_file_says_is_refused(title: Path, tmp_path: Path) -> None:
    swapped = tmp_path / "swapped"
    shutil.copytree(title, swapped)
    swap_kinds(swapped)
    out = tmp_path / "out.hevc"
    assert "does not begin with a random-access picture" in run_on(swapped, out, [(0, False)] * TILES)
    assert "does not go on from the one before" in run_on(swapped, out, [(0, True)] * TILES)


def expected(segments: Sequence[Sequence[Pick]]) -> list[list[tuple[int, int]]]:
    """(tile, quality whose colours it has) of each place of each picture: entering sets them, going on keeps them."""
    colours = [0] * TILES
    shown = []
    for segment, picks in enumerate(segments):
        starts = segment % tiled_title.GROUP == 0
        for tile, (quality, on) in enumerate(picks):
            if starts or not on:
                colours[tile] = quality
        shown += [list(enumerate(colours))] * tiled_title.SEGMENT_FRAMES
    return shown


def decoded(path: Path) -> list[list[tuple[int, int]]]:
    """What each place of each picture shows."""
    with av.open(str(path)) as stream:
        return [seen(frame.to_ndarray(format="yuv420p")) for frame in stream.decode(video=0)]


def seen(frame: np.ndarray) -> list[tuple[int, int]]:
    """(tile number, quality) that each place of a decoded picture shows."""
    width, height = tiled_title.WIDTH, tiled_title.HEIGHT
    luma = frame[:height]
    cb = frame[height : height + height // 4].reshape(height // 2, width // 2)
    found = []
    for tile in range(tiled_title.TILES):
        row, column = divmod(tile, tiled_title.COLUMNS)
        y = (2 * row + 1) * height // tiled_title.ROWS // 2
        x = (2 * column + 1) * width // tiled_title.COLUMNS // 2
        number = round((int(luma[y, x]) - tiled_title.luma_of(0)) / 4)
        differences = [abs(int(cb[y // 2, x // 2]) - chroma[0]) for chroma in tiled_title.CHROMA[:3]]
        found.append((number, differences.index(min(differences))))
    return found
