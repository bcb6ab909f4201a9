"""The bay's sound: air conditioning, the metronome that paces compressions, the monitor's alarm, breath by bag."""

from collections.abc import Iterator

import av
import numpy as np
from numpy.typing import NDArray

RATE = 48_000
BLOCK = 1024


def _tone(at: NDArray[np.float64], start: float, length: float, hertz: float) -> NDArray[np.float64]:
    """A tone with a soft start and a fading end."""
    t = at - start
    inside = (t >= 0) & (t < length)
    envelope = np.minimum(t / 0.004, 1) * np.maximum(1 - t / length, 0) ** 1.5
    return np.where(inside, envelope * np.sin(2 * np.pi * hertz * t), 0)


def mix(seconds: float, period: float) -> NDArray[np.float32]:
    """(2, samples) floats in -1..1; `period` is the time of one compression, seconds."""
    count = round(seconds * RATE)
    at = np.arange(count) / RATE
    rng = np.random.default_rng(7)
    noise = rng.standard_normal(count)
    smooth = np.convolve(noise, np.ones(400) / 400, "same")
    left, right = 0.25 * smooth, 0.25 * np.roll(smooth, 911)
    for start in np.arange(0, seconds, period):
        tick = 0.35 * _tone(at, start, 0.05, 1760)
        left += tick
        right += tick
    for start in np.arange(0.0, seconds, 2.0):  # the monitor hangs to the right of the middle
        for k in range(3):
            beep = 0.16 * _tone(at, start + 0.18 * k, 0.14, 880 if k < 2 else 990)
            left += 0.5 * beep
            right += beep
    for start in np.arange(1.0, seconds, 6.0):  # the bag is squeezed at the left
        t = at - start
        puff = np.where((t > 0) & (t < 1.2), np.sin(np.pi * np.clip(t / 1.2, 0, 1)) ** 2, 0) * noise * 0.03
        left += puff
        right += 0.4 * puff
    return np.clip(np.stack([left, right]), -1, 1).astype(np.float32)


def blocks(seconds: float, period: float) -> Iterator[av.AudioFrame]:
    samples = mix(seconds, period)
    for start in range(0, samples.shape[1], BLOCK):
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples[:, start : start + BLOCK]), format="fltp", layout="stereo"
        )
        frame.sample_rate, frame.pts = RATE, start
        yield frame
