"""What a video encoder offers to the library, and the registry of those that are here.

An encoder takes the pictures of one segment and gives samples: coded pictures as CMAF stores them (length-prefixed
NAL units, or AV1 temporal units without delimiters). The first sample of a segment is a key frame; nothing refers
across it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from streaming.library.packaging.samples import SampleEntry


@dataclass(frozen=True)
class VideoSettings:
    """Of one rendition. `gop`: largest distance of key frames in pictures. `color`: ITU-T H.273 code points
    (primaries, transfer, matrix), 2 where unspecified. `options`: what the backend is told, name by name."""

    codec: str
    width: int
    height: int
    fps: Fraction
    gop: int
    max_kbps: int
    options: dict[str, str] = field(default_factory=dict)
    color: tuple[int, int, int] = (2, 2, 2)
    projection: str = "flat"
    stereo: str = "mono"
    threads: int = 1


@dataclass(frozen=True)
class Sample:
    """One coded picture in decoding order. `index`: its place in display order, from 0 in the segment.
    `sse`, `wsse`: squared luma error against the picture given in (plain; weighted by latitude, mean weight 1)."""

    data: bytes
    index: int
    key: bool
    sse: float = 0.0
    wsse: float = 0.0


class VideoEncoder(Protocol):
    """Encoder of one segment. Pictures are yuv420p of the rendition's size."""

    def encode(self, picture: VideoFrame) -> Iterator[Sample]: ...

    def flush(self) -> Iterator[Sample]: ...

    def sample_entry(self) -> SampleEntry:
        """How the samples are to be decoded; the same for every segment of these settings."""
        ...

    def close(self) -> None: ...


class EncoderFactory(Protocol):
    """Makes encoders of one codec. With `measure` off, samples carry no errors."""

    def __call__(self, settings: VideoSettings, *, measure: bool = True) -> VideoEncoder: ...


@dataclass(frozen=True)
class Backend:
    """`options(max_kbps, gop)`: what the encoder is told for a cap in kbit/s and a distance of key frames."""

    codec: str
    factory: EncoderFactory
    options: Callable[[int, int], dict[str, str]]


_backends: dict[str, Backend] = {}


def register(backend: Backend) -> None:
    _backends[backend.codec] = backend


def backend(codec: str) -> Backend:
    """Raises KeyError for a codec that nobody registered."""
    return _backends[codec]


def available() -> list[str]:
    """Codecs that can be encoded here, in the order of registration."""
    return list(_backends)


def luma(picture: VideoFrame) -> NDArray[np.uint8]:
    """The luma plane as an array (height, width), without copying."""
    plane: Any = picture.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return rows[: picture.height, : picture.width]
