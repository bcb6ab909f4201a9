"""Where pictures come from: YUV4MPEG2 files and pipes by our own reader, everything else through PyAV."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
import numpy.typing as npt

from codec_native.encoder import PIXEL_FORMATS
from codec_native.errors import FrameError
from codec_native.i18n import gettext as _

Planes = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.uint8]]

Y4M_MAGIC = b"YUV4MPEG2"
LONGEST_Y4M_LINE = 4096
COLOUR_SPACES = ("420", "420jpeg", "420mpeg2", "420paldv")


class Source(Protocol):
    """Pictures of one size. ``frames`` is their number when it is known."""

    width: int
    height: int
    fps: Fraction
    full_range: bool
    colour: tuple[int, int, int]
    frames: int | None

    def __iter__(self) -> Iterator[Any]: ...


class Y4mSource:
    """8-bit 4:2:0 YUV4MPEG2. Pictures are views of one buffer that the next picture overwrites."""

    def __init__(self, file: BinaryIO, size: int | None) -> None:
        self._file = file
        header = file.readline(LONGEST_Y4M_LINE)
        fields = header.rstrip(b"\n").split(b" ")
        if fields[0] != Y4M_MAGIC or not header.endswith(b"\n"):
            raise FrameError(_("The input does not begin with a YUV4MPEG2 header."))
        words = [field.decode("ascii", "replace") for field in fields[1:] if field]
        values = {word[0]: word[1:] for word in words}
        extensions = [word[1:] for word in words if word[0] == "X"]
        try:
            self.width, self.height = int(values["W"]), int(values["H"])
            self.fps = Fraction(values.get("F", "30:1").replace(":", "/"))
        except (KeyError, ValueError, ZeroDivisionError):
            raise FrameError(_("The YUV4MPEG2 header does not say width, height and frame rate.")) from None
        space = values.get("C", "420jpeg")
        if space not in COLOUR_SPACES:
            raise FrameError(
                _(
                    "The pictures are {space}, but only 8-bit 4:2:0 can be encoded. Convert them first, for "
                    "example with ffmpeg -pix_fmt yuv420p."
                ).format(space=space)
            )
        if not (2 <= self.width <= 65536 and 2 <= self.height <= 65536) or self.width % 2 or self.height % 2:
            raise FrameError(
                _("Pictures of {width}x{height} cannot be encoded: both must be even.").format(
                    width=self.width, height=self.height
                )
            )
        self.full_range = "COLORRANGE=FULL" in extensions
        self.colour = (2, 2, 2)
        self._bytes = self.width * self.height * 3 // 2
        self.frames = (size - len(header)) // (self._bytes + len(b"FRAME\n")) if size else None

    def __iter__(self) -> Iterator[Planes]:
        picture = np.empty(self._bytes, np.uint8)
        luma = self.width * self.height
        half = (self.height // 2, self.width // 2)
        planes = (
            picture[:luma].reshape(self.height, self.width),
            picture[luma : luma + luma // 4].reshape(half),
            picture[luma + luma // 4 :].reshape(half),
        )
        view = memoryview(picture.data)
        number = 0
        while line := self._file.readline(LONGEST_Y4M_LINE):
            if not line.startswith(b"FRAME") or not line.endswith(b"\n"):
                raise FrameError(
                    _("Picture {number} of the input has no frame header; the file is damaged.").format(number=number)
                )
            filled = 0
            while filled < self._bytes:
                count = self._file.readinto(view[filled:])  # type: ignore[attr-defined]
                if not count:
                    raise FrameError(_("The input ends in the middle of picture {number}.").format(number=number))
                filled += count
            yield planes
            number += 1

    def close(self) -> None:
        self._file.close()


class VideoSource:
    """Anything FFmpeg decodes, as PyAV frames in yuv420p."""

    def __init__(self, path: str) -> None:
        try:
            import av
        except ImportError:
            raise FrameError(_("Reading this kind of file needs PyAV: pip install 'codec-native[video]'.")) from None
        try:
            self._container = av.open(path)
        except av.FFmpegError as error:
            raise FrameError(_("{path} cannot be opened as video: {reason}").format(path=path, reason=error)) from None
        if not self._container.streams.video:
            raise FrameError(_("{path} holds no video.").format(path=path))
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"
        context = self._stream.codec_context
        self.width, self.height = context.width // 2 * 2, context.height // 2 * 2
        rate = self._stream.average_rate or self._stream.guessed_rate or Fraction(30)
        self.fps = Fraction(rate)
        self.frames = self._stream.frames or self._estimate()
        self.full_range = context.color_range == 2 or context.pix_fmt == "yuvj420p"
        self.colour = (int(context.color_primaries or 2), int(context.color_trc or 2), int(context.colorspace or 2))

    def _estimate(self) -> int | None:
        if self._stream.duration and self._stream.time_base:
            return round(float(self._stream.duration * self._stream.time_base) * float(self.fps)) or None
        return None

    def __iter__(self) -> Iterator[Any]:
        import av

        try:
            for number, frame in enumerate(self._container.decode(self._stream)):
                yield self._fitting(frame, number)
        except av.FFmpegError as error:
            raise FrameError(_("The video cannot be decoded: {reason}").format(reason=error)) from None

    def _fitting(self, frame: Any, number: int) -> Any:
        """The frame in 4:2:0 with even sides; an odd last row or column is scaled away."""
        same_size = (frame.width, frame.height) == (self.width, self.height)
        if not same_size and (abs(frame.width - self.width) > 1 or abs(frame.height - self.height) > 1):
            raise FrameError(
                _(
                    "The video changes its picture size at picture {number}, from {width}x{height} to "
                    "{new_width}x{new_height}. Cut it there and encode the parts one by one."
                ).format(
                    number=number, width=self.width, height=self.height, new_width=frame.width, new_height=frame.height
                )
            )
        if not same_size or frame.format.name not in PIXEL_FORMATS:
            frame = frame.reformat(width=self.width, height=self.height, format="yuv420p")
        frame.pts = number
        return frame

    def close(self) -> None:
        self._container.close()


def open_source(path: str) -> Y4mSource | VideoSource:
    """``-`` is YUV4MPEG2 on standard input. Raises :class:`FrameError` or ``OSError``."""
    if path == "-":
        return Y4mSource(sys.stdin.buffer, None)
    file = Path(path)
    with file.open("rb") as probe:
        is_y4m = probe.read(len(Y4M_MAGIC)) == Y4M_MAGIC
    if is_y4m:
        return Y4mSource(file.open("rb", buffering=1 << 20), file.stat().st_size)
    return VideoSource(path)
