"""The last look before publishing: read every rendition by its playlist, as a player would, and decode all of it."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import av

from streaming.library.errors import MediaError
from streaming.library.packaging import store
from streaming.library.packaging.manifests import Track
from streaming.library.packaging.names import PLAYLIST_NAME


def verify(tracks: list[Track], prefix: str, progress: Callable[[float], None] = lambda part: None) -> None:
    """Raises `MediaError("verify_failed")` naming the rendition and what is wrong. `progress` hears 0..1 and may
    raise to stop."""
    weights = [max(1, track.width * track.height) * len(track.ticks) for track in tracks]
    before = 0.0
    for track, weight in zip(tracks, weights, strict=True):
        share, begun = weight / sum(weights), before

        def seen(part: float, share: float = share, begun: float = begun) -> None:
            progress(begun + share * part)

        try:
            if track.width:
                verify_video(track, prefix, seen)
            else:
                verify_audio(track, prefix, seen)
        except (av.error.FFmpegError, FileNotFoundError) as error:
            raise failed(track, "it does not decode", str(error)) from error
        before += share


def failed(track: Track, what: str, detail: str = "") -> MediaError:
    return MediaError("verify_failed", what=f"{track.name}: {what}", detail=detail)


def verify_video(track: Track, prefix: str, seen: Callable[[float], None]) -> None:
    expected = round(track.seconds * track.fps)
    tick = track.timescale / track.fps
    with open_track(track, prefix) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 2
        stream.codec_context.thread_type = "AUTO"
        count, first, last = 0, None, 0
        for frame in container.decode(stream):
            if frame.is_corrupt:
                raise failed(track, f"picture {count} is damaged")
            if (frame.width, frame.height) != (track.width, track.height):
                raise failed(track, f"picture {count} is {frame.width}x{frame.height}")
            first, last = frame.pts if first is None else first, frame.pts
            count += 1
            seen(min(1.0, count / expected))
    if count != expected:
        raise failed(track, f"{count} pictures instead of {expected}")
    if abs((last - (first or 0)) - (expected - 1) * tick) > tick / 2:
        raise failed(track, "its pictures are not evenly spaced over its duration")


def verify_audio(track: Track, prefix: str, seen: Callable[[float], None]) -> None:
    with open_track(track, prefix) as container:
        samples = 0
        for frame in container.decode(container.streams.audio[0]):
            samples += frame.samples
            seen(min(1.0, samples / sum(track.ticks)))
    # Opus decoders drop the priming samples at the beginning.
    if not 0 <= sum(track.ticks) - samples <= track.timescale // 50:
        raise failed(track, f"{samples} samples instead of {sum(track.ticks)}")


def open_track(track: Track, prefix: str) -> Any:
    return av.open(Joined(playlist_files(f"{prefix}{track.name}/")), "r", format="mp4")


def playlist_files(folder: str) -> Iterator[str]:
    """Storage names of the header and the segments that the media playlist of a folder names, in order."""
    for line in store.read(folder + PLAYLIST_NAME).decode().splitlines():
        if line.startswith("#EXT-X-MAP:"):
            yield folder + line.split('"')[1]
        elif line and not line.startswith("#"):
            yield folder + line


class Joined(io.RawIOBase):
    """Stored files one after the other as one stream, with one of them in memory at a time."""

    def __init__(self, names: Iterator[str]) -> None:
        self._names = names
        self._held = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._held:
            name = next(self._names, None)
            if name is None:
                return 0
            self._held = store.read(name)
        count = min(len(buffer), len(self._held))
        buffer[:count] = self._held[:count]
        self._held = self._held[count:]
        return count
