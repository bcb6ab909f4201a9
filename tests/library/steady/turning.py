"""A world that a camera films while it turns, by a formula: the truth to hold measurements against."""

import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame

from streaming.library.steady.rotation import Matrix, by_vector
from tests.codec.sphere.test_turned import directions

WAVES = 40


class World:
    """Brightness of every direction: waves of many lengths through space, the same from everywhere."""

    def __init__(self, seed: int = 3) -> None:
        random = np.random.default_rng(seed)
        length = 2 ** random.uniform(1, 5, WAVES)
        way = random.normal(size=(WAVES, 3))
        self._waves = (way / np.linalg.norm(way, axis=1, keepdims=True) * length[:, None]).astype(np.float32)
        self._phases = random.uniform(0, 2 * np.pi, WAVES).astype(np.float32)
        self._sizes = (40 / np.sqrt(length)).astype(np.float32)

    def filmed(self, rotation: Matrix, width: int = 960, height: int = 480) -> np.ndarray:
        """The picture of a camera in which direction d of the world is at `rotation` * d."""
        d = (directions(width, height) @ rotation).astype(np.float32)
        luma = np.full((height, width), 128, np.float32)
        for wave, phase, size in zip(self._waves, self._phases, self._sizes, strict=True):
            luma += size * np.cos(d @ wave + phase)
        return np.clip(np.rint(luma), 16, 235).astype(np.uint8)


def panned(second: float) -> Matrix:
    """A slow turn with some swaying, as of a camera that is carried."""
    return (
        by_vector(np.array([0, math.radians(-12 * second), 0]))
        @ by_vector(np.array([math.radians(3 * math.sin(2.1 * second)), 0, 0]))
        @ by_vector(np.array([0, 0, math.radians(2 * math.sin(2.9 * second))]))
    )


def still(second: float) -> Matrix:
    return np.eye(3)


def film_of(
    path: Path,
    way: Callable[[float], Matrix] = panned,
    *,
    frames: int = 45,
    width: int = 320,
    rate: int = 30,
) -> Path:
    """A film of that world, 2:1, so that the library takes it for a sphere."""
    world = World()
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=Fraction(rate), options={"g": "12", "bf": "2", "crf": "10"})
        stream.width, stream.height, stream.pix_fmt = width, width // 2, "yuv420p"
        for number in range(frames):
            luma = world.filmed(way(number / rate), width, width // 2)
            chroma = np.full((width // 4, width), 128, np.uint8)
            output.mux(stream.encode(VideoFrame.from_ndarray(np.concatenate([luma, chroma]), "yuv420p")))
        output.mux(stream.encode(None))
    return path
