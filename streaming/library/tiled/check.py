"""The last look at a tiled title before it is published: every range is read by the index, entered and continued tiles
of different qualities are merged and decoded, and so are the low layer and the packed layout."""

from collections.abc import Callable

import av

from streaming.library.errors import MediaError
from streaming.library.tiled.reader import Pick, Read, TiledError, TiledTitle

NAME = "tiled"


def check_title(read: Read, frames: int, progress: Callable[[float], None] = lambda part: None) -> None:
    """Raises `MediaError("verify_failed")` naming file and tile. `frames`: pictures that the film has; `progress`
    hears 0..1 and may raise to stop."""
    try:
        title = TiledTitle(read)
        count = len(title.index["segments"])
        if sum(segment["frames"] for segment in title.index["segments"]) != frames:
            raise TiledError(f"the index does not have {frames} pictures")
        for first in range(0, count, title.group):
            segments = range(first, min(count, first + title.group))
            check_group(title, segments)
            progress(segments.stop / count)
    except (TiledError, KeyError, TypeError, ValueError, FileNotFoundError) as error:
        raise MediaError("verify_failed", what=f"{NAME}: {error}", detail=repr(error)) from error


def check_group(title: TiledTitle, segments: range) -> None:
    frames = [title.index["segments"][segment]["frames"] for segment in segments]
    choices = [mixed(title, segment) for segment in segments]
    size, low = (title.grid.width, title.grid.height), (title.low.width, title.low.height)
    decode(title.played(segments, choices), size, sum(frames), f"segments {segments[0]} to {segments[-1]}")
    for pick in sorted(title.picks - {pick for choice in choices for pick in choice}):
        title.run(segments, pick)
    for segment in segments:
        for continued in {False, title.continues(segment)}:
            title.psnr(0, segment, continued=continued)
    for segment, count in zip(segments, frames, strict=True):
        decode(title.low_annexb(segment), low, count, f"segment {segment} of the low layer")
    packing = title.packing
    if packing is not None and segments[0] == 0:
        chosen = list(range(0, title.grid.tiles, max(1, title.grid.tiles // len(packing.high))))[: len(packing.high)]
        decode(title.packed(0, chosen), (packing.width, packing.height), frames[0], "the packed layout")


def mixed(title: TiledTitle, segment: int) -> list[Pick]:
    """Over the segments every tile comes from every quality, beside neighbours of other qualities. Two of three go on
    where they can; what becomes better is entered, as clients do."""
    qualities = len(title.index["qualities"])
    picks = []
    for tile in range(title.grid.tiles):
        before, quality = ((tile + at // 2) % qualities for at in (segment - 1, segment))
        goes_on = title.continues(segment) and quality >= before and (tile + segment) % 3 > 0
        picks.append(Pick(quality, goes_on))
    return picks


def decode(stream: bytes, size: tuple[int, int], frames: int, what: str) -> None:
    """Raises `TiledError` unless the stream has so many sound pictures of this size."""
    decoder = av.CodecContext.create("hevc", "r")
    decoder.thread_count = 2
    decoder.options = {"err_detect": "explode"}
    count = 0
    try:
        for packet in [*decoder.parse(stream), *decoder.parse(None), None]:
            for frame in decoder.decode(packet):
                if frame.is_corrupt or (frame.width, frame.height) != size:
                    raise TiledError(f"{what}: picture {count} is damaged, or not {size[0]}x{size[1]}")
                count += 1
    except av.error.FFmpegError as error:
        raise TiledError(f"{what} does not decode: {error}") from error
    if count != frames:
        raise TiledError(f"{what}: {count} pictures instead of {frames}")
