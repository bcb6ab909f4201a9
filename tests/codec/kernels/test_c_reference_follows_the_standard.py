"""The plain C kernels, which all others are held against, against the formulas of the standard written in NumPy."""

from __future__ import annotations

import ctypes
import math

import numpy as np
import numpy.typing as npt
import pytest

from tests.codec.kernels.build_checks import build

Array = npt.NDArray[np.int64]

# Table 8-11
LUMA_FILTER = np.array(
    [
        [0, 0, 0, 64, 0, 0, 0, 0],
        [-1, 4, -10, 58, 17, -5, 1, 0],
        [-1, 4, -11, 40, 40, -11, 4, -1],
        [0, 1, -5, 17, 58, -10, 4, -1],
    ],
    dtype=np.int64,
)
# Magnitudes of transMatrix by the cosine's angle in 64ths of pi: cosines, tuned by hand in the standard.
MAGNITUDES = [
    *(64, 90, 90, 90, 89, 88, 87, 85, 83, 82, 80, 78, 75, 73, 70, 67, 64),
    *(61, 57, 54, 50, 46, 43, 38, 36, 31, 25, 22, 18, 13, 9, 4, 0),
]


@pytest.fixture(scope="module")
def library() -> ctypes.CDLL:
    return build().library


def place(array: npt.NDArray[np.generic]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def stride(array: npt.NDArray[np.generic]) -> ctypes.c_ssize_t:
    return ctypes.c_ssize_t(array.strides[0] // array.itemsize)


def taps(picture: Array, frac: int, axis: int) -> Array:
    """8.5.3.3.3.1: the eight samples around each, 3 before and 4 after, times the row of Table 8-11."""
    count = picture.shape[axis] - 7
    return sum(LUMA_FILTER[frac][i] * np.take(picture, range(i, i + count), axis=axis) for i in range(8))


@pytest.mark.parametrize("frac", [1, 2, 3])
@pytest.mark.parametrize("width", [4, 12, 64])
def test_horizontal_interpolation(library: ctypes.CDLL, width: int, frac: int) -> None:
    picture = np.random.default_rng(frac).integers(0, 256, (8, width + 7), dtype=np.uint8)
    out = np.zeros((8, width), np.int16)
    library.reference_interp_hor_8to16(width, place(picture[:, 3:]), stride(picture), place(out), stride(out), 8, frac)
    assert np.array_equal(out, taps(picture.astype(np.int64), frac, 1))


@pytest.mark.parametrize("across", [1, 2, 3])
@pytest.mark.parametrize("down", [1, 2, 3])
def test_two_stages_of_interpolation_with_the_default_weighting(library: ctypes.CDLL, across: int, down: int) -> None:
    picture = np.random.default_rng(across * 4 + down).integers(0, 256, (16 + 7, 16 + 7), dtype=np.uint8)
    half = np.zeros((16 + 7, 16), np.int16)
    out = np.zeros((16, 16), np.uint8)
    library.reference_interp_hor_8to16(
        16, place(picture[:, 3:]), stride(picture), place(half), stride(half), 16 + 7, across
    )
    library.reference_interp_ver_16to8(16, place(half[3:]), stride(half), place(out), stride(out), 16, down)
    predicted = taps(taps(picture.astype(np.int64), across, 1), down, 0) >> 6
    assert np.array_equal(out, np.clip((predicted + 32) >> 6, 0, 255))


def dct_matrix(size: int) -> Array:
    matrix = np.zeros((size, size), np.int64)
    for k in range(size):
        for n in range(size):
            angle = k * (2 * n + 1) * (32 // size) % 128
            angle = min(angle, 128 - angle)
            matrix[k, n] = MAGNITUDES[angle] if angle <= 32 else -MAGNITUDES[64 - angle]
            cosine = 64 * (math.sqrt(2) if k else 1) * math.cos(math.pi * k * (2 * n + 1) / (2 * size))
            assert abs(matrix[k, n] - cosine) < 1.5
    return matrix


@pytest.mark.parametrize("log2_size", [2, 3, 4, 5])
def test_the_inverse_transform_clips_between_its_stages(library: ctypes.CDLL, log2_size: int) -> None:
    size = 1 << log2_size
    matrix = dct_matrix(size)
    for scale in (20, 2000, 32767):
        coeff = np.random.default_rng(scale).integers(-scale, scale + 1, (size, size), dtype=np.int16)
        out = np.zeros((size, size), np.int16)
        library.reference_idct(log2_size, place(coeff), place(out), stride(out))
        columns = np.clip((matrix.T @ coeff.astype(np.int64) + 64) >> 7, -32768, 32767)
        assert np.array_equal(out, (columns @ matrix + 2048) >> 12)


@pytest.mark.parametrize("log2_size", [2, 3, 4, 5])
def test_the_inverse_undoes_the_forward_transform(library: ctypes.CDLL, log2_size: int) -> None:
    size = 1 << log2_size
    residual = np.random.default_rng(size).integers(-255, 256, (size, size), dtype=np.int16)
    coeff = np.zeros((size, size), np.int16)
    out = np.zeros((size, size), np.int16)
    library.reference_dct(log2_size, place(residual), stride(residual), place(coeff))
    library.reference_idct(log2_size, place(coeff), place(out), stride(out))
    assert np.abs(out.astype(int) - residual).max() <= 4  # the integer basis is orthogonal to about one per cent


def test_diagonal_intra_modes_copy_the_neighbours_along_the_diagonal(library: ctypes.CDLL) -> None:
    """Modes 2, 18 and 34 point along whole samples: from below left, from the corner, from above right."""
    size = 8
    ref = np.random.default_rng(5).integers(0, 256, 4 * size + 1, dtype=np.uint8)
    y, x = np.mgrid[0:size, 0:size]
    corner = 2 * size
    expected = {2: ref[corner - 2 - x - y], 18: ref[corner + x - y], 34: ref[corner + 2 + x + y]}
    for mode, block in expected.items():
        out = np.zeros((size, size), np.uint8)
        library.reference_intra_pred(3, place(ref), place(out), stride(out), mode, 1)
        assert np.array_equal(out, block), mode
