"""What a measurement comes from, and what may honestly be said about it."""

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    CONTROLLER = "controller"
    HAND = "hand"
    PHONE = "phone"
    SENSOR = "sensor"


class Surface(StrEnum):
    """What the hands press on. In the air nothing pushes back, so a rest height must be calibrated by hand."""

    MANIKIN = "manikin"
    PILLOW = "pillow"
    AIR = "air"


@dataclass(frozen=True)
class Honesty:
    """What a source can tell.

    depth_is: "depth" only where a calibrated sensor sits in the chest; everything else is travel of a hand or phone.
    lean: whether incomplete release can be judged. confidence: "high", "medium" or "low".
    certifies_depth: whether depth may count towards a certificate (DESIGN D8: only from a calibrated sensor).
    """

    depth_is: str
    lean: bool
    confidence: str
    certifies_depth: bool


HONESTY: dict[Source, Honesty] = {
    Source.CONTROLLER: Honesty("hand_travel", lean=True, confidence="medium", certifies_depth=False),
    # Tracked hands are off by about 11 mm at the fingertip (clinical facts), more than the tolerance for leaning.
    Source.HAND: Honesty("hand_travel", lean=False, confidence="low", certifies_depth=False),
    # An accelerometer knows no height, only change of velocity: a constant lean leaves no trace in it.
    Source.PHONE: Honesty("phone_travel", lean=False, confidence="medium", certifies_depth=False),
    Source.SENSOR: Honesty("depth", lean=True, confidence="high", certifies_depth=True),
}
