"""Shock advice read from the trace alone; knows nothing of how the trace was made.

Three-second segments vote (as AED makers describe): a flat segment is asystole; otherwise fibrillation and fast wide
beats stay away from the baseline most of the time and keep their power in a narrow band of 2.5 to 9 Hz.
"""

import numpy as np
from numpy.typing import NDArray


def advises_shock(trace: NDArray[np.float64], rate_hz: int = 250) -> bool:
    length = 3 * rate_hz
    segments = [trace[i : i + length] for i in range(0, len(trace) - length + 1, length)]
    return 2 * sum(_is_shockable(segment, rate_hz) for segment in segments) > len(segments)


def _is_shockable(segment: NDArray[np.float64], rate_hz: int) -> bool:
    level = np.convolve(segment, np.ones(rate_hz) / rate_hz, "same")
    x = segment - level
    if np.percentile(x, 99) - np.percentile(x, 1) < 0.16:
        return False
    away = np.mean(np.abs(x) > 0.2 * np.abs(x).max())
    power = np.abs(np.fft.rfft(x * np.hanning(len(x)))) ** 2
    hertz = np.fft.rfftfreq(len(x), 1 / rate_hz)
    band = power[(hertz >= 2) & (hertz <= 9)].sum() / power[(hertz > 0.7) & (hertz < 40)].sum()
    peak = hertz[np.argmax(power * (hertz > 0.7))]
    return bool(away > 0.40 and band > 0.75 and peak >= 2.5)
