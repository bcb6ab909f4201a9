"""Rate control inside the encoder: buffers and rates computed from the sizes of the packets."""

from __future__ import annotations

import pytest

from codec_native import Encoder, Packet
from codec_native.bench_encode import Planes, moving_pictures
from tests.codec.media import decode
from tests.codec.ratecontrol.simulation import buffer_levels

WIDTH, HEIGHT, FPS = 320, 160, 30


def encode(count: int, **settings: object) -> list[Packet]:
    """Three scenes of different difficulty, one after the other."""
    pictures = [picture for part in range(3) for picture in moving_pictures(WIDTH, HEIGHT, count // 3)]
    third = count // 3
    for i in range(third, 2 * third):  # the middle one is easy: almost flat
        pictures[i] = tuple((plane // 8 + 100).astype(plane.dtype) for plane in pictures[i])
    return encode_pictures(pictures, **settings)


def encode_pictures(pictures: list[Planes], **settings: object) -> list[Packet]:
    settings = {"preset": "superfast", "threads": 1, "keyint": 30, **settings}
    with Encoder(WIDTH, HEIGHT, FPS, **settings) as encoder:
        packets = [packet for picture in pictures for packet in encoder.encode(picture)]
        return packets + encoder.flush()


def sizes(packets: list[Packet]) -> list[float]:
    return [len(packet) * 8.0 for packet in packets]


def rate(packets: list[Packet]) -> float:
    return sum(sizes(packets)) / len(packets) * FPS


@pytest.mark.parametrize("kilobits", [150, 600])
def test_the_average_rate_is_met(kilobits: int) -> None:
    assert rate(encode(360, bitrate=kilobits)) == pytest.approx(kilobits * 1000, rel=0.05)


@pytest.mark.parametrize("kilobits", [500, 800])
def test_one_scene_of_two_seconds_lands_near_its_rate(kilobits: int) -> None:
    scene = list(moving_pictures(WIDTH, HEIGHT, 60))
    assert rate(encode_pictures(scene, bitrate=kilobits)) == pytest.approx(kilobits * 1000, rel=0.1)


@pytest.mark.parametrize(("kilobits", "maxrate", "bufsize"), [(200, 300, 300), (400, 500, 250), (100, 150, 300)])
def test_the_capped_rate_never_empties_the_decoders_buffer(kilobits: int, maxrate: int, bufsize: int) -> None:
    packets = encode(180, bitrate=kilobits, maxrate=maxrate, bufsize=bufsize)
    levels = buffer_levels(sizes(packets), maxrate * 1000 / FPS, bufsize * 1000, 0.9 * bufsize * 1000)
    assert min(levels) >= 0
    assert rate(packets) <= maxrate * 1000


def test_capped_quality_never_empties_the_decoders_buffer() -> None:
    packets = encode(120, crf=20, maxrate=200, bufsize=200)
    levels = buffer_levels(sizes(packets), 200_000 / FPS, 200_000, 180_000)
    assert min(levels) >= 0


def test_low_delay_pictures_fit_a_short_buffer_that_neither_empties_nor_overflows() -> None:
    kilobits, bufsize = 400, 100
    packets = encode(150, bitrate=kilobits, cbr=True, bufsize=bufsize, low_delay=True, keyint=0)
    bits = sizes(packets)
    refill = kilobits * 1000 / FPS
    levels = buffer_levels(bits, refill, bufsize * 1000, 0.9 * bufsize * 1000)
    assert min(levels) >= 0
    assert max(bits) <= bufsize * 1000
    # filler data keeps what arrives at a constant rate from overflowing
    assert all(level + refill <= bufsize * 1000 + 8 * 8 for level in levels[1:])
    assert len(decode(b"".join(packet.data for packet in packets))) == len(packets)


@pytest.mark.parametrize("settings", [{"bitrate": 300}, {"bitrate": 300, "maxrate": 400, "bufsize": 400}, {"crf": 28}])
def test_rate_control_gives_the_same_bytes_for_any_number_of_threads(settings: dict) -> None:
    streams = {b"".join(packet.data for packet in encode(60, **settings, threads=threads)) for threads in (1, 2, 5)}
    assert len(streams) == 1
