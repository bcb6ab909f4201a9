"""What a view shows of a picture: which luma samples, from which tiles, and how wrong they are."""

import math

import numpy as np
import numpy.typing as npt

from streaming.library.tiled.grid import Grid

FOV = 90.0
# Rays across and down. At 7680x3840 a view has about 1,900 samples across: every fourth is looked at.
RAYS = 480


class View:
    """A rectilinear view of `FOV` x `FOV` degrees; the nearest sample stands for each ray, without interpolation."""

    def __init__(self, width: int, height: int, grid: Grid, rays: int = RAYS) -> None:
        half = math.tan(math.radians(FOV) / 2)
        steps = (2 * (np.arange(rays) + 0.5) / rays - 1) * half
        self._across, self._up = (part.ravel() for part in np.meshgrid(steps, -steps))
        self._width, self._height = width, height
        column = np.repeat(np.arange(grid.columns), grid.widths)
        row = np.repeat(np.arange(grid.rows), grid.heights)
        self._column, self._row, self._columns = column, row, grid.columns

    def samples(self, yaw: float, pitch: float) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """Rows and columns of the luma samples that the view shows. Directions as in player/projection.js."""
        a, b = math.sin(math.radians(pitch)), math.cos(math.radians(pitch))
        y = self._up * b + a
        forward = b - self._up * a
        turns = (math.radians(yaw) + np.arctan2(self._across, forward)) / (2 * math.pi) + 0.5
        v = 0.5 - np.arctan2(y, np.hypot(self._across, forward)) / math.pi
        columns = np.minimum((turns - np.floor(turns)) * self._width, self._width - 1).astype(np.int32)
        rows = np.minimum(v * self._height, self._height - 1).astype(np.int32)
        return rows, columns

    def tiles(self, rows: npt.NDArray[np.int32], columns: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        """The tile of each sample, in raster order."""
        return self._row[rows] * self._columns + self._column[columns]


def tile_squares(errors: npt.NDArray[np.uint8], grid: Grid) -> npt.NDArray[np.float64]:
    """Mean squared error of each tile, in raster order. errors: |decoded - source| of a picture."""
    squares = np.square(errors, dtype=np.uint16)
    rows = np.add.reduceat(squares, grid.y[:-1], axis=0, dtype=np.uint32)
    sums = np.add.reduceat(rows, grid.x[:-1], axis=1, dtype=np.uint64)
    means: npt.NDArray[np.float64] = (sums / np.outer(grid.heights, grid.widths)).ravel()
    return means


def mean_square(errors: npt.NDArray[np.uint8]) -> float:
    return float(np.mean(np.square(errors, dtype=np.uint32)))
