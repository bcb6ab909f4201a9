"""Heart rhythms as a monitor or an AED sees them, synthesised; deterministic by seed.

Beats are sums of Gaussians placed along the cycle (the idea of McSharry et al. 2003, IEEE TBME 50(3)); fibrillation is
a wandering sum of oscillators of 3 to 7.5 Hz whose amplitude waxes and wanes.
"""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# A wave of a beat: millivolts, seconds from the R wave, standard deviation in seconds.
Wave = tuple[float, float, float]


class Rhythm(StrEnum):
    SINUS = "sinus"
    VF_COARSE = "vf_coarse"
    VF_FINE = "vf_fine"
    VT = "vt"
    ASYSTOLE = "asystole"
    PEA = "pea"


SHOCKABLE = frozenset({Rhythm.VF_COARSE, Rhythm.VF_FINE, Rhythm.VT})
PQRST: tuple[Wave, ...] = (
    (0.12, -0.20, 0.025),
    (-0.10, -0.03, 0.008),
    (1.1, 0.0, 0.010),
    (-0.22, 0.03, 0.010),
    (0.28, 0.26, 0.045),
)
WIDE_FAST: tuple[Wave, ...] = ((1.3, 0.0, 0.050), (-0.9, 0.13, 0.060))
WIDE_SLOW: tuple[Wave, ...] = ((0.6, 0.0, 0.030), (-0.2, 0.07, 0.030), (0.2, 0.30, 0.060))


def synthesise(
    rhythm: Rhythm, seconds: float, rate_hz: int = 250, seed: int = 0, heart_rate: float | None = None
) -> Array:
    """Lead II in millivolts, seconds * rate_hz samples. heart_rate: beats per minute, for rhythms that beat."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    if rhythm is Rhythm.SINUS:
        return _beats(t, PQRST, heart_rate or 75, 0.03, rng)
    if rhythm is Rhythm.VT:
        return _beats(t, WIDE_FAST, heart_rate or 190, 0.01, rng)
    if rhythm is Rhythm.PEA:
        return _beats(t, WIDE_SLOW, heart_rate or 45, 0.05, rng)
    if rhythm is Rhythm.VF_COARSE:
        return _fibrillation(t, 0.6, 5.0, rate_hz, rng)
    if rhythm is Rhythm.VF_FINE:
        return _fibrillation(t, 0.18, 6.0, rate_hz, rng)
    return 0.03 * np.sin(2 * np.pi * 0.25 * t + 2 * np.pi * rng.random()) + _hiss(t, rng, 0.012)


def compression_artefact(seconds: float, rate_cpm: float, rate_hz: int = 250, millivolts: float = 0.8) -> Array:
    """What compressions add to the trace: the rate and its first harmonics."""
    phase = 2 * np.pi * rate_cpm / 60.0 * np.arange(int(seconds * rate_hz)) / rate_hz
    return np.asarray(millivolts * (np.sin(phase) + 0.4 * np.sin(2 * phase + 0.7) + 0.15 * np.sin(3 * phase)))


def _hiss(t: Array, rng: np.random.Generator, millivolts: float) -> Array:
    return millivolts * rng.standard_normal(len(t))


def _beats(t: Array, waves: Sequence[Wave], per_minute: float, scatter: float, rng: np.random.Generator) -> Array:
    trace = _hiss(t, rng, 0.015)
    beat = -rng.random() * 60.0 / per_minute
    while beat < t[-1] + 1.0:
        for millivolts, place, width in waves:
            trace += millivolts * np.exp(-0.5 * ((t - beat - place) / width) ** 2)
        beat += 60.0 / per_minute * (1.0 + scatter * rng.standard_normal())
    return trace


def _fibrillation(t: Array, millivolts: float, centre_hz: float, rate_hz: int, rng: np.random.Generator) -> Array:
    wander = 0.18 * np.cumsum(rng.standard_normal(len(t))) / np.sqrt(rate_hz)
    phase = 2 * np.pi * np.cumsum(np.clip(centre_hz + wander, 3.2, 7.5)) / rate_hz
    knots = np.arange(0.0, t[-1] + 2.0, 0.7)
    swell = 0.55 + 0.45 * np.interp(t, knots, rng.random(len(knots)))
    shape = np.sin(phase) + 0.35 * np.sin(1.7 * phase + 2 * np.pi * rng.random()) + 0.2 * np.sin(2.4 * phase + 1.0)
    return millivolts * swell * shape + _hiss(t, rng, 0.02)
