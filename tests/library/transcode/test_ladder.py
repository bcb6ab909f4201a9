"""Renditions fit the source, the players and the 15 Mbit/s that the centre promises."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.library.transcode.ladder import cut, fits_h264, plan_ladder, rate_cap, sizes
from streaming.library.transcode.segment import timescale_for

RATES = st.sampled_from([Fraction(24), Fraction(30000, 1001), Fraction(30), Fraction(50), Fraction(60)])


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ((7680, 3840, "equirectangular", "mono"), [(3840, 1920), (2560, 1280), (1920, 960), (1280, 640)]),
        ((2048, 1024, "equirectangular", "mono"), [(2048, 1024), (1280, 640)]),
        ((1921, 961, "equirectangular", "mono"), [(1920, 960), (1280, 640)]),
        ((4096, 4096, "equirectangular", "top-bottom"), [(2880, 2880), (2048, 2048), (1440, 1440), (1024, 1024)]),
        ((1920, 1080, "flat", "mono"), [(1920, 1080), (1280, 720), (852, 480)]),
        ((1080, 1920, "flat", "mono"), [(1080, 1920), (720, 1280), (480, 852)]),
        ((99, 77, "flat", "mono"), [(98, 76)]),
    ],
)
def test_sizes_go_down_from_the_source(source: tuple[int, int, str, str], expected: list[tuple[int, int]]) -> None:
    assert sizes(*source) == expected


@given(
    width=st.integers(32, 16384),
    height=st.integers(32, 16384),
    fps=RATES,
    layout=st.sampled_from([("equirectangular", "mono"), ("equirectangular", "top-bottom"), ("flat", "mono")]),
)
def test_no_rendition_is_larger_than_its_source_or_than_the_line(
    width: int, height: int, fps: Fraction, layout: tuple[str, str]
) -> None:
    steps = plan_ladder(
        width=width, height=height, fps=fps, projection=layout[0], stereo=layout[1], codecs=["av1", "h264"]
    )
    assert steps
    assert len({(step.codec, step.width, step.height) for step in steps}) == len(steps)
    for step in steps:
        assert step.width <= width
        assert step.height <= height
        assert step.width % 2 == step.height % 2 == 0
        # 160 kbit/s of sound come on top.
        assert step.max_kbps + 160 <= 15_000
        assert step.codec != "h264" or fits_h264(step.width, step.height, fps)


def test_hevc_brings_the_whole_size_of_a_near_8k_source_to_headsets() -> None:
    steps = plan_ladder(
        width=7680,
        height=3840,
        fps=Fraction(30),
        projection="equirectangular",
        stereo="mono",
        codecs=["av1", "h264", "hevc"],
    )
    hevc = [(step.width, step.height) for step in steps if step.codec == "hevc"]
    assert hevc == [(7680, 3840), (3840, 1920), (2560, 1280)]
    assert max(step.width for step in steps if step.codec != "hevc") == 3840
    assert all(step.max_kbps + 160 <= 15_000 for step in steps)


@given(frames=st.integers(1, 100_000), fps=RATES)
def test_segments_cover_every_picture_once_and_begin_at_a_regular_distance(frames: int, fps: Fraction) -> None:
    pieces = cut(frames, fps)
    assert pieces[0][0] == 0
    assert sum(count for _, count in pieces) == frames
    ends = [start + count for start, count in pieces]
    assert [start for start, _ in pieces[1:]] == ends[:-1]
    assert len({later[0] - earlier[0] for earlier, later in itertools.pairwise(pieces)}) <= 1


@given(frames=st.integers(1, 100_000), fps=RATES)
def test_segments_that_count_on_keep_one_length_up_to_the_last(frames: int, fps: Fraction) -> None:
    pieces = cut(frames, fps, 1.0, shortest_tail=0.0)
    lengths = [count for _, count in pieces]
    assert sum(lengths) == frames and [start for start, _ in pieces] == [lengths[0] * at for at in range(len(pieces))]
    assert set(lengths[:-1]) <= {lengths[0]} and 0 < lengths[-1] <= lengths[0]


@given(numerator=st.integers(1, 240_000), denominator=st.integers(1, 1001))
def test_a_picture_lasts_a_whole_number_of_ticks_at_any_rate(numerator: int, denominator: int) -> None:
    fps = Fraction(numerator, denominator)
    timescale, ticks = timescale_for(fps)
    assert Fraction(ticks, timescale) == 1 / fps
    assert timescale >= 10_000


def test_a_smaller_picture_gets_less_but_more_than_its_share_of_pixels() -> None:
    large, small = rate_cap("h264", 3840 * 1920, Fraction(30)), rate_cap("h264", 1920 * 960, Fraction(30))
    assert large / 4 < small < large
