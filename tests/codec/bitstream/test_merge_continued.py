"""Merging tiles that enter (I pictures) with tiles that go on (P pictures) at the first picture of a segment.

An entered tile decodes exactly as in its own stream, at once. So does one that goes on in its own quality. One that goes on
after another quality decodes with that one's errors (drift) until the next group begins, and no other tile notices.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import av
import numpy as np
import pytest

from codec_native import BitstreamError, Encoder, Quality, Stream, merge, split
from tests.codec.bitstream.conftest import GRID, HEIGHT, WIDTH, Tiled, encode_tiled
from tests.codec.media import Picture, decode, moving_pictures, nal_units, same

SEGMENT, GROUP, SEGMENTS = 18, 3, 5
COUNT = SEGMENT * SEGMENTS
OFFSETS = (0, 6, 14)
# numbers of streams: entry of the best, middle, worst quality, then the continued ones
E0, E1, E2, C0, C1, C2 = range(6)
TRAIL_R, IDR = 1, 19
Pick = Callable[[int], list[int]]


@dataclass(frozen=True)
class Qualities:
    source: list[Picture]
    streams: list[Tiled]

    def merge(self, pick: Pick) -> bytes:
        return b"".join(merge([one.stream for one in self.streams], lambda number: pick(number // SEGMENT)))

    def error(self, tile: int, stream: int, pictures: list[Picture], number: int) -> float:
        """PSNR of the luma of a tile against what was encoded."""
        tiles = self.streams[stream].tiles
        source, shown = (Tiled(b"", these, tiles, []).tile(number, tile)[0] for these in (self.source, pictures))
        return float(10 * np.log10(255**2 / np.mean((source.astype(float) - shown) ** 2)))


def encode(source: list[Picture], **settings: object) -> list[Tiled]:
    options = {"preset": "superfast", "qp": 24, "keyint": SEGMENT, "key_group": GROUP, "threads": 1, **settings}
    qualities = [Quality(offset, continues=continues) for continues in (False, True) for offset in OFFSETS]
    with Encoder(WIDTH, HEIGHT, 30, tiles=GRID, mcts=True, qualities=qualities, **options) as encoder:
        packets = [packet for picture in source for packet in encoder.encode(picture)]
        packets += encoder.flush()
        tiles = encoder.tiles
    streams = []
    for quality in range(len(qualities)):
        own = [packet for packet in packets if packet.quality == quality]
        data = b"".join(packet.data for packet in own)
        streams.append(Tiled(data, decode(data), tiles, own))
    return streams


@pytest.fixture(scope="module")
def qualities() -> Qualities:
    source = moving_pictures(WIDTH, HEIGHT, COUNT)
    return Qualities(source, encode(source))


def first_pictures(data: bytes) -> list[int]:
    """NAL unit type of the first picture of each segment."""
    stream = Stream(data)
    return [stream.picture(number * SEGMENT).nal_type for number in range(SEGMENTS)]


def shown(data: bytes) -> list[Picture]:
    pictures = decode(data)
    assert len(pictures) == COUNT
    return pictures


def assert_exact(qualities: Qualities, pictures: list[Picture], segments: range, tile: int, stream: int) -> None:
    own = qualities.streams[stream]
    merged = Tiled(b"", pictures, own.tiles, [])
    for number in range(segments.start * SEGMENT, segments.stop * SEGMENT):
        assert same(merged.tile(number, tile), own.tile(number, tile)), (number, tile)


def test_entering_everywhere_gives_the_streams_own_bytes(qualities: Qualities) -> None:
    merged = qualities.merge(lambda _segment: [E1] * 4)
    assert list(nal_units(merged)) == list(nal_units(qualities.streams[E1].data))
    assert first_pictures(merged) == [IDR] * SEGMENTS


def test_going_on_everywhere_gives_the_streams_own_bytes(qualities: Qualities) -> None:
    merged = qualities.merge(lambda _segment: [C1] * 4)
    assert list(nal_units(merged)) == list(nal_units(qualities.streams[C1].data))
    assert first_pictures(merged) == [IDR, TRAIL_R, TRAIL_R, IDR, TRAIL_R]
    assert len(merged) < len(qualities.streams[E1].data)


def test_entered_and_continued_tiles_decode_as_in_their_own_streams(qualities: Qualities) -> None:
    picks = [[E0, E1, E2, E1], [C0, E2, C2, E0], [C0, E1, E0, E2], [E2, E0, E1, E1], [E1, C0, C1, E0]]
    merged = qualities.merge(lambda segment: picks[segment])
    assert first_pictures(merged) == [IDR, TRAIL_R, TRAIL_R, IDR, TRAIL_R]
    pictures = shown(merged)
    for segment, pick in enumerate(picks):
        for tile, stream in enumerate(pick):
            assert_exact(qualities, pictures, range(segment, segment + 1), tile, stream)


def test_a_picture_that_is_no_random_access_point_has_no_parameter_sets(qualities: Qualities) -> None:
    merged = qualities.merge(lambda segment: [E0, C0, C0, E0] if segment % GROUP else [E0] * 4)
    kinds = [unit[0] >> 1 & 63 for unit in nal_units(merged)]
    assert kinds.count(33) == first_pictures(merged).count(IDR) == 2
    assert Stream(merged).info.keyframes == 2
    assert len([kind for kind in kinds if kind == 39]) == 2 * len(
        [
            unit
            for unit in nal_units(qualities.streams[E0].data[: qualities.streams[E0].packets[0].tile_ranges[0][0]])
            if unit[0] >> 1 == 39
        ]
    )


def test_new_headers_change_only_what_lies_before_the_payload(qualities: Qualities) -> None:
    merged = Stream(data := qualities.merge(lambda segment: [E0, C0, E2, E0] if segment == 1 else [E0, C0, E2, E0][:4]))
    for tile, stream in enumerate([E0, C0, E2, E0]):
        source = qualities.streams[stream]
        old, new = source.stream.tile(SEGMENT, tile), merged.tile(SEGMENT, tile)
        assert (new.slice_type, new.qp) == (old.slice_type, old.qp)
        before, after = source.data[old.offset :][: old.size], data[new.offset :][: new.size]
        assert before[20:][-200:] == after[-200:]
        assert abs(new.size - old.size) < 8


def test_drift_stays_in_its_tile_and_ends_with_the_group(qualities: Qualities) -> None:
    """Tile 2 goes on in the best quality after the middle one."""
    picks = [[E0, E1, E1, E0], [C0, C1, C0, C0], [C0, C1, C0, C0], [E0, E1, E0, E0], [C0, C1, C0, C0]]
    pictures = shown(qualities.merge(lambda segment: picks[segment]))
    for tile, stream in ((0, C0), (1, C1), (3, C0)):
        assert_exact(qualities, pictures, range(SEGMENTS), tile, stream)
    assert_exact(qualities, pictures, range(1), 2, E1)
    assert_exact(qualities, pictures, range(3, SEGMENTS), 2, C0)
    for number in range(SEGMENT, 3 * SEGMENT):
        print(
            number,
            qualities.error(2, C0, pictures, number),
            qualities.error(2, C0, qualities.streams[C0].pictures, number),
            qualities.error(2, C0, qualities.streams[C1].pictures, number),
        )
