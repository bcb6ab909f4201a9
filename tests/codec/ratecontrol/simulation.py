"""A stand-in for an encoder, for rate control alone: pictures have a cost, and sizes follow from cost and QP with an
error that the controller does not know."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from codec_native._codec import ffi, lib

I_PICTURE, P_PICTURE, B_PICTURE = 0, 1, 2


@dataclass
class Coded:
    kind: int
    level: int
    qp: float
    bits: float
    max_bits: float
    recoded: int
    buffer_before: float


@dataclass
class Content:
    """Truth about the pictures: bits of a class per cost at step 1, and costs that change with the scene."""

    seed: int = 1
    scene_length: int = 90
    noise: float = 0.25
    k: tuple[float, ...] = (3.5, 1.1, 0.9, 0.5, 0.3)
    base_cost: float = 3e5
    random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def cost(self, index: int, kind: int, level: int) -> float:
        scene = random.Random(self.seed * 1000 + index // self.scene_length)
        activity = scene.uniform(0.3, 2.5)
        share = 1.0 if kind == I_PICTURE else (0.55, 0.45, 0.35, 0.3, 0.3)[level]
        return self.base_cost * activity * share

    def bits(self, cost: float, kind: int, level: int, qp: float) -> float:
        k = self.k[0] if kind == I_PICTURE else self.k[min(1 + level, len(self.k) - 1)]
        return max(200.0, k * cost / 2 ** ((qp - 12) / 5.5) * 2 ** self.random.uniform(-self.noise, self.noise))


def structure(pictures: int, gop: int, keyint: int) -> Iterator[tuple[int, int]]:
    """(kind, temporal level) in coding order for closed GOPs of keyint with dyadic mini-GOPs."""
    position = 0
    for index in range(pictures):
        in_gop = index % keyint if keyint else index
        if in_gop == 0:
            yield I_PICTURE, 0
            position = 0
            continue
        slot = position % gop
        position += 1
        if slot == 0:
            yield P_PICTURE, 0
        else:
            level = 1
            while slot >= 2**level:
                level += 1
            yield B_PICTURE, level


def open_rate_control(**settings: object) -> object:
    param = ffi.new("vr_rc_param *")
    param.fps, param.width, param.height = 30, 1920, 960
    param.keyint, param.gop_size, param.intra_offset = 32, 8, -1
    for level, offset in enumerate((0, 1, 2, 3, 4)):
        param.level_offset[level] = offset
    for name, value in settings.items():
        setattr(param, name, value)
    message = ffi.new("const char **")
    handle = lib.vr_rc_open(param, message)
    if handle == ffi.NULL:
        raise ValueError(ffi.string(message[0]).decode())
    return ffi.gc(handle, lib.vr_rc_close)


def encode(
    rc: object,
    content: Content,
    pictures: int,
    *,
    gop: int = 8,
    keyint: int = 32,
    part_correction: bool = False,
) -> list[Coded]:
    frame, target, new_qp = ffi.new("vr_rc_frame *"), ffi.new("vr_rc_target *"), ffi.new("double *")
    coded: list[Coded] = []
    reported = 0
    for index, (kind, level) in enumerate(structure(pictures, gop, keyint)):
        while reported < index - lib.vr_rc_delay(rc, index, level):
            lib.vr_rc_frame_done(rc, reported, coded[reported].bits, coded[reported].qp)
            reported += 1
        cost = content.cost(index, kind, level)
        frame.coding_idx, frame.kind, frame.temporal_level, frame.keyframe = index, kind, level, kind == I_PICTURE
        frame.scene_cut, frame.cost, frame.mean_qp_offset = 0, cost, 0
        before = lib.vr_rc_buffer(rc)
        qp = lib.vr_rc_frame_qp(rc, frame, target)
        assert qp >= 0
        bits = content.bits(cost, kind, level, qp)
        if part_correction:
            corrected = lib.vr_rc_part_qp(rc, index, 0.5, 1.0, bits / 2)
            bits = bits / 2 + bits / 2 / 2 ** ((corrected - qp) / 5.5)
        recoded = 0
        new_qp[0] = qp
        while lib.vr_rc_frame_recode(rc, index, bits, new_qp):
            bits, recoded = content.bits(cost, kind, level, new_qp[0]), recoded + 1
        coded.append(Coded(kind, level, new_qp[0], bits, target.max_bits, recoded, before))
    return coded


def buffer_levels(sizes: list[float], refill: float, size: float, start: float) -> list[float]:
    """Fullness of the decoder's buffer just after each picture was taken out (C.3.2, constant arrival up to full)."""
    levels, level = [], start
    for bits in sizes:
        level -= bits
        levels.append(level)
        level = min(level + refill, size)
    return levels
