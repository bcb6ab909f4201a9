"""The pictures of a source in display order, and how they map onto a constant frame rate."""

import io
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

STANDARD_RATES = tuple(
    Fraction(rate)
    for rate in ("24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60", "72", "90", "100", "120")
)
MAX_RATE = Fraction(60)
# Largest distance of a time stamp from its place in a constant rate, in frames.
CONSTANT_TOLERANCE = 0.3


@dataclass(frozen=True)
class Timeline:
    """Index of a source's video packets.

    `pts`: time stamps of the pictures in display order; `keys`: those of them where decoding can begin; both in
    `time_base` seconds. `sequential`: the container has no usable time stamps, pictures are counted from the start.
    """

    pts: NDArray[np.int64]
    keys: NDArray[np.int64]
    time_base: Fraction
    fps: Fraction
    constant: bool
    sequential: bool
    duration: float

    @property
    def frames(self) -> int:
        """Pictures at the constant rate `fps`."""
        if self.constant:
            return len(self.pts)
        return max(1, round(self.duration * float(self.fps)))

    def source_indices(self, start: int, count: int) -> NDArray[np.int64]:
        """Which source picture each of the output pictures start .. start + count - 1 shows: the one on screen in the
        middle of the output picture's time."""
        output = np.arange(start, start + count, dtype=np.int64)
        if self.constant:
            return output
        times = (self.pts - self.pts[0]) * float(self.time_base)
        # A hair before the middle, so that a source of twice the rate gives every second picture.
        middle = (output + 0.5 - 1e-4) / float(self.fps)
        return np.clip(np.searchsorted(times, middle, side="right") - 1, 0, len(self.pts) - 1)

    def seconds(self, index: int) -> float:
        return float((int(self.pts[index]) - int(self.pts[0])) * self.time_base)

    def key_before(self, index: int) -> int:
        """Position in `keys` of the last one at or before picture `index`; -1 if there is none."""
        return int(np.searchsorted(self.keys, self.pts[index], side="right")) - 1

    def to_bytes(self) -> bytes:
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            pts=self.pts,
            keys=self.keys,
            rationals=np.array([*self.time_base.as_integer_ratio(), *self.fps.as_integer_ratio()], np.int64),
            flags=np.array([self.constant, self.sequential]),
            duration=np.array([self.duration]),
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Timeline":
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            numbers = [int(value) for value in stored["rationals"]]
            return cls(
                pts=stored["pts"],
                keys=stored["keys"],
                time_base=Fraction(numbers[0], numbers[1]),
                fps=Fraction(numbers[2], numbers[3]),
                constant=bool(stored["flags"][0]),
                sequential=bool(stored["flags"][1]),
                duration=float(stored["duration"][0]),
            )


def make_timeline(
    pts: list[int], keys: list[int], time_base: Fraction, hints: list[Fraction], sequential: bool = False
) -> Timeline:
    """Decide the constant rate for time stamps `pts` (any order). `hints`: rates that the container claims."""
    ordered = np.unique(np.array(pts, np.int64))
    # Pictures before the first key frame refer to something that was never recorded.
    ordered = ordered[ordered >= min(keys)]
    times = (ordered - ordered[0]) * float(time_base)
    rate, constant = choose_rate(times, hints)
    last = float(np.median(np.diff(times))) if len(times) > 1 else 1 / float(rate)
    duration = len(ordered) / float(rate) if constant else float(times[-1]) + last
    return Timeline(ordered, np.unique(np.array(keys, np.int64)), time_base, rate, constant, sequential, duration)


def choose_rate(times: NDArray[np.float64], hints: list[Fraction]) -> tuple[Fraction, bool]:
    """The rate, and whether the pictures (seconds, rising from 0) already follow it."""
    candidates = [rate for rate in hints if 1 <= rate <= MAX_RATE]
    candidates += [rate for rate in STANDARD_RATES if rate <= MAX_RATE]
    if len(times) < 2:
        return (candidates[0], True)
    mean = Fraction((len(times) - 1) / float(times[-1])).limit_denominator(1001)
    if 1 <= mean <= MAX_RATE:
        candidates.append(mean)
    number = np.arange(len(times))
    for rate in candidates:
        if np.abs(times * float(rate) - number).max() <= CONSTANT_TOLERANCE:
            return rate, True
    usual = 1 / float(np.median(np.diff(times)))
    return min((rate for rate in STANDARD_RATES if rate <= MAX_RATE), key=lambda rate: abs(float(rate) - usual)), False
