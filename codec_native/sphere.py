"""Pictures of a sphere, turned: what a camera that turned has filmed, as if it had stood still."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from codec_native._codec import ffi, lib
from codec_native.errors import CodecMemoryError, FrameError, FrameTypeError, MachineError
from codec_native.i18n import gettext_noop

Plane = npt.NDArray[np.uint8]
Matrix = npt.NDArray[np.float64]

SIMD_LEVELS = {"auto": -1, "c": 0, "avx2": 1}
# How far from orthonormal a rotation may be: what rounding does to it.
ROUNDING = 1e-6


def turned(plane: Plane, rotation: Matrix, *, out: Plane | None = None, simd: str = "auto") -> Plane:
    """One plane of an equirectangular picture, turned: what direction ``d`` shows in the result is what direction
    ``rotation @ d`` shows in ``plane``.

    Directions: x right, y up, z ahead, where the middle of the picture is. ``rotation``: 3x3, orthonormal. Lanczos with
    three lobes at 1/64 sample; the bytes do not depend on ``simd`` (``auto``, ``c``, ``avx2``). ``out``: a plane of the
    same shape to write to, with samples side by side in each row; not ``plane`` itself. The GIL is free meanwhile.

    Raises :class:`FrameTypeError`, :class:`FrameError` for planes that do not fit or have less than 8 samples a side,
    and for a matrix that does not turn; :class:`MachineError` where this machine lacks the instruction set.
    """
    plane = np.ascontiguousarray(_check(plane, gettext_noop("the plane")))
    out = np.empty_like(plane) if out is None else _check(out, gettext_noop("the plane to write to"))
    if out.shape != plane.shape:
        raise FrameError(gettext_noop("the planes differ in shape: {0} and {1}"), plane.shape, out.shape)
    if out.strides[1] != 1 or not out.flags.writeable or np.may_share_memory(plane, out):
        raise FrameError(gettext_noop("the plane to write to must be writable, gapless and another one"))
    matrix = np.ascontiguousarray(rotation, np.float64)
    if matrix.shape != (3, 3) or not np.allclose(matrix @ matrix.T, np.eye(3), atol=ROUNDING):
        raise FrameError(gettext_noop("a rotation is an orthonormal matrix of 3x3 numbers"))
    error = lib.vr_sphere_turn(
        ffi.cast("uint8_t *", out.ctypes.data),
        out.strides[0],
        ffi.cast("const uint8_t *", plane.ctypes.data),
        plane.strides[0],
        plane.shape[1],
        plane.shape[0],
        ffi.from_buffer("double[]", matrix),
        SIMD_LEVELS[simd],
    )
    if error == lib.VR_ERR_MEMORY:
        raise CodecMemoryError(gettext_noop("out of memory"))
    if error == lib.VR_ERR_SIMD:
        raise MachineError(gettext_noop("this machine does not have {0}"), simd)
    if error:
        raise FrameError(gettext_noop("a plane of {0} is too small to be turned"), plane.shape)
    return out


def _check(plane: Plane, name: str) -> Plane:
    if not isinstance(plane, np.ndarray) or plane.dtype != np.uint8:
        raise FrameTypeError(gettext_noop("{0} must be a NumPy array of uint8"), name)
    if plane.ndim != 2:
        raise FrameError(gettext_noop("{0} must have two dimensions (height, width), not shape {1}"), name, plane.shape)
    return plane
