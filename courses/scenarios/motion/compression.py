"""One compression, and what a series of them adds up to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

# Two bottoms further apart than this have a pause between them; 1.5 s is a third of the slowest rate anyone keeps up.
PAUSE_FROM_S = 1.5


@dataclass(frozen=True)
class Compression:
    """t_s: when the bottom was reached, seconds. depth_mm: rest height minus bottom.

    lean_mm: how much of the rest height the following release left out; None where the source cannot tell.
    recoil: lean within tolerance; None where the source cannot tell. x_mm, z_mm: hand position off the calibrated
    point, None without one.
    """

    t_s: float
    depth_mm: float
    lean_mm: float | None
    recoil: bool | None
    x_mm: float | None = None
    z_mm: float | None = None


@dataclass(frozen=True)
class CompressionSummary:
    """rate_cpm: compressions per minute while compressing. ccf: share of the time in which compressions went on, 0..1.

    pauses: (start, length) in seconds of every stretch without compressions.
    """

    rate_cpm: float
    ccf: float
    mean_depth_mm: float
    recoil_share: float | None
    pauses: tuple[tuple[float, float], ...] = field(default=())


def summarise(compressions: Sequence[Compression], start_s: float, end_s: float) -> CompressionSummary:
    """What the compressions between two times add up to. Each one covers half a period before and after its bottom."""
    times = [c.t_s for c in compressions]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    steady = [gap for gap in gaps if gap < PAUSE_FROM_S]
    period = sum(steady) / len(steady) if steady else 0.0
    length = end_s - start_s
    if not times or length <= 0:
        pauses = ((start_s, length),) if length > 0 else ()
        return CompressionSummary(0.0, 0.0, 0.0, None, pauses)
    pauses_found = list(_pauses(times, start_s, end_s, period / 2))
    hands_off = sum(seconds for _, seconds in pauses_found)
    judged = [c.recoil for c in compressions if c.recoil is not None]
    return CompressionSummary(
        rate_cpm=60.0 / period if period else 0.0,
        ccf=min(1.0, max(0.0, 1.0 - hands_off / length)),
        mean_depth_mm=sum(c.depth_mm for c in compressions) / len(compressions),
        recoil_share=sum(judged) / len(judged) if judged else None,
        pauses=tuple(pauses_found),
    )


def _pauses(times: list[float], start_s: float, end_s: float, half: float) -> list[tuple[float, float]]:
    found = []
    if times[0] - half > start_s:
        found.append((start_s, times[0] - half - start_s))
    for earlier, later in pairwise(times):
        if later - earlier >= PAUSE_FROM_S:
            found.append((earlier + half, later - earlier - 2 * half))
    if times[-1] + half < end_s:
        found.append((times[-1] + half, end_s - times[-1] - half))
    return found
