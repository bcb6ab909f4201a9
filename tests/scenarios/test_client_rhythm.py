"""What the monitor of the stage draws looks to the same detector as the trainer's own rhythms do."""

from collections.abc import Iterator

import numpy as np
import pytest

from courses.scenarios.rhythm.synthesis import Rhythm
from tests.scenarios.node import NodeDriver
from tests.scenarios.rhythm_oracle import advises_shock

SEEDS = range(100)


@pytest.fixture(scope="module")
def monitor() -> Iterator[NodeDriver]:
    driver = NodeDriver("client_rhythm.mjs")
    yield driver
    driver.close()


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
def test_a_detector_judges_the_drawn_trace_rightly(
    monitor: NodeDriver, rhythm: Rhythm, shock: bool, share: float
) -> None:
    right = 0
    for seed in SEEDS:
        answer = monitor.ask({"rhythm": rhythm.value, "seed": seed, "seconds": 9})
        right += advises_shock(np.array(answer["trace"]), answer["rate_hz"]) is shock
    assert right / len(SEEDS) > share


@pytest.mark.parametrize(("rhythm", "least_mv"), [(Rhythm.SINUS, 0.7), (Rhythm.VT, 0.7), (Rhythm.PEA, 0.4)])
def test_the_figure_beside_the_trace_is_the_rate_of_its_beats(
    monitor: NodeDriver, rhythm: Rhythm, least_mv: float
) -> None:
    answer = monitor.ask({"rhythm": rhythm.value, "seed": 3, "seconds": 60})
    high = np.array(answer["trace"]) > least_mv
    beats = np.flatnonzero(high[1:] & ~high[:-1])
    apart = np.diff(beats)[np.diff(beats) > 0.15 * answer["rate_hz"]]
    assert 60 * answer["rate_hz"] / apart.mean() == pytest.approx(answer["counted"], rel=0.04)
