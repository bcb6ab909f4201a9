"""Compression fraction and pauses, without the time for which the AED ordered hands off or tracking was lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from courses.scenarios.motion.compression import PAUSE_FROM_S

Span = tuple[float, float]


@dataclass(frozen=True)
class HandsOff:
    """ccf: 0..1. pauses: (start, seconds that count) of every gap between compressions."""

    ccf: float
    pauses: tuple[Span, ...]

    @property
    def longest_s(self) -> float:
        return max((seconds for _, seconds in self.pauses), default=0.0)


def hands_off(times: Sequence[float], end_s: float, excused: Sequence[Span]) -> HandsOff:
    """From the first compression until end_s. Each compression covers half a period before and after its bottom."""
    if not times:
        return HandsOff(0.0, ())
    gaps = list(pairwise(times))
    steady = [b - a for a, b in gaps if b - a < PAUSE_FROM_S]
    half = sum(steady) / len(steady) / 2 if steady else 0.3
    spans = [(a + half, b - half) for a, b in gaps if b - a >= PAUSE_FROM_S]
    if end_s - times[-1] >= PAUSE_FROM_S:
        spans.append((times[-1] + half, end_s))
    merged = _merged(excused)
    pauses = tuple((a, b - a - _overlap((a, b), merged)) for a, b in spans)
    length = end_s - times[0] - sum(_overlap((a, b), merged) for a, b in spans)
    still = sum(seconds for _, seconds in pauses)
    return HandsOff(max(0.0, min(1.0, 1.0 - still / length)) if length > 0 else 1.0, pauses)


def _merged(spans: Sequence[Span]) -> list[Span]:
    """The same spans, those that overlap made one, so that nothing is excused twice."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _overlap(span: Span, others: Sequence[Span]) -> float:
    return sum(max(0.0, min(span[1], end) - max(span[0], start)) for start, end in others)
