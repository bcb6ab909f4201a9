"""Compressions from a phone's accelerometer.

Acceleration integrated twice drifts away within a second, so nothing is integrated for longer than one compression:
between two tops the velocity must come back to where it was and the phone to its height, which gives the bias and the
starting velocity of exactly that cycle (the zero-velocity argument of Aase & Myklebust 2002, IEEE TBME 49(8)). Which
way the phone lies is not asked: the axis of motion is the direction in which the acceleration varies most.
"""

import math
from collections import deque
from itertools import pairwise

from courses.scenarios.motion.compression import Compression
from courses.scenarios.motion.position import LARGEST_STROKE_MM, SMALLEST_STROKE_MM

Vector = tuple[float, float, float]

# Corner of the high-pass that keeps the running velocity from drifting; far below 1.3 Hz, the slowest compressions.
CORNER_RAD_S = 4.0
# Faster than this the chest is on its way; 0.08 m/s is a third of the peak speed of a shallow, slow compression.
MOVING_M_S = 0.08
STARTING_M_S = 0.03
LONGEST_CYCLE_S = 1.5
LOST_AFTER_S = 0.25
# The axis is trusted after so many samples that are clearly not noise (1 s at 60 Hz).
LIVELY_M_S2 = 1.0
LIVELY_SAMPLES = 60
WAITING_SAMPLES = 4096
# A rest reading nearer to 9.8 than to 0 m/s^2 contains gravity.
GRAVITY_FROM_M_S2 = 5.0


class _Axis:
    """Mean and main direction of the acceleration so far."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = [0.0, 0.0, 0.0]
        self._products = [[0.0] * 3 for _ in range(3)]
        self.direction: Vector = (0.0, 0.0, 1.0)
        self.offset = 0.0

    def add(self, a: Vector) -> None:
        self.count += 1
        for i in range(3):
            self._sum[i] += a[i]
            for j in range(3):
                self._products[i][j] += a[i] * a[j]

    def settle(self) -> None:
        """Direction by power iteration on the covariance; upwards along gravity, or along its largest part."""
        n = self.count
        mean = [s / n for s in self._sum]
        covariance = [[self._products[i][j] / n - mean[i] * mean[j] for j in range(3)] for i in range(3)]
        largest = max(range(3), key=lambda i: covariance[i][i])
        v = list(covariance[largest])
        for _ in range(30):
            w = [sum(row[j] * v[j] for j in range(3)) for row in covariance]
            length = math.sqrt(sum(c * c for c in w)) or 1.0
            v = [c / length for c in w]
        weight = math.sqrt(sum(m * m for m in mean))
        up = sum(m * c for m, c in zip(mean, v, strict=True)) if weight > GRAVITY_FROM_M_S2 else max(v, key=abs)
        if up < 0:
            v = [-c for c in v]
        self.direction = (v[0], v[1], v[2])
        self.offset = sum(m * c for m, c in zip(mean, v, strict=True))

    def along(self, a: Vector) -> float:
        d = self.direction
        return a[0] * d[0] + a[1] * d[1] + a[2] * d[2] - self.offset


class AccelerationMeter:
    """Feed samples in order of time; collect compressions. With or without gravity, in any position of the phone."""

    def __init__(self) -> None:
        self._axis = _Axis()
        self._waiting: deque[tuple[float, Vector]] = deque(maxlen=WAITING_SAMPLES)
        self._lively = 0
        self._settled = False
        self._samples: deque[tuple[float, Vector, float]] = deque()
        self._velocity = 0.0
        self._last: tuple[float, float] | None = None
        self._direction = 0
        self._top_s: float | None = None
        self._zero_s = 0.0
        self._from_rest = False

    def add(self, t_s: float, acceleration: Vector) -> list[Compression]:
        """One sample in seconds and m/s^2 along the phone's axes."""
        if self._settled:
            self._axis.add(acceleration)
            found = self._step(t_s, acceleration)
            return [found] if found else []
        if self._waiting and t_s <= self._waiting[-1][0]:
            return []
        self._waiting.append((t_s, acceleration))
        self._axis.add(acceleration)
        if self._is_lively(acceleration):
            self._lively += 1
        return self._begin() if self._lively >= LIVELY_SAMPLES else []

    def finish(self) -> list[Compression]:
        """What still waits when the samples end."""
        found = [] if self._settled else self._begin()
        if self._last and self._top_s is not None and self._direction == 1:
            last = self._measure(self._top_s, self._last[0])
            found += [last] if last else []
        return found

    def _is_lively(self, a: Vector) -> bool:
        n = self._axis.count
        mean = self._axis._sum
        return math.sqrt(sum((a[i] - mean[i] / n) ** 2 for i in range(3))) > LIVELY_M_S2

    def _begin(self) -> list[Compression]:
        if self._axis.count < 10:
            return []
        self._axis.settle()
        self._settled = True
        found = [self._step(t_s, a) for t_s, a in self._waiting]
        self._waiting.clear()
        return [c for c in found if c]

    def _step(self, t_s: float, raw: Vector) -> Compression | None:
        a = self._axis.along(raw)
        if self._last is None or t_s - self._last[0] > LOST_AFTER_S:
            self._samples.clear()
            self._velocity, self._direction, self._top_s = 0.0, 0, None
            self._samples.append((t_s, raw, 0.0))
            self._last, self._zero_s = (t_s, a), t_s
            return None
        dt = t_s - self._last[0]
        if dt <= 0:
            return None
        before = self._velocity
        self._velocity = (before + (a + self._last[1]) / 2 * dt) * math.exp(-CORNER_RAD_S * dt)
        self._last = (t_s, a)
        self._samples.append((t_s, raw, self._velocity))
        while self._samples[0][0] < t_s - 2 * LONGEST_CYCLE_S:
            self._samples.popleft()
        return self._turn(t_s, dt, before)

    def _turn(self, t_s: float, dt: float, before: float) -> Compression | None:
        """The velocity says where the phone is: falling, at the bottom, rising, at the top."""
        v = self._velocity
        if before >= -STARTING_M_S > v:
            self._zero_s = t_s - dt * (-STARTING_M_S - v) / (before - v)
        if self._direction >= 0 and v < -MOVING_M_S:
            finished = None
            if self._top_s is not None and self._direction == 1:
                end = self._rise_ends(self._top_s) if self._from_rest else self._zero_s
                finished = self._measure(self._top_s, end)
            self._from_rest = self._direction == 0
            self._direction, self._top_s = -1, self._zero_s
            return finished
        if self._direction < 0 and v > MOVING_M_S:
            self._direction = 1
        return self._end_of_last(t_s)

    def _end_of_last(self, t_s: float) -> Compression | None:
        """A pause: the release ended and no push follows. What only looked like a push is forgotten."""
        if self._top_s is None or t_s - self._top_s <= LONGEST_CYCLE_S:
            return None
        finished = self._measure(self._top_s, self._still_from(self._top_s)) if self._direction == 1 else None
        self._direction, self._top_s = 0, None
        return finished

    def _rise_ends(self, top_s: float) -> float:
        """End of the first cycle after a rest: it began with no velocity, so the plain integral is good for so long.

        The high-pass runs ahead of the motion; between two tops of a series that cancels out, after a rest it does not.
        """
        cycle = [(t, self._axis.along(a)) for t, a, _ in self._samples if t >= top_s]
        velocity, rising = 0.0, False
        for (t0, a0), (t1, a1) in pairwise(cycle):
            velocity += (a0 + a1) / 2 * (t1 - t0)
            rising = rising or velocity > MOVING_M_S
            if rising and velocity <= 0.0:
                return t1
        return cycle[-1][0]

    def _still_from(self, top_s: float) -> float:
        """When the rise ended: the first time after the fastest rise that the velocity falls to nothing."""
        cycle = [(t, v) for t, _, v in self._samples if t >= top_s]
        fastest = max(range(len(cycle)), key=lambda i: cycle[i][1])
        return next((t for t, v in cycle[fastest:] if v <= 0.0), cycle[-1][0])

    def _measure(self, start_s: float, end_s: float) -> Compression | None:
        cycle = _between_times([(t, self._axis.along(a)) for t, a, _ in self._samples], start_s, end_s)
        if len(cycle) < 8 or not 0.2 <= end_s - start_s <= LONGEST_CYCLE_S:
            return None
        bottom_s, depth_mm = closed_cycle(cycle)
        if not SMALLEST_STROKE_MM <= depth_mm <= LARGEST_STROKE_MM:
            return None
        return Compression(bottom_s, depth_mm, None, None)


def _between_times(samples: list[tuple[float, float]], start_s: float, end_s: float) -> list[tuple[float, float]]:
    """The samples of a stretch, with its two ends interpolated: a missing end would be a push that nobody made."""
    inside = [sample for sample in samples if start_s < sample[0] < end_s]
    for (t0, a0), (t1, a1) in pairwise(samples):
        share = 1.0 / (t1 - t0)
        if t0 <= start_s < t1:
            inside.insert(0, (start_s, a0 + (a1 - a0) * (start_s - t0) * share))
        if t0 < end_s <= t1:
            inside.append((end_s, a0 + (a1 - a0) * (end_s - t0) * share))
    return inside


def closed_cycle(cycle: list[tuple[float, float]]) -> tuple[float, float]:
    """Time of the bottom and depth in millimetres of a cycle of (t_s, m/s^2) that ends where and as it began."""
    start = cycle[0][0]
    velocity = height = 0.0
    path = [(0.0, 0.0, 0.0)]
    for (t0, a0), (t1, a1) in pairwise(cycle):
        dt = t1 - t0
        height += velocity * dt + (2 * a0 + a1) * dt * dt / 6
        velocity += (a0 + a1) / 2 * dt
        path.append((t1 - start, velocity, height))
    length, end_velocity, end_height = path[-1]
    bias = end_velocity / length
    slope = (end_height - bias * length * length / 2) / length
    closed = [(u, y - bias * u * u / 2 - slope * u) for u, _, y in path]
    lowest = min(range(len(closed)), key=lambda i: closed[i][1])
    bottom_u, bottom = _between(closed, lowest)
    return start + bottom_u, 1000.0 * (max(y for _, y in closed) - bottom)


def _between(path: list[tuple[float, float]], i: int) -> tuple[float, float]:
    """The turn between three samples, by the parabola through them."""
    if not 0 < i < len(path) - 1:
        return path[i]
    (t0, y0), (t1, y1), (t2, y2) = path[i - 1], path[i], path[i + 1]
    left, right = (y1 - y0) / (t1 - t0), (y2 - y1) / (t2 - t1)
    bend = (right - left) / (t2 - t0)
    if bend <= 0:
        return path[i]
    u = (t0 + t1) / 2 - left / (2 * bend)
    return u, y1 + (u - t1) * (left + bend * (u - t0))
