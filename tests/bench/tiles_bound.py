"""How good a view can be at all: what somebody who knows every movement of the head would make of the same tiles.

For each segment the tiles are known in size and error, the five views a second that will be looked at too. Starting
from the lowest quality, the step that brings the views' mean PSNR most for its bytes is taken until the budget is
spent. Nothing is fetched in vain, nothing comes late, no request costs anything. A budget for each segment, nothing is
saved for later; greedy, so the true optimum may be a little higher, by less than one tile's step.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from streaming.library.tiled.segment import unpack_sizes
from tests.bench.head_traces import Trace
from tests.bench.tiles_coded import SAMPLE_EVERY, Coded
from tests.bench.tiles_title import FPS
from tests.bench.tiles_view import View

# Rays across and down: fewer than for what is reported, since each view is looked at in every quality.
RAYS = 160

Plane = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Bound:
    """Bits that were used, and the mean PSNR of the views."""

    kbps: float
    viewport_psnr: float


def bound(coded: Coded, trace: Trace, start: float, seconds: int, kbps: float) -> Bound:
    """The best at `kbps` for a trace that begins to be watched at its second `start`. A segment lasts a second."""
    view = View(coded.source.width, coded.source.height, coded.grid, RAYS)
    once = [
        np.array(unpack_sizes(segment["sizes"]), float).reshape(len(coded.qualities), -1)
        for segment in coded.index["segments"]
    ]
    spent, decibels = 0.0, []
    for second in range(seconds):
        sizes = once[second % len(once)]
        errors = [
            _errors_of(coded, view, trace, start + second, second * FPS + k * SAMPLE_EVERY)
            for k in range(FPS // SAMPLE_EVERY)
        ]
        used, squares = _fill(sizes, errors, kbps * 1000 / 8)
        spent += used
        decibels += [10 * np.log10(255**2 / max(square, 1e-3)) for square in squares]
    return Bound(spent * 8 / 1000 / seconds, float(np.mean(decibels)))


def _errors_of(coded: Coded, view: View, trace: Trace, second: float, picture: int) -> Plane:
    """What each tile adds to the mean squared error of one view, in each quality."""
    rows, columns = view.samples(*trace.at(second + (picture % FPS) / FPS))
    tiles = view.tiles(rows, columns)
    sample = picture // SAMPLE_EVERY % len(coded.qualities[0].planes)
    return np.array(
        [
            np.bincount(tiles, np.square(quality.planes[sample][rows, columns], dtype=np.uint32), coded.grid.tiles)
            / len(rows)
            for quality in coded.qualities
        ]
    )


def _fill(sizes: Plane, errors: Sequence[Plane], budget: float) -> tuple[float, list[float]]:
    """Bytes used, and the squared error of each view."""
    floor, tiles = len(sizes) - 1, sizes.shape[1]
    every = np.array(errors)
    picks = np.full(tiles, floor)
    left = budget - sizes[floor].sum()
    now = every[:, floor].copy()
    while True:
        whole = now.sum(axis=1)
        price = sizes - sizes[picks, np.arange(tiles)]
        less = now[:, None, :] - every
        gain = -np.log(np.maximum(1 - less / whole[:, None, None], 1e-9)).sum(axis=0)
        value = np.where((price > 0) & (price <= left) & (gain > 0), gain / np.maximum(price, 1), 0)
        quality, tile = np.unravel_index(int(np.argmax(value)), value.shape)
        if value[quality, tile] <= 0:
            return budget - left, list(whole)
        left -= price[quality, tile]
        picks[tile] = quality
        now[:, tile] = every[:, quality, tile]
