"""Merging tiles of streams that were encoded separately: every tile must decode as in the stream it came from."""

from __future__ import annotations

import itertools

import pytest

from codec_native import BitstreamError, Encoder, Quality, Stream, merge, split
from tests.codec.bitstream.conftest import COUNT, GRID, HEIGHT, KEYINT, WIDTH, Tiled, encode_tiled
from tests.codec.media import decode, moving_pictures, nal_units, same


def assert_tiles_equal(data: bytes, sources: list[Tiled], pick_of: object) -> None:
    pictures = decode(data)
    assert len(pictures) == COUNT
    for number in range(COUNT):
        for tile, source in enumerate(pick_of(number)):
            x, y, w, h = sources[source].tiles[tile]
            merged = Tiled(data, pictures, sources[source].tiles, [])
            assert same(merged.tile(number, tile), sources[source].tile(number, tile)), (number, tile, x, y, w, h)


@pytest.mark.parametrize("pick", [[0, 1, 1, 0], [1, 0, 0, 0], [2, 1, 0, 2], [1, 1, 1, 1]])
def test_tiles_of_separate_encodes_decode_as_in_their_own_stream(
    good: Tiled, poor: Tiled, other: Tiled, pick: list[int]
) -> None:
    sources = [good, poor, other]
    data = b"".join(merge([source.stream for source in sources], pick))
    assert_tiles_equal(data, sources, lambda _number: pick)


def test_quality_switches_at_random_access_points(good: Tiled, poor: Tiled, other: Tiled) -> None:
    sources = [good, poor, other]
    picks = list(itertools.product(range(3), repeat=4))

    def pick_at(number: int) -> list[int]:
        return list(picks[(number // KEYINT * 31 + 5) % len(picks)])

    # packets come in decoding order; with closed GOPs the random-access point is the first of its GOP in both orders
    data = b"".join(merge([source.stream for source in sources], pick_at))
    assert_tiles_equal(data, sources, pick_at)


def test_a_switch_between_random_access_points_is_refused(good: Tiled, poor: Tiled) -> None:
    with pytest.raises(BitstreamError, match="all intra") as caught:
        list(merge([good.stream, poor.stream], lambda number: [0, 0, 0, 1 if number >= 3 else 0]))
    assert (caught.value.picture, caught.value.tile) == (3, 3)


def test_picking_one_stream_everywhere_gives_back_its_bytes(good: Tiled, poor: Tiled) -> None:
    merged = b"".join(merge([good.stream, poor.stream], [0, 0, 0, 0]))
    assert list(nal_units(merged)) == list(nal_units(good.data))


def test_tile_tracks_merge_back_to_the_stream(good: Tiled) -> None:
    tracks = [Stream(b"".join(split(good.stream, tile))) for tile in range(4)]
    assert [track.info.track_tile for track in tracks] == [0, 1, 2, 3]
    merged = b"".join(merge(tracks, [0, 1, 2, 3]))
    assert list(nal_units(merged)) == list(nal_units(good.data))


def test_a_tile_that_a_track_does_not_hold_is_missed(good: Tiled) -> None:
    tracks = [Stream(b"".join(split(good.stream, tile))) for tile in (0, 1)]
    with pytest.raises(BitstreamError, match="does not hold this tile") as caught:
        list(merge(tracks, [0, 1, 1, 0]))
    assert caught.value.kind == "missing"
    assert caught.value.tile == 2


def test_qualities_of_one_pass_merge_with_each_other() -> None:
    with Encoder(
        WIDTH,
        HEIGHT,
        30,
        preset="superfast",
        qp=24,
        keyint=KEYINT,
        tiles=GRID,
        mcts=True,
        qualities=[Quality(0), Quality(6), Quality(14)],
    ) as encoder:
        packets = [p for picture in moving_pictures(WIDTH, HEIGHT, COUNT) for p in encoder.encode(picture)]
        packets += encoder.flush()
        tiles = encoder.tiles
    sources = []
    for quality in range(3):
        data = b"".join(packet.data for packet in packets if packet.quality == quality)
        sources.append(Tiled(data, decode(data), tiles, []))
    assert len(sources[0].data) > len(sources[1].data) > len(sources[2].data)
    pick = [2, 0, 1, 2]
    data = b"".join(merge([source.stream for source in sources], pick))
    assert_tiles_equal(data, sources, lambda _number: pick)


def test_a_low_delay_stream_switches_tile_by_tile_where_each_is_refreshed() -> None:
    settings = {"low_delay": True, "keyint": 0, "tile_refresh": 6}
    sources = [encode_tiled(24, **settings), encode_tiled(38, **settings)]
    streams = [source.stream for source in sources]
    pick, history = [0, 0, 0, 0], []
    for number in range(COUNT):
        if number > 4:
            for tile in range(4):
                if all(stream.tile(number, tile).slice_type == "I" for stream in streams):
                    pick = [*pick[:tile], 1, *pick[tile + 1 :]]
        history.append(pick)
    assert history[-1] == [1, 1, 1, 1], "each tile must have had its turn"
    assert [0, 0, 0, 0] != history[8] != [1, 1, 1, 1], "they take turns, not all at once"
    data = b"".join(merge(streams, lambda number: history[number]))
    assert_tiles_equal(data, sources, lambda number: history[number])


def test_the_picture_hash_of_the_parts_is_dropped() -> None:
    sources = [encode_tiled(qp, count=4, hash_sei=True) for qp in (24, 38)]
    assert all(source.stream.info.picture_hash for source in sources)
    merged = b"".join(merge([source.stream for source in sources], [0, 1, 1, 0]))
    assert not Stream(merged).info.picture_hash
    assert len(decode(merged)) == 4


def test_streams_with_other_parameter_sets_are_refused(good: Tiled) -> None:
    strange = encode_tiled(30, refs=1, sao=0)
    with pytest.raises(BitstreamError, match="parameter sets differ") as caught:
        list(merge([good.stream, strange.stream], [0, 1, 0, 0]))
    assert (caught.value.kind, caught.value.stream) == ("mismatch", 1)


def test_a_stream_that_lost_its_end_is_refused(good: Tiled, poor: Tiled) -> None:
    info = poor.stream.picture(COUNT - 3)
    with pytest.raises(BitstreamError, match="fewer pictures") as caught:
        list(merge([good.stream, Stream(poor.data[: info.offset])], [0, 1, 0, 1]))
    assert (caught.value.kind, caught.value.stream, caught.value.picture) == ("truncated", 1, COUNT - 3)


def test_a_stream_that_lost_a_tile_is_refused(good: Tiled, poor: Tiled) -> None:
    lost = poor.stream.tile(5, 2)
    start = lost.offset - 3
    broken = poor.data[:start] + poor.data[lost.offset + lost.size :]
    with pytest.raises(BitstreamError, match="does not hold this tile") as caught:
        list(merge([good.stream, Stream(broken)], [0, 1, 1, 0]))
    assert (caught.value.stream, caught.value.picture, caught.value.tile) == (1, 5, 2)


def test_another_grid_is_refused(good: Tiled) -> None:
    columns = encode_tiled(30, tiles="2x1")
    with pytest.raises(BitstreamError, match="grid") as caught:
        list(merge([good.stream, columns.stream], [0, 1, 0, 0]))
    assert caught.value.kind == "mismatch"


def test_tiles_that_lean_on_each_other_are_refused() -> None:
    loose = encode_tiled(30, mcts=False, count=4)
    with pytest.raises(BitstreamError) as caught:
        list(merge([loose.stream, loose.stream], [0, 1, 0, 1]))
    assert caught.value.kind == "unsupported"
