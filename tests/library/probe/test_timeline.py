"""Which source picture is on screen when."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.library.probe.timeline import STANDARD_RATES, Timeline, make_timeline

TICKS = Fraction(1, 90000)


def stamps(fps: Fraction, count: int, base: Fraction = TICKS, offset: int = 0) -> list[int]:
    return [offset + round(number / fps / base) for number in range(count)]


@pytest.mark.parametrize("fps", [rate for rate in STANDARD_RATES if rate <= 60])
@pytest.mark.parametrize("base", [TICKS, Fraction(1, 1000)])
def test_a_constant_rate_is_known_in_spite_of_rounded_stamps(fps: Fraction, base: Fraction) -> None:
    made = make_timeline(stamps(fps, 500, base), [0], base, [])
    assert made.constant
    assert made.frames == 500
    assert float(made.fps) == pytest.approx(float(fps), rel=1e-3)


def test_packets_may_come_in_any_order_and_begin_anywhere() -> None:
    shuffled = stamps(Fraction(25), 50, offset=7_200_000)
    np.random.default_rng(1).shuffle(shuffled)
    made = make_timeline(shuffled, [7_200_000], TICKS, [])
    assert made.seconds(0) == 0
    assert made.seconds(49) == pytest.approx(49 / 25)


def test_pictures_before_the_first_key_are_left_out() -> None:
    made = make_timeline(stamps(Fraction(30), 20), [stamps(Fraction(30), 20)[5]], TICKS, [])
    assert len(made.pts) == 15


def test_a_rate_above_sixty_is_brought_down() -> None:
    made = make_timeline(stamps(Fraction(120), 240), [0], TICKS, [Fraction(120)])
    assert made.fps == 60
    assert made.frames == pytest.approx(120, abs=1)
    assert list(made.source_indices(0, 4)) == [0, 2, 4, 6]


@given(st.lists(st.integers(1, 9000), min_size=2, max_size=200))
def test_output_pictures_show_what_is_on_screen_in_their_middle(gaps: list[int]) -> None:
    pts = [0, *np.cumsum(gaps).tolist()]
    made = make_timeline(pts, [0], TICKS, [])
    shown = made.source_indices(0, made.frames)
    assert (np.diff(shown) >= 0).all()
    if made.constant:
        assert list(shown) == list(range(len(pts)))
        return
    for output, source in enumerate(shown):
        middle, hair = (output + 0.5) / float(made.fps), 1e-3 / float(made.fps)
        assert made.seconds(int(source)) <= middle
        if source + 1 < len(pts):
            assert made.seconds(int(source) + 1) > middle - hair


def test_it_survives_being_stored() -> None:
    made = make_timeline([0, 3003, 6006, 12012], [0, 6006], TICKS, [Fraction(30000, 1001)])
    stored = Timeline.from_bytes(made.to_bytes())
    assert (stored.pts == made.pts).all()
    assert (stored.keys == made.keys).all()
    assert (stored.fps, stored.time_base, stored.constant, stored.duration) == (
        made.fps,
        made.time_base,
        made.constant,
        made.duration,
    )
