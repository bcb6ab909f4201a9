"""A meter for any source, and the measurement of a recorded file."""

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from courses.scenarios.motion.acceleration import AccelerationMeter
from courses.scenarios.motion.calibration import Calibration
from courses.scenarios.motion.compression import Compression, CompressionSummary, summarise
from courses.scenarios.motion.position import PositionMeter
from courses.scenarios.motion.sources import HONESTY, Honesty, Source

COLUMNS = ("t_s", "x", "y", "z")
Sample = tuple[float, float, float, float]


class BadSignal(ValueError):
    """A recording that cannot be read. `code` names what is wrong, `line` where (1 is the heading)."""

    def __init__(self, code: str, line: int = 0, value: str = "") -> None:
        super().__init__(f"{code} at line {line}: {value}")
        self.code, self.line, self.value = code, line, value


class MotionMeter:
    """Feed samples (t_s, x, y, z) of one source in order of time; collect compressions.

    Units: metres with y upwards for controller, hand and sensor; m/s^2 along the phone's own axes for the phone.
    """

    def __init__(self, source: Source, calibration: Calibration | None = None) -> None:
        self.source = source
        self._phone = AccelerationMeter() if source is Source.PHONE else None
        self._position = None if source is Source.PHONE else PositionMeter(source, calibration)

    @property
    def honesty(self) -> Honesty:
        return HONESTY[self.source]

    def add(self, sample: Sample) -> list[Compression]:
        t_s, x, y, z = sample
        if self._phone:
            return self._phone.add(t_s, (x, y, z))
        assert self._position is not None
        found = self._position.add(t_s, 1000.0 * y, 1000.0 * x, 1000.0 * z)
        return [found] if found else []

    def finish(self) -> list[Compression]:
        if self._phone:
            return self._phone.finish()
        assert self._position is not None
        last = self._position.finish()
        return [last] if last else []


@dataclass(frozen=True)
class Measurement:
    source: Source
    compressions: tuple[Compression, ...]
    summary: CompressionSummary

    @property
    def honesty(self) -> Honesty:
        return HONESTY[self.source]


def measure(samples: Iterable[Sample], source: Source, calibration: Calibration | None = None) -> Measurement:
    """Everything that a recording of one source holds."""
    meter = MotionMeter(source, calibration)
    found: list[Compression] = []
    start = end = None
    for sample in samples:
        start = sample[0] if start is None else start
        end = sample[0]
        found += meter.add(sample)
    found += meter.finish()
    return Measurement(source, tuple(found), summarise(found, start or 0.0, end or 0.0))


def read_csv(path: Path) -> list[Sample]:
    """Samples of a recording. A row whose values are empty or nan is a moment in which tracking was lost: left out.

    Raises BadSignal (missing columns, not a number, time that does not move on, fewer than two samples).
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if not set(COLUMNS) <= {name.strip() for name in rows.fieldnames or ()}:
            raise BadSignal("columns", 1, ", ".join(rows.fieldnames or ()))
        samples: list[Sample] = []
        for row in rows:
            sample = _sample({(name or "").strip(): value for name, value in row.items()}, rows.line_num)
            if sample is None:
                continue
            if samples and sample[0] <= samples[-1][0]:
                raise BadSignal("time", rows.line_num, str(sample[0]))
            samples.append(sample)
    if len(samples) < 2:
        raise BadSignal("empty")
    return samples


def measure_csv(path: Path, source: Source, calibration: Calibration | None = None) -> Measurement:
    return measure(read_csv(path), source, calibration)


def _sample(row: dict[str, str | None], line: int) -> Sample | None:
    values = []
    for name in COLUMNS:
        text = (row.get(name) or "").strip()
        try:
            values.append(float(text) if text else math.nan)
        except ValueError as wrong:
            raise BadSignal("number", line, text) from wrong
    if any(math.isinf(value) for value in values):
        raise BadSignal("number", line, "inf")
    return None if any(math.isnan(value) for value in values) else (values[0], values[1], values[2], values[3])
