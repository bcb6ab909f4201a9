"""One segment of one rendition: decode, bring to size, encode, measure, write as CMAF. Knows nothing of Django."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from streaming.library.encoders import encoder_for
from streaming.library.encoders.base import Sample, VideoSettings
from streaming.library.packaging.fmp4 import TrackSample, segment, video_header
from streaming.library.probe.timeline import Timeline
from streaming.library.steady.apply import steadied
from streaming.library.steady.track import Track
from streaming.library.transcode.source import Source

# Filters and their argument that undo a display matrix's rotation (degrees counter-clockwise).
ROTATIONS = {90: (("transpose",), "cclock"), 270: (("transpose",), "clock"), 180: (("hflip", "vflip"), "")}
CLOCK = Fraction(1, 1000)
# ITU-T H.273 "video range" as libswscale names it
VIDEO_RANGE = 1


@dataclass(frozen=True)
class SegmentWork:
    """What to make: pictures start .. start + count - 1 of `source` with `settings`. `turning`: how the camera turned,
    where that is taken out."""

    source: Path
    timeline: Timeline
    stream_index: int
    rotation: int
    settings: VideoSettings
    index: int
    start: int
    count: int
    turning: Track | None = None


@dataclass(frozen=True)
class SegmentResult:
    """`media` and `init` are files' contents; errors are sums over luma samples; times are seconds."""

    media: bytes
    init: bytes
    codecs: str
    sse: float
    wsse: float
    cpu_seconds: float
    wall_seconds: float


def timescale_for(fps: Fraction) -> tuple[int, int]:
    """Time scale of a track, and the duration of one picture in it: exact for any rational rate."""
    factor = max(1, -(-10_000 // fps.numerator))
    return fps.numerator * factor, fps.denominator * factor


def make_segment(
    work: SegmentWork, *, progress: Callable[[int], None] = lambda done: None, measure: bool = True
) -> SegmentResult:
    """Make one segment. `progress` hears how many pictures went in, and may raise to stop."""
    wall, cpu = time.monotonic(), cpu_seconds()
    settings = work.settings
    encoder = encoder_for(settings, measure=measure)
    samples: list[Sample] = []
    try:
        with Source(work.source, work.timeline, work.stream_index) as source:
            shaped = shaped_pictures(
                source, settings, work.start, work.count, rotation=work.rotation, turning=work.turning
            )
            for done, picture in enumerate(shaped, start=1):
                samples += encoder.encode(picture)
                progress(done)
        samples += encoder.flush()
        entry = encoder.sample_entry()
    finally:
        encoder.close()
    check_samples(samples, work.count)
    timescale, ticks = timescale_for(settings.fps)
    init = video_header(
        entry,
        settings.width,
        settings.height,
        timescale,
        color=settings.color,
        projection=settings.projection,
        stereo=settings.stereo,
    )
    return SegmentResult(
        media=segment(work.index + 1, work.start * ticks, track_samples(samples, ticks)),
        init=init,
        codecs=entry.codecs,
        sse=sum(sample.sse for sample in samples),
        wsse=sum(sample.wsse for sample in samples),
        cpu_seconds=cpu_seconds() - cpu,
        wall_seconds=time.monotonic() - wall,
    )


def cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system


def check_samples(samples: list[Sample], count: int) -> None:
    """What an encoder must keep to; anything else is a fault of ours and must not be published."""
    if sorted(sample.index for sample in samples) != list(range(count)):
        raise RuntimeError(f"the encoder gave {len(samples)} pictures for {count}")
    if not samples[0].key or samples[0].index != 0:
        raise RuntimeError("the segment does not begin with a key picture")


def track_samples(samples: list[Sample], ticks: int) -> Iterator[TrackSample]:
    """Decode times run on from the segment's start: a picture's offset is its display place less its decode place."""
    for place, sample in enumerate(samples):
        yield TrackSample(sample.data, ticks, (sample.index - place) * ticks, sample.key)


def shaped_pictures(
    source: Source, settings: VideoSettings, start: int, count: int, *, rotation: int, turning: Track | None
) -> Iterator[VideoFrame]:
    """Pictures start .. start + count - 1 as an encoder takes them: upright, of its size, and steady."""
    shape = shaper(settings, rotation)
    for number, picture in enumerate(source.pictures(start, count), start=start):
        shaped = shape(picture)
        yield steadied(shaped, turning.rotation(number)) if turning else shaped


def shaper(settings: VideoSettings, rotation: int) -> Callable[[VideoFrame], VideoFrame]:
    """Picture of the source -> upright yuv420p, video range, of the rendition's size."""
    reformatter = VideoReformatter()
    turned = rotation in {90, 270}
    width, height = (settings.height, settings.width) if turned else (settings.width, settings.height)
    rotator = Rotator(rotation, width, height) if rotation in ROTATIONS else None

    def shape(picture: VideoFrame) -> VideoFrame:
        scaled = reformatter.reformat(
            picture, width, height, "yuv420p", interpolation="BICUBIC", dst_color_range=VIDEO_RANGE
        )
        return rotator.turn(scaled) if rotator else scaled

    return shape


class Rotator:
    """Turns pictures of one size by libavfilter. Holds the graph: its nodes do not keep it alive."""

    def __init__(self, rotation: int, width: int, height: int) -> None:
        self._graph = Graph()
        self._source = last = self._graph.add_buffer(width=width, height=height, format="yuv420p", time_base=CLOCK)
        names, argument = ROTATIONS[rotation]
        for name in names:
            node = self._graph.add(name, argument) if argument else self._graph.add(name)
            last.link_to(node)
            last = node
        self._sink = self._graph.add("buffersink")
        last.link_to(self._sink)
        self._graph.configure()
        self._number = 0

    def turn(self, picture: VideoFrame) -> VideoFrame:
        picture.pts, picture.time_base = self._number, CLOCK
        self._number += 1
        self._source.push(picture)
        turned = self._sink.pull()
        assert isinstance(turned, VideoFrame)
        return turned
