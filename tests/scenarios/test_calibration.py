"""The rest height is taken from hands that lie still, and everything is measured from there."""

import numpy as np
import pytest

from courses.scenarios.motion import Source, measure
from courses.scenarios.motion.calibration import Calibration, NotStill, calibrate
from courses.scenarios.motion.signals import ISSUE_SIGNALS, Pressing, record


def lying(seconds: float, moving_mm: float = 0.0) -> list[tuple[float, float, float, float]]:
    rng = np.random.default_rng(1)
    times = np.arange(0.0, seconds, 1 / 72)
    noise = rng.standard_normal((len(times), 3))
    return [
        (float(t), 50.0 + n[0], 850.0 + n[1] + moving_mm * float(np.sin(6 * t)), -300.0 + n[2])
        for t, n in zip(times, noise, strict=True)
    ]


def test_still_hands_give_height_and_place() -> None:
    found = calibrate(lying(1.0))
    assert (found.x_mm, found.rest_mm, found.z_mm) == (
        pytest.approx(50, abs=0.5),
        pytest.approx(850, abs=0.5),
        pytest.approx(-300, abs=0.5),
    )


@pytest.mark.parametrize(("seconds", "moving_mm"), [(0.2, 0.0), (1.0, 20.0)])
def test_hands_that_move_or_are_seen_too_briefly_are_refused(seconds: float, moving_mm: float) -> None:
    with pytest.raises(NotStill):
        calibrate(lying(seconds, moving_mm))


def test_leaning_from_the_first_moment_on_is_seen_with_a_calibration() -> None:
    signal = record(Pressing(seconds=15.0, pauses=()), ISSUE_SIGNALS[Source.CONTROLLER], 1)
    samples = [(r[0], r[1], r[2], r[3]) for r in signal.samples.tolist()]
    leaning = measure(samples, Source.CONTROLLER, Calibration(862.0, 50.0, -300.0)).compressions
    assert {compression.recoil for compression in leaning} == {False}
    assert np.mean([c.depth_mm for c in leaning]) == pytest.approx(np.mean([d for _, d, _ in signal.truth]) + 12, abs=1)


def test_hands_beside_the_calibrated_place_are_known() -> None:
    signal = record(Pressing(seconds=10.0, pauses=()), ISSUE_SIGNALS[Source.CONTROLLER], 1)
    samples = [(r[0], r[1] + 0.03, r[2], r[3]) for r in signal.samples.tolist()]
    beside = measure(samples, Source.CONTROLLER, Calibration(850.0, 50.0, -300.0)).compressions
    assert np.mean([c.x_mm for c in beside if c.x_mm is not None]) == pytest.approx(30, abs=1)
