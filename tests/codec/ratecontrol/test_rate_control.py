"""Rate control on a simulated encoder: what it promises about rates, buffers and repeatability."""

from __future__ import annotations

import pytest

from codec_native._codec import ffi, lib
from tests.codec.ratecontrol.simulation import (
    I_PICTURE,
    Content,
    buffer_levels,
    encode,
    open_rate_control,
)

FPS = 30.0


def mean_rate(coded: list) -> float:
    return sum(picture.bits for picture in coded) / len(coded) * FPS


def test_constant_qp_follows_the_cascade_and_nothing_else() -> None:
    rc = open_rate_control(mode=lib.VR_RATE_CQP, qp=30)
    for picture in encode(rc, Content(), 100):
        expected = 29 if picture.kind == I_PICTURE else 30 + picture.level
        assert picture.qp == expected


@pytest.mark.parametrize("bitrate", [1_000_000, 4_000_000, 15_000_000])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_average_rate_is_met_within_five_percent(bitrate: int, seed: int) -> None:
    rc = open_rate_control(mode=lib.VR_RATE_ABR, bitrate=bitrate)
    assert mean_rate(encode(rc, Content(seed), 600)) == pytest.approx(bitrate, rel=0.05)


@pytest.mark.parametrize("late", [3, 8])
def test_average_rate_is_met_when_results_come_late(late: int) -> None:
    rc = open_rate_control(mode=lib.VR_RATE_ABR, bitrate=4_000_000, frame_delay=late)
    assert mean_rate(encode(rc, Content(2), 600)) == pytest.approx(4_000_000, rel=0.05)


@pytest.mark.parametrize("noise", [0.1, 0.8])
@pytest.mark.parametrize("buffer_seconds", [0.5, 1.0, 2.0])
def test_capped_rate_never_empties_the_buffer(noise: float, buffer_seconds: float) -> None:
    bitrate, maxrate = 4_000_000, 6_000_000
    size = maxrate * buffer_seconds
    rc = open_rate_control(mode=lib.VR_RATE_ABR, bitrate=bitrate, maxrate=maxrate, bufsize=size)
    coded = encode(rc, Content(3, noise=noise), 600)
    levels = buffer_levels([picture.bits for picture in coded], maxrate / FPS, size, 0.9 * size)
    assert min(levels) >= 0
    # the promise must come from planning: coding pictures twice is the exception
    assert sum(picture.recoded > 0 for picture in coded) <= len(coded) * 0.05


def test_capped_quality_is_constant_until_the_cap_binds() -> None:
    size = 8_000_000
    rc = open_rate_control(mode=lib.VR_RATE_CRF, crf=24, maxrate=8_000_000, bufsize=size)
    easy = encode(rc, Content(4, base_cost=2e4), 200)
    assert {picture.qp for picture in easy if picture.level == 0 and picture.kind != I_PICTURE} == {24.0}
    rc = open_rate_control(mode=lib.VR_RATE_CRF, crf=24, maxrate=2_000_000, bufsize=2_000_000)
    hard = encode(rc, Content(4, base_cost=2e6), 200)
    levels = buffer_levels([picture.bits for picture in hard], 2_000_000 / FPS, 2_000_000, 1_800_000)
    assert min(levels) >= 0
    assert max(picture.qp for picture in hard) > 30


@pytest.mark.parametrize("correction", [False, True])
def test_low_delay_pictures_stay_inside_a_quarter_second_buffer(correction: bool) -> None:
    bitrate = 5_000_000
    rc = open_rate_control(mode=lib.VR_RATE_CBR, bitrate=bitrate, keyint=0, gop_size=1)
    coded = encode(rc, Content(5), 600, gop=1, keyint=0, part_correction=correction)
    size = bitrate / 4
    levels = buffer_levels([picture.bits for picture in coded], bitrate / FPS, size, 0.9 * size)
    assert min(levels) >= 0
    assert max(picture.bits for picture in coded) <= size
    later = [picture.bits for picture in coded[30:]]
    assert sum(bits > 3 * bitrate / FPS for bits in later) <= len(later) * 0.02
    assert sum(later) / len(later) * FPS == pytest.approx(bitrate, rel=0.06)


def test_filler_keeps_a_constant_rate_buffer_from_overflowing() -> None:
    bitrate = 5_000_000
    size = bitrate / 4
    rc = open_rate_control(mode=lib.VR_RATE_CBR, bitrate=bitrate, gop_size=1, keyint=0, qp_min=20)
    frame, level = ffi.new("vr_rc_frame *"), 0.9 * size
    filled = 0
    for index in range(100):  # black: every picture takes 400 bits at any QP
        frame.coding_idx, frame.kind, frame.cost = index, 0 if index == 0 else 1, 100
        lib.vr_rc_frame_qp(rc, frame, ffi.NULL)
        filler = lib.vr_rc_frame_done(rc, index, 400, 20)
        assert filler % 8 == 0
        filled += filler
        level += bitrate / FPS - 400 - filler
        assert level <= size
    assert filled > 0


def test_a_picture_that_fits_no_buffer_is_given_up_at_the_highest_qp() -> None:
    rc = open_rate_control(mode=lib.VR_RATE_CBR, bitrate=100_000, gop_size=1)
    frame, qp = ffi.new("vr_rc_frame *"), ffi.new("double *")
    frame.coding_idx, frame.kind, frame.cost = 0, 0, 1e4
    first = lib.vr_rc_frame_qp(rc, frame, ffi.NULL)
    assert first < 45
    asked = [first]
    while lib.vr_rc_frame_recode(rc, 0, 23_000, qp):  # a little more than the buffer of 25,000 bits filled to 0.9
        asked.append(qp[0])
    assert asked == sorted(set(asked)), "each try must raise the QP"
    assert asked[-1] == 51


def test_the_same_pictures_give_the_same_qps() -> None:
    runs = []
    for _ in range(2):
        rc = open_rate_control(mode=lib.VR_RATE_ABR, bitrate=3_000_000, maxrate=4_000_000, bufsize=4_000_000)
        runs.append([picture.qp for picture in encode(rc, Content(6), 300)])
    assert runs[0] == runs[1]


def test_asking_out_of_order_or_without_the_results_is_refused() -> None:
    rc = open_rate_control(mode=lib.VR_RATE_ABR, bitrate=3_000_000)
    frame = ffi.new("vr_rc_frame *")
    frame.coding_idx = 1
    assert lib.vr_rc_frame_qp(rc, frame, ffi.NULL) < 0
    frame.coding_idx = 0
    assert lib.vr_rc_frame_qp(rc, frame, ffi.NULL) >= 0
    frame.coding_idx = 1
    assert lib.vr_rc_frame_qp(rc, frame, ffi.NULL) < 0  # picture 0 was not reported


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"mode": 0, "qp": 52}, "qp must lie"),
        ({"mode": 2, "bitrate": 10}, "bitrate must be"),
        ({"mode": 2, "bitrate": 1e6, "maxrate": 2e6}, "must be given together"),
        ({"mode": 2, "bitrate": 1e6, "maxrate": 5e5, "bufsize": 1e6}, "must not be below"),
        ({"mode": 2, "bitrate": 1e6, "maxrate": 2e6, "bufsize": 1e3}, "at least one picture"),
        ({"mode": 3, "bitrate": 1e6, "frame_delay": 2}, "frame_delay must be 0"),
        ({"mode": 9}, "mode is unknown"),
        ({"mode": 0, "fps": float("nan")}, "frame rate"),
    ],
)
def test_settings_that_contradict_are_refused_with_the_reason(settings: dict, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        open_rate_control(**settings)
