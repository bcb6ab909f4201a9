"""How far measured compressions are from those that were made, on the published signals. Bounds: the issue's."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from courses.scenarios import motion
from courses.scenarios.motion import Measurement, Source, measure, measure_csv
from courses.scenarios.motion.signals import ISSUE_SIGNALS, Pressing, Seeing, Signal, record

SEEDS = range(3)
PRESSED = [(110.0, 54.0), (100.0, 50.0), (120.0, 60.0), (95.0, 38.0)]


def errors(signals: Iterable[Signal], source: Source) -> tuple[float, float, float]:
    """Mean error of depth in mm, largest error of the rate in cpm, and share of compressions found."""
    depth, rate, found, made = [], [], 0, 0
    for signal in signals:
        measured = measured_from(signal, source)
        times = np.array([t for t, _, _ in signal.truth])
        for compression in measured.compressions:
            nearest = int(np.argmin(np.abs(times - compression.t_s)))
            assert abs(times[nearest] - compression.t_s) < 0.1, "a compression that nobody made"
            depth.append(abs(compression.depth_mm - signal.truth[nearest][1]))
        rate.append(abs(measured.summary.rate_cpm - signal.rate_cpm))
        found, made = found + len(measured.compressions), made + len(times)
    return float(np.mean(depth)), max(rate), found / made


def measured_from(signal: Signal, source: Source) -> Measurement:
    return measure([(row[0], row[1], row[2], row[3]) for row in signal.samples.tolist()], source)


@pytest.mark.parametrize(("rate_cpm", "depth_mm"), PRESSED)
@pytest.mark.parametrize(
    ("source", "depth_bound_mm", "rate_bound_cpm"),
    [(Source.CONTROLLER, 1.0, 0.5), (Source.PHONE, 2.0, 1.0), (Source.HAND, 4.0, 1.0), (Source.SENSOR, 1.0, 0.5)],
)
def test_depth_and_rate(
    source: Source, depth_bound_mm: float, rate_bound_cpm: float, rate_cpm: float, depth_mm: float
) -> None:
    pressing = Pressing(rate_cpm=rate_cpm, depth_mm=depth_mm)
    signals = [record(pressing, ISSUE_SIGNALS[source], seed) for seed in SEEDS]
    depth, rate, found = errors(signals, source)
    assert depth < depth_bound_mm
    assert rate < rate_bound_cpm
    assert 0.97 < found <= 1.0


@pytest.mark.parametrize(
    ("source", "depth_bound_mm", "rate_bound_cpm"),
    [(Source.CONTROLLER, 1.0, 0.5), (Source.PHONE, 2.0, 1.0), (Source.HAND, 4.0, 1.0), (Source.SENSOR, 1.0, 0.5)],
)
def test_the_recorded_signals_are_the_generators_and_are_measured_as_truly(
    tmp_path: Path, source: Source, depth_bound_mm: float, rate_bound_cpm: float
) -> None:
    recorded = Path(motion.__file__).parent / "recordings" / f"{source.value}.csv"
    made = tmp_path / "made.csv"
    record(Pressing(20.0), ISSUE_SIGNALS[source], 1).write(made)
    table = [np.loadtxt(file, delimiter=",", skiprows=1) for file in (recorded, made)]
    assert table[0].shape == table[1].shape and np.allclose(*table, atol=2e-6)
    truth = json.loads(recorded.with_suffix(".truth.json").read_text())
    measured = measure_csv(recorded, source)
    pressed = truth["compressions"]
    assert len(measured.compressions) == len(pressed)
    off = [abs(c.depth_mm - p["depth_mm"]) for c, p in zip(measured.compressions, pressed, strict=True)]
    assert np.mean(off) < depth_bound_mm
    assert abs(measured.summary.rate_cpm - truth["rate_cpm"]) < rate_bound_cpm


def test_the_fraction_knows_the_pauses() -> None:
    pressing = Pressing(lead_s=0.5, pauses=((20.0, 30.0),))
    signal = record(pressing, ISSUE_SIGNALS[Source.CONTROLLER], 1)
    assert measured_from(signal, Source.CONTROLLER).summary.ccf == pytest.approx(1 - 11.3 / 59.9, abs=0.02)


@pytest.mark.parametrize(("lean_mm", "released"), [(0.0, True), (12.0, False)])
def test_leaning_is_seen_by_a_controller(lean_mm: float, released: bool) -> None:
    signal = record(Pressing(lean_mm=lean_mm), ISSUE_SIGNALS[Source.CONTROLLER], 2)
    measured = measured_from(signal, Source.CONTROLLER)
    assert np.mean([c.recoil is released for c in measured.compressions]) > 0.95


@pytest.mark.parametrize("source", [Source.HAND, Source.PHONE])
def test_leaning_is_not_claimed_where_it_cannot_be_seen(source: Source) -> None:
    signal = record(Pressing(lean_mm=12.0), ISSUE_SIGNALS[source], 2)
    assert {c.recoil for c in measured_from(signal, source).compressions} == {None}


@pytest.mark.parametrize("gravity", [True, False])
def test_a_phone_is_understood_with_and_without_gravity(gravity: bool) -> None:
    seeing = Seeing(Source.PHONE, 60.0, 0.15, tilt_deg=10.0, gravity=gravity)
    depth, rate, found = errors([record(Pressing(), seeing, 5)], Source.PHONE)
    assert (depth < 2.0, rate < 1.0, found > 0.97) == (True, True, True)


def test_hands_in_the_air_are_no_compressions() -> None:
    rng = np.random.default_rng(3)
    t = np.arange(0, 20, 1 / 72)
    height = 1.2 + 0.15 * np.sin(2 * np.pi * 0.4 * t) + 0.001 * rng.standard_normal(len(t))
    assert not measure([(a, 0.0, b, 0.0) for a, b in zip(t, height, strict=True)], Source.CONTROLLER).compressions


def test_a_gap_in_tracking_costs_only_the_compressions_in_it() -> None:
    signal = record(Pressing(pauses=()), ISSUE_SIGNALS[Source.CONTROLLER], 7)
    rows = [tuple(row) for row in signal.samples.tolist() if not 20.0 < row[0] < 25.0]
    seen = measure([(r[0], r[1], r[2], r[3]) for r in rows], Source.CONTROLLER).compressions
    outside = [t for t, _, _ in signal.truth if not 19.5 < t < 25.8]
    assert len(seen) >= len(outside)
    assert not [c for c in seen if 20.0 < c.t_s < 25.0]


def test_the_generator_repeats_itself() -> None:
    one, other = (record(Pressing(), ISSUE_SIGNALS[Source.PHONE], 9) for _ in range(2))
    assert np.array_equal(one.samples, other.samples)
    assert one.truth == other.truth
