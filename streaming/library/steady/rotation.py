"""Rotations of the sphere. Directions: x right, y up, z ahead, as in `codec_native.sphere`."""

import math

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]


def by_vector(vector: Vector) -> Matrix:
    """The rotation about an axis by its length in radians (Rodrigues)."""
    x, y, z = vector
    angle = math.sqrt(x * x + y * y + z * z)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    if angle < 1e-9:
        return np.eye(3) + cross
    return np.eye(3) + math.sin(angle) / angle * cross + (1 - math.cos(angle)) / angle**2 * cross @ cross


def angle_of(rotation: Matrix) -> float:
    """Radians, 0 to pi; exact for small ones too, where the trace alone is not."""
    axis = np.array([rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0], rotation[1, 0] - rotation[0, 1]])
    return math.atan2(float(np.linalg.norm(axis)), float(np.trace(rotation)) - 1)


def orthonormal(rotation: Matrix) -> Matrix:
    """The nearest rotation: products of many rotations drift away from being one."""
    left, _, right = np.linalg.svd(rotation)
    nearest: Matrix = left @ right
    return nearest
