"""Damaged streams given to the bitstream tool: an error or an answer, in bounded time, and no foreign memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from codec_native import Encoder, Quality, Stream
from tests.codec.bitstream.conftest import encode_tiled
from tests.codec.media import moving_pictures, x265
from tests.codec.robustness.conftest import Worker, encoded

ERRORS = ("BitstreamError",)


@pytest.fixture(scope="module")
def samples() -> list[bytes]:
    return [
        encode_tiled(40, count=4).data,
        encode_tiled(40, count=6, low_delay=True, keyint=0, tile_refresh=4, hash_sei=True).data,
        x265(
            moving_pictures(128, 72, 8),
            "keyint=4:bframes=3:weightp=1:repeat-headers=1:hrd=1:aud=1:qp=40:vbv-maxrate=500:vbv-bufsize=500",
        ),
    ]


# no shrinking: each try may start a process anew
PHASES = (Phase.explicit, Phase.generate)
KINDS = st.sampled_from(["flip", "set", "cut", "insert", "copy"])
MUTATIONS = st.lists(st.tuples(KINDS, st.floats(0, 1), st.integers(0, 255), st.integers(1, 64)), min_size=1, max_size=8)


def mutate(data: bytes, mutations: list[tuple[str, float, int, int]], head: bool) -> bytes:
    """``head``: only the first 300 bytes, where the parameter sets and the first headers are."""
    result = bytearray(data)
    for kind, where, value, length in mutations:
        limit = min(len(result), 300) if head else len(result)
        if limit == 0:
            break
        at = min(int(where * limit), limit - 1)
        if kind == "flip":
            result[at] ^= 1 << value % 8
        elif kind == "set":
            result[at] = value
        elif kind == "cut":
            del result[at : at + length]
        elif kind == "insert":
            result[at:at] = bytes([value]) * length
        else:
            result[at:at] = result[value * len(result) // 256 :][:length]
    return bytes(result)


@pytest.fixture(scope="module")
def continuing() -> list[bytes]:
    """Two segments of 17 pictures: entry and continued stream of one quality, continued stream of another."""
    qualities = [Quality(0), Quality(0, continues=True), Quality(6, continues=True)]
    settings = {"preset": "ultrafast", "qp": 45, "keyint": 17, "key_group": 2, "tiles": "2x1", "mcts": True}
    with Encoder(512, 64, 17, threads=1, qualities=qualities, **settings) as encoder:
        packets = [packet for picture in moving_pictures(512, 64, 19) for packet in encoder.encode(picture)]
        packets += encoder.flush()
    return [b"".join(p.data for p in packets if p.quality == quality) for quality in range(len(qualities))]


def check(worker: Worker, data: bytes, beside: Sequence[bytes] = ()) -> dict[str, Any]:
    answer: dict[str, Any] = worker.ask(do="bitstream", data=encoded(data), beside=[encoded(other) for other in beside])
    assert answer.get("error", "BitstreamError") in ERRORS, answer
    return answer


@settings(max_examples=400, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(which=st.integers(0, 2), mutations=MUTATIONS, head=st.booleans())
def test_damage_is_an_error_or_an_answer(
    sanitised_worker: Worker, samples: list[bytes], which: int, mutations: list, head: bool
) -> None:
    check(sanitised_worker, mutate(samples[which], mutations, head))


@settings(max_examples=300, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(which=st.integers(0, 2), mutations=MUTATIONS, place=st.sampled_from(["anywhere", "head", "segment"]))
def test_damage_beside_sound_streams_is_an_error_or_an_answer(
    sanitised_worker: Worker, continuing: list[bytes], which: int, mutations: list, place: str
) -> None:
    data, others = continuing[which], continuing[:which] + continuing[which + 1 :]
    # "segment": the headers of the picture where entered and continued tiles meet
    start = Stream(data).picture(17).offset if place == "segment" else 0
    check(sanitised_worker, data[:start] + mutate(data[start:], mutations, place != "anywhere"), others)


def test_sound_streams_that_continue_are_merged(worker: Worker, continuing: list[bytes]) -> None:
    """What is damaged above merges when it is whole; else those tests would only see refusals of their own making."""
    whole = check(worker, continuing[0], continuing[1:])
    alone = check(worker, continuing[0])
    assert (whole["pictures"], whole["refused"]) == (19, alone["refused"])


@settings(max_examples=150, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(data=st.binary(max_size=200), types=st.lists(st.integers(0, 63), max_size=8))
def test_random_nal_units_are_an_error_or_an_answer(sanitised_worker: Worker, data: bytes, types: list[int]) -> None:
    step = len(data) // max(1, len(types)) + 1
    units = [b"\0\0\1" + bytes([kind << 1, 1]) + data[i * step : (i + 1) * step] for i, kind in enumerate(types)]
    check(sanitised_worker, b"".join(units))


def test_every_cut_of_the_head_is_survived(sanitised_worker: Worker, samples: list[bytes]) -> None:
    for data in samples:
        for size in range(1, 260, 3):
            check(sanitised_worker, data[:size])


def test_long_hostile_input_takes_linear_time(worker: Worker, samples: list[bytes]) -> None:
    """A megabyte of tiny units, of start codes, of zeros: answered well inside the time-out."""
    head = samples[0][:100]
    for filling in (b"\0\0\1\x02\x01\x80", b"\0\0\1", b"\0", b"\0\0\1\x44\x01\xff\xff", b"\0\0\3"):
        check(worker, head + filling * (1_000_000 // len(filling)))
