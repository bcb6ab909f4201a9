"""The packed layout: some tiles of a large picture and the small whole sphere in one picture that a 4K decoder takes.

The set of large tiles changes with the view, so it is written into the picture itself: a row of strips whose dark and
bright blocks are the set's number: sets counted by size, then by their rank in the combinatorial number system (Knuth,
TAOCP 7.2.1.3, Theorem L).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from streaming.library.tiled.grid import MAX_SAMPLES_5, TILES_5, Grid

# What 4K decoders take beside the limit of level 5.x.
MAX_WIDTH, MAX_HEIGHT = 4096, 2304
MAP_HEIGHT = 64
# Luma columns of one bit, and how many variants of a strip are worth storing.
BIT_WIDTH, MAX_BITS = 32, 11


@dataclass(frozen=True)
class Packing:
    """`high`: cells (column, row) for the chosen tiles in raster order. `low`: cells with the low tiles in them, from
    top to bottom. `bits` of the map stand in each strip of the last row."""

    columns: tuple[int, ...]
    rows: tuple[int, ...]
    high: tuple[tuple[int, int], ...]
    low: tuple[tuple[int, int, tuple[int, ...]], ...]
    bits: int

    @property
    def width(self) -> int:
        return sum(self.columns)

    @property
    def height(self) -> int:
        return sum(self.rows)

    @property
    def map_row(self) -> int:
        return len(self.rows) - 1

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": list(self.columns),
            "rows": list(self.rows),
            "high": [list(cell) for cell in self.high],
            "low": [[column, row, list(tiles)] for column, row, tiles in self.low],
        }


def plan_packing(grid: Grid, low: Grid, max_samples: int = MAX_SAMPLES_5) -> Packing | None:
    """The layout for a decoder of `max_samples`; None where the whole picture fits anyway, or the sizes do not."""
    size, low_size = grid.tile_size, low.tile_size
    if grid.width * grid.height <= max_samples or not size or not low_size or size[1] % low_size[1]:
        return None
    width, height = size
    columns = min(MAX_WIDTH // width, TILES_5[0], grid.columns)
    room = min(max_samples // (columns * width), MAX_HEIGHT) - MAP_HEIGHT
    full = room // height
    low_row = low_size[1] < height and room - full * height >= low_size[1]
    stacked = height // low_size[1]
    rest = max(0, low.tiles - (columns if low_row else 0))
    low_cells = -(-rest // stacked)
    high = min(full * columns - low_cells, grid.tiles - 1)
    if high < 1 or low_size[0] != width:
        return None
    bits = -(-(sets_below(grid.tiles, high + 1) - 1).bit_length() // columns)
    if bits > min(MAX_BITS, width // BIT_WIDTH):
        return None
    rows = (height,) * full + ((low_size[1],) if low_row else ()) + (MAP_HEIGHT,)
    cells = [(column, row) for row in range(full) for column in range(columns)]
    return Packing(
        columns=(width,) * columns,
        rows=rows,
        high=tuple(cells[:high]),
        low=_low_cells(low.tiles, cells[high:], stacked, [(column, full) for column in range(columns * low_row)]),
        bits=bits,
    )


def _low_cells(
    tiles: int, stacks: Sequence[tuple[int, int]], stacked: int, singles: Sequence[tuple[int, int]]
) -> tuple[tuple[int, int, tuple[int, ...]], ...]:
    """Low tiles in order over the cells; every cell must be filled, so the last tile fills what is left."""
    numbers = iter(range(tiles))
    filled = [(cell, [next(numbers, tiles - 1) for _ in range(stacked)]) for cell in stacks]
    filled += [(cell, [next(numbers, tiles - 1)]) for cell in singles]
    return tuple((column, row, tuple(inside)) for (column, row), inside in filled)


def sets_below(tiles: int, size: int) -> int:
    """How many sets of fewer than `size` tiles there are."""
    return sum(math.comb(tiles, smaller) for smaller in range(size))


def rank(chosen: Sequence[int], tiles: int) -> int:
    """Number of a set among all sets of `tiles`, counted by size, then in the combinatorial number system."""
    places = enumerate(sorted(chosen), start=1)
    return sets_below(tiles, len(chosen)) + sum(math.comb(tile, place) for place, tile in places)


def unrank(number: int, tiles: int) -> list[int]:
    """The sorted set with a number."""
    size = 0
    while number >= math.comb(tiles, size):
        number -= math.comb(tiles, size)
        size += 1
    found = []
    for place in range(size, 0, -1):
        tile = place - 1
        while math.comb(tile + 1, place) <= number:
            tile += 1
        number -= math.comb(tile, place)
        found.append(tile)
    return found[::-1]


def strip_numbers(packing: Packing, chosen: Sequence[int], tiles: int) -> list[int]:
    """Which variant of the strip stands in each column."""
    number = rank(chosen, tiles)
    mask, count = (1 << packing.bits) - 1, len(packing.columns)
    return [number >> packing.bits * (count - 1 - column) & mask for column in range(count)]
