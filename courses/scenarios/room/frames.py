"""Binary frames of docs/scenarios-protocol.md: poses and motion samples."""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from courses.scenarios.motion.sources import Source

POSE, POSES, MOTION = 1, 2, 3
# u8 kind or slot, u8 flags, u16 0, f32 t, three times (x, y, z, qx, qy, qz, qw)
RECORD = struct.Struct("<BBHf21h")
POSES_HEAD = struct.Struct("<BBH")
MOTION_HEAD = struct.Struct("<BBHI")
SAMPLE = struct.Struct("<4f")
SOURCES = (Source.CONTROLLER, Source.HAND, Source.PHONE, Source.SENSOR)
MOST_SAMPLES = 500
LONGEST_S = 86_400.0


class BadFrame(ValueError):
    """A binary frame that is none; the text names what is wrong."""


@dataclass(frozen=True)
class MotionFrame:
    """samples: (t_s, x, y, z)."""

    source: Source
    number: int
    samples: tuple[tuple[float, float, float, float], ...]


def pose_record(frame: bytes, slot: int) -> tuple[float, bytes]:
    """Time and record of a client's pose frame, marked with the sender's slot. Raises BadFrame."""
    if len(frame) != RECORD.size or frame[0] != POSE:
        raise BadFrame("pose")
    _kind, flags, _zero, t_s, *rest = RECORD.unpack(frame)
    if not math.isfinite(t_s) or not 0.0 <= t_s <= LONGEST_S:
        raise BadFrame("pose time")
    return t_s, RECORD.pack(slot, flags, 0, t_s, *rest)


def poses_frame(number: int, records: list[bytes]) -> bytes:
    """What is sent to a client. number: counts frames of this connection, modulo 65536."""
    return POSES_HEAD.pack(POSES, len(records), number % 65_536) + b"".join(records)


def motion_frame(frame: bytes) -> MotionFrame:
    """Raises BadFrame: wrong length, unknown source, a number that is none, time that goes back."""
    if len(frame) < MOTION_HEAD.size or frame[0] != MOTION:
        raise BadFrame("motion")
    _kind, source, count, number = MOTION_HEAD.unpack_from(frame)
    if source >= len(SOURCES) or not 0 < count <= MOST_SAMPLES:
        raise BadFrame("motion head")
    if len(frame) != MOTION_HEAD.size + count * SAMPLE.size:
        raise BadFrame("motion length")
    samples = tuple(SAMPLE.iter_unpack(frame[MOTION_HEAD.size :]))
    times = [sample[0] for sample in samples]
    if not all(math.isfinite(value) for sample in samples for value in sample):
        raise BadFrame("motion value")
    if times != sorted(times) or not 0.0 <= times[0] <= times[-1] <= LONGEST_S:
        raise BadFrame("motion time")
    return MotionFrame(SOURCES[source], number, samples)


def motion_frames(data: bytes) -> Iterator[MotionFrame]:
    """The frames of a stored track."""
    place = 0
    while place < len(data):
        count = MOTION_HEAD.unpack_from(data, place)[2]
        size = MOTION_HEAD.size + count * SAMPLE.size
        yield motion_frame(data[place : place + size])
        place += size
