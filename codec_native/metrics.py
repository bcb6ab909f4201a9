"""Quality of a decoded picture against its source: PSNR, and WS-PSNR for equirectangular pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from codec_native._codec import ffi, lib
from codec_native.errors import FrameError, FrameTypeError
from codec_native.i18n import gettext_noop

Plane = npt.NDArray[np.uint8]


def _check(plane: Plane, name: str) -> Plane:
    if not isinstance(plane, np.ndarray) or plane.dtype != np.uint8:
        raise FrameTypeError(gettext_noop("{0} must be a NumPy array of uint8"), name)
    if plane.ndim != 2 or 0 in plane.shape:
        raise FrameError(
            gettext_noop("{0} must have two dimensions (height, width), both at least 1, not shape {1}"),
            name,
            plane.shape,
        )
    if plane.strides[1] != 1 or plane.strides[0] < plane.shape[1]:
        return np.ascontiguousarray(plane)
    return plane


def _weighted_sse(a: Plane, b: Plane, weight: npt.NDArray[np.float64] | None) -> float:
    a, b = _check(a, "the first plane"), _check(b, "the second plane")
    if a.shape != b.shape:
        raise FrameError(gettext_noop("the planes differ in shape: {0} and {1}"), a.shape, b.shape)
    rows = ffi.NULL if weight is None else ffi.from_buffer("double[]", weight)
    return float(
        lib.vr_ffi_row_weighted_sse(
            ffi.cast("uint8_t *", a.ctypes.data),
            a.strides[0],
            ffi.cast("uint8_t *", b.ctypes.data),
            b.strides[0],
            a.shape[1],
            a.shape[0],
            rows,
        )
    )


def _decibel(mse: float) -> float:
    return math.inf if mse <= 0 else 10 * math.log10(255 * 255 / mse)


def latitude_weights(height: int, *, stereo: str = "mono") -> npt.NDArray[np.float64]:
    """Weight of each row of an equirectangular picture: cos of its latitude, ``cos((j + 0.5 - N/2) * pi / N)``.

    ``stereo="top-bottom"``: two pictures of half the height above each other. Source: WS-PSNR, Sun et al. 2017.
    """
    if stereo not in ("mono", "top-bottom"):
        raise FrameError(gettext_noop("stereo must be 'mono' or 'top-bottom', not {0}"), repr(stereo))
    views = 2 if stereo == "top-bottom" else 1
    n = height // views
    if n < 1:
        raise FrameError(gettext_noop("a picture of {0} rows does not hold {1} views"), height, views)
    row = np.arange(height, dtype=np.float64) % n
    return np.ascontiguousarray(np.cos((row + 0.5 - n / 2) * (math.pi / n)))


def psnr(a: Plane | Sequence[Plane], b: Plane | Sequence[Plane]) -> float:
    """PSNR in dB of 8-bit planes, ``inf`` when they are equal; several planes are weighted by their samples.

    Raises :class:`FrameError` for different shapes, :class:`FrameTypeError` for other sample types.
    """
    first, second = _planes(a), _planes(b)
    if len(first) != len(second):
        raise FrameError(gettext_noop("{0} planes are compared with {1}"), len(first), len(second))
    sse = sum(_weighted_sse(x, y, None) for x, y in zip(first, second, strict=True))
    return _decibel(sse / sum(x.size for x in first))


def ws_psnr(a: Plane, b: Plane, *, stereo: str = "mono") -> float:
    """WS-PSNR in dB of one plane of equirectangular pictures: each row counts by the cosine of its latitude."""
    weight = latitude_weights(a.shape[0] if getattr(a, "ndim", 0) == 2 else 1, stereo=stereo)
    return _decibel(_weighted_sse(a, b, weight) / (float(weight.sum()) * a.shape[1]))


def _planes(value: Plane | Sequence[Plane]) -> list[Plane]:
    return [value] if isinstance(value, np.ndarray) else list(value)
