"""Titles to measure tiled delivery with: moving sources, and their packaging by the library's own encoder.

Sources are the real clips where they are (a folder `shared/clips` beside the repository, or VR_CLIPS), else a made
panorama. A still panorama becomes a moving source by a slow rotation of the whole sphere (yaw 9 deg/s, pitch +-2 deg,
roll +-1 deg), which is the worst kind of motion for tiles that no vector may leave. The other made source is what a
camera on a tripod records: the same still stands, parts of it move before it as people would, and a sensor's noise lies
over all. Of the rotating one there is a third: what the packager makes of it, the camera's turning measured and taken
out (`streaming/library/steady`).
"""

import itertools
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.filter import Graph
from av.video.frame import VideoFrame

from streaming.library.encoders.base import VideoSettings, luma
from streaming.library.steady.apply import steadied
from streaming.library.steady.measure import track_of
from streaming.library.steady.register import HEIGHT, WIDTH
from streaming.library.transcode.segment import shaper

ROOT = Path(__file__).resolve().parents[2]
CLIPS = Path(os.environ.get("VR_CLIPS") or ROOT.parent / "shared" / "clips")
FPS = 30
SEED = 7
# Standard deviation of the standing camera's noise in luma steps: what a camera's own coding leaves of a sensor's.
NOISE = 1.0
# What moves before the standing camera, in degrees: size of the piece, where it is cut out, the middle of its way, how
# far it goes to both sides, and seconds there and back. Two people who walk, one who kneels, an arm, a trolley.
MOVERS = (
    ((14, 40), (60, -8), (-30, -10), 10, 4.0),
    ((14, 40), (120, -8), (75, -12), 16, 6.0),
    ((24, 24), (-100, -14), (5, -28), 1.5, 2.0),
    ((8, 5), (150, 0), (10, -20), 4, 0.8),
    ((20, 16), (-60, -20), (150, -22), 12, 5.0),
)

Frames = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Source:
    """Pictures in I420 in one file, one after the other."""

    name: str
    width: int
    height: int
    count: int
    path: Path

    @property
    def frames(self) -> Frames:
        """Shape (count, height * 3 / 2, width), read where they lie."""
        return np.memmap(self.path, np.uint8, "r", shape=(self.count, self.height * 3 // 2, self.width))

    def picture(self, place: int) -> Frames:
        """Picture `place` of a film without end that shows these forwards, backwards, and so on."""
        turn, at = divmod(place, self.count)
        frame: Frames = self.frames[self.count - 1 - at if turn % 2 else at]
        return frame


def panning_still(folder: Path, width: int, height: int, count: int) -> Source:
    """The still panorama of the clips (or a made one) under a slow rotation."""
    still = CLIPS / "pl_building.jpg"
    name = "building_pan" if still.is_file() else "made_pan"
    picture = _open_still(still) if still.is_file() else _made_panorama(min(width, 4096))
    return _kept(folder, f"{name}_{width}x{height}", width, height, count, _rotated(picture, width, height, count))


def steadied_still(folder: Path, width: int, height: int, count: int) -> Source:
    """The still under a slow rotation, as the packager codes it: how the camera turned, found in the pictures, is taken
    out of them."""
    filmed = panning_still(folder, width, height, count)
    shape = shaper(VideoSettings("hevc", WIDTH, HEIGHT, Fraction(FPS), FPS, 0), rotation=0)

    def frames() -> Iterator[VideoFrame]:
        for picture in filmed.frames:
            yield VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="yuv420p")

    def pictures() -> Iterator[Frames]:
        track = track_of(luma(shape(frame)) for frame in frames())
        for i, frame in enumerate(frames()):
            yield steadied(frame, track.rotation(i)).to_ndarray()

    return _kept(folder, f"{filmed.name}_steady", width, height, count, pictures())


def standing_still(folder: Path, width: int, height: int, count: int) -> Source:
    """The still panorama (or a made one) as a camera on a tripod would record it: it stands, some of it moves."""
    still = CLIPS / "pl_building.jpg"
    name = "building_still" if still.is_file() else "made_still"
    picture = _open_still(still) if still.is_file() else _made_panorama(min(width, 4096))
    return _kept(folder, f"{name}_{width}x{height}", width, height, count, _standing(picture, width, height))


def scaled_clip(folder: Path, file: str, width: int, height: int, count: int) -> Source | None:
    """A real clip, scaled; None where the clips are not here."""
    path = CLIPS / file
    if not path.is_file():
        return None
    return _kept(folder, f"{path.stem}_{width}x{height}", width, height, count, _scaled(path, width, height))


def _kept(folder: Path, name: str, width: int, height: int, count: int, pictures: Iterator[Frames]) -> Source:
    """Pictures made once and kept on disk: at 7680x3840 making them takes longer than coding them."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}_{count}.i420"
    shape = (count, height * 3 // 2, width)
    if not path.is_file():
        fresh = path.with_suffix(".part")
        out = np.memmap(fresh, np.uint8, "w+", shape=shape)
        for i in range(count):
            out[i] = next(pictures)
        out.flush()
        fresh.rename(path)
    return Source(name, width, height, count, path)


def _open_still(path: Path) -> VideoFrame:
    with av.open(str(path)) as container:
        return next(container.decode(video=0)).reformat(format="yuv444p")


def _made_panorama(width: int) -> VideoFrame:
    """Detail of every size, seamless all round: noise whose strength falls with its frequency, in three colours."""
    random = np.random.default_rng(SEED)
    height = width // 2
    across, down = np.fft.fftfreq(width)[None, :], np.fft.fftfreq(height)[:, None]
    falling = 1 / np.maximum(np.hypot(across, down), 2 / width) ** 1.15
    planes = []
    for strength in (38, 9, 9):
        noise = np.fft.ifft2(np.fft.fft2(random.standard_normal((height, width))) * falling).real
        planes.append(np.clip(128 + strength * noise / noise.std(), 16, 235).astype(np.uint8))
    return VideoFrame.from_ndarray(np.stack(planes), format="yuv444p")


def _rotated(picture: VideoFrame, width: int, height: int, count: int) -> Iterator[Frames]:
    for i in range(count):
        t = i / FPS
        pose = (9 * t, 2 * math.sin(2 * math.pi * t / 3), math.sin(2 * math.pi * t / 2.3))
        graph = Graph()
        start = graph.add_buffer(
            width=picture.width, height=picture.height, format=picture.format, time_base=Fraction(1, FPS)
        )
        turn = graph.add(
            "v360", f"e:e:w={width}:h={height}:interp=cubic:yaw={pose[0]:.5f}:pitch={pose[1]:.5f}:roll={pose[2]:.5f}"
        )
        end = graph.add("buffersink")
        start.link_to(turn)
        turn.link_to(end)
        graph.configure()
        start.push(picture)
        yield _i420(end.pull(), width, height)


def _standing(picture: VideoFrame, width: int, height: int) -> Iterator[Frames]:
    """Pieces of the picture go to and fro before it, soft at their edges; fresh noise in every picture."""
    random = np.random.default_rng(SEED)
    background = _i420(picture, width, height)[:height]
    chroma = _i420(picture, width, height)[height:]
    # Noise of one picture is taken from a larger field, at another place each time: drawing it anew takes seconds.
    field = random.normal(0, NOISE, (height + 256, width + 256)).round().astype(np.int8)
    degree = width / 360
    pieces = []
    for size, source, way, reach, seconds in MOVERS:
        across, down = (round(extent * degree) for extent in size)
        left, top = _corner(source, across, down, width, height)
        y, x = np.mgrid[-1 : 1 : down * 1j, -1 : 1 : across * 1j]
        mask = np.clip((1 - np.hypot(x, y)) * 6, 0, 1).astype(np.float32)
        pieces.append(
            (background[top : top + down, left : left + across].astype(np.float32), mask, way, reach, seconds)
        )
    for i in itertools.count():
        luma = background.astype(np.int16)
        for piece, mask, (yaw, pitch), reach, seconds in pieces:
            down, across = piece.shape
            swung = yaw + reach * math.sin(2 * math.pi * i / FPS / seconds)
            left, top = _corner((swung, pitch), across, down, width, height)
            place = np.s_[top : top + down, left : left + across]
            luma[place] = (luma[place] * (1 - mask) + piece * mask).round()
        dy, dx = random.integers(0, 256, 2)
        luma += field[dy : dy + height, dx : dx + width]
        yield np.concatenate([np.clip(luma, 0, 255).astype(np.uint8), chroma])


def _corner(middle: tuple[float, float], across: int, down: int, width: int, height: int) -> tuple[int, int]:
    """Left and upper edge of a piece around a direction, kept inside the picture."""
    left = round((middle[0] / 360 + 0.5) * width - across / 2)
    top = round((0.5 - middle[1] / 180) * height - down / 2)
    return min(max(0, left), width - across), min(max(0, top), height - down)


def _scaled(path: Path, width: int, height: int) -> Iterator[Frames]:
    """The clip's pictures, forwards and then from the start again."""
    while True:
        with av.open(str(path)) as container:
            for picture in container.decode(video=0):
                yield _i420(picture, width, height)


def _i420(picture: Any, width: int, height: int) -> Frames:
    return picture.reformat(width, height, "yuv420p", interpolation="BICUBIC", dst_color_range="MPEG").to_ndarray()
