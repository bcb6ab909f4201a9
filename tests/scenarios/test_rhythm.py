"""Synthesised rhythms look to a detector like what they are called."""

import numpy as np
import pytest

from courses.scenarios.rhythm.synthesis import Rhythm, compression_artefact, synthesise
from tests.scenarios.rhythm_oracle import advises_shock

SEEDS = range(200)


@pytest.mark.parametrize(
    ("rhythm", "shock", "share"),
    [
        (Rhythm.VF_COARSE, True, 0.90),
        (Rhythm.VF_FINE, True, 0.90),
        (Rhythm.VT, True, 0.75),
        (Rhythm.SINUS, False, 0.99),
        (Rhythm.ASYSTOLE, False, 0.95),
        (Rhythm.PEA, False, 0.95),
    ],
)
def test_a_detector_advises_rightly(rhythm: Rhythm, shock: bool, share: float) -> None:
    right = sum(advises_shock(synthesise(rhythm, 9.0, seed=seed)) is shock for seed in SEEDS)
    assert right / len(SEEDS) > share


@pytest.mark.parametrize("rhythm", list(Rhythm))
def test_the_same_seed_draws_the_same_trace(rhythm: Rhythm) -> None:
    assert np.array_equal(synthesise(rhythm, 3.0, seed=4), synthesise(rhythm, 3.0, seed=4))
    assert not np.array_equal(synthesise(rhythm, 3.0, seed=4), synthesise(rhythm, 3.0, seed=5))


def test_the_sinus_rhythm_beats_as_fast_as_it_was_asked() -> None:
    trace = synthesise(Rhythm.SINUS, 30.0, seed=1, heart_rate=100)
    peaks = np.flatnonzero((trace[1:-1] > 0.7) & (trace[1:-1] >= trace[:-2]) & (trace[1:-1] > trace[2:]))
    beats = 1 + np.count_nonzero(np.diff(peaks) > 50)
    assert abs(beats * 2 - 100) <= 6


def test_compressions_can_hide_asystole_so_the_trainer_must_watch_for_motion() -> None:
    disturbed = synthesise(Rhythm.ASYSTOLE, 9.0, seed=1) + compression_artefact(9.0, 110)
    assert np.ptp(disturbed) > 1.0
