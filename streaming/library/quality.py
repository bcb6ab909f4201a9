"""How far a rendition is from its source: PSNR, and WS-PSNR on the sphere, both of luma.

WS-PSNR: Sun, Lu, Yu, "Weighted-to-Spherically-Uniform Quality Evaluation for Omnidirectional Video", IEEE SPL 2017:
each row of an equirectangular picture weighs as much as its part of the sphere, cos of its latitude.
"""

import math

import numpy as np
from numpy.typing import NDArray

PEAK = 255.0
# Rows compared at a time, so that the differences stay in the cache.
BLOCK_BYTES = 1 << 18
# PSNR of identical pictures would be infinite; JSON and people are better served by a ceiling.
MAX_PSNR = 100.0


def row_weights(height: int, projection: str, stereo: str) -> NDArray[np.float64]:
    """Weight of each row, mean 1; all 1 for a flat picture. Top-bottom stereo has a sphere in each half."""
    if projection != "equirectangular":
        return np.ones(height)
    eye = height // 2 if stereo == "top-bottom" else height
    latitude = (np.arange(eye) + 0.5 - eye / 2) * math.pi / eye
    weights = np.resize(np.cos(latitude), height)
    return np.asarray(weights / weights.mean())


class ErrorMeter:
    """Squared luma errors of pictures of one size (bytes, height x width)."""

    def __init__(self, width: int, height: int, projection: str = "flat", stereo: str = "mono") -> None:
        self.shape = (height, width)
        self.weights = row_weights(height, projection, stereo)
        self._rows = max(1, BLOCK_BYTES // width)
        self._difference = np.empty((self._rows, width), np.float32)

    def compare(self, source: NDArray[np.uint8], coded: NDArray[np.uint8]) -> tuple[float, float]:
        """Sum of squared errors, plain and weighted. Raises ValueError for another size."""
        if source.shape != self.shape or coded.shape != self.shape:
            raise ValueError(f"pictures of {source.shape} and {coded.shape}, expected {self.shape}")
        by_row = np.empty(self.shape[0])
        for top in range(0, self.shape[0], self._rows):
            bottom = min(top + self._rows, self.shape[0])
            difference = self._difference[: bottom - top]
            np.subtract(source[top:bottom], coded[top:bottom], out=difference, dtype=np.float32)
            by_row[top:bottom] = np.einsum("ij,ij->i", difference, difference)
        return float(by_row.sum()), float(by_row @ self.weights)


def psnr(squared_error: float, samples: int) -> float:
    """Decibels for a sum of squared errors over `samples` 8-bit samples."""
    if samples <= 0:
        raise ValueError("PSNR of no samples")
    if squared_error <= 0:
        return MAX_PSNR
    return min(MAX_PSNR, 10 * math.log10(PEAK * PEAK * samples / squared_error))
