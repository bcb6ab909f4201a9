"""The last look at a tiled title before it is published: every range is read by the index, tiles of different qualities
are merged and decoded, and so are the low layer and the packed layout."""

from collections.abc import Callable

import av

from streaming.library.errors import MediaError
from streaming.library.tiled.reader import Read, TiledError, TiledTitle

NAME = "tiled"


def check_title(read: Read, frames: int, progress: Callable[[float], None] = lambda part: None) -> None:
    """Raises `MediaError("verify_failed")` naming file and tile. `frames`: pictures that the film has; `progress`
    hears 0..1 and may raise to stop."""
    try:
        title = TiledTitle(read)
        count = len(title.index["segments"])
        if sum(segment["frames"] for segment in title.index["segments"]) != frames:
            raise TiledError(f"the index does not have {frames} pictures")
        for segment in range(count):
            check_segment(title, segment)
            progress((segment + 1) / count)
    except (TiledError, KeyError, TypeError, ValueError, FileNotFoundError) as error:
        raise MediaError("verify_failed", what=f"{NAME}: {error}", detail=repr(error)) from error


def check_segment(title: TiledTitle, segment: int) -> None:
    qualities = len(title.index["qualities"])
    # Over the segments every tile comes from every quality, beside neighbours of other qualities.
    choice = [(tile + segment) % qualities for tile in range(title.grid.tiles)]
    for quality in range(qualities):
        if quality not in choice:
            title.tiles(quality, segment)
    frames = title.index["segments"][segment]["frames"]
    decode(title.merged(segment, choice), (title.grid.width, title.grid.height), frames, f"segment {segment}")
    decode(
        title.low_annexb(segment), (title.low.width, title.low.height), frames, f"segment {segment} of the low layer"
    )
    packing = title.packing
    if packing is not None and segment == 0:
        chosen = list(range(0, title.grid.tiles, max(1, title.grid.tiles // len(packing.high))))[: len(packing.high)]
        size = (packing.width, packing.height)
        decode(title.packed(segment, chosen), size, frames, "the packed layout")


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
