"""Pictures of a source by their number in display order, exactly, wherever decoding has to begin for that."""

from collections.abc import Iterator
from pathlib import Path

import av
from av.video.frame import VideoFrame

from streaming.library.errors import MediaError
from streaming.library.probe.examine import open_source
from streaming.library.probe.timeline import Timeline

# How many key frames further back decoding begins after an attempt that did not give the picture.
STEPS_BACK = (0, 1, 3, 8)
PICTURES_LOST_AT_THE_END = 3


class Source:
    """A source file opened for decoding pictures. Use as a context manager."""

    def __init__(self, path: Path, timeline: Timeline, stream_index: int, threads: int = 1) -> None:
        self.timeline = timeline
        self._path, self._stream_index, self._threads = path, stream_index, threads
        self._open()

    def _open(self) -> None:
        self._container = open_source(self._path)
        self._stream = self._container.streams[self._stream_index]
        self._stream.codec_context.thread_count = self._threads
        if self._threads > 1:
            self._stream.codec_context.thread_type = "AUTO"

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def pictures(self, start: int, count: int) -> Iterator[VideoFrame]:
        """Output pictures start .. start + count - 1 of the constant rate, in order; a source picture that is shown
        longer comes several times. Raises `MediaError("damaged")` where one cannot be decoded."""
        wanted = self.timeline.source_indices(start, count)
        decoded = self._from(int(wanted[0]))
        index, frame = next(decoded)
        for number in wanted:
            while index < number:
                following = next(decoded, None)
                if following is None:
                    break
                index, frame = following
            if (index != number or frame.is_corrupt) and not self._at_the_end(int(number)):
                raise self._damaged(int(number))
            yield frame

    def picture(self, index: int) -> VideoFrame:
        """One source picture."""
        return next(self._from(index))[1]

    def nearest_key(self, seconds: float) -> VideoFrame:
        """A picture that decodes quickly near a time: the key frame before it."""
        timeline = self.timeline
        index = min(int(seconds * float(timeline.fps)), len(timeline.pts) - 1)
        if not timeline.constant:
            times = (timeline.pts - timeline.pts[0]) * float(timeline.time_base)
            index = max(0, int(times.searchsorted(seconds, side="right")) - 1)
        key = timeline.key_before(index)
        if key >= 0 and not timeline.sequential:
            index = int(timeline.pts.searchsorted(timeline.keys[key]))
        return self.picture(index)

    def _from(self, index: int) -> Iterator[tuple[int, VideoFrame]]:
        """Decode beginning with source picture `index`, from as near a key frame as works."""
        if self.timeline.sequential:
            yield from self._counted_from(index)
            return
        key = self.timeline.key_before(index)
        for step in STEPS_BACK:
            # Not every format seeks to its beginning (MPEG-TS does not): there the file is opened anew.
            begin = int(self.timeline.keys[key - step]) if key - step > 0 else None
            decoded = self._decode_from(begin)
            found = next((item for item in decoded if item[0] >= index), None)
            if found and found[0] == index and not found[1].is_corrupt:
                yield found
                yield from decoded
                return
            if begin is None:
                break
        raise self._damaged(index)

    def _decode_from(self, pts: int | None) -> Iterator[tuple[int, VideoFrame]]:
        """Known pictures from the key frame at `pts` on, or from the beginning."""
        known = self.timeline.pts
        if pts is None:
            self._restart()
        else:
            self._container.seek(pts, stream=self._stream, backward=True)
        for frame in self._frames():
            if frame.pts is None:
                continue
            index = int(known.searchsorted(frame.pts))
            if index < len(known) and known[index] == frame.pts:
                yield index, frame

    def _counted_from(self, index: int) -> Iterator[tuple[int, VideoFrame]]:
        self._restart()
        for number, frame in enumerate(self._frames()):
            if number >= index:
                yield number, frame

    def _restart(self) -> None:
        self._container.close()
        self._open()

    def _frames(self) -> Iterator[VideoFrame]:
        """All that decodes; packets that do not are passed over, and show as missing pictures."""
        for packet in self._container.demux(self._stream):
            try:
                yield from packet.decode()
            except av.error.InvalidDataError:
                continue

    def _at_the_end(self, index: int) -> bool:
        """A recording that stops in the middle of a picture shows the one before it a little longer."""
        return index >= len(self.timeline.pts) - PICTURES_LOST_AT_THE_END

    def _damaged(self, index: int) -> MediaError:
        seconds = int(self.timeline.seconds(index))
        return MediaError("damaged", time=f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}")
