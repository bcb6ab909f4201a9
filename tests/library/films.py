"""Films that tests make: every picture carries its number, so that it is known again after any transcoding."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

BITS = 10
DARK, LIGHT = 40, 200


def numbered(number: int, width: int, height: int) -> np.ndarray:
    """Luma with the number as `BITS` bright or dark columns in the middle, and something that moves below."""
    luma = np.full((height, width), 110, np.uint8)
    column = width // BITS
    for bit in range(BITS):
        shade = LIGHT if number >> bit & 1 else DARK
        luma[: height // 2, bit * column : (bit + 1) * column] = shade
    left = number * 5 % max(1, width - width // 8)
    luma[height * 3 // 4 :, left : left + width // 8] = 220
    return luma


def number_of(frame: VideoFrame) -> int:
    """The number that `numbered` wrote, from any size of the picture."""
    plane: Any = frame.planes[0]
    luma = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width]
    column = frame.width / BITS
    row = frame.height // 4
    return sum(1 << bit for bit in range(BITS) if luma[row, int((bit + 0.5) * column)] > (DARK + LIGHT) // 2)


def to_frame(luma: np.ndarray, pixel_format: str) -> VideoFrame:
    height, width = luma.shape
    rgb = np.repeat(luma[:, :, None], 3, axis=2)
    frame = VideoFrame.from_ndarray(rgb, "rgb24")
    return frame.reformat(width, height, pixel_format)


def make_film(
    path: Path,
    *,
    frames: int = 30,
    width: int = 320,
    height: int = 160,
    rate: Fraction | int = 30,
    pixel_format: str = "yuv420p",
    codec: str = "libx264",
    times: Sequence[Fraction] | None = None,
    rotation: int = 0,
    click_at: float | None = None,
    options: dict[str, str] | None = None,
    format: str | None = None,
    container_options: dict[str, str] | None = None,
) -> Path:
    """Write a film of numbered pictures. `times`: seconds of each picture (variable rate); `click_at`: add sound that
    is silent but for a loud burst of 10 ms beginning at that second."""
    fps = Fraction(rate)
    with av.open(str(path), "w", format=format, options=container_options or {}) as output:
        given = {"g": "12", "bf": "2", "crf": "12"} if codec == "libx264" else {}
        stream = output.add_stream(codec, rate=fps, options={**given, **(options or {})})
        stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
        # MPEG-4's clock has 16 bits.
        clock = 1 / fps if codec == "mpeg4" else Fraction(1, 90000)
        stream.codec_context.time_base = clock
        stream.codec_context.thread_count = 1
        if rotation:
            stream.set_display_rotation(rotation)
        sound = output.add_stream("aac", rate=48000, layout="stereo") if click_at is not None else None
        for number in range(frames):
            frame = to_frame(numbered(number, width, height), pixel_format)
            seconds = times[number] if times else number / fps
            frame.pts, frame.time_base = round(seconds / clock), clock
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        if sound is not None and click_at is not None:
            for sound_frame in click_track(click_at, float(frames / fps)):
                output.mux(sound.encode(sound_frame))
            output.mux(sound.encode(None))
    return path


def click_track(click_at: float, seconds: float) -> list[AudioFrame]:
    samples = np.zeros((2, round(seconds * 48000)), np.float32)
    start = round(click_at * 48000)
    samples[:, start : start + 480] = 0.8 * np.sin(np.arange(480) * 2 * np.pi / 24)
    frames = []
    for begin in range(0, samples.shape[1], 1024):
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples[:, begin : begin + 1024]), "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48000, begin, Fraction(1, 48000)
        frames.append(frame)
    return frames


def make_sound_only(path: Path) -> Path:
    with av.open(str(path), "w") as output:
        sound = output.add_stream("aac", rate=48000, layout="stereo")
        for frame in click_track(0.2, 1.0):
            output.mux(sound.encode(frame))
        output.mux(sound.encode(None))
    return path


def boxes(data: bytes, start: int = 0, end: int | None = None) -> list[tuple[bytes, int, int]]:
    """(type, offset, end) of the boxes of a well-formed file."""
    found, position = [], start
    while position + 8 <= (end or len(data)):
        size = int.from_bytes(data[position : position + 4], "big")
        found.append((data[position + 4 : position + 8], position, position + size))
        position += size
    return found


def without_box(data: bytes, kind: bytes) -> bytes:
    return b"".join(data[start:end] for found, start, end in boxes(data) if found != kind)


def moov_first(source: Path, target: Path) -> Path:
    """The same film with its index at the front."""
    with (
        av.open(str(source)) as film,
        av.open(str(target), "w", format="mp4", options={"movflags": "faststart"}) as output,
    ):
        stream = output.add_stream_from_template(film.streams.video[0])
        for packet in film.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                output.mux(packet)
    return target
