"""Qualities that continue: P pictures that look back where the others have random-access pictures."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from codec_native import Encoder, Packet, Quality, SettingsError, Stream
from tests.codec.media import Picture, decode, moving_pictures, same

WIDTH, HEIGHT = 512, 128
TRAIL_R, IDR = 1, 19
ENTRY, CONTINUED = 0, 1
BOTH = [Quality(0), Quality(6), Quality(0, continues=True), Quality(6, continues=True)]


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    return moving_pictures(WIDTH, HEIGHT, 60)


def encode(
    pictures: list[Picture], count: int, *, fps: int = 30, forced: int = -1, **settings: Any
) -> dict[int, list[Packet]]:
    """Packets by quality; the pictures go forth and back as long as needed."""
    options = {"preset": "ultrafast", "qp": 30, "threads": 1, "tiles": "2x1", "qualities": BOTH, **settings}
    there_and_back = itertools.cycle([*pictures, *pictures[-2:0:-1]])
    with Encoder(WIDTH, HEIGHT, fps, mcts=True, recon=True, hash_sei=True, **options) as encoder:
        packets = [
            packet
            for number, picture in enumerate(itertools.islice(there_and_back, count))
            for packet in encoder.encode(picture, force_keyframe=number == forced)
        ]
        packets += encoder.flush()
    return {
        quality: [packet for packet in packets if packet.quality == quality]
        for quality in range(len(options["qualities"]))
    }


def stream(packets: list[Packet]) -> Stream:
    return Stream(b"".join(packet.data for packet in packets))


def assert_decodes_to_reconstruction(packets: list[Packet], count: int) -> None:
    shown = decode(b"".join(packet.data for packet in packets))
    assert len(shown) == count == len(packets)
    assert all(same(shown[packet.display_index], packet.recon) for packet in packets)


@pytest.mark.parametrize(
    ("fps", "keyint", "settings"),
    [
        (30, 30, {"preset": "superfast", "crf": 26, "qp": None}),
        (25, 25, {"preset": "ultrafast", "tiles": "2x2"}),
        (24, 24, {"preset": "medium", "projection": "erp"}),
        (60, 60, {"preset": "superfast", "bitrate": 400, "maxrate": 600, "bufsize": 300, "qp": None}),
        (30, 40, {"preset": "slow", "key_group": 2}),
        (50, 50, {"preset": "fast", "gop_size": 16, "refs": 3}),
    ],
)
def test_a_decoder_shows_what_the_encoder_reconstructed(
    pictures: list[Picture], fps: int, keyint: int, settings: dict[str, Any]
) -> None:
    count = 3 * keyint + 5
    rates = {name: settings[name] for name in ("bitrate", "maxrate", "bufsize") if name in settings}
    less = {name: rate // 2 for name, rate in rates.items()}
    qualities = [Quality(0), Quality(0, continues=True, **rates), Quality(6, continues=True, **less)]
    coded = encode(pictures, count, fps=fps, keyint=keyint, **{"key_group": 3, "qualities": qualities, **settings})
    for packets in coded.values():
        assert_decodes_to_reconstruction(packets, count)


@pytest.mark.parametrize("gop_size", [1, 4, 8, 16])
@pytest.mark.parametrize("keyint", [9, 10, 11, 12, 13, 14, 15, 17, 18, 31, 32, 33, 34, 63, 64, 65])
def test_segments_of_any_length_continue(pictures: list[Picture], keyint: int, gop_size: int) -> None:
    """The count of pictures wraps from one segment to the next; its bits must tell where in every length."""
    if gop_size == 16 and (keyint <= 16 or keyint == 32):
        with pytest.raises(SettingsError, match="must be more than 16, and not 32"):
            encode(pictures, 1, keyint=keyint, gop_size=gop_size)
        return
    count = 2 * keyint + 1
    coded = encode(
        pictures,
        count,
        keyint=keyint,
        key_group=3,
        gop_size=gop_size,
        qualities=[Quality(0), Quality(8, continues=True)],
    )
    assert_decodes_to_reconstruction(coded[CONTINUED], count)


@pytest.mark.parametrize("group", [1, 2, 4])
def test_random_access_comes_once_in_a_group(pictures: list[Picture], group: int) -> None:
    coded = encode(pictures, 18 * 5, keyint=18, key_group=group)
    for quality, packets in coded.items():
        own = group if quality >= 2 else 1
        assert [packet.display_index for packet in packets if packet.keyframe] == list(range(0, 90, 18 * own))
        kinds = [stream(packets).picture(number).nal_type for number in range(0, 90, 18)]
        assert kinds == [TRAIL_R if segment % own else IDR for segment in range(5)]


def test_pictures_inside_a_segment_are_alike_in_entry_and_continued_streams(pictures: list[Picture]) -> None:
    coded = encode(pictures, 72, keyint=18, key_group=4)
    entry = stream(coded[0])
    for quality in (1, 2, 3):
        other = stream(coded[quality])
        assert len(other) == len(entry)
        for number in range(len(entry)):
            a, b = entry.picture(number), other.picture(number)
            assert (a.poc_lsb, a.temporal_id) == (b.poc_lsb, b.temporal_id)
            if number % 18:
                assert (a.nal_type, a.slice_types) == (b.nal_type, b.slice_types)
            elif number and quality >= 2:
                assert (b.nal_type, b.slice_types, b.keyframe, b.poc_lsb) == (TRAIL_R, "P", False, 0)


@pytest.mark.parametrize("rate", [{}, {"qp": None, "crf": 30}])
def test_every_group_begins_as_the_best_quality(pictures: list[Picture], rate: dict[str, Any]) -> None:
    coded = encode(pictures, 54 + 4, keyint=18, key_group=3, preset="superfast", **rate)
    for continued in (2, 3):
        for group in (0, 54):
            best, own = (coded[quality][group : group + 18] for quality in (0, continued))
            assert [a.data for a in best] == [b.data for b in own]
        assert all(a.data != b.data for a, b in zip(coded[0][18:54], coded[continued][18:54], strict=True))


def test_with_rates_a_group_begins_in_its_own_quality(pictures: list[Picture]) -> None:
    """A group that began at the best quality's rate would break its own."""
    alike, less = ({"bitrate": rate, "maxrate": rate, "bufsize": rate // 2} for rate in (600, 300))
    qualities = [Quality(0), Quality(0, continues=True, **alike), Quality(0, continues=True, **less)]
    coded = encode(pictures, 36, keyint=18, key_group=2, preset="superfast", qp=None, qualities=qualities, **alike)
    sizes = [sum(len(packet.data) for packet in coded[quality][:18]) for quality in range(3)]
    assert [a.data for a in coded[0][:18]] == [b.data for b in coded[1][:18]]
    assert sizes[2] < 0.7 * sizes[0]


def test_continuing_costs_less_than_entering(pictures: list[Picture]) -> None:
    still = [pictures[0]] * 2
    coded = encode(still, 40, keyint=20, key_group=2)
    for entry, continued in ((0, 2), (1, 3)):
        assert len(coded[continued][20].data) * 6 < len(coded[entry][20].data)


def test_a_forced_key_picture_begins_a_group(pictures: list[Picture]) -> None:
    coded = encode(pictures, 90, keyint=18, key_group=3, forced=23)
    keys = {quality: [p.display_index for p in packets if p.keyframe] for quality, packets in coded.items()}
    assert keys == {0: [0, 18, 23, 41, 59, 77], 1: [0, 18, 23, 41, 59, 77], 2: [0, 23, 77], 3: [0, 23, 77]}
    for packets in coded.values():
        assert_decodes_to_reconstruction(packets, 90)


def test_threads_do_not_change_the_bytes(pictures: list[Picture]) -> None:
    one, three = (encode(pictures, 40, keyint=18, key_group=2, preset="superfast", threads=n) for n in (1, 3))
    assert [[p.data for p in packets] for packets in one.values()] == [
        [p.data for p in packets] for packets in three.values()
    ]


def test_entry_streams_do_not_notice_that_others_continue(pictures: list[Picture]) -> None:
    alone = encode(pictures, 40, keyint=18, qualities=BOTH[:2])
    beside = encode(pictures, 40, keyint=18, key_group=2)
    for quality in (0, 1):
        shown, expected = ([p.recon for p in packets[quality]] for packets in (beside, alone))
        assert all(same(a, b) for a, b in zip(shown, expected, strict=True))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"qualities": [Quality(0, continues=True)]},
            "quality 0: continues is 1; it must be 0 or 1, and 0 for the first quality",
        ),
        ({"mcts": False}, "quality 1 can only continue with mcts, with IDR pictures, and without low_delay"),
        ({"low_delay": True}, "quality 1 can only continue with mcts, with IDR pictures, and without low_delay"),
        ({"key_type": "cra"}, "quality 1 can only continue with mcts, with IDR pictures, and without low_delay"),
        ({"keyint": 8}, "quality 1 cannot continue: keyint is 8; it must be more than 8, and not 16"),
        ({"keyint": 16}, "quality 1 cannot continue: keyint is 16; it must be more than 8, and not 16"),
        ({"keyint": 0}, "quality 1 cannot continue: keyint is 0; it must be more than 8, and not 16"),
        (
            {"keyint": 32, "gop_size": 16},
            "quality 1 cannot continue: keyint is 32; it must be more than 16, and not 32",
        ),
        ({"key_group": 0}, "key_group is 0; it must be between 1 and 64"),
        ({"key_group": 65}, "key_group is 65; it must be between 1 and 64"),
        ({"qualities": [Quality(0)] * 9}, "at most 8 qualities can be encoded in one pass, not 9"),
    ],
)
def test_what_cannot_continue_is_refused_with_a_reason(settings: dict[str, Any], sentence: str) -> None:
    qualities = [Quality(0), Quality(0, continues=True)]
    options = {"tiles": "2x1", "mcts": True, "keyint": 30, "qp": 30, "qualities": qualities, **settings}
    with pytest.raises(SettingsError) as caught:
        Encoder(WIDTH, HEIGHT, 30, **options)
    assert str(caught.value).rstrip(".") == sentence
