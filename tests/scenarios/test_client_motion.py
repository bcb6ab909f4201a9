"""The browser measures compressions as the record does, on the same signals, and within the same bounds."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from courses.scenarios.motion import Source, measure
from courses.scenarios.motion.calibration import Calibration
from courses.scenarios.motion.signals import ISSUE_SIGNALS, Pressing, Seeing, Signal, record
from tests.scenarios.node import NodeDriver

PRESSINGS = {
    "usual": Pressing(),
    "slow and shallow": Pressing(rate_cpm=95.0, depth_mm=38.0),
    "fast and deep": Pressing(rate_cpm=120.0, depth_mm=60.0, scatter=0.08),
    "leaning, no pause": Pressing(lean_mm=12.0, pauses=()),
    "no rest before": Pressing(lead_s=0.1),
}
BOUNDS = {Source.CONTROLLER: (1.0, 0.5), Source.PHONE: (2.0, 1.0), Source.HAND: (4.0, 1.0), Source.SENSOR: (1.0, 0.5)}
Rows = list[list[float]]


@pytest.fixture(scope="module")
def client() -> Iterator[NodeDriver]:
    driver = NodeDriver("client_motion.mjs")
    yield driver
    driver.close()


def assert_same(client: NodeDriver, rows: Rows, source: Source, calibration: Calibration | None = None) -> Any:
    theirs = calibration and {"restMm": calibration.rest_mm, "xMm": calibration.x_mm, "zMm": calibration.z_mm}
    answer = client.ask({"samples": rows, "source": source.value, "calibration": theirs})
    ours = measure([(r[0], r[1], r[2], r[3]) for r in rows], source, calibration)
    assert len(answer["compressions"]) == len(ours.compressions)
    for got, expected in zip(answer["compressions"], ours.compressions, strict=True):
        assert got["t_s"] == pytest.approx(expected.t_s, abs=0.001)
        assert got["depth_mm"] == pytest.approx(expected.depth_mm, abs=0.1)
        assert (got["recoil"], got["x_mm"] is None) == (expected.recoil, expected.x_mm is None)
        if expected.lean_mm is not None:
            assert got["lean_mm"] == pytest.approx(expected.lean_mm, abs=0.1)
        if expected.x_mm is not None:
            assert (got["x_mm"], got["z_mm"]) == (pytest.approx(expected.x_mm), pytest.approx(expected.z_mm))
    assert answer["summary"]["rateCpm"] == pytest.approx(ours.summary.rate_cpm, abs=0.1)
    assert answer["summary"]["ccf"] == pytest.approx(ours.summary.ccf, abs=0.001)
    assert answer["summary"]["recoilShare"] == pytest.approx(ours.summary.recoil_share)
    return answer


@pytest.mark.parametrize("pressing", PRESSINGS.values(), ids=PRESSINGS.keys())
@pytest.mark.parametrize("source", list(Source))
def test_the_same_compressions_on_both_sides(client: NodeDriver, source: Source, pressing: Pressing) -> None:
    signal = record(pressing, ISSUE_SIGNALS[source], 11)
    assert_same(client, signal.samples.tolist(), source)


@pytest.mark.parametrize("source", list(Source))
def test_the_client_keeps_the_bounds_of_the_record(client: NodeDriver, source: Source) -> None:
    depth_bound, rate_bound = BOUNDS[source]
    for seed in range(2):
        signal = record(Pressing(), ISSUE_SIGNALS[source], seed)
        answer = client.ask({"samples": signal.samples.tolist(), "source": source.value})
        assert depth_error_mm(answer["compressions"], signal) < depth_bound
        assert abs(answer["summary"]["rateCpm"] - signal.rate_cpm) < rate_bound
        assert len(answer["compressions"]) >= 0.97 * len(signal.truth)


def depth_error_mm(found: list[dict[str, float]], signal: Signal) -> float:
    times = np.array([t for t, _, _ in signal.truth])
    nearest = [int(np.argmin(np.abs(times - c["t_s"]))) for c in found]
    return float(np.mean([abs(c["depth_mm"] - signal.truth[i][1]) for c, i in zip(found, nearest, strict=True)]))


def test_a_calibrated_controller_that_lies_aside_is_the_same_on_both_sides(client: NodeDriver) -> None:
    signal = record(Pressing(), ISSUE_SIGNALS[Source.CONTROLLER], 4)
    answer = assert_same(client, signal.samples.tolist(), Source.CONTROLLER, Calibration(850.0, 30.0, -300.0))
    assert answer["compressions"][0]["x_mm"] == pytest.approx(20.0, abs=4.0)


@pytest.mark.parametrize("source", list(Source))
def test_gaps_and_repeated_times_are_the_same_on_both_sides(client: NodeDriver, source: Source) -> None:
    rows = record(Pressing(pauses=()), ISSUE_SIGNALS[source], 6).samples.tolist()
    kept = [row for row in rows if not 20.0 < row[0] < 23.0 and not 40.0 < row[0] < 40.3]
    assert_same(client, [*kept[:500], kept[499], kept[490], *kept[500:]], source)


@pytest.mark.parametrize("source", list(Source))
def test_what_is_no_compression_is_none_on_either_side(client: NodeDriver, source: Source) -> None:
    rng = np.random.default_rng(2)
    t = np.arange(0.0, 30.0, 1 / 72)
    wander = np.cumsum(rng.standard_normal((len(t), 3)), axis=0) * 0.002
    assert_same(client, np.column_stack([t, wander]).tolist(), source)


def test_a_fast_manikin_needs_more_memory_and_gets_it(client: NodeDriver) -> None:
    seeing = Seeing(Source.SENSOR, rate_hz=480.0, noise=0.3)
    assert_same(client, record(Pressing(seconds=20.0), seeing, 3).samples.tolist(), Source.SENSOR)


def test_a_phone_without_gravity_is_the_same_on_both_sides(client: NodeDriver) -> None:
    seeing = Seeing(Source.PHONE, 100.0, 0.15, tilt_deg=40.0, gravity=False)
    assert_same(client, record(Pressing(), seeing, 8).samples.tolist(), Source.PHONE)
