"""How a camera turned, picture by picture."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streaming.library.steady.rotation import Matrix, angle_of


@dataclass(frozen=True)
class Track:
    """`quaternions`: w, x, y, z of each picture of the constant rate, in order. What direction d of the steady picture
    shows is what direction `rotation(i) * d` of picture i shows."""

    quaternions: NDArray[np.float64]

    @classmethod
    def of(cls, rotations: Sequence[Matrix]) -> "Track":
        return cls(np.array([_quaternion(rotation) for rotation in rotations]))

    def __len__(self) -> int:
        return len(self.quaternions)

    def rotation(self, picture: int) -> Matrix:
        """The last one holds for what comes after it: a file may end a picture sooner than its index says."""
        w, x, y, z = self.quaternions[min(picture, len(self) - 1)]
        return np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
            ]
        )

    def speed(self, fps: float) -> float:
        """Degrees a second: so fast or slower for half of the time."""
        steps = [angle_of(self.rotation(i).T @ self.rotation(i + 1)) for i in range(len(self) - 1)]
        return math.degrees(float(np.median(steps))) * fps if steps else 0.0

    @property
    def reach(self) -> float:
        """Degrees: the farthest from how a shot began."""
        return math.degrees(max(angle_of(self.rotation(i)) for i in range(len(self))))

    def to_bytes(self) -> bytes:
        """16 bytes a picture, before packing."""
        out = io.BytesIO()
        np.savez_compressed(out, quaternions=self.quaternions.astype(np.float32))
        return out.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Track":
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            quaternions = stored["quaternions"].astype(np.float64)
        return cls(quaternions / np.linalg.norm(quaternions, axis=1, keepdims=True))


def _quaternion(rotation: Matrix) -> NDArray[np.float64]:
    """By the largest of the four, which is never small (Shepperd 1978)."""
    trace = float(np.trace(rotation))
    doubled = np.array([trace, *rotation.diagonal()])
    largest = int(doubled.argmax())
    r = rotation
    odd = np.array([r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]])
    if largest == 0:
        found = np.array([1 + trace, *odd])
    else:
        i = largest - 1
        found = np.empty(4)
        found[0] = odd[i]
        found[1:] = r[:, i] + r[i, :]
        found[1 + i] = 1 + 2 * r[i, i] - trace
    unit: NDArray[np.float64] = found / np.linalg.norm(found)
    return unit
