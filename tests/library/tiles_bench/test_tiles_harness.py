"""The measurement of tiled delivery, end to end on a tiny title: coded, watched, merged, seen."""

import json
from pathlib import Path

import numpy as np
import pytest

from streaming.library.tiled import encode
from streaming.library.tiled.grid import make_grid
from streaming.library.tiled.segment import unpack_sizes
from tests.bench import tiles, tiles_title
from tests.bench.head_traces import PROFILES, RATE, Trace, make_trace
from tests.bench.tiles_coded import (
    FPS,
    Coded,
    Errors,
    Keep,
    code_played_on,
    code_tiles,
    decode,
    looped,
    watched_pictures,
)
from tests.bench.tiles_session import Link, Shown, watch
from tests.bench.tiles_view import View

SECONDS = 10


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Coded:
    """512x256 in 2x2 tiles and three qualities, one group of eight segments."""
    folder = tmp_path_factory.mktemp("tiles")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiles_title, "CLIPS", folder)  # the made panorama, as where there are no clips
        patch.setattr(encode, "GROUP_SECONDS", 8)
        source = tiles_title.panning_still(folder, 512, 256, tiles.SOURCE_PICTURES)
        return code_tiles(folder, source, make_grid(512, 256, 2, 2), FPS, 26, (0, 8, 16))


@pytest.fixture(scope="module")
def played_on(coded: Coded, tmp_path_factory: pytest.TempPathFactory) -> Errors:
    return code_played_on(tmp_path_factory.mktemp("played_on"), coded)


def still(yaw: float, seconds: float = 60) -> Trace:
    count = round(seconds * RATE)
    return Trace("still", np.full(count, yaw), np.zeros(count))


def play(coded: Coded, trace: Trace, kbps: float, **options: object) -> tiles.Watched:
    return watch(looped(coded.index, SECONDS), trace, lambda seconds: kbps, SECONDS, **options)


def test_with_room_for_everything_a_still_head_sees_the_best_quality(coded: Coded, played_on: Errors) -> None:
    watched = play(coded, still(45), 50_000, capKbps=20_000)
    squares, sharp = tiles.view_errors(coded, played_on, watched, [played_on])
    later = [i for i, moment in enumerate(watched.moments[:: tiles.MOMENTS_PER_SAMPLE]) if moment.media > 2]
    seen, entered, best = tiles.decibel(squares[later])
    assert best < entered, "every second's I picture is better than going on"
    assert seen == pytest.approx(entered, abs=0.3), "there is room to enter tiles again"
    assert tiles.full_shares(coded, watched, sharp)[2 * 20 :].min() > tiles.FULL_SHARE
    assert watched.stall_seconds == 0


def test_who_looks_from_the_beginning_of_a_group_on_sees_the_encoders_own_pictures(coded: Coded) -> None:
    qualities, group = len(coded.rates), coded.index["group"]
    own = decode([coded.streams[qualities]])
    shown = [Shown(place, np.zeros(4, np.int8), np.full(4, place > 0, np.int8)) for place in range(group)]
    pairs = list(zip(watched_pictures(coded, shown), own, strict=True))
    assert len(pairs) == group * FPS
    assert all(np.array_equal(seen, meant) for seen, meant in pairs)


def test_pictures_that_were_not_given_one_after_the_other_are_not_looked_at(coded: Coded) -> None:
    none = np.zeros(4, np.int8)
    with pytest.raises(RuntimeError, match="one after the other"):
        list(watched_pictures(coded, [Shown(0, none, none), Shown(2, none, none)]))


def test_a_smaller_cap_costs_quality_and_saves_bits(coded: Coded, played_on: Errors) -> None:
    best = coded.rates[0][1]
    rich = play(coded, still(45), 50_000, capKbps=2 * best)
    poor = play(coded, still(45), 50_000, capKbps=0.5 * best)
    assert poor.kbps < 0.75 * rich.kbps
    found = [tiles.view_errors(coded, played_on, watched, []) for watched in (rich, poor)]
    psnr = [tiles.decibel(squares)[0] for squares, _ in found]
    assert psnr[1] < psnr[0]
    assert tiles.full_shares(coded, poor, found[1][1]).mean() < tiles.full_shares(coded, rich, found[0][1]).mean()


def test_a_link_that_breaks_down_stalls_and_says_for_how_long(coded: Coded) -> None:
    floor = coded.rates[2][1]
    watched = watch(looped(coded.index, 12), still(0), lambda seconds: floor * (2 if seconds < 1 else 0.5), 12)
    assert watched.stall_seconds > 0.5
    assert watched.seconds == pytest.approx(12, abs=0.05)


def test_after_a_turn_the_time_to_full_quality_is_counted_from_its_end(coded: Coded, played_on: Errors) -> None:
    trace = make_trace("restless", 60, 5)
    watched = play(coded, trace, 50_000, capKbps=20_000)
    times = tiles.times_to_full(coded, watched, trace, tiles.view_errors(coded, played_on, watched, [])[1])
    assert times
    assert all(0 <= seconds < 3 for seconds in times)


def test_the_whole_measurement_writes_the_agreed_fields(coded: Coded, tmp_path: Path) -> None:
    title = tiles.Title(lambda folder, count: coded.source, (2, 2), 32, 600, (("explore", 1, "steady25"),))
    rows = tiles.measure("tiny", title, Keep(tmp_path, False), SECONDS, lambda text: None)
    tiles.write(rows, tmp_path)
    [row] = json.loads((tmp_path / "tiles.json").read_text())
    assert set(row) == {
        "title", "cap_kbps", "trace", "kbps", "viewport_psnr", "full_kbps", "full_viewport_psnr",
        "uniform_viewport_psnr", "x265_viewport_psnr", "m2hq_p50_s", "m2hq_p95_s", "stall_s",
    }  # fmt: skip
    assert row["viewport_psnr"] <= row["full_viewport_psnr"]
    assert row["viewport_psnr"] > row["uniform_viewport_psnr"] - 3
    [detail] = json.loads((tmp_path / "tiles-detail.json").read_text())
    assert row["full_kbps"] == detail["detail"]["qualities"][0]["kbps"]
    assert detail["detail"]["full_played_on_kbps"] < row["full_kbps"]
    assert 0 < detail["detail"]["continued_share"] < 1


def test_a_standing_camera_sees_people_move_before_a_background_that_stands(tmp_path: Path) -> None:
    source = tiles_title.standing_still(tmp_path, 1024, 512, 12)
    luma = source.frames[:, :512].astype(int)
    moved = np.abs(luma[11] - luma[0]) > 8 * tiles_title.NOISE
    assert 0.001 < moved.mean() < 0.2
    assert not moved[:100].any(), "nobody walks on the ceiling"
    assert 0.5 < np.abs(luma[11, :100] - luma[0, :100]).mean() < 2, "noise"


def test_the_steadied_film_stands_where_the_one_that_was_filmed_turns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles_title, "CLIPS", tmp_path)
    filmed, steady = (make(tmp_path, 768, 384, 20) for make in (tiles_title.panning_still, tiles_title.steadied_still))
    assert (steady.width, steady.height, steady.count) == (filmed.width, filmed.height, filmed.count)
    assert np.abs(steady.picture(0).astype(int) - filmed.picture(0)).max() <= 1, "turned as the first picture is"
    moved, stood = (
        np.mean(np.square(source.picture(19)[:384].astype(float) - source.picture(0)[:384]))
        for source in (filmed, steady)
    )
    assert stood < moved / 10


def test_a_source_runs_forwards_and_backwards_without_end(coded: Coded) -> None:
    source = coded.source
    for place, picture in ((0, 0), (59, 59), (60, 59), (119, 0), (120, 0), (185, 54)):
        assert np.array_equal(source.picture(place), source.frames[picture]), place
        assert tiles.picture_of_source(place, source.count) == picture


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


def test_half_seconds_are_compared_with_full_quality_that_is_entered_once_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles_title, "CLIPS", tmp_path)
    monkeypatch.setattr(encode, "GROUP_SECONDS", 8)
    source = tiles_title.panning_still(tmp_path, 512, 256, tiles.SOURCE_PICTURES)
    half = code_tiles(tmp_path, source, make_grid(512, 256, 2, 2), FPS // 2, 26, (0, 8))
    assert (half.index["group"], half.index["segment_s"], len(half.index["segments"])) == (16, 0.5, 16)
    sizes = [sum(unpack_sizes(segment["sizes"])[:4]) for segment in half.index["segments"]]
    entered_always = sum(sizes) * 8 / 8 / 1000
    assert half.rates[0][1] < half.rates[0][0] == half.full.kbps < entered_always
    watched = watch(looped(half.index, 4), still(45), lambda seconds: 50_000, 4, capKbps=20_000)
    assert [one.segment for one in watched.shown][:8] == list(range(8))
    assert len(list(watched_pictures(half, watched.shown[:8]))) == 8 * FPS // 2
