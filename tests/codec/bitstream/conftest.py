from __future__ import annotations

from dataclasses import dataclass

import pytest

from codec_native import Encoder, Packet, Stream
from tests.codec.media import Picture, crop, decode, moving_pictures

WIDTH, HEIGHT, COUNT, KEYINT = 512, 256, 18, 8
GRID = "2x2"


@dataclass(frozen=True)
class Tiled:
    """One tiled stream, what a decoder makes of it, and the rectangles of its tiles."""

    data: bytes
    pictures: list[Picture]
    tiles: tuple[tuple[int, int, int, int], ...]
    packets: list[Packet]

    def tile(self, picture: int, tile: int) -> Picture:
        return crop(self.pictures[picture], *self.tiles[tile])

    @property
    def stream(self) -> Stream:
        return Stream(self.data)


def encode_tiled(
    qp: float, *, width: int = WIDTH, height: int = HEIGHT, count: int = COUNT, seed: int = 1, **settings: object
) -> Tiled:
    options = {"preset": "superfast", "keyint": KEYINT, "tiles": GRID, "mcts": True, "threads": 1, **settings}
    with Encoder(width, height, 30, qp=qp, **options) as encoder:
        packets = [p for picture in moving_pictures(width, height, count, seed) for p in encoder.encode(picture)]
        packets += encoder.flush()
        rectangles = encoder.tiles
    data = b"".join(packet.data for packet in packets)
    return Tiled(data, decode(data), rectangles, packets)


@pytest.fixture(scope="session")
def good() -> Tiled:
    return encode_tiled(24)


@pytest.fixture(scope="session")
def poor() -> Tiled:
    """The same source in another encode, coarser."""
    return encode_tiled(38)


@pytest.fixture(scope="session")
def other() -> Tiled:
    """Another source altogether, same settings."""
    return encode_tiled(30, seed=7)
