"""Which grid a film gets, what the standard forbids, and the picture that is packed for 4K decoders."""

import itertools

import pytest

from streaming.library.tiled.grid import choose_grid, low_grid, make_grid, parse_grid
from streaming.library.tiled.packed import plan_packing, rank, strip_numbers, unrank


@pytest.mark.parametrize(
    ("width", "height", "columns", "rows", "tile"),
    [(7680, 3840, 12, 6, (640, 640)), (3840, 1920, 6, 3, (640, 640)), (8192, 4096, 16, 8, (512, 512))],
)
def test_films_are_cut_into_equal_tiles(
    width: int, height: int, columns: int, rows: int, tile: tuple[int, int]
) -> None:
    grid = choose_grid(width, height)
    assert grid is not None
    assert (grid.columns, grid.rows, grid.tile_size) == (columns, rows, tile)


@pytest.mark.parametrize(
    ("width", "height"), [(3840, 1920), (5760, 2880), (6080, 3040), (7680, 7680 // 2), (2880, 1440)]
)
def test_no_grid_leaves_the_limits_of_the_standard(width: int, height: int) -> None:
    grid = choose_grid(width, height)
    assert grid is not None
    assert (grid.width, grid.height) == (width, height)
    assert min(grid.widths) >= 256 and min(grid.heights) >= 64
    assert all(edge % 64 == 0 for edge in (*grid.x[:-1], *grid.y[:-1]))
    most = (10, 11) if width * height <= 8_912_896 else (20, 22)
    assert grid.columns <= most[0] and grid.rows <= most[1]
    covered = sum(grid.rectangle(tile)[2] * grid.rectangle(tile)[3] for tile in range(grid.tiles))
    assert covered == width * height


def test_small_films_get_no_tiles_unless_a_grid_is_named() -> None:
    assert choose_grid(1920, 960) is None
    assert parse_grid("6x3", 1920, 960).tile_size == (320, 320)


def test_no_tile_holds_a_part_of_both_eyes() -> None:
    grid = choose_grid(3840, 3840, "top-bottom")
    assert grid is not None and 1920 in grid.y
    with pytest.raises(ValueError, match="even number of rows"):
        make_grid(3840, 3840, 6, 5, "top-bottom")
    assert choose_grid(7680, 3840, "left-right") is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("12", "looks like 12x6"),
        ("0x3", "cannot be cut"),
        ("8x3", "too small"),
        ("6x12", "at most 10 columns and 11 rows"),
        ("99x99", "cannot be cut"),
    ],
)
def test_a_grid_that_cannot_be_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_grid(text, 1920, 1920 // 2)


def test_low_tiles_fit_the_cells_of_the_packed_picture() -> None:
    grid = make_grid(7680, 3840, 12, 6)
    low = low_grid(grid)
    assert (low.width, low.height, low.tile_size) == (1920, 960, (640, 320))
    packing = plan_packing(grid, low)
    assert packing is not None
    assert (packing.width, packing.height, len(packing.high)) == (3840, 2304, 16)
    assert packing.width * packing.height <= 8_912_896
    filled: dict[tuple[int, int], int] = dict.fromkeys(packing.high, 640)
    for column, row, tiles in packing.low:
        filled[column, row] = filled.get((column, row), 0) + 320 * len(tiles)
    cells = itertools.product(range(6), range(packing.map_row))
    assert filled == {(column, row): packing.rows[row] for column, row in cells}
    assert {tile for _, _, tiles in packing.low for tile in tiles} == set(range(9))


def test_a_picture_that_4k_decoders_take_is_not_packed() -> None:
    grid = make_grid(3840, 1920, 6, 3)
    assert plan_packing(grid, low_grid(grid)) is None


def test_every_choice_of_tiles_has_its_own_number() -> None:
    choices = [choice for size in range(4) for choice in itertools.combinations(range(7), size)]
    assert sorted(rank(choice, 7) for choice in choices) == list(range(1 + 7 + 21 + 35))
    assert [tuple(unrank(rank(choice, 7), 7)) for choice in choices] == choices


def test_the_number_fits_the_strips() -> None:
    grid = make_grid(7680, 3840, 12, 6)
    packing = plan_packing(grid, low_grid(grid))
    assert packing is not None
    last = range(grid.tiles - 16, grid.tiles)
    numbers = strip_numbers(packing, last, grid.tiles)
    assert all(0 <= number < 1 << packing.bits for number in numbers)
    whole = sum(number << packing.bits * place for place, number in enumerate(reversed(numbers)))
    assert unrank(whole, grid.tiles) == list(last)
