"""What codec tests share: moving pictures with a known content, and FFmpeg's decoder as the judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]
Picture = tuple[Plane, Plane, Plane]


def moving_pictures(width: int, height: int, count: int, seed: int = 1) -> list[Picture]:
    """A relief that pans, a square that moves against it, and a little noise."""
    rng = np.random.default_rng(seed)
    margin = 4 * count
    grid = rng.integers(0, 256, (height // 8 + 2, (width + margin) // 8 + 2))
    relief = np.kron(grid, np.ones((8, 8)))[:height, : width + margin]
    relief = (relief + np.roll(relief, 3, 0) + np.roll(relief, 3, 1) + np.roll(relief, 5, 1)) / 4
    pictures = []
    for i in range(count):
        luma = relief[:, 3 * i : 3 * i + width].astype(np.uint8)
        side = max(8, height // 4)
        x, y = (7 * i) % max(1, width - side), (5 * i) % max(1, height - side)
        luma[y : y + side, x : x + side] = 40 + 8 * (seed % 20)
        luma = np.clip(luma.astype(np.int16) + rng.integers(-2, 3, luma.shape), 0, 255).astype(np.uint8)
        u = np.ascontiguousarray(luma[::2, ::2] // 2 + 64)
        v = np.ascontiguousarray(255 - luma[1::2, 1::2] // 2 - 32)
        pictures.append((luma, u, v))
    return pictures


def decode(data: bytes) -> list[Picture]:
    """All pictures of an HEVC byte stream by FFmpeg, display order. Damage that FFmpeg sees raises."""
    context = av.CodecContext.create("hevc", "r")
    context.options = {"err_detect": "crccheck+bitstream+buffer+explode"}
    context.thread_count = 1
    pictures: list[Picture] = []
    for packet in [*context.parse(data), *context.parse(b"")]:
        pictures.extend(planes(frame) for frame in context.decode(packet))
    pictures.extend(planes(frame) for frame in context.decode(None))
    return pictures


def planes(frame: av.VideoFrame) -> Picture:
    result = []
    for plane in frame.planes:
        array = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
        result.append(array[:, : plane.width].copy())
    return result[0], result[1], result[2]


def crop(picture: Picture, x: int, y: int, width: int, height: int) -> Picture:
    luma, u, v = picture
    half = (slice(y // 2, (y + height + 1) // 2), slice(x // 2, (x + width + 1) // 2))
    return luma[y : y + height, x : x + width], u[half], v[half]


def same(a: Picture, b: Picture) -> bool:
    return all(np.array_equal(p, q) for p, q in zip(a, b, strict=True))


def x265(pictures: Iterable[Picture], parameters: str) -> bytes:
    """The yardstick encoder inside PyAV: a stream that is not ours, to read."""
    encoder = None
    data = b""
    for number, picture in enumerate(pictures):
        height, width = picture[0].shape
        if encoder is None:
            encoder = av.CodecContext.create("libx265", "w")
            encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
            encoder.time_base, encoder.framerate = Fraction(1, 30), Fraction(30)
            steady = "log-level=none:pools=1:frame-threads=1:wpp=0:"
            encoder.options = {"preset": "ultrafast", "x265-params": steady + parameters}
        frame = av.VideoFrame(width, height, "yuv420p")
        for plane, source in zip(frame.planes, picture, strict=True):
            target = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
            target[:, : plane.width] = source
        frame.pts = number
        data += b"".join(bytes(packet) for packet in encoder.encode(frame))
    assert encoder is not None
    return data + b"".join(bytes(packet) for packet in encoder.encode(None))


def nal_units(data: bytes) -> Iterator[bytes]:
    """NAL units without start codes."""
    position = data.find(b"\0\0\1")
    while position >= 0:
        end = data.find(b"\0\0\1", position + 3)
        yield data[position + 3 : end if end >= 0 else len(data)].rstrip(b"\0")
        position = end
