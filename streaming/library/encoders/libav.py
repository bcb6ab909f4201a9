"""H.264 by libx264 and AV1 by SVT-AV1, both through PyAV.

Quality is measured by decoding the encoder's own output, so a sample that carries an error sum has been decoded once.
"""

import os
from collections import deque
from collections.abc import Iterator

import av
import numpy as np
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from streaming.library.encoders.base import Backend, Sample, VideoSettings, luma, register
from streaming.library.encoders.scheduling import ordinary_scheduling
from streaming.library.packaging.samples import (
    SampleEntry,
    av1_entry,
    avc_entry,
    length_prefixed,
    without_temporal_delimiter,
)
from streaming.library.quality import ErrorMeter

ENCODERS = {"h264": "libx264", "av1": "libsvtav1"}
DECODERS = {"h264": "h264", "av1": "libdav1d"}


def h264_options(max_kbps: int, gop: int) -> dict[str, str]:
    return {
        "preset": "veryfast",
        "crf": "21",
        "profile": "high",
        "maxrate": f"{max_kbps}k",
        "bufsize": f"{max_kbps}k",
        "g": str(gop),
        "keyint_min": str(gop),
        "sc_threshold": "0",
        "flags": "+cgop",
    }


def av1_options(max_kbps: int, gop: int) -> dict[str, str]:
    return {"preset": "9", "crf": "34", "maxrate": f"{max_kbps}k", "g": str(gop), "svtav1-params": "scd=0"}


class LibavEncoder:
    """One segment's encoder. `pictures` waiting for their decoded counterpart are kept as luma planes."""

    def __init__(self, settings: VideoSettings, *, measure: bool = True) -> None:
        os.environ.setdefault("SVT_LOG", "1")
        self._settings = settings
        self._context = make_context(settings)
        with ordinary_scheduling():
            self._context.open()
        self._given = 0
        self._meter = Meter(settings, self._context.extradata) if measure else None

    def encode(self, picture: VideoFrame) -> Iterator[Sample]:
        picture.pts = self._given
        picture.time_base = 1 / self._settings.fps
        picture.pict_type = 0
        self._given += 1
        if self._meter:
            self._meter.give(luma(picture).copy())
        yield from self._samples(self._context.encode(picture))

    def flush(self) -> Iterator[Sample]:
        yield from self._samples(self._context.encode(None))
        if self._meter:
            yield from self._meter.flush()

    def sample_entry(self) -> SampleEntry:
        return sample_entry(self._settings.codec, self._context.extradata or b"")

    def close(self) -> None:
        self._meter = None

    def _samples(self, packets: "list[av.Packet]") -> Iterator[Sample]:
        for packet in packets:
            data = bytes(packet)
            sample = Sample(to_sample(self._settings.codec, data), int(packet.pts or 0), bool(packet.is_keyframe))
            if self._meter:
                yield from self._meter.take(sample, data)
            else:
                yield sample


class Meter:
    """Decodes packets in step with the encoder and puts the error sums into the samples."""

    def __init__(self, settings: VideoSettings, extradata: bytes | None) -> None:
        self._decoder = av.CodecContext.create(DECODERS[settings.codec], "r")
        self._decoder.thread_count = 1
        if extradata:
            self._decoder.extradata = extradata
        self._errors = ErrorMeter(settings.width, settings.height, settings.projection, settings.stereo)
        self._sources: deque[NDArray[np.uint8]] = deque()
        self._samples: deque[Sample] = deque()
        self._results: dict[int, tuple[float, float]] = {}
        self._compared = 0

    def give(self, source: NDArray[np.uint8]) -> None:
        self._sources.append(source)

    def take(self, sample: Sample, packet: bytes) -> Iterator[Sample]:
        self._samples.append(sample)
        coded = av.Packet(packet)
        coded.pts = coded.dts = sample.index
        yield from self._compare(self._decoder.decode(coded))

    def flush(self) -> Iterator[Sample]:
        yield from self._compare(self._decoder.decode(None))
        if self._samples:
            raise ValueError(f"{len(self._samples)} pictures of the encoder's own output did not decode")

    def _compare(self, pictures: "list[VideoFrame]") -> Iterator[Sample]:
        """Decoders give pictures in display order, so the oldest source is the counterpart."""
        for picture in pictures:
            self._results[self._compared] = self._errors.compare(self._sources.popleft(), luma(picture))
            self._compared += 1
        while self._samples and self._samples[0].index in self._results:
            sample = self._samples.popleft()
            sse, wsse = self._results.pop(sample.index)
            yield Sample(sample.data, sample.index, sample.key, sse, wsse)


def make_context(settings: VideoSettings) -> VideoCodecContext:
    context = av.CodecContext.create(ENCODERS[settings.codec], "w")
    context.width, context.height = settings.width, settings.height
    context.pix_fmt = "yuv420p"
    context.framerate = settings.fps
    context.time_base = 1 / settings.fps
    context.thread_count = settings.threads
    context.color_primaries, context.color_trc, context.colorspace = settings.color
    context.color_range = 1
    context.flags |= Flags.global_header
    context.options = dict(settings.options)
    if settings.codec == "av1":
        parameters = settings.options.get("svtav1-params", "")
        context.options = {**settings.options, "svtav1-params": f"{parameters}:lp={settings.threads}".strip(":")}
    return context


def sample_entry(codec: str, extradata: bytes) -> SampleEntry:
    return avc_entry(extradata) if codec == "h264" else av1_entry(extradata)


def to_sample(codec: str, data: bytes) -> bytes:
    return length_prefixed(data) if codec == "h264" else without_temporal_delimiter(data)


register(Backend("h264", LibavEncoder, h264_options))
register(Backend("av1", LibavEncoder, av1_options))
