"""Random-access points coded as CRA: no leading pictures, the picture order count runs on, decoding can begin there."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from codec_native import BitstreamError, Encoder, Packet, Place, Stream, extract, merge, pack, split
from tests.codec.bitstream.conftest import KEYINT, Tiled, encode_tiled
from tests.codec.media import Picture, crop, decode, moving_pictures, nal_units, same

WIDTH, HEIGHT, COUNT = 128, 72, 75
IDR, CRA, RASL = 19, 21, 9


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    """More pictures than the low bits of the picture order count tell apart."""
    return moving_pictures(WIDTH, HEIGHT, COUNT)


def encode(pictures: list[Picture], forced: int = -1, **settings: Any) -> list[Packet]:
    height, width = pictures[0][0].shape
    with Encoder(width, height, 30, key_type="cra", recon=True, hash_sei=True, **settings) as encoder:
        packets = [p for i, picture in enumerate(pictures) for p in encoder.encode(picture, force_keyframe=i == forced)]
        return packets + encoder.flush()


def types(data: bytes) -> list[int]:
    return [kind for kind in (unit[0] >> 1 & 63 for unit in nal_units(data)) if kind < 32]


@pytest.mark.parametrize(
    "settings",
    [
        {"keyint": 11, "qp": 34},
        {"keyint": 20, "gop_size": 16, "refs": 3, "qp": 34},
        {"keyint": 7, "low_delay": True, "refs": 2, "qp": 34},
        {"keyint": 16, "bitrate": 300, "maxrate": 400, "bufsize": 200},
    ],
)
def test_a_decoder_agrees_from_the_start_and_from_every_random_access_point(
    pictures: list[Picture], settings: dict[str, Any]
) -> None:
    packets = encode(pictures, preset="superfast", **settings)
    keys = [i for i, p in enumerate(packets) if p.keyframe]
    assert [packets[i].display_index for i in keys] == list(range(0, COUNT, settings["keyint"]))
    assert [packets[i].frame_type for i in keys] == ["IDR"] + ["CRA"] * (len(keys) - 1)
    assert all(p.poc == p.display_index for p in packets)
    kinds = types(b"".join(p.data for p in packets))
    assert (kinds.count(IDR), kinds.count(CRA), sum(6 <= k <= RASL for k in kinds)) == (1, len(keys) - 1, 0)
    for start in keys:
        first = packets[start].display_index
        shown = decode(b"".join(p.data for p in packets[start:]))
        assert len(shown) == COUNT - first
        assert all(same(shown[p.display_index - first], p.recon) for p in packets[start:])


def test_a_forced_key_picture_is_an_idr(pictures: list[Picture]) -> None:
    packets = encode(pictures[:20], forced=9, preset="ultrafast", keyint=6, qp=38)
    found = {p.display_index: (p.frame_type, p.poc) for p in packets if p.keyframe}
    assert found == {0: ("IDR", 0), 6: ("CRA", 6), 9: ("IDR", 0), 15: ("CRA", 6)}
    shown = decode(b"".join(p.data for p in packets))
    assert all(same(shown[p.display_index], p.recon) for p in packets)


@pytest.fixture(scope="module")
def tiled() -> tuple[Tiled, Tiled]:
    return encode_tiled(26, key_type="cra"), encode_tiled(38, key_type="cra")


def test_tiles_change_their_stream_at_clean_random_access(tiled: tuple[Tiled, Tiled]) -> None:
    picks = list(itertools.product(range(2), repeat=4))

    def pick_at(number: int) -> list[int]:
        return list(picks[(number // KEYINT * 5 + 6) % len(picks)])

    merged = b"".join(merge([source.stream for source in tiled], pick_at))
    for number, picture in enumerate(decode(merged)):
        for tile, source in enumerate(pick_at(number)):
            assert same(crop(picture, *tiled[source].tiles[tile]), tiled[source].tile(number, tile))


def test_tracks_single_tiles_and_packed_tiles_decode_as_in_their_stream(tiled: tuple[Tiled, Tiled]) -> None:
    good, poor = tiled
    assert good.stream.info.keyframes == len([p for p in good.packets if p.keyframe])
    assert [good.stream.picture(i).nal_type for i in (0, KEYINT)] == [IDR, CRA]
    for number, picture in enumerate(decode(b"".join(extract(good.stream, 2)))):
        assert same(picture, good.tile(number, 2))
    layouts = [[Place(0, 3, 0, 0), Place(1, 0, 1, 0)], [Place(1, 1, 0, 0), Place(0, 2, 1, 0)]]
    packed = pack([good.stream, poor.stream], [256, 256], [128], lambda number: layouts[number // KEYINT % 2])
    for number, picture in enumerate(decode(b"".join(packed))):
        for place in layouts[number // KEYINT % 2]:
            expected = tiled[place.stream].tile(number, place.tile)
            assert same(crop(picture, 256 * place.col, 0, 256, 128), expected)
    tracks = [Stream(b"".join(split(good.stream, tile))) for tile in range(4)]
    assert list(nal_units(b"".join(merge(tracks, [0, 1, 2, 3])))) == list(nal_units(good.data))


def test_streams_with_other_random_access_points_do_not_merge(tiled: tuple[Tiled, Tiled]) -> None:
    idr = encode_tiled(38)
    with pytest.raises(BitstreamError, match="another type") as caught:
        list(merge([tiled[0].stream, idr.stream], [0, 1, 0, 1]))
    assert caught.value.picture == KEYINT
