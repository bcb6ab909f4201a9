"""What one compression is worth (docs/scoring.md)."""

from courses.scenarios.clinical.profiles import CompressionTarget

# Credit falls linearly to nothing over so much beyond the range. Too shallow moves no blood, so 20 mm short is worth
# nothing; too deep injures but still moves blood, and a chest seldom gives way further.
DEPTH_SHORT_MM = 20.0
DEPTH_BEYOND_MM = 15.0
RATE_OFF_CPM = 30.0
WEIGHT_DEPTH, WEIGHT_RATE, WEIGHT_RECOIL = 0.4, 0.4, 0.2


def range_credit(value: float, low: float, high: float, below: float, above: float) -> float:
    """1 within the range, falling to 0 at `below` under it and `above` over it."""
    if value < low:
        return max(0.0, 1.0 - (low - value) / below)
    if value > high:
        return max(0.0, 1.0 - (value - high) / above)
    return 1.0


def compression_credit(
    target: CompressionTarget, depth_mm: float | None, rate_cpm: float | None, recoil: bool | None
) -> float:
    """0..1. What the source cannot tell is left out and its weight goes to the rest; knowing nothing is worth 0."""
    parts: list[tuple[float, float]] = []
    if depth_mm is not None:
        parts.append((WEIGHT_DEPTH, range_credit(depth_mm, *target.depth_mm, DEPTH_SHORT_MM, DEPTH_BEYOND_MM)))
    if rate_cpm is not None:
        parts.append((WEIGHT_RATE, range_credit(rate_cpm, *target.rate_cpm, RATE_OFF_CPM, RATE_OFF_CPM)))
    if recoil is not None:
        parts.append((WEIGHT_RECOIL, 1.0 if recoil else 0.0))
    total = sum(weight for weight, _ in parts)
    return sum(weight * credit for weight, credit in parts) / total if total else 0.0
