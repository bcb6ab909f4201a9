"""Least squares by hand, so that the same lines can be written in the browser's language."""

from collections.abc import Sequence


def parabola_vertex(points: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Vertex (t, y) of the parabola that fits the points best, or None when they do not bend.

    Points: (t, y), any spacing. Times are taken from their middle so that the sums keep their digits.
    """
    n = len(points)
    if n < 4:
        return None
    middle = sum(t for t, _ in points) / n
    s1 = s2 = s3 = s4 = y0 = y1 = y2 = 0.0
    for t, y in points:
        u = t - middle
        s1 += u
        s2 += u * u
        s3 += u * u * u
        s4 += u * u * u * u
        y0 += y
        y1 += u * y
        y2 += u * u * y
    # Normal equations of y = a + b u + c u^2 with s1 = 0 by the choice of the middle.
    determinant = n * (s2 * s4 - s3 * s3) - s2 * s2 * s2
    if determinant == 0.0:
        return None
    a = (y0 * (s2 * s4 - s3 * s3) + s3 * s2 * y1 - s2 * s2 * y2) / determinant
    b = (n * (y1 * s4 - y2 * s3) + s2 * (s3 * y0 - s2 * y1)) / determinant
    c = (n * (s2 * y2 - s3 * y1) - s2 * s2 * y0) / determinant
    if c == 0.0:
        return None
    u = -b / (2 * c)
    if not points[0][0] - middle <= u <= points[-1][0] - middle:
        return None
    return middle + u, a + b * u + c * u * u


def median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
