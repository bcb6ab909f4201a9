"""The Python face: what goes in, what comes out, and what it says when something is wrong."""

from __future__ import annotations

import gc
import itertools
import subprocess
import sys
import threading
import time

import av
import numpy as np
import pytest

from codec_native import (
    CodecError,
    Encoder,
    FrameError,
    FrameTypeError,
    MachineError,
    SettingsError,
    StateError,
    Stream,
    cpu_features,
)
from tests.codec.media import Picture, decode, moving_pictures, same

WIDTH, HEIGHT = 320, 176


def encode(pictures: list, **settings: object) -> bytes:
    settings = {"preset": "ultrafast", "qp": 32, "threads": 1, **settings}
    with Encoder(WIDTH, HEIGHT, 30, **settings) as encoder:
        data = b"".join(packet.data for picture in pictures for packet in encoder.encode(picture))
        return data + b"".join(packet.data for packet in encoder.flush())


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    return moving_pictures(WIDTH, HEIGHT, 10)


@pytest.fixture(scope="module")
def expected(pictures: list[Picture]) -> bytes:
    return encode(pictures)


def test_an_i420_array_gives_the_same_bytes_as_its_planes(pictures: list[Picture], expected: bytes) -> None:
    arrays = [
        np.concatenate([plane.reshape(-1) for plane in picture]).reshape(HEIGHT * 3 // 2, WIDTH) for picture in pictures
    ]
    assert encode(arrays) == expected


def test_planes_with_strides_are_read_where_they_lie(pictures: list[Picture], expected: bytes) -> None:
    rng = np.random.default_rng(1)

    def padded(plane: np.ndarray, left: int) -> np.ndarray:
        big = rng.integers(0, 256, (plane.shape[0] + 3, plane.shape[1] + 61), dtype=np.uint8)
        view = big[2 : 2 + plane.shape[0], left : left + plane.shape[1]]
        view[:] = plane
        return view

    assert encode([tuple(padded(plane, 7 + i) for i, plane in enumerate(picture)) for picture in pictures]) == expected


def test_pyav_frames_give_the_same_bytes(pictures: list[Picture], expected: bytes) -> None:
    frames = []
    for picture in pictures:
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        for target, plane in zip(frame.planes, picture, strict=True):
            np.frombuffer(target, np.uint8).reshape(target.height, target.line_size)[:, : target.width] = plane
        frames.append(frame)
    assert encode(frames) == expected


def test_pictures_may_be_overwritten_as_soon_as_encode_returns(pictures: list[Picture], expected: bytes) -> None:
    shared = tuple(np.empty_like(plane) for plane in pictures[0])
    data = b""
    with Encoder(WIDTH, HEIGHT, 30, preset="ultrafast", qp=32, threads=2) as encoder:
        for picture in pictures:
            for target, plane in zip(shared, picture, strict=True):
                target[:] = plane
            data += b"".join(packet.data for packet in encoder.encode(shared))
            for target in shared:
                target[:] = 0
        data += b"".join(packet.data for packet in encoder.flush())
    assert data == expected


def test_packets_say_when_they_are_decoded_and_shown(pictures: list[Picture]) -> None:
    with Encoder(WIDTH, HEIGHT, 30, preset="superfast", qp=32, keyint=5, gop_size=4) as encoder:
        packets = []
        for number, picture in enumerate(pictures):
            packets += encoder.encode(picture, pts=1000 + 20 * number)
        packets += encoder.flush()
    assert sorted(packet.pts for packet in packets) == [1000 + 20 * n for n in range(10)]
    assert all(packet.dts <= packet.pts for packet in packets)
    assert all(a.dts < b.dts for a, b in itertools.pairwise(packets))
    assert [packet.display_index for packet in packets if packet.keyframe] == [0, 5]
    assert packets[0].frame_type == "IDR"
    assert {packet.frame_type for packet in packets} >= {"IDR", "B"}


def test_each_packet_is_one_access_unit_that_the_reader_finds(pictures: list[Picture]) -> None:
    with Encoder(WIDTH, HEIGHT, 30, preset="superfast", qp=32, keyint=4) as encoder:
        packets = [p for picture in pictures for p in encoder.encode(picture)] + encoder.flush()
    stream = Stream(b"".join(packet.data for packet in packets))
    assert [stream.picture(i).size for i in range(len(stream))] == [len(packet) for packet in packets]


def test_the_reconstruction_is_what_a_decoder_sees(pictures: list[Picture]) -> None:
    with Encoder(WIDTH, HEIGHT, 30, preset="superfast", qp=34, recon=True, hash_sei=True) as encoder:
        packets = [p for picture in pictures for p in encoder.encode(picture)] + encoder.flush()
    decoded = decode(b"".join(packet.data for packet in packets))
    for packet in packets:
        assert same(decoded[packet.display_index], packet.recon)
        luma, source = decoded[packet.display_index][0].astype(int), pictures[packet.display_index][0].astype(int)
        assert packet.sse[0] == int(((luma - source) ** 2).sum())


def test_a_key_picture_can_be_forced(pictures: list[Picture]) -> None:
    with Encoder(WIDTH, HEIGHT, 30, preset="ultrafast", qp=32, keyint=0) as encoder:
        packets = [p for n, picture in enumerate(pictures) for p in encoder.encode(picture, force_keyframe=n == 6)]
        packets += encoder.flush()
    assert [packet.display_index for packet in packets if packet.keyframe] == [0, 6]


def test_low_delay_gives_each_packet_at_once(pictures: list[Picture]) -> None:
    with Encoder(WIDTH, HEIGHT, 30, preset="ultrafast", qp=32, low_delay=True, keyint=0) as encoder:
        assert encoder.delay == 0
        assert [len(encoder.encode(picture)) for picture in pictures] == [1] * len(pictures)
        assert encoder.flush() == []


def test_headers_alone_open_a_decoder(pictures: list[Picture]) -> None:
    with Encoder(WIDTH, HEIGHT, 30, preset="ultrafast", qp=32, repeat_headers=False) as encoder:
        headers = encoder.headers
        packets = [p for picture in pictures for p in encoder.encode(picture)] + encoder.flush()
    assert len(decode(headers + b"".join(packet.data for packet in packets))) == len(pictures)


@pytest.mark.parametrize("level", [name for name in ("c", "avx2", "avx512") if cpu_features()[name]])
def test_every_instruction_set_gives_the_same_bytes(pictures: list[Picture], expected: bytes, level: str) -> None:
    assert encode(pictures, simd=level) == expected
    with Encoder(WIDTH, HEIGHT, 30, simd=level) as encoder:
        assert encoder.simd == level


@pytest.mark.skipif(cpu_features()["avx512"], reason="this machine has AVX-512")
def test_an_instruction_set_that_is_not_here_is_refused() -> None:
    with pytest.raises((MachineError, SettingsError)):
        Encoder(WIDTH, HEIGHT, 30, simd="avx512")


def test_the_environment_chooses_the_instruction_set() -> None:
    code = "import codec_native; print(codec_native.cpu_features()['selected'])"
    for asked, answer in (("c", "c"), ("avx2", "avx2"), ("nonsense", "None")):
        done = subprocess.run(
            [sys.executable, "-c", code], env={"VR_CODEC_SIMD": asked}, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == answer


def test_other_threads_run_while_a_picture_is_encoded() -> None:
    big = moving_pictures(1920, 960, 3)
    count, stop = 0, threading.Event()

    def spin() -> None:
        nonlocal count
        while not stop.is_set():
            count += 1
            time.sleep(0.001)

    with Encoder(1920, 960, 30, preset="medium", qp=24, low_delay=True, threads=1) as encoder:
        thread = threading.Thread(target=spin)
        thread.start()
        start = time.monotonic()
        for picture in big:
            encoder.encode(picture)
        seconds = time.monotonic() - start
        stop.set()
        thread.join()
    assert count > seconds * 1000 / 10, "the GIL was held"


def test_two_threads_cannot_use_one_encoder_at_once() -> None:
    big = moving_pictures(1920, 960, 1)[0]
    seen: list[BaseException] = []

    with Encoder(1920, 960, 30, preset="slow", qp=20, low_delay=True, threads=1) as encoder:

        def work() -> None:
            try:
                for _ in range(4):
                    encoder.encode(big)
            except CodecError as error:
                seen.append(error)

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert all(isinstance(error, StateError) for error in seen)
    assert seen, "two threads encoded at the same time and nobody noticed"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"width": 15}, "width"),
        ({"width": 8200}, "width"),
        ({"height": 0}, "height"),
        ({"width": 321}, "even"),
        ({"width": "320"}, "whole number"),
        ({"fps": 0}, "fps"),
        ({"fps": 1000}, "fps"),
        ({"fps": "fast"}, "fps"),
        ({"qp": 52}, "qp"),
        ({"qp": -1}, "qp"),
        ({"qp": "low"}, "number"),
        ({"qp": float("nan")}, "number"),
        ({"qp": None, "crf": 77}, "crf"),
        ({"qp": 30, "crf": 30}, "only one"),
        ({"qp": None, "bitrate": 0}, "bitrate"),
        ({"maxrate": 100}, "constant QP"),
        ({"preset": "warp"}, "preset"),
        ({"simd": "mmx"}, "simd"),
        ({"projection": "cube"}, "projection"),
        ({"tiles": "many"}, "tiles"),
        ({"tiles": (0, 1)}, "tile"),
        ({"tiles": (40, 40)}, "tile"),
        ({"keyint": -5}, "keyint"),
        ({"gop_size": 3}, "gop"),
        ({"refs": 9}, "ref"),
        ({"threads": -1}, "threads"),
        ({"threads": 1000}, "threads"),
        ({"nonsense": 1}, "nonsense"),
        ({"tile_refresh": 8}, "refresh"),
        ({"cbr": True, "qp": None}, "bitrate"),
    ],
)
def test_settings_out_of_range_are_refused_with_their_name(settings: dict, reason: str) -> None:
    values = {"width": WIDTH, "height": HEIGHT, "fps": 30, "qp": 32, **settings}
    with pytest.raises(SettingsError, match=f"(?i){reason}"):
        Encoder(values.pop("width"), values.pop("height"), values.pop("fps"), **values)


def test_wrong_pictures_are_refused_with_the_reason() -> None:
    y, u, v = moving_pictures(WIDTH, HEIGHT, 1)[0]
    cases: list[tuple[object, type[CodecError], str]] = [
        ((y, u), FrameTypeError, "three planes"),
        (None, FrameTypeError, "three planes"),
        (b"bytes", FrameTypeError, "three planes"),
        ((y.astype(np.uint16), u, v), FrameTypeError, "uint8"),
        ((y, u.astype(float), v), FrameTypeError, "plane u"),
        ((y.tolist(), u, v), FrameTypeError, "NumPy"),
        ((y[:-2], u, v), FrameError, "plane y"),
        ((y, u, v[:, :-1]), FrameError, "plane v"),
        ((y[:, ::-1], u, v), FrameError, "strides"),
        ((y[::-1], u, v), FrameError, "strides"),
        ((np.asfortranarray(y), u, v), FrameError, "strides"),
        (np.zeros((HEIGHT, WIDTH), np.uint8), FrameError, "I420"),
        (np.zeros((HEIGHT * 3 // 2, WIDTH), np.int8), FrameTypeError, "uint8"),
        (np.zeros((HEIGHT * 3 // 2, WIDTH * 2), np.uint8)[:, ::2], FrameError, "contiguous"),
        (av.VideoFrame(WIDTH, HEIGHT, "rgb24"), FrameTypeError, "yuv420p"),
        (av.VideoFrame(WIDTH * 2, HEIGHT, "yuv420p"), FrameError, "640x176"),
    ]
    with Encoder(WIDTH, HEIGHT, 30, preset="ultrafast", qp=32) as encoder:
        for frame, kind, reason in cases:
            with pytest.raises(kind, match=reason):
                encoder.encode(frame)
        with pytest.raises(FrameTypeError, match="pts"):
            encoder.encode((y, u, v), pts=1.5)
        # none of that did any harm
        packets = encoder.encode((y, u, v)) + encoder.flush()
    assert len(decode(b"".join(packet.data for packet in packets))) == 1


def test_errors_are_the_kinds_a_python_programmer_expects() -> None:
    assert issubclass(SettingsError, ValueError)
    assert issubclass(FrameError, ValueError)
    assert issubclass(FrameTypeError, TypeError)
    assert issubclass(StateError, RuntimeError)


def test_nothing_can_follow_flushing_or_closing(pictures: list[Picture]) -> None:
    encoder = Encoder(WIDTH, HEIGHT, 30, preset="ultrafast", qp=32)
    encoder.encode(pictures[0])
    assert len(encoder.flush()) >= 1
    assert encoder.flush() == []
    with pytest.raises(StateError, match="flush"):
        encoder.encode(pictures[1])
    encoder.close()
    encoder.close()
    with pytest.raises(StateError, match="closed"):
        encoder.encode(pictures[1])
    with pytest.raises(StateError, match="closed"):
        _ = encoder.headers


def test_leaving_early_frees_everything(pictures: list[Picture]) -> None:
    def resident() -> int:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * 4096

    def round_trip() -> None:
        with Encoder(640, 352, 30, preset="superfast", qp=32, threads=2) as encoder:
            encoder.encode(moving_pictures(640, 352, 1)[0])

    for _ in range(3):
        round_trip()
    gc.collect()
    before = resident()
    for _ in range(20):
        round_trip()
    gc.collect()
    assert resident() - before < 30 << 20
