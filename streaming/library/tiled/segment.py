"""A group of tiled segments as files: decode once, encode all qualities and the low layer, write. No Django."""

import base64
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streaming.library.encoders.base import VideoSettings
from streaming.library.packaging.fmp4 import TrackSample, segment, video_header
from streaming.library.packaging.names import INIT_NAME, segment_name
from streaming.library.packaging.samples import SampleEntry
from streaming.library.probe.timeline import Timeline
from streaming.library.quality import psnr
from streaming.library.steady.track import Track
from streaming.library.tiled.boxes import segment_file, tracks_header
from streaming.library.tiled.encode import CodedSegment, Shrinker, Stream, TiledEncoder, TiledSettings
from streaming.library.tiled.grid import Grid
from streaming.library.transcode.segment import cpu_seconds, shaped_pictures, timescale_for
from streaming.library.transcode.source import Source

LOW_DIRECTORY = "low"
# PSNR of a tile in the index: decibels of 0, and steps in a decibel.
PSNR_LEAST, PSNR_STEPS = 10, 5


@dataclass(frozen=True)
class TiledWork:
    """What to make: pictures start .. start + count - 1 of `source`, a group of segments whose first one is `index`.
    `turning`: how the camera turned, where that is taken out."""

    source: Path
    timeline: Timeline
    stream_index: int
    rotation: int
    settings: TiledSettings
    index: int
    start: int
    count: int
    turning: Track | None = None


@dataclass(frozen=True)
class TiledResult:
    """`headers` and `files`: contents by path below the title's folder. `segments`: what the index needs of each. `sse`
    and `wsse`: of the best quality, sums over luma samples."""

    headers: dict[str, bytes]
    files: dict[str, bytes]
    segments: list[dict[str, Any]]
    codecs: str
    sse: float
    wsse: float
    cpu_seconds: float
    wall_seconds: float


def quality_directory(quality: int, *, continued: bool = False) -> str:
    return f"{'c' if continued else 'q'}{quality}"


def make_tiled_group(work: TiledWork, *, progress: Callable[[int], None] = lambda done: None) -> TiledResult:
    """Make the segments of one group in all qualities. `progress` hears how many pictures went in, and may raise to
    stop."""
    wall, cpu = time.monotonic(), cpu_seconds()
    settings = work.settings
    encoder = TiledEncoder(settings, settings.grid, settings.crf, settings.offsets, continues=True)
    low = TiledEncoder(settings, settings.low, settings.low_crf)
    shrinker = Shrinker(settings.low)
    try:
        with Source(work.source, work.timeline, work.stream_index) as source:
            shaped = shaped_pictures(
                source, plain_settings(settings), work.start, work.count, rotation=work.rotation, turning=work.turning
            )
            for done, picture in enumerate(shaped, start=1):
                encoder.encode(picture)
                low.encode(shrinker.shrink(picture))
                progress(done)
        coded, low_coded = encoder.flush(), low.flush()
        entry, low_entry = encoder.entry, low.entry
    finally:
        encoder.close()
        low.close()
    low_streams = [streams.entry[0] for streams in low_coded]
    files, segments = write_group(settings, work.index, work.start, work.count, coded, low_streams)
    return TiledResult(
        headers=title_headers(settings, entry, low_entry),
        files=files,
        segments=segments,
        codecs=entry.codecs,
        sse=sum(streams.entry[0].sse for streams in coded),
        wsse=sum(streams.entry[0].wsse for streams in coded),
        cpu_seconds=cpu_seconds() - cpu,
        wall_seconds=time.monotonic() - wall,
    )


def plain_settings(settings: TiledSettings) -> VideoSettings:
    """As an untiled rendition of the same size would have them."""
    return VideoSettings("hevc", settings.grid.width, settings.grid.height, settings.fps, settings.gop, 0)


def write_group(
    settings: TiledSettings, index: int, start: int, count: int, coded: Sequence[CodedSegment], low: Sequence[Stream]
) -> tuple[dict[str, bytes], list[dict[str, Any]]]:
    """Files by path, and the details of each segment for the index, of a group of `count` pictures from `start` whose
    first segment is number `index`."""
    files: dict[str, bytes] = {}
    segments = []
    for place, (streams, low_stream) in enumerate(zip(coded, low, strict=True)):
        first = place * settings.gop
        frames = min(settings.gop, count - first)
        for stream in [*streams.entry, low_stream]:
            check_units(stream, frames)
        for stream in streams.continued:
            check_units(stream, frames, continued=True)
        written, details = write_segment(
            settings, index + place, start + first, streams.entry, low_stream, streams.continued
        )
        files |= written
        segments.append({"frame": start + first, "frames": frames, **details})
    if sum(of["frames"] for of in segments) != count:
        raise RuntimeError(f"the encoder gave {len(segments)} segments for {count} pictures")
    return files, segments


def check_units(stream: Stream, count: int, *, continued: bool = False) -> None:
    """What the encoder must keep to; anything else is a fault of ours and must not be published."""
    if sorted(unit.index for unit in stream.units) != list(range(count)) or stream.units[0].index:
        raise RuntimeError(f"the encoder gave {len(stream.units)} pictures for {count}, or another one first")
    if [unit.key for unit in stream.units] != [not continued] + [False] * (count - 1):
        raise RuntimeError("random-access pictures are at the beginning of entry segments, and nowhere else")


def write_segment(
    settings: TiledSettings,
    index: int,
    start: int,
    streams: Sequence[Stream],
    low: Stream,
    continued: Sequence[Stream] = (),
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Files by path, and the segment's details for the index: sizes, errors. `streams`: the entry stream of each
    quality; `continued`: the same qualities continued, or none."""
    _, ticks = timescale_for(settings.fps)
    files: dict[str, bytes] = {}

    def write(of_qualities: Sequence[Stream], *, continued: bool) -> tuple[int, list[int]]:
        """Bytes before tile 0, the same in each quality, and of all tiles."""
        sizes, headers = [], set()
        for place, stream in enumerate(of_qualities):
            before, of_tiles, data = segment_file(stream.units, index=index, time=start * ticks, ticks=ticks)
            files[f"{quality_directory(place, continued=continued)}/{segment_name(index)}"] = data
            headers.add(before)
            sizes += of_tiles
        (header,) = headers or {0}
        return header, sizes

    header, sizes = write(streams, continued=False)
    continued_header, following = write(continued, continued=True)
    (order,) = {tuple(unit.index for unit in stream.units) for stream in [*streams, *continued]}
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
        "order": list(order),
        "header": header,
        "sizes": pack_sizes(sizes),
        "continued_header": continued_header,
        "continued": pack_sizes(following) if continued else None,
        "psnr": pack_psnr(tile_psnr(settings.grid, streams)),
        "continued_psnr": pack_psnr(tile_psnr(settings.grid, continued)) if continued else None,
        "low": len(low_data),
        "errors": [[stream.sse, stream.wsse] for stream in [*streams, low]],
    }
    return files, details


def pack_sizes(sizes: list[int]) -> str:
    """Base64 of unsigned 24-bit little-endian numbers. Raises OverflowError for a tile beyond 16 MiB."""
    return base64.b64encode(b"".join(size.to_bytes(3, "little") for size in sizes)).decode()


def unpack_psnr(text: str) -> list[float]:
    """The opposite of `pack_psnr`, as near as it kept them. Raises ValueError for what is not base64."""
    return [PSNR_LEAST + step / PSNR_STEPS for step in base64.b64decode(text, validate=True)]


def unpack_sizes(text: str) -> list[int]:
    """The opposite of `pack_sizes`. Raises ValueError for what it never wrote."""
    data = base64.b64decode(text, validate=True)
    if len(data) % 3:
        raise ValueError("sizes do not have 24 bits each")
    return [int.from_bytes(data[i : i + 3], "little") for i in range(0, len(data), 3)]


def tile_psnr(grid: Grid, streams: Sequence[Stream]) -> list[float]:
    """Decibels of luma of each tile of each stream."""
    samples = [width * height for height in grid.heights for width in grid.widths]
    return [
        psnr(squared_error, size * len(stream.units))
        for stream in streams
        for squared_error, size in zip(stream.of_tiles, samples, strict=True)
    ]


def pack_psnr(decibels: Sequence[float]) -> str:
    """Base64 of bytes: fifths of a decibel above 10; what is beyond 10 to 61 dB as the nearer of the two."""
    steps = (round((decibel - PSNR_LEAST) * PSNR_STEPS) for decibel in decibels)
    return base64.b64encode(bytes(max(0, min(255, step)) for step in steps)).decode()


def title_headers(settings: TiledSettings, entry: SampleEntry, low_entry: SampleEntry) -> dict[str, bytes]:
    """init.mp4 over all tile tracks, and the low layer's own."""
    timescale, _ = timescale_for(settings.fps)
    layout = {"projection": settings.projection, "stereo": settings.stereo}
    low = video_header(low_entry, settings.low.width, settings.low.height, timescale, color=settings.color, **layout)
    return {
        INIT_NAME: tracks_header(entry, settings.grid, timescale, **layout),
        f"{LOW_DIRECTORY}/{INIT_NAME}": low,
    }
