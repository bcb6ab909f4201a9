"""Titles to measure tiled delivery with: moving sources, and their packaging by the library's own encoder.

Sources are the real clips where they are (a folder `shared/clips` beside the repository, or VR_CLIPS), else a made
panorama. A still panorama becomes a moving source by a slow rotation of the whole sphere (yaw 9 deg/s, pitch +-2 deg,
roll +-1 deg), which is the worst kind of motion for tiles that no vector may leave.
"""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.filter import Graph
from av.video.frame import VideoFrame

ROOT = Path(__file__).resolve().parents[2]
CLIPS = Path(os.environ.get("VR_CLIPS") or ROOT.parent / "shared" / "clips")
FPS = 30
SEED = 7

Frames = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Source:
    """Pictures in I420 in one file, one after the other."""

    name: str
    width: int
    height: int
    count: int
    path: Path

    @cached_property
    def frames(self) -> Frames:
        """Shape (count, height * 3 / 2, width), read where they lie."""
        return np.memmap(self.path, np.uint8, "r", shape=(self.count, self.height * 3 // 2, self.width))


def panning_still(folder: Path, width: int, height: int, count: int) -> Source:
    """The still panorama of the clips (or a made one) under a slow rotation."""
    still = CLIPS / "pl_building.jpg"
    name = "building_pan" if still.is_file() else "made_pan"
    picture = _open_still(still) if still.is_file() else _made_panorama(min(width, 4096))
    return _kept(folder, f"{name}_{width}x{height}", width, height, count, _rotated(picture, width, height, count))


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


def _scaled(path: Path, width: int, height: int) -> Iterator[Frames]:
    """The clip's pictures, forwards and then from the start again."""
    while True:
        with av.open(str(path)) as container:
            for picture in container.decode(video=0):
                yield _i420(picture, width, height)


def _i420(picture: Any, width: int, height: int) -> Frames:
    return picture.reformat(width, height, "yuv420p", interpolation="BICUBIC", dst_color_range="MPEG").to_ndarray()
