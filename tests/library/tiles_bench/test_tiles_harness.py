"""The measurement of tiled delivery, end to end on a tiny title: coded, watched, merged, seen."""

import json
from pathlib import Path

import numpy as np
import pytest

from streaming.library.tiled.grid import make_grid
from tests.bench import tiles, tiles_title
from tests.bench.head_traces import PROFILES, RATE, Trace, make_trace
from tests.bench.tiles_bound import bound
from tests.bench.tiles_coded import FPS, Coded, Keep, check_merge, code_tiles, looped, there_and_back
from tests.bench.tiles_session import MOMENTS_PER_SAMPLE, Link, watch
from tests.bench.tiles_view import View

SECONDS = 6


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Coded:
    """512x256 in 2x2 tiles and three qualities, one second long."""
    folder = tmp_path_factory.mktemp("tiles")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiles_title, "CLIPS", folder)  # the made panorama, as where there are no clips
        source = tiles_title.panning_still(folder, 512, 256, FPS)
    return code_tiles(folder, source, make_grid(512, 256, 2, 2), 26, (0, 8, 16))


def still(yaw: float, seconds: float = 60) -> Trace:
    count = round(seconds * RATE)
    return Trace("still", np.full(count, yaw), np.zeros(count))


def play(coded: Coded, trace: Trace, kbps: float, **options: object) -> tiles.Watched:
    return watch(looped(coded.index, SECONDS), trace, lambda seconds: kbps, SECONDS, **options)


def test_with_room_for_everything_a_still_head_sees_what_full_quality_shows(coded: Coded) -> None:
    watched = play(coded, still(45), 50_000, capKbps=20_000)
    later = [moment for moment in watched.moments if moment.media > 2]
    squares = tiles.view_errors(coded, later, [coded.qualities[2]])
    assert squares[:, 0] == pytest.approx(squares[:, 1])
    assert (squares[:, 2] > squares[:, 1]).all()
    assert watched.stall_seconds == 0


def test_a_smaller_cap_costs_quality_and_saves_bits(coded: Coded) -> None:
    full = coded.qualities[0].kbps
    rich = play(coded, still(45), 50_000, capKbps=2 * full)
    poor = play(coded, still(45), 50_000, capKbps=0.5 * full)
    assert poor.kbps < 0.75 * rich.kbps
    error = [tiles.decibel(tiles.view_errors(coded, watched.moments, []))[0] for watched in (rich, poor)]
    assert error[1] < error[0]


def test_a_link_that_breaks_down_stalls_and_says_for_how_long(coded: Coded) -> None:
    floor = coded.qualities[2].kbps
    watched = watch(looped(coded.index, 12), still(0), lambda seconds: floor * (2 if seconds < 1 else 0.5), 12)
    assert watched.stall_seconds > 0.5
    assert watched.seconds == pytest.approx(12, abs=0.05)


def test_after_a_turn_the_time_to_full_quality_is_counted_from_its_end(coded: Coded) -> None:
    trace = make_trace("restless", 60, 5)
    watched = play(coded, trace, 50_000, capKbps=20_000)
    times = tiles.times_to_full(coded, watched, trace)
    assert times
    assert all(0 <= seconds < 3 for seconds in times)


def test_a_merge_by_the_reference_tool_decodes_to_the_tiles_own_errors(coded: Coded) -> None:
    check_merge(coded, [0, 2, 1, 0], 0)
    swapped = Coded(**{**coded.__dict__, "qualities": coded.qualities[::-1]})
    with pytest.raises(RuntimeError, match="not its own"):
        check_merge(swapped, [0, 2, 1, 0], 0)


def test_the_whole_measurement_writes_the_agreed_fields(coded: Coded, tmp_path: Path) -> None:
    title = tiles.Title(lambda folder, count: coded.source, (2, 2), 32, 600, (("explore", 1, "steady25"),))
    rows = tiles.measure("tiny", title, Keep(tmp_path, False), 1, SECONDS, lambda text: None)
    tiles.write(rows, tmp_path)
    [row] = json.loads((tmp_path / "tiles.json").read_text())
    assert set(row) == {
        "title", "cap_kbps", "trace", "kbps", "viewport_psnr", "full_kbps", "full_viewport_psnr",
        "uniform_viewport_psnr", "x265_viewport_psnr", "m2hq_p50_s", "m2hq_p95_s", "stall_s",
    }  # fmt: skip
    assert row["viewport_psnr"] <= row["full_viewport_psnr"]
    [detail] = json.loads((tmp_path / "tiles-detail.json").read_text())
    assert row["full_kbps"] == detail["detail"]["qualities"][0]["kbps"]
    assert detail["detail"]["known_beforehand"]["cap"]["viewport_psnr"] > row["uniform_viewport_psnr"] - 3


def test_nobody_sees_more_for_the_same_bits_than_who_knows_the_trace_beforehand(coded: Coded) -> None:
    trace = make_trace("explore", 60, 2)
    watched = play(coded, trace, 50_000, capKbps=0.6 * coded.qualities[0].kbps)
    seen = tiles.decibel(tiles.view_errors(coded, watched.moments[::MOMENTS_PER_SAMPLE], []))
    known = bound(coded, trace, watched.start_seconds, SECONDS, watched.kbps)
    assert known.kbps <= watched.kbps
    assert seen[0] < known.viewport_psnr + 0.1
    everything = bound(coded, trace, watched.start_seconds, SECONDS, 2 * coded.qualities[0].kbps)
    assert everything.viewport_psnr == pytest.approx(seen[1], abs=0.3)


def test_a_standing_camera_sees_people_move_before_a_background_that_stands(tmp_path: Path) -> None:
    source = tiles_title.standing_still(tmp_path, 1024, 512, 12)
    luma = source.frames[:, :512].astype(int)
    moved = np.abs(luma[11] - luma[0]) > 8 * tiles_title.NOISE
    assert 0.001 < moved.mean() < 0.2
    assert not moved[:100].any(), "nobody walks on the ceiling"
    assert 0.5 < np.abs(luma[11, :100] - luma[0, :100]).mean() < 2, "noise"


def test_a_short_source_is_coded_there_and_back_for_the_whole_sphere(coded: Coded) -> None:
    pictures = list(there_and_back(coded.source))
    assert len(pictures) == 2 * FPS
    assert np.array_equal(pictures[FPS - 1], pictures[FPS])
    assert np.array_equal(pictures[-1], coded.source.frames[0])


def test_the_link_shares_its_bandwidth_and_counts_every_byte() -> None:
    link = Link(lambda seconds: 8_000)  # a thousand bytes a millisecond
    link.ask(1, 9_750, 0.0)
    link.ask(2, 19_750, 0.0)
    ends = {}
    for step in range(1, 20):
        for id in link.step(step / 100)[1]:
            ends[id] = step / 100
    assert ends == {1: pytest.approx(0.05), 2: pytest.approx(0.06)}
    assert link.bytes == pytest.approx(30_000)


@pytest.mark.parametrize("profile", PROFILES)
def test_head_traces_repeat_move_like_heads_and_name_their_turns(profile: str) -> None:
    trace = make_trace(profile, 60, 3)
    again = make_trace(profile, 60, 3)
    assert np.array_equal(trace.yaw, again.yaw)
    assert not np.array_equal(trace.yaw, make_trace(profile, 60, 4).yaw)
    speed = np.abs((np.diff(trace.yaw) + 180) % 360 - 180) * RATE
    assert speed.max() < 500
    assert np.median(speed) > 0.5
    for turn in trace.turns:
        assert 0.25 < turn.end - turn.start < 1.2
    inside = np.concatenate([speed[round(t.start * RATE) : round(t.end * RATE)] for t in trace.turns])
    assert inside.max() > 3 * np.percentile(speed, 50)


def test_a_view_straight_ahead_sees_the_middle_and_no_tile_behind() -> None:
    view = View(1200, 600, make_grid(1200, 600, 4, 2), rays=64)
    rows, columns = view.samples(0, 0)
    assert (columns.min(), columns.max()) == pytest.approx((450, 750), abs=6)
    assert (rows.min(), rows.max()) == pytest.approx((150, 450), abs=6)
    assert set(view.tiles(rows, columns)) == {1, 2, 5, 6}
    behind = set(view.tiles(*view.samples(180, 0)))
    assert behind == {0, 3, 4, 7}
