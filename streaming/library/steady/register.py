"""How one small picture of a sphere is turned against another: least squares over brightness, from coarse to fine.

The reference R and a picture P are taken for the same scene up to a rotation: `P(rotation * d) = R(d)` for every
direction d. Gauss-Newton, inversely composed: the derivatives are the reference's own, and are reckoned once (Baker and
Matthews, "Lucas-Kanade 20 Years On", 2004). What moves by itself is an outlier to the rest; weights fall with the
residual (Geman and McClure). Differences of brightness and contrast are found along with the turn. All is weighted by
the area on the sphere.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from codec_native.sphere import turned
from streaming.library.steady.rotation import Matrix, by_vector

Plane = NDArray[np.uint8]
Field = NDArray[np.float32]

# Luma pictures are this large; the coarser ones are halves of it.
WIDTH, HEIGHT = 960, 480
LEVELS = 4
# Rounds at each level at most, and the step in radians that ends them at the finest: a hundredth of a sample of an 8K
# picture.
ROUNDS = 12
SMALL_STEP = math.radians(0.0005)
# The picture near a pole is stretched so far that it says nothing: latitudes beyond are left out.
HIGHEST_LATITUDE = math.radians(75)
# Residuals of so many times their usual size count a quarter. LEAST_SCALE: luma steps.
OUTLIER, LEAST_SCALE = 3.0, 1.0


@dataclass(frozen=True)
class Fit:
    """`rotation`: where the reference's directions are in the picture. `error`: the variance that is left, of luma
    steps at the finest level. `contrast`: the reference's own."""

    rotation: Matrix
    error: float
    contrast: float

    @property
    def explained(self) -> float:
        """Share of the reference's variance that the turned picture has: 1 for the same scene, near 0 after a cut."""
        return 1 - self.error / max(self.contrast, 1e-6) / 2


class Reference:
    """A picture that others are held against."""

    def __init__(self, plane: Plane) -> None:
        self._levels = [_Level(part) for part in reversed(pyramid(plane))]

    def fit(self, plane: Plane, guess: Matrix) -> Fit:
        """How `plane` is turned against this one. `guess`: where the search begins; a few degrees off does no harm."""
        rotation = guess
        for level, part in zip(self._levels, reversed(pyramid(plane)), strict=True):
            rotation = level.improve(part, rotation)
        finest = self._levels[-1]
        return Fit(rotation, finest.error(turned(plane, rotation)), finest.contrast)


def pyramid(plane: Plane) -> list[Plane]:
    """The picture and its halves."""
    found = [plane]
    for _ in range(LEVELS - 1):
        last = found[-1].astype(np.uint16)
        found.append(
            ((last[::2, ::2] + last[::2, 1::2] + last[1::2, ::2] + last[1::2, 1::2] + 2) // 4).astype(np.uint8)
        )
    return found


class _Level:
    """The reference at one size."""

    def __init__(self, plane: Plane) -> None:
        height, width = plane.shape
        self._plane: Field = plane.astype(np.float32)
        longitude = ((np.arange(width) + 0.5) / width - 0.5) * 2 * np.pi
        latitude = ((0.5 - (np.arange(height) + 0.5) / height) * np.pi)[:, None]
        area = np.where(np.abs(latitude) < HIGHEST_LATITUDE, np.cos(latitude), 0)
        self._area: Field = np.broadcast_to(area / (area.sum() * width), plane.shape).astype(np.float32)
        mean = float((self._area * self._plane).sum())
        self.contrast = float((self._area * (self._plane - mean) ** 2).sum())
        self._changes: Field = np.concatenate(
            [
                self._derivatives(longitude, latitude),
                (self._plane.reshape(1, -1) - mean) / max(1.0, math.sqrt(self.contrast)),
                np.ones((1, plane.size), np.float32),
            ]
        )

    def _derivatives(self, longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> Field:
        """How brightness changes by a turn about each axis, shape (3, samples): the slope along the sphere, times how
        far a turn carries each direction along."""
        height, width = self._plane.shape
        east = (np.roll(self._plane, -1, 1) - np.roll(self._plane, 1, 1)) * (width / (4 * np.pi))
        north = np.zeros_like(self._plane)
        north[1:-1] = (self._plane[:-2] - self._plane[2:]) * (height / (2 * np.pi))
        sine, cosine, up, out = np.sin(longitude), np.cos(longitude), np.sin(latitude), np.cos(latitude)
        east = east / np.maximum(out, math.cos(HIGHEST_LATITUDE))
        # direction x east and direction x north, component by component
        return (
            np.stack(
                [
                    east * (-up * sine) - north * cosine,
                    east * out,
                    east * (-up * cosine) + north * sine,
                ]
            )
            .astype(np.float32)
            .reshape(3, -1)
        )

    def improve(self, plane: Plane, rotation: Matrix) -> Matrix:
        """Rounds of Gauss-Newton from a rotation on. A camera that opens its iris changes contrast and brightness; both
        are found along with the turn."""
        light = np.zeros(2, np.float32)
        for _ in range(ROUNDS):
            rest = turned(plane, rotation).astype(np.float32).ravel() - self._plane.ravel()
            left = rest - light @ self._changes[3:]
            scale = OUTLIER * max(LEAST_SCALE, 1.4826 * float(np.median(np.abs(left[::7]))))
            weighted = self._changes * (self._area.ravel() / (1 + (left / scale) ** 2) ** 2)
            try:
                found = np.linalg.solve(weighted @ self._changes.T, weighted @ rest)
            except np.linalg.LinAlgError:
                return rotation
            light, step = found[3:], found[:3].astype(np.float64)
            rotation = rotation @ by_vector(-step)
            if float(np.linalg.norm(step)) < SMALL_STEP * WIDTH / self._plane.shape[1]:
                break
        return rotation

    def error(self, plane: Plane) -> float:
        rest = plane.astype(np.float32) - self._plane
        return float((self._area * rest**2).sum() - (self._area * rest).sum() ** 2)
