"""PSNR and WS-PSNR against their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest

from codec_native import FrameError, FrameTypeError, latitude_weights, psnr, ws_psnr


def noise(shape: tuple[int, int], seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def test_psnr_is_its_definition() -> None:
    a, b = noise((90, 5000), 1), noise((90, 5000), 2)
    mse = np.mean((a.astype(float) - b) ** 2)
    assert psnr(a, b) == pytest.approx(10 * math.log10(255**2 / mse), abs=1e-9)
    assert psnr(a, a) == math.inf


def test_several_planes_count_by_their_samples() -> None:
    a, b = [noise((32, 64), 1), noise((16, 32), 2)], [noise((32, 64), 3), noise((16, 32), 4)]
    sse = sum(float(((x.astype(float) - y) ** 2).sum()) for x, y in zip(a, b, strict=True))
    assert psnr(a, b) == pytest.approx(10 * math.log10(255**2 * (32 * 64 + 16 * 32) / sse), abs=1e-9)


@pytest.mark.parametrize("stereo", ["mono", "top-bottom"])
def test_ws_psnr_weights_rows_by_the_cosine_of_latitude(stereo: str) -> None:
    a, b = noise((64, 128), 5), noise((64, 128), 6)
    n = 32 if stereo == "top-bottom" else 64
    weight = np.array([math.cos((j % n + 0.5 - n / 2) * math.pi / n) for j in range(64)])
    wmse = float((weight[:, None] * (a.astype(float) - b) ** 2).sum() / (weight.sum() * 128))
    assert ws_psnr(a, b, stereo=stereo) == pytest.approx(10 * math.log10(255**2 / wmse), abs=1e-9)
    assert latitude_weights(64, stereo=stereo) == pytest.approx(weight)


def test_an_error_at_the_pole_counts_less_than_at_the_equator() -> None:
    clean = np.full((64, 64), 100, np.uint8)
    pole, equator = clean.copy(), clean.copy()
    pole[0] += 20
    equator[32] += 20
    assert ws_psnr(clean, pole) > ws_psnr(clean, equator) + 10
    assert psnr(clean, pole) == psnr(clean, equator)


def test_views_with_strides_are_measured_without_change() -> None:
    a, b = noise((64, 256), 7), noise((64, 256), 8)
    assert psnr(a[::2, 10:90], b[::2, 10:90]) == psnr(a[::2, 10:90].copy(), b[::2, 10:90].copy())
    assert psnr(a[:, ::2], b[:, ::2]) == psnr(a[:, ::2].copy(), b[:, ::2].copy())


def test_planes_that_do_not_match_are_refused() -> None:
    with pytest.raises(FrameError, match="shape"):
        psnr(noise((8, 8), 1), noise((8, 9), 1))
    with pytest.raises(FrameTypeError):
        psnr(noise((8, 8), 1), noise((8, 8), 1).astype(np.int16))
    with pytest.raises(FrameError):
        ws_psnr(noise((8, 8), 1), noise((8, 8), 1), stereo="sideways")
    with pytest.raises(FrameError):
        psnr(np.zeros((8, 8, 3), np.uint8), np.zeros((8, 8, 3), np.uint8))
