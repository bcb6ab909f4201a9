"""Packed merging: tiles in a picture of another size, headers rewritten, samples unchanged."""

from __future__ import annotations

import pytest

from codec_native import BitstreamError, Place, Stream, extract, pack
from tests.codec.bitstream.conftest import COUNT, KEYINT, Tiled, encode_tiled
from tests.codec.media import crop, decode, moving_pictures, same, x265

INTRA_ONLY = "keyint=1:no-open-gop=1:repeat-headers=1:slices=1"


def test_pictures_of_another_encoder_are_packed_side_by_side_and_stacked() -> None:
    big = x265(moving_pictures(256, 128, 4, 1), f"{INTRA_ONLY}:qp=30")
    small = x265(moving_pictures(256, 64, 4, 2), f"{INTRA_ONLY}:qp=38:hash=1")
    places = [Place(0, 0, 0, 0), Place(1, 0, 1, 0), Place(1, 0, 1, 0)]
    packed = b"".join(pack([Stream(big), Stream(small)], [256, 256], [128], places))
    info = Stream(packed).info
    assert (info.width, info.height, info.cols, info.rows, info.picture_hash) == (512, 128, 2, 1, False)
    for result, a, b in zip(decode(packed), decode(big), decode(small), strict=True):
        assert same(crop(result, 0, 0, 256, 128), a)
        assert same(crop(result, 256, 0, 256, 64), b)
        assert same(crop(result, 256, 64, 256, 64), b)


@pytest.mark.parametrize("tile", range(4))
def test_one_tile_alone_plays_as_a_stream_of_its_own(good: Tiled, tile: int) -> None:
    pictures = decode(b"".join(extract(good.stream, tile)))
    assert len(pictures) == COUNT
    for number, picture in enumerate(pictures):
        assert same(picture, good.tile(number, tile))


def test_tiles_change_places_and_streams_at_random_access_points(good: Tiled, poor: Tiled) -> None:
    layouts = [
        [Place(0, 3, 0, 0), Place(1, 0, 1, 0), Place(0, 1, 0, 1), Place(1, 2, 1, 1)],
        [Place(1, 1, 0, 0), Place(0, 2, 1, 0), Place(1, 3, 0, 1), Place(0, 0, 1, 1)],
    ]
    packed = b"".join(
        pack([good.stream, poor.stream], [256, 256], [128, 128], lambda number: layouts[number // KEYINT % 2])
    )
    sources = [good, poor]
    for number, picture in enumerate(decode(packed)):
        for place in layouts[number // KEYINT % 2]:
            cell = crop(picture, 256 * place.col, 128 * place.row, 256, 128)
            assert same(cell, sources[place.stream].tile(number, place.tile)), (number, place)


def test_good_tiles_and_a_small_whole_picture_share_one_frame(good: Tiled) -> None:
    """Mixed resolution: two good tiles stacked, beside them a half-size picture of the whole scene in one tile."""
    small = encode_tiled(36, width=256, height=128, tiles="1x1")
    places = [Place(0, 0, 0, 0), Place(0, 3, 1, 0), Place(1, 0, 0, 1), Place(0, 1, 1, 1)]
    packed = b"".join(pack([good.stream, small.stream], [256, 256], [128, 128], places))
    for number, picture in enumerate(decode(packed)):
        assert same(crop(picture, 0, 0, 256, 128), good.tile(number, 0))
        assert same(crop(picture, 256, 0, 256, 128), good.tile(number, 3))
        assert same(crop(picture, 0, 128, 256, 128), small.pictures[number])


def test_the_level_follows_the_size_of_the_packed_picture(good: Tiled) -> None:
    places = [Place(0, 0, col, row) for row in range(4) for col in range(8)]
    wide = next(pack([good.stream], [256] * 8, [128] * 4, places))
    assert Stream(wide).info.level >= 5  # eight columns of tiles
    assert Stream(next(extract(good.stream, 0))).info.level < 3


@pytest.mark.parametrize(
    ("widths", "heights", "places", "reason"),
    [
        ([256, 256], [128], [Place(0, 0, 0, 0)], "not filled"),
        ([256], [256], [Place(0, 0, 0, 0)], "not filled"),
        ([256], [128], [Place(0, 0, 0, 0), Place(0, 1, 0, 0)], "size of its cell"),
        ([512], [128], [Place(0, 0, 0, 0)], "size of its cell"),
        ([256], [128], [Place(0, 9, 0, 0)], "does not have this tile"),
        ([256], [128], [Place(4, 0, 0, 0)], "no stream with this number"),
        ([256], [128], [Place(0, 0, 0, 0), Place(0, 0, 5, 5)], "does not have"),
        ([250], [128], [Place(0, 0, 0, 0)], "whole coding"),
        ([128, 128], [128], [Place(0, 0, 0, 0)], "256x64"),
    ],
)
def test_layouts_that_do_not_fit_are_refused(
    good: Tiled, widths: list[int], heights: list[int], places: list[Place], reason: str
) -> None:
    with pytest.raises(BitstreamError, match=reason):
        list(pack([good.stream], widths, heights, places))


def test_streams_of_other_coding_tools_are_refused(good: Tiled) -> None:
    strange = x265(moving_pictures(256, 128, COUNT, 1), f"{INTRA_ONLY}:qp=30")
    with pytest.raises(BitstreamError) as caught:
        list(pack([good.stream, Stream(strange)], [256, 256], [128], [Place(0, 0, 0, 0), Place(1, 0, 1, 0)]))
    assert caught.value.kind == "mismatch"
