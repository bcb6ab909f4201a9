"""What the reader says about streams, ours and others', whole and damaged."""

from __future__ import annotations

import random

import pytest

from codec_native import BitstreamError, Stream
from tests.codec.bitstream.conftest import COUNT, KEYINT, Tiled
from tests.codec.media import moving_pictures, x265


@pytest.fixture(scope="module")
def foreign() -> bytes:
    return x265(
        moving_pictures(208, 120, 12),
        "keyint=8:min-keyint=8:bframes=3:repeat-headers=1:hash=1:aud=1:weightp=1:hrd=1:vbv-maxrate=500:vbv-bufsize=500"
        ":bitrate=300:range=full:colorprim=bt709:transfer=bt709:colormatrix=bt709",
    )


def test_a_stream_of_another_encoder_is_described(foreign: bytes) -> None:
    info = Stream(foreign).info
    assert (info.shown_width, info.shown_height, info.cols, info.rows) == (208, 120, 1, 1)
    assert (info.pictures, info.keyframes, info.fps) == (12, 2, 30)
    assert (info.full_range, info.colour_primaries, info.transfer, info.matrix) == (True, 1, 1, 1)
    assert info.picture_hash
    assert not info.equirectangular


def test_pictures_tile_the_bytes_of_the_stream(foreign: bytes) -> None:
    stream = Stream(foreign)
    position = 0
    for i in range(len(stream)):
        picture = stream.picture(i)
        assert picture.offset == position
        position += picture.size
    assert position == len(foreign)
    assert {stream.picture(i).slice_types for i in range(len(stream))} >= {"I", "B"}


def test_a_tiled_stream_is_described(good: Tiled) -> None:
    info = good.stream.info
    assert (info.cols, info.rows, info.column_edges, info.row_edges) == (2, 2, (0, 256, 512), (0, 128, 256))
    assert info.one_slice_per_tile
    assert info.motion_constrained
    assert info.temporal_mvp
    assert (info.pictures, info.keyframes) == (COUNT, -(-COUNT // KEYINT))


def test_tile_ranges_of_packets_are_where_the_reader_finds_the_slices(good: Tiled) -> None:
    stream, start = good.stream, 0
    for number, packet in enumerate(good.packets):
        for tile, (offset, size) in enumerate(packet.tile_ranges):
            found = stream.tile(number, tile)
            code = 4 if good.data[start + offset : start + offset + 4] == b"\0\0\0\1" else 3
            assert (found.offset, found.size) == (start + offset + code, size - code)
            assert found.qp == round(packet.qp)
        start += len(packet.data)


@pytest.mark.parametrize("data", [b"\0", b"\0\0\1", b"no video at all", b"\0\0\1\x40", b"\0" * 1000, b"\0\0\1" * 50])
def test_what_is_no_stream_is_refused(data: bytes) -> None:
    with pytest.raises(BitstreamError):
        Stream(data)


def test_every_truncation_is_an_error_or_a_shorter_stream(foreign: bytes) -> None:
    whole = len(Stream(foreign))
    for size in [*range(1, 400), *range(400, len(foreign), 97)]:
        try:
            assert 1 <= len(Stream(foreign[:size])) <= whole
        except BitstreamError as error:
            assert error.kind in ("truncated", "invalid")


@pytest.mark.parametrize("seed", range(30))
def test_flipped_bits_are_an_error_or_a_stream(foreign: bytes, seed: int) -> None:
    rng = random.Random(seed)
    data = bytearray(foreign)
    for _ in range(rng.choice((1, 3, 20))):
        data[rng.randrange(len(data) if seed % 2 else 300)] ^= 1 << rng.randrange(8)
    try:
        stream = Stream(bytes(data))
    except BitstreamError:
        return
    for picture in range(len(stream)):
        assert stream.picture(picture).size > 0
