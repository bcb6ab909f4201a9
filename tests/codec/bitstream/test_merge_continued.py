"""Merging tiles that enter (I pictures) with tiles that go on (P pictures) at the first picture of a segment.

An entered tile decodes exactly as in its own stream, at once. So does one that goes on in its own quality. One that
goes on after another quality decodes with that one's errors (drift) until the next group begins, and no other tile
notices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import av
import av.logging
import numpy as np
import pytest

from codec_native import BitstreamError, Encoder, Quality, Stream, merge, split
from tests.codec.bitstream.conftest import GRID, HEIGHT, WIDTH, Tiled, encode_tiled
from tests.codec.media import Picture, crop, decode, moving_pictures, nal_units, same

SEGMENT, GROUP, SEGMENTS = 18, 3, 5
COUNT = SEGMENT * SEGMENTS
OFFSETS = (0, 6, 14)
# numbers of streams: entry of the best, middle, worst quality, then the continued ones
E0, E1, E2, C0, C1, C2 = range(6)
TRAIL_R, IDR = 1, 19
# Of the decibels between two qualities, a tile that goes on in the best after the middle or worst one gains so much
# (mean of two segments of this quickly moving scene): measured 0.26 and 0.06.
DRIFT_KEEPS = (0.2, 0.04)
Pick = Callable[[int], list[int]]


@dataclass(frozen=True)
class Qualities:
    source: list[Picture]
    streams: list[Tiled]

    def merge(self, pick: Pick) -> bytes:
        return b"".join(merge([one.stream for one in self.streams], lambda number: pick(number // SEGMENT)))

    def psnr(self, tile: int, stream: int, number: int, pictures: list[Picture] | None = None) -> float:
        """Luma of a tile against what was encoded, in dB; of the stream itself when no pictures are given."""
        own = self.streams[stream]
        source, seen = (
            crop(these[number], *own.tiles[tile])[0].astype(float) for these in (self.source, pictures or own.pictures)
        )
        return float(10 * np.log10(255**2 / np.mean((source - seen) ** 2)))


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
    """Decoded without a word of warning."""
    level = av.logging.get_level()
    av.logging.set_level(av.logging.WARNING)
    try:
        with av.logging.Capture() as said:
            pictures = decode(data)
    finally:
        av.logging.set_level(level)
    assert said == []
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
    assert len(merged) < len(qualities.streams[E0].data)


def test_entered_and_continued_tiles_decode_as_in_their_own_streams(qualities: Qualities) -> None:
    picks = [[E0, E1, E0, E1], [C0, E2, C2, E0], [C0, E1, E0, E2], [E2, E0, E0, E1], [E1, C0, C1, E0]]
    merged = qualities.merge(lambda segment: picks[segment])
    assert first_pictures(merged) == [IDR, TRAIL_R, TRAIL_R, IDR, TRAIL_R]
    pictures = shown(merged)
    for segment, pick in enumerate(picks):
        for tile, stream in enumerate(pick):
            assert_exact(qualities, pictures, range(segment, segment + 1), tile, stream)


def test_a_picture_that_is_no_random_access_point_has_no_parameter_sets(qualities: Qualities) -> None:
    merged = qualities.merge(lambda segment: [E0, C0, C0, E0])
    assert Stream(merged).info.keyframes == 2
    kinds = [[unit[0] >> 1 & 63 for unit in nal_units(data)] for data in (merged, qualities.streams[C0].data)]
    assert kinds[0] == kinds[1], "units of the same types in the same order as in a stream that continues"


def test_only_headers_change(qualities: Qualities) -> None:
    pick = [E0, C0, E2, E1]
    data = qualities.merge(lambda segment: pick)
    merged = Stream(data)
    for tile, number in enumerate(pick):
        source = qualities.streams[number]
        old, new = source.stream.tile(SEGMENT, tile), merged.tile(SEGMENT, tile)
        assert (new.slice_type, new.qp) == (old.slice_type, old.qp)
        before, after = (d[t.offset : t.offset + t.size] for d, t in ((source.data, old), (data, new)))
        if number == C0:
            assert before == after
        else:
            assert after[0] >> 1 == TRAIL_R
            assert after[1] == before[1]
            longer = len(after) - len(before)
            assert 0 < longer <= 3, "the number and the references are a few bits"
            assert after[8 + longer :] == before[8:]


def test_drift_stays_in_its_tile_and_ends_with_the_group(qualities: Qualities) -> None:
    """Tile 1 goes on in the middle quality after the best one, as it was coded; tiles 2 and 3 in the best one after the
    middle and the worst one."""
    picks = [[E0, E0, E1, E2], [C0, C1, C0, C0], [C0, C1, C0, C0], [E0, E0, E0, E0], [C0, C1, C0, C2]]
    pictures = shown(qualities.merge(lambda segment: picks[segment]))
    for tile, stream in ((0, C0), (1, C1)):
        assert_exact(qualities, pictures, range(SEGMENTS), tile, stream)
    for tile, before, after in ((2, E1, C0), (3, E2, C2)):
        assert_exact(qualities, pictures, range(1), tile, before)
        assert_exact(qualities, pictures, range(3, SEGMENTS), tile, after)
    drifting = range(SEGMENT, 3 * SEGMENT)
    for tile, poor, keeps in ((2, E1, DRIFT_KEEPS[0]), (3, E2, DRIFT_KEEPS[1])):
        better, worse = (
            np.mean([qualities.psnr(tile, stream, number) for number in drifting]) for stream in (C0, poor)
        )
        seen = float(np.mean([qualities.psnr(tile, C0, number, pictures) for number in drifting]))
        assert worse < seen < better, "between the two qualities it is made of"
        assert seen - worse > keeps * (better - worse)


def test_a_worse_quality_that_goes_on_after_a_better_one_keeps_what_is_there() -> None:
    """A camera that stands still: the picture of the best quality stays, the worst only goes on."""
    source = moving_pictures(WIDTH, HEIGHT, 1) * COUNT
    still = Qualities(source, encode(source))
    pictures = shown(still.merge(lambda segment: [C2 if segment % GROUP else E0] * 4))
    for number in range(SEGMENT, GROUP * SEGMENT):
        best, worst, seen = still.psnr(0, E0, number), still.psnr(0, E2, number), still.psnr(0, E0, number, pictures)
        assert seen > best - 1
        assert worst < best - 5


def test_tracks_merge_as_whole_streams_do(qualities: Qualities) -> None:
    pick = [E0, C0, E2, C1]
    whole = qualities.merge(lambda segment: pick)
    tracks = [Stream(b"".join(split(qualities.streams[number].stream, tile))) for tile, number in enumerate(pick)]
    assert list(nal_units(b"".join(merge(tracks, [0, 1, 2, 3])))) == list(nal_units(whole))


def test_streams_that_continue_change_only_where_an_entry_stream_says_that_a_group_ends(qualities: Qualities) -> None:
    def pick_at(number: int) -> list[int]:
        return [0, 0, 0, 1 if number >= SEGMENT else 0]

    continued = [qualities.streams[C0].stream, qualities.streams[C1].stream]
    with pytest.raises(BitstreamError, match="all intra") as caught:
        list(merge(continued, pick_at))
    assert (caught.value.picture, caught.value.tile) == (SEGMENT, 3)
    assert len(list(merge([*continued, qualities.streams[E0].stream], pick_at))) == COUNT


@pytest.mark.parametrize("number", [SEGMENT - 1, SEGMENT + 1, 2 * SEGMENT + 7])
def test_a_change_inside_a_segment_is_refused(qualities: Qualities, number: int) -> None:
    streams = [one.stream for one in qualities.streams]
    with pytest.raises(BitstreamError, match="all intra") as caught:
        list(merge(streams, lambda now: [C0, C0, C1 if now >= number else C0, E0]))
    assert (caught.value.picture, caught.value.tile) == (number, 2)


def test_ordinary_p_pictures_do_not_stand_beside_random_access_pictures() -> None:
    """The count of pictures agrees, but the P picture uses temporal vectors, or what follows looks back beyond it."""
    short, long = (encode_tiled(38, keyint=keyint, gop_size=1, count=34) for keyint in (32, 64))
    assert (short.stream.picture(32).nal_type, long.stream.picture(32).nal_type) == (IDR, TRAIL_R)
    assert short.stream.picture(32).poc_lsb == long.stream.picture(32).poc_lsb == 0
    for pick in ([0, 1, 1, 0], [1, 0, 0, 1]):
        with pytest.raises(BitstreamError, match="another type") as caught:
            list(merge([short.stream, long.stream], pick))
        assert caught.value.picture == 32


def flipped(source: Tiled, bit: int, after_address: bool) -> Stream:
    """The stream with one bit of the header changed in each slice of the second segment's first picture.

    Headers begin with 16 bits of NAL unit header; slice_segment_address (5 bits here) is missing in the first tile's.
    """
    data = bytearray(source.data)
    for tile in range(4):
        at = bit + (5 if tile and after_address else 0)
        data[source.stream.tile(SEGMENT, tile).offset + at // 8] ^= 0x80 >> at % 8
    return Stream(bytes(data))


def test_a_picture_with_another_number_is_refused_beside_either_kind(qualities: Qualities) -> None:
    # behind first_slice_segment_in_pic_flag, slice_pic_parameter_set_id and "P"
    strange = flipped(qualities.streams[C0], 16 + 1 + 1 + 3, after_address=True)
    assert strange.picture(SEGMENT).poc_lsb != 0
    streams = [qualities.streams[E0].stream, strange, qualities.streams[C1].stream]
    for pick in ([0, 1, 1, 0], [1, 0, 0, 1], [0, 2, 1, 0], [0, 1, 2, 0], [2, 2, 2, 1]):
        with pytest.raises(BitstreamError, match="another number") as caught:
            list(merge(streams, pick))
        assert (caught.value.kind, caught.value.picture) == ("mismatch", SEGMENT)


def test_random_access_pictures_of_one_merged_picture_must_agree(qualities: Qualities) -> None:
    # behind first_slice_segment_in_pic_flag: no_output_of_prior_pics_flag
    strange = flipped(qualities.streams[E0], 16 + 1, after_address=False)
    streams = [strange, qualities.streams[E1].stream, qualities.streams[C1].stream]
    for pick in ([0, 1, 2, 2], [2, 1, 0, 1]):
        with pytest.raises(BitstreamError, match="another number") as caught:
            list(merge(streams, pick))
        assert (caught.value.kind, caught.value.picture) == ("mismatch", SEGMENT)


def test_streams_with_other_parameter_sets_do_not_continue_each_other(qualities: Qualities) -> None:
    other = encode(qualities.source[: SEGMENT + 2], sao=0)[C0].stream
    with pytest.raises(BitstreamError, match="parameter sets differ"):
        list(
            merge([Stream(b"".join(p.data for p in qualities.streams[E0].packets[: SEGMENT + 2])), other], [0, 1, 0, 1])
        )
