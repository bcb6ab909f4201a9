"""Compressions from heights: controller, tracked hand, manikin sensor.

One sample in, at most one compression out, so that the browser can run the same lines while somebody compresses.
Turning points are found with hysteresis on a lightly smoothed height; their exact height and time come from a parabola
fitted to the raw samples around them, which needs no even spacing and therefore bears dropped samples.
"""

from collections import deque
from dataclasses import dataclass

from courses.scenarios.motion.calibration import Calibration
from courses.scenarios.motion.compression import Compression
from courses.scenarios.motion.fit import median, parabola_vertex
from courses.scenarios.motion.sources import HONESTY, Source

# Our own tolerance (clinical profile: lean_mm_max); half a centimetre left on the chest is a release not finished.
LEAN_TOLERANCE_MM = 5.0
# Less than this is a hand that trembles, more is a hand that left the chest.
SMALLEST_STROKE_MM = 15.0
LARGEST_STROKE_MM = 120.0
LOST_AFTER_S = 0.4


@dataclass(frozen=True)
class Tuning:
    """hysteresis_mm: a turn counts once the height came back this far. window_s: half width of the parabola fit.

    smoothing_s: time constant of the smoothed height. quiet_mm: spread below which a hand counts as resting.
    """

    hysteresis_mm: float
    window_s: float
    smoothing_s: float
    quiet_mm: float


TUNING: dict[Source, Tuning] = {
    Source.CONTROLLER: Tuning(hysteresis_mm=9.0, window_s=0.085, smoothing_s=0.012, quiet_mm=6.0),
    Source.HAND: Tuning(hysteresis_mm=13.0, window_s=0.12, smoothing_s=0.03, quiet_mm=14.0),
    Source.SENSOR: Tuning(hysteresis_mm=6.0, window_s=0.06, smoothing_s=0.008, quiet_mm=3.0),
}


@dataclass(frozen=True)
class _Turn:
    t_s: float
    height_mm: float


class PositionMeter:
    """Feed samples in order of time; collect compressions.

    Without a calibration the meter takes the height at which the hand rests before it starts, or else the level that
    the hand comes back to.
    """

    def __init__(self, source: Source, calibration: Calibration | None = None) -> None:
        self._tuning = TUNING[source]
        self._judges_lean = HONESTY[source].lean
        self.rest_mm = calibration.rest_mm if calibration else None
        self._site = calibration
        self._aside = self._low_aside = (0.0, 0.0)
        self._buffer: deque[tuple[float, float]] = deque()
        self._tops: deque[float] = deque(maxlen=5)
        self._smooth: float | None = None
        self._last_s = float("-inf")
        self._direction = 0
        self._high = self._low = (0.0, 0.0)
        self._top: _Turn | None = None
        self._bottom: _Turn | None = None

    def add(self, t_s: float, height_mm: float, x_mm: float = 0.0, z_mm: float = 0.0) -> Compression | None:
        """One sample: seconds, millimetres upwards and aside. Samples that do not move time on are ignored."""
        if t_s <= self._last_s:
            return None
        self._aside = (x_mm, z_mm)
        if t_s - self._last_s > LOST_AFTER_S:
            self._restart(t_s, height_mm)
            return None
        gain = 1.0 - 2.718281828459045 ** (-(t_s - self._last_s) / self._tuning.smoothing_s)
        self._last_s = t_s
        self._smooth = height_mm if self._smooth is None else self._smooth + gain * (height_mm - self._smooth)
        self._remember(t_s, height_mm)
        return self._turn(t_s, self._smooth)

    def finish(self) -> Compression | None:
        """The last compression, when the samples end during its release."""
        if self._bottom is None or self._direction != 1:
            return None
        return self._complete(self._refine(self._high, top=True))

    def _restart(self, t_s: float, height_mm: float) -> None:
        """After a gap nothing is known about the turns that were missed; levels of the rest height stay."""
        self._buffer.clear()
        self._remember(t_s, height_mm)
        self._last_s, self._smooth, self._direction = t_s, height_mm, 0
        self._high = self._low = (t_s, height_mm)
        self._top = self._bottom = None

    def _remember(self, t_s: float, height_mm: float) -> None:
        self._buffer.append((t_s, height_mm))
        while self._buffer[0][0] < t_s - 2.0:
            self._buffer.popleft()

    def _turn(self, t_s: float, height: float) -> Compression | None:
        if height >= self._high[1]:
            self._high = (t_s, height)
        if height <= self._low[1]:
            self._low, self._low_aside = (t_s, height), self._aside
        if self._direction >= 0 and height < self._high[1] - self._tuning.hysteresis_mm:
            return self._turned_down(t_s, height)
        if self._direction <= 0 and height > self._low[1] + self._tuning.hysteresis_mm:
            self._turned_up(t_s, height)
        return None

    def _turned_down(self, t_s: float, height: float) -> Compression | None:
        top = self._refine(self._high, top=True)
        if self.rest_mm is None and self._bottom is None:
            self.rest_mm = self._resting_level(top)
        finished = self._complete(top) if self._bottom is not None else None
        if self._bottom is None:
            self._tops.append(top.height_mm)
        self._top, self._bottom = top, None
        self._direction, self._low = -1, (t_s, height)
        return finished

    def _turned_up(self, t_s: float, height: float) -> None:
        if self._direction < 0 and self._top is not None:
            self._bottom = self._refine(self._low, top=False)
        self._direction, self._high = 1, (t_s, height)

    def _complete(self, next_top: _Turn) -> Compression | None:
        bottom, previous = self._bottom, self._top
        self._bottom = None
        self._tops.append(next_top.height_mm)
        if bottom is None or previous is None:
            return None
        rest = self._rest_level(previous.height_mm, next_top.height_mm)
        depth = rest - bottom.height_mm
        stroke = min(previous.height_mm, rest) - bottom.height_mm
        if not stroke >= SMALLEST_STROKE_MM or depth > LARGEST_STROKE_MM:
            return None
        x_mm = self._low_aside[0] - self._site.x_mm if self._site else None
        z_mm = self._low_aside[1] - self._site.z_mm if self._site else None
        if not self._judges_lean:
            return Compression(bottom.t_s, depth, None, None, x_mm, z_mm)
        lean = max(0.0, rest - next_top.height_mm)
        return Compression(bottom.t_s, depth, lean, lean <= LEAN_TOLERANCE_MM, x_mm, z_mm)

    def _rest_level(self, previous: float, following: float) -> float:
        if self.rest_mm is not None:
            return self.rest_mm
        if len(self._tops) <= 2 and abs(previous - following) > 25.0:
            return min(previous, following)  # one of them is a hand in the air, on its way to or from the chest
        return median(tuple(self._tops))

    def _resting_level(self, top: _Turn) -> float | None:
        """Mean height of the last half second before the hand went down, if it rested there.

        The end of the stretch is where the hand left the plateau, not the highest sample, which noise moves about.
        """
        floor = top.height_mm - self._tuning.quiet_mm
        end = len(self._buffer)
        samples = list(self._buffer)
        while end > 0 and samples[end - 1][1] < floor:
            end -= 1
        # The push begins slowly: what still lies above the floor but already moves is left out.
        last = samples[end - 1][0] - 0.08 if end else 0.0
        stretch = [(t, y) for t, y in samples[:end] if last - 0.5 <= t <= last]
        if len(stretch) < 8 or stretch[-1][0] - stretch[0][0] < 0.3:
            return None
        heights = [y for _, y in stretch]
        level = sum(heights) / len(heights)
        spread = (sum((y - level) ** 2 for y in heights) / len(heights)) ** 0.5
        return level if spread < self._tuning.quiet_mm / 3 else None

    def _refine(self, turn: tuple[float, float], *, top: bool) -> _Turn:
        """The turn from the raw samples: the smoothed height lags and is flattened."""
        around = turn[0] - self._tuning.smoothing_s
        vertex = None
        for _ in range(2):
            points = [(t, y) for t, y in self._buffer if abs(t - around) <= self._tuning.window_s]
            vertex = parabola_vertex(points)
            if vertex is None:
                break
            around = vertex[0]
        if vertex is None or abs(vertex[0] - turn[0]) > 0.2:
            near = [y for t, y in self._buffer if abs(t - turn[0]) <= self._tuning.window_s / 2]
            return _Turn(turn[0], sum(near) / len(near)) if near else _Turn(*turn)
        return _Turn(*vertex)
