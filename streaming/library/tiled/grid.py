"""How a picture is cut into tiles, and the small picture of the whole sphere beside it.

Tile edges lie on coding tree blocks of 64 luma samples. Limits are those of ITU-T H.265: a tile has at least 256x64
luma samples (PPS semantics, 7.4.3.3.1); Table A.8 allows 10 columns x 11 rows in level 5.x and 20 x 22 in level 6.x.
"""

import math
import re
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

CTB = 64
MIN_TILE_WIDTH, MIN_TILE_HEIGHT = 256, 64
# Largest picture of level 5.x in luma samples, and the tiles that levels 5.x and 6.x allow.
MAX_SAMPLES_5, MAX_SAMPLES_6 = 8_912_896, 35_651_584
TILES_5, TILES_6 = (10, 11), (20, 22)
# Tiles near this size are large against the motion in them, and small against the view (30 degrees at 7680).
GOOD_TILE = 640
# Below this a whole picture fits the budget: tiles would only cost.
SMALLEST_WIDTH = 2560
UNEVEN_COST = 2.0
# The low layer is about this much smaller than the picture in each direction.
LOW_FACTOR = 4
GRID_TEXT = re.compile(r"([0-9]{1,2})[xX]([0-9]{1,2})")


@dataclass(frozen=True)
class Grid:
    """Edges of columns and rows in luma samples, from 0 to the picture's size."""

    x: tuple[int, ...]
    y: tuple[int, ...]

    @property
    def columns(self) -> int:
        return len(self.x) - 1

    @property
    def rows(self) -> int:
        return len(self.y) - 1

    @property
    def tiles(self) -> int:
        return self.columns * self.rows

    @property
    def width(self) -> int:
        return self.x[-1]

    @property
    def height(self) -> int:
        return self.y[-1]

    @property
    def widths(self) -> list[int]:
        return [right - left for left, right in pairwise(self.x)]

    @property
    def heights(self) -> list[int]:
        return [bottom - top for top, bottom in pairwise(self.y)]

    @property
    def tile_size(self) -> tuple[int, int] | None:
        """Of every tile in luma samples; None when they differ or are no whole coding tree blocks."""
        sizes = {(width, height) for width in self.widths for height in self.heights}
        if len(sizes) != 1:
            return None
        width, height = sizes.pop()
        return None if width % CTB or height % CTB else (width, height)

    @property
    def in_blocks(self) -> tuple[list[int], list[int]]:
        """Widths and heights in coding tree blocks, as `codec_native.Encoder(tiles=...)` takes them."""
        return [-(-width // CTB) for width in self.widths], [-(-height // CTB) for height in self.heights]

    def rectangle(self, tile: int) -> tuple[int, int, int, int]:
        """(x, y, width, height) of a tile in raster order."""
        row, column = divmod(tile, self.columns)
        left, top = self.x[column], self.y[row]
        return left, top, self.x[column + 1] - left, self.y[row + 1] - top

    def as_json(self) -> dict[str, Any]:
        return {"columns": self.columns, "rows": self.rows, "x": list(self.x), "y": list(self.y)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Grid":
        return cls(tuple(stored["x"]), tuple(stored["y"]))


def make_grid(width: int, height: int, columns: int, rows: int, stereo: str = "mono") -> Grid:
    """A grid of `columns` x `rows` over the whole picture. Raises ValueError with an English sentence."""
    eyes = eyes_of(height, stereo)
    if rows % eyes:
        raise ValueError("a stereo picture needs an even number of rows, so that no tile holds a part of both eyes")
    x = edges(width, columns)
    eye = edges(height // eyes, rows // eyes)
    grid = Grid(x, tuple(eye) + tuple(edge + height // 2 for edge in eye[1:] if eyes == 2))
    most = TILES_5 if width * height <= MAX_SAMPLES_5 else TILES_6
    if columns > most[0] or rows > most[1]:
        raise ValueError(f"a picture of {width}x{height} has at most {most[0]} columns and {most[1]} rows")
    if grid.tiles > 1 and (min(grid.widths) < MIN_TILE_WIDTH or min(grid.heights) < MIN_TILE_HEIGHT):
        raise ValueError(
            f"tiles of {min(grid.widths)}x{min(grid.heights)} are too small: the standard asks for "
            f"{MIN_TILE_WIDTH}x{MIN_TILE_HEIGHT} luma samples at least"
        )
    return grid


def eyes_of(height: int, stereo: str) -> int:
    """Pictures above each other. Raises ValueError where no tile edge can lie between them."""
    if stereo == "mono":
        return 1
    if stereo != "top-bottom":
        raise ValueError("tiles are made of one sphere, or of two spheres above each other, not side by side")
    if height % (2 * CTB):
        raise ValueError(f"the seam between the eyes ({height // 2}) is not a multiple of {CTB} luma samples")
    return 2


def edges(size: int, count: int) -> tuple[int, ...]:
    """`count` parts, as equal as whole coding tree blocks allow (H.265 equations 6-3 and 6-4)."""
    blocks = -(-size // CTB)
    if not 1 <= count <= blocks:
        raise ValueError(f"{size} luma samples cannot be cut into {count} parts of {CTB} or more")
    return tuple(min(size, i * blocks // count * CTB) for i in range(count + 1))


def choose_grid(width: int, height: int, stereo: str = "mono") -> Grid | None:
    """The grid for a source: tiles near 640x640, all of one size if that is possible (12x6 at 7680x3840, 6x3 at
    3840x1920). None for what is too small to gain from tiles, and for layouts that cannot be cut."""
    if width < SMALLEST_WIDTH or width * height > MAX_SAMPLES_6:
        return None
    found: tuple[float, Grid] | None = None
    for columns, rows in product(range(1, TILES_6[0] + 1), range(1, TILES_6[1] + 1)):
        try:
            grid = make_grid(width, height, columns, rows, stereo)
        except ValueError:
            continue
        cost = abs(math.log2(width / columns / GOOD_TILE)) + abs(math.log2(height / rows / GOOD_TILE))
        cost += 0 if grid.tile_size else UNEVEN_COST
        if found is None or cost < found[0]:
            found = cost, grid
    return found[1] if found else None


def parse_grid(text: str, width: int, height: int, stereo: str = "mono") -> Grid:
    """`12x6` (columns x rows) for a picture. Raises ValueError with an English sentence."""
    match = GRID_TEXT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"a grid looks like 12x6 (columns x rows), not {text!r}")
    return make_grid(width, height, int(match[1]), int(match[2]), stereo)


def low_grid(grid: Grid, stereo: str = "mono") -> Grid:
    """The small picture of the whole sphere. Where the tiles of `grid` are all of one size, so are these: as wide as
    those and as high or half as high, so that both fit into the cells of one packed picture. Otherwise one tile."""
    size = grid.tile_size
    if size:
        columns = max(1, round(grid.columns / LOW_FACTOR))
        width = columns * size[0]
        height = width * grid.height // grid.width
        for tile_height in (size[1] // 2, size[1]):
            rows, rest = divmod(height, tile_height)
            if rest or tile_height % CTB or not rows:
                continue
            try:
                return make_grid(width, height, columns, rows, stereo)
            except ValueError:
                continue
    width = grid.width // LOW_FACTOR // 16 * 16
    height = width * grid.height // grid.width // 2 * 2
    return Grid((0, width), (0, height))
