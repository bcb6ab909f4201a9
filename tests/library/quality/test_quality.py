"""PSNR and WS-PSNR against their definitions."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.library.quality import MAX_PSNR, ErrorMeter, psnr, row_weights


def pictures(height: int, width: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return tuple(random.integers(0, 256, (height, width), np.uint8) for _ in range(2))  # type: ignore[return-value]


@settings(deadline=None, max_examples=30)
@given(height=st.integers(1, 300).map(lambda n: n * 2), width=st.integers(2, 400), seed=st.integers(0, 99))
def test_errors_are_those_of_the_definition(height: int, width: int, seed: int) -> None:
    source, coded = pictures(height, width, seed)
    plain, weighted = ErrorMeter(width, height, "equirectangular", "mono").compare(source, coded)
    squares = np.square(source.astype(np.float64) - coded)
    latitude = (np.arange(height) + 0.5 - height / 2) * math.pi / height
    assert plain == pytest.approx(squares.sum(), rel=1e-6)
    reference = (squares.mean(axis=1) * np.cos(latitude)).sum() / np.cos(latitude).sum()
    assert weighted / (height * width) == pytest.approx(reference, rel=1e-5)


def test_an_error_at_the_pole_weighs_less_than_one_at_the_equator() -> None:
    meter = ErrorMeter(64, 32, "equirectangular", "mono")
    black = np.zeros((32, 64), np.uint8)
    pole, equator = black.copy(), black.copy()
    pole[0] = equator[16] = 100
    assert meter.compare(black, pole)[0] == meter.compare(black, equator)[0]
    assert meter.compare(black, pole)[1] < 0.1 * meter.compare(black, equator)[1]


def test_top_bottom_stereo_has_an_equator_in_each_half() -> None:
    weights = row_weights(64, "equirectangular", "top-bottom")
    assert weights[:32] == pytest.approx(weights[32:])
    assert weights.argmax() in {15, 16, 47, 48}
    assert weights.mean() == pytest.approx(1)


def test_a_flat_picture_is_weighted_evenly() -> None:
    source, coded = pictures(48, 64, 1)
    plain, weighted = ErrorMeter(64, 48).compare(source, coded)
    assert plain == pytest.approx(weighted)


def test_psnr_of_a_known_error() -> None:
    assert psnr(255.0**2 * 100, 100) == 0
    assert psnr(100.0, 100) == pytest.approx(48.13, abs=0.01)
    assert psnr(0.0, 100) == MAX_PSNR


def test_pictures_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        ErrorMeter(64, 48).compare(np.zeros((48, 64), np.uint8), np.zeros((24, 64), np.uint8))
