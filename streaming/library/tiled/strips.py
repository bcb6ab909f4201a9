"""Map strips of the packed layout, coded in advance: a client can place slices, but it cannot encode pixels.

map.bin: `2 ** bits` random-access slices, variant v showing number v; then, for each length of a segment, the slices of
the pictures after the first in decoding order. Those copy the picture before them, so they serve every variant. Each
slice is a NAL unit with its length in four bytes in front.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streaming.library.tiled.boxes import TileUnit
from streaming.library.tiled.encode import TiledEncoder, TiledSettings
from streaming.library.tiled.grid import Grid
from streaming.library.tiled.packed import BIT_WIDTH, MAP_HEIGHT, Packing

DARK, BRIGHT, GREY = 16, 235, 128
# Near lossless, so that nothing is left for later pictures to correct.
CRF = 8.0
FILE_NAME = "map.bin"


@dataclass(frozen=True)
class Strips:
    """`data`: the file. `record`: payload of the hvcC box of a strip. `trailing`: where the slices for a length in
    pictures begin, in bytes."""

    data: bytes
    record: bytes
    trailing: dict[int, int]


def picture_of(number: int, bits: int, width: int) -> NDArray[np.uint8]:
    """I420 of a strip: bit 0 (the most significant) on the left."""
    picture = np.full((MAP_HEIGHT * 3 // 2, width), GREY, np.uint8)
    picture[:MAP_HEIGHT] = DARK
    for place in range(bits):
        if number >> (bits - 1 - place) & 1:
            picture[:MAP_HEIGHT, place * BIT_WIDTH : (place + 1) * BIT_WIDTH] = BRIGHT
    return picture


def make_strips(settings: TiledSettings, packing: Packing, lengths: Iterable[int]) -> Strips:
    """Strips for the layout of a title whose segments have these lengths in pictures, up to the settings' `gop`."""
    width = packing.columns[0]
    grid = Grid((0, width), (0, MAP_HEIGHT))
    record, variants = encode(
        settings, grid, (picture_of(number, packing.bits, width) for number in range(1 << packing.bits)), all_keys=True
    )
    data = bytearray(b"".join(map(stored, variants)))
    trailing = {}
    striped = picture_of((1 << packing.bits) // 3, packing.bits, width)
    for length in sorted(set(lengths)):
        trailing[length] = len(data)
        _, pictures = encode(settings, grid, (striped for _ in range(length)))
        data += b"".join(map(stored, pictures[1:]))
    return Strips(bytes(data), record, trailing)


def encode(
    settings: TiledSettings, grid: Grid, pictures: Iterator[NDArray[np.uint8]], *, all_keys: bool = False
) -> tuple[bytes, list[TileUnit]]:
    encoder = TiledEncoder(settings, grid, CRF)
    try:
        for picture in pictures:
            encoder.encode(picture, force_key=all_keys)
        return encoder.entry.record, [unit for segment in encoder.flush() for unit in segment.entry[0].units]
    finally:
        encoder.close()


def stored(unit: TileUnit) -> bytes:
    (nal,) = unit.slices
    return len(nal).to_bytes(4, "big") + nal
