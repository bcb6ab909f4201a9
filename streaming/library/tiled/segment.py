"""One tiled segment as files: decode once, encode every quality in one pass and the low layer, write. No Django."""

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streaming.library.encoders.base import VideoSettings
from streaming.library.packaging.fmp4 import TrackSample, segment, video_header
from streaming.library.packaging.names import INIT_NAME, segment_name
from streaming.library.packaging.samples import SampleEntry
from streaming.library.probe.timeline import Timeline
from streaming.library.tiled.boxes import segment_file, tracks_header
from streaming.library.tiled.encode import Shrinker, Stream, TiledEncoder, TiledSettings
from streaming.library.transcode.segment import cpu_seconds, shaper, timescale_for
from streaming.library.transcode.source import Source

LOW_DIRECTORY = "low"


@dataclass(frozen=True)
class TiledWork:
    """What to make: pictures start .. start + count - 1 of `source`."""

    source: Path
    timeline: Timeline
    stream_index: int
    rotation: int
    settings: TiledSettings
    index: int
    start: int
    count: int


@dataclass(frozen=True)
class TiledResult:
    """`headers` and `files`: contents by path below the title's folder. `details`: what the index needs of this
    segment. `sse` and `wsse`: of the best quality, sums over luma samples."""

    headers: dict[str, bytes]
    files: dict[str, bytes]
    details: dict[str, Any]
    codecs: str
    sse: float
    wsse: float
    cpu_seconds: float
    wall_seconds: float


def quality_directory(quality: int) -> str:
    return f"q{quality}"


def make_tiled_segment(work: TiledWork, *, progress: Callable[[int], None] = lambda done: None) -> TiledResult:
    """Make one segment in all qualities. `progress` hears how many pictures went in, and may raise to stop."""
    wall, cpu = time.monotonic(), cpu_seconds()
    settings = work.settings
    encoder = TiledEncoder(settings, settings.grid, settings.crf, settings.offsets)
    low = TiledEncoder(settings, settings.low, settings.low_crf)
    shrinker = Shrinker(settings.low)
    try:
        with Source(work.source, work.timeline, work.stream_index) as source:
            shape = shaper(plain_settings(settings), work.rotation)
            for done, picture in enumerate(source.pictures(work.start, work.count), start=1):
                shaped = shape(picture)
                encoder.encode(shaped)
                low.encode(shrinker.shrink(shaped))
                progress(done)
        streams, low_stream = encoder.flush(), low.flush()[0]
        entry, low_entry = encoder.entry, low.entry
    finally:
        encoder.close()
        low.close()
    for stream in [*streams, low_stream]:
        check_units(stream, work.count)
    files, details = write_segment(settings, work.index, work.start, streams, low_stream)
    return TiledResult(
        headers=title_headers(settings, entry, low_entry),
        files=files,
        details=details,
        codecs=entry.codecs,
        sse=streams[0].sse,
        wsse=streams[0].wsse,
        cpu_seconds=cpu_seconds() - cpu,
        wall_seconds=time.monotonic() - wall,
    )


def plain_settings(settings: TiledSettings) -> VideoSettings:
    """As an untiled rendition of the same size would have them."""
    return VideoSettings("hevc", settings.grid.width, settings.grid.height, settings.fps, settings.gop, 0)


def check_units(stream: Stream, count: int) -> None:
    """What the encoder must keep to; anything else is a fault of ours and must not be published."""
    if sorted(unit.index for unit in stream.units) != list(range(count)):
        raise RuntimeError(f"the encoder gave {len(stream.units)} pictures for {count}")
    if [unit.key for unit in stream.units] != [True] + [False] * (count - 1):
        raise RuntimeError("a tiled segment has a random-access picture at its beginning, and nowhere else")


def write_segment(
    settings: TiledSettings, index: int, start: int, streams: list[Stream], low: Stream
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Files by path, and the segment's details for the index: sizes, errors."""
    _, ticks = timescale_for(settings.fps)
    files, sizes, header = {}, [], 0
    for quality, stream in enumerate(streams):
        header, of_tiles, data = segment_file(stream.units, index=index, time=start * ticks, ticks=ticks)
        files[f"{quality_directory(quality)}/{segment_name(index)}"] = data
        sizes += of_tiles
    samples = [
        TrackSample(
            b"".join(len(unit).to_bytes(4, "big") + unit for unit in picture.slices),
            ticks,
            (picture.index - place) * ticks,
            picture.key,
        )
        for place, picture in enumerate(low.units)
    ]
    low_data = segment(index + 1, start * ticks, samples)
    files[f"{LOW_DIRECTORY}/{segment_name(index)}"] = low_data
    details = {
        "header": header,
        "sizes": pack_sizes(sizes),
        "low": len(low_data),
        "errors": [[stream.sse, stream.wsse] for stream in [*streams, low]],
    }
    return files, details


def pack_sizes(sizes: list[int]) -> str:
    """Base64 of unsigned 24-bit little-endian numbers. Raises OverflowError for a tile beyond 16 MiB."""
    return base64.b64encode(b"".join(size.to_bytes(3, "little") for size in sizes)).decode()


def unpack_sizes(text: str) -> list[int]:
    """The opposite of `pack_sizes`. Raises ValueError for what it never wrote."""
    data = base64.b64decode(text, validate=True)
    if len(data) % 3:
        raise ValueError("sizes do not have 24 bits each")
    return [int.from_bytes(data[i : i + 3], "little") for i in range(0, len(data), 3)]


def title_headers(settings: TiledSettings, entry: SampleEntry, low_entry: SampleEntry) -> dict[str, bytes]:
    """init.mp4 over all tile tracks, and the low layer's own."""
    timescale, _ = timescale_for(settings.fps)
    layout = {"projection": settings.projection, "stereo": settings.stereo}
    low = video_header(low_entry, settings.low.width, settings.low.height, timescale, color=settings.color, **layout)
    return {
        INIT_NAME: tracks_header(entry, settings.grid, timescale, **layout),
        f"{LOW_DIRECTORY}/{INIT_NAME}": low,
    }
