"""A segment of a film whose camera turns shows a world that stands, wherever the segment begins."""

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from streaming.library.encoders.base import VideoSettings, backend, luma
from streaming.library.probe.examine import examine
from streaming.library.steady.measure import measure_turning
from streaming.library.steady.track import Track
from streaming.library.tiled.encode import TiledSettings
from streaming.library.tiled.grid import low_grid, make_grid
from streaming.library.tiled.segment import TiledWork, make_tiled_group
from streaming.library.transcode.segment import SegmentWork, make_segment
from tests.library.steady.turning import World, film_of, panned

WIDTH, HEIGHT = 320, 160


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, Any, Track]:
    path = film_of(tmp_path_factory.mktemp("film") / "film.mp4", frames=24, width=WIDTH)
    facts, timeline = examine(path)
    return path, facts, timeline, measure_turning(path, facts, timeline)


def pictures(data: bytes) -> list[np.ndarray]:
    with av.open(io.BytesIO(data)) as container:
        return [luma(frame).copy() for frame in container.decode(video=0)]


def standing() -> np.ndarray:
    return World().filmed(panned(0), WIDTH, HEIGHT)


def off(picture: np.ndarray) -> float:
    """Mean difference from the world as the first picture saw it, luma steps."""
    return float(np.abs(picture.astype(int) - standing()).mean())


@pytest.mark.parametrize("start", [0, 9])
@pytest.mark.parametrize("codec", ["h264", "av1"])
def test_every_picture_of_the_ladder_shows_the_world_as_the_first_one_did(
    film: tuple[Path, Any, Any, Track], codec: str, start: int
) -> None:
    path, facts, timeline, track = film
    settings = VideoSettings(codec, WIDTH, HEIGHT, timeline.fps, 24, 4000, backend(codec).options(4000, 24))
    work = SegmentWork(path, timeline, facts["stream_index"], 0, settings, 0, start, 12, turning=track)
    made = make_segment(work)
    shown = pictures(made.init + made.media)
    assert len(shown) == 12
    assert max(map(off, shown)) < 5
    as_filmed = make_segment(SegmentWork(path, timeline, facts["stream_index"], 0, settings, 0, start, 12))
    assert off(pictures(as_filmed.init + as_filmed.media)[-1]) > 10


def test_the_tiles_stand_still_too_and_cost_less_for_it(film: tuple[Path, Any, Any, Track]) -> None:
    path, facts, timeline, track = film
    grid = make_grid(512, 256, 2, 2)
    settings = TiledSettings(grid, low_grid(grid), Fraction(30), 12, 24, (0, 8), 32, threads=1, group=2)

    def made(turning: Track | None) -> dict[str, bytes]:
        work = TiledWork(path, timeline, facts["stream_index"], 0, settings, 0, 0, 24, turning=turning)
        return make_tiled_group(work).files

    steady, filmed = made(track), made(None)
    assert len(steady["c0/seg-00001.m4s"]) < 0.5 * len(filmed["c0/seg-00001.m4s"])
