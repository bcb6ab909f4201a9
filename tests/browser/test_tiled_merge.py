"""The merger in JavaScript against the codec's own: the same bytes, and pictures whose tiles are in their places."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from tests.browser import tiled_title
from tests.browser.site import ROOT

SCRIPT = Path(__file__).with_name("tiled_merge.mjs")


@pytest.fixture(scope="module")
def title(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiled-title")
    tiled_title.write_title(folder, segments=2)
    return folder


def merge_in_javascript(title: Path, out: Path, *picks: list[int]) -> bytes:
    node = shutil.which("node")
    assert node, "Node is not here: `make setup` brings it"
    lists = [",".join(map(str, one)) for one in picks]
    done = subprocess.run([node, str(SCRIPT), str(title), str(out), *lists], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out.read_bytes()


def test_the_browser_merges_the_same_bytes_as_the_reference_tool(title: Path, tmp_path: Path) -> None:
    picks = [(tile * 5 + 1) % tiled_title.LOW for tile in range(tiled_title.TILES)]
    plain = [tmp_path / f"q{quality}.hevc" for quality in range(tiled_title.LOW)]
    for quality, path in enumerate(plain):
        merge_in_javascript(title, path, [quality] * tiled_title.TILES)
    mine = merge_in_javascript(title, tmp_path / "mixed.hevc", picks)
    reference = tmp_path / "reference.hevc"
    grid = f"{tiled_title.COLUMNS}x{tiled_title.ROWS}"
    command = [sys.executable, "-m", "codec_native", "merge", *map(str, plain), "--grid", grid]
    command += ["--pick", "".join(map(str, picks)), "-o", str(reference)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert hashlib.sha256(mine).hexdigest() == hashlib.sha256(reference.read_bytes()).hexdigest()


def test_each_tile_stands_in_its_place_in_the_quality_of_its_segment(title: Path, tmp_path: Path) -> None:
    first = [tile % 3 for tile in range(tiled_title.TILES)]
    second = [(tile + 1) % 3 for tile in range(tiled_title.TILES)]
    merge_in_javascript(title, tmp_path / "switched.hevc", first, second)
    with av.open(str(tmp_path / "switched.hevc")) as stream:
        frames = [frame.to_ndarray(format="yuv420p") for frame in stream.decode(video=0)]
    assert len(frames) == 2 * tiled_title.SEGMENT_FRAMES
    for number, frame in enumerate(frames):
        picks = first if number < tiled_title.SEGMENT_FRAMES else second
        assert seen(frame) == [(tile, quality) for tile, quality in enumerate(picks)], f"picture {number}"


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
