"""Where the hands rest on the chest before anybody presses."""

from collections.abc import Sequence
from dataclasses import dataclass

SHORTEST_S = 0.5
# Spread of a hand that lies still: tracking noise of a bare hand is about 3 mm.
STILL_MM = 5.0


class NotStill(ValueError):
    """The hands moved, or were seen too briefly, so there is no rest height to take."""


@dataclass(frozen=True)
class Calibration:
    """Rest height and place of the hands, millimetres in the tracking space (y up)."""

    rest_mm: float
    x_mm: float = 0.0
    z_mm: float = 0.0


def calibrate(samples: Sequence[tuple[float, float, float, float]]) -> Calibration:
    """Rest height from samples (t_s, x_mm, y_mm, z_mm) of hands that lie still on the chest for half a second.

    Raises NotStill when they move or when the stretch is too short.
    """
    if len(samples) < 10 or samples[-1][0] - samples[0][0] < SHORTEST_S:
        raise NotStill("too short")
    n = len(samples)
    x, y, z = (sum(sample[axis] for sample in samples) / n for axis in (1, 2, 3))
    if (sum((sample[2] - y) ** 2 for sample in samples) / n) ** 0.5 > STILL_MM:
        raise NotStill("moving")
    return Calibration(y, x, z)
