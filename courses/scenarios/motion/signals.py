"""Published test signals: chests that are pressed in a known way, seen by a controller, a hand, a phone or a sensor.

python -m courses.scenarios.motion.signals --source phone --seed 3 --out phone.csv   writes the recording, and next to
it phone.truth.json with the compressions that are in it. The accuracy of docs/motion.md is measured on these.
recordings/ holds one of each source, as made with `--seconds 20` and the other defaults.
"""

import argparse
import csv
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from courses.scenarios.motion.sources import Source

Array = NDArray[np.float64]
FINE_HZ = 960
GRAVITY = 9.81
# A phone's accelerometer passes little above this.
PHONE_BANDWIDTH_HZ = 20.0


@dataclass(frozen=True)
class Pressing:
    """How the chest is pressed. rate and depth scatter from compression to compression by the share `scatter`.

    push_share: part of a period that goes down. lean_mm: what every release leaves out. pauses: (from, to) in seconds.
    """

    seconds: float = 60.0
    rate_cpm: float = 110.0
    depth_mm: float = 54.0
    scatter: float = 0.04
    push_share: float = 0.45
    lean_mm: float = 0.0
    lead_s: float = 1.5
    pauses: tuple[tuple[float, float], ...] = ((18.0, 24.0), (40.0, 47.0))


@dataclass(frozen=True)
class Seeing:
    """How it is seen: samples per second, noise (mm, or m/s^2 for a phone), share dropped, tilt of the phone."""

    source: Source
    rate_hz: float = 72.0
    noise: float = 1.0
    dropped: float = 0.0
    tilt_deg: float = 0.0
    gravity: bool = True


ISSUE_SIGNALS: dict[Source, Seeing] = {
    Source.CONTROLLER: Seeing(Source.CONTROLLER, rate_hz=72.0, noise=1.0),
    Source.HAND: Seeing(Source.HAND, rate_hz=60.0, noise=3.0, dropped=0.1),
    Source.PHONE: Seeing(Source.PHONE, rate_hz=60.0, noise=0.15, tilt_deg=10.0),
    Source.SENSOR: Seeing(Source.SENSOR, rate_hz=100.0, noise=0.3),
}


@dataclass(frozen=True)
class Signal:
    """samples: rows of t_s, x, y, z. truth: (t_s of the bottom, depth in mm, released fully) of each compression."""

    samples: Array
    truth: tuple[tuple[float, float, bool], ...]

    @property
    def rate_cpm(self) -> float:
        gaps = np.diff([t for t, _, _ in self.truth])
        return float(60.0 / gaps[gaps < 1.5].mean())

    def write(self, path: Path) -> None:
        """The recording as CSV, and the truth next to it."""
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["t_s", "x", "y", "z"])
            writer.writerows([[f"{value:.6f}" for value in row] for row in self.samples])
        truth = [{"t_s": round(t, 4), "depth_mm": round(d, 3), "recoil": r} for t, d, r in self.truth]
        path.with_suffix(".truth.json").write_text(json.dumps({"rate_cpm": self.rate_cpm, "compressions": truth}))


def press(pressing: Pressing, rng: np.random.Generator) -> tuple[Array, Array, tuple[tuple[float, float, bool], ...]]:
    """Times, height of the chest in mm (rest is 0) on a fine grid, and the truth."""
    t = np.arange(0.0, pressing.seconds, 1.0 / FINE_HZ)
    height = np.zeros_like(t)
    truth: list[tuple[float, float, bool]] = []
    start, lean = pressing.lead_s, 0.0
    while True:
        pause = next((p for p in pressing.pauses if p[0] <= start < p[1]), None)
        if pause:
            start = pause[1]
            continue
        period = 60.0 / (pressing.rate_cpm * (1.0 + pressing.scatter * rng.standard_normal()))
        if start + period > pressing.seconds - 0.5:
            return t, height, tuple(truth)
        depth = pressing.depth_mm * (1.0 + 1.5 * pressing.scatter * rng.standard_normal())
        here = (t >= start) & (t < start + period)
        phase = (t[here] - start) / period
        down = 0.5 - 0.5 * np.cos(np.pi * np.minimum(phase / pressing.push_share, 1.0))
        rise = np.maximum(phase - pressing.push_share, 0.0) / (1.0 - pressing.push_share)
        up = 0.5 - 0.5 * np.cos(np.pi * rise)
        height[here] = -lean - (depth - lean) * down + (depth - pressing.lean_mm) * up
        lean = pressing.lean_mm
        height[t >= start + period] = -lean
        truth.append((start + pressing.push_share * period, depth, lean <= 5.0))
        start += period


def record(pressing: Pressing, seeing: Seeing, seed: int) -> Signal:
    """The same seed gives the same recording."""
    rng = np.random.default_rng(seed)
    t, height, truth = press(pressing, rng)
    times = np.arange(0.0, pressing.seconds - 0.1, 1.0 / seeing.rate_hz)
    seen = (
        _phone(t, height, times, seeing, rng)
        if seeing.source is Source.PHONE
        else _place(t, height, times, seeing, rng)
    )
    kept = rng.random(len(times)) >= seeing.dropped
    return Signal(np.column_stack([times, seen])[kept], truth)


def _place(t: Array, height: Array, times: Array, seeing: Seeing, rng: np.random.Generator) -> Array:
    y = np.interp(times, t, height) / 1000.0
    place = np.column_stack([np.full_like(y, 0.05), 0.85 + y, np.full_like(y, -0.3)])
    return place + seeing.noise / 1000.0 * rng.standard_normal(place.shape)


def _phone(t: Array, height: Array, times: Array, seeing: Seeing, rng: np.random.Generator) -> Array:
    frequency = np.fft.rfftfreq(len(t), 1.0 / FINE_HZ)
    passed = np.fft.rfft(height / 1000.0) / (1.0 + (frequency / PHONE_BANDWIDTH_HZ) ** 4)
    vertical = np.interp(times, t, np.fft.irfft(-passed * (2 * np.pi * frequency) ** 2, len(t)))
    vertical += GRAVITY if seeing.gravity else 0.0
    tilt = np.radians(seeing.tilt_deg)
    along = np.array([np.sin(tilt) * 0.6, np.sin(tilt) * 0.8, np.cos(tilt)])
    bias = 0.05 * rng.standard_normal(3)
    return np.outer(vertical, along) + bias + seeing.noise * rng.standard_normal((len(times), 3))


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a test signal and what is in it.")
    parser.add_argument("--source", choices=[source.value for source in Source], required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=110.0)
    parser.add_argument("--depth", type=float, default=54.0)
    parser.add_argument("--lean", type=float, default=0.0)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    pressing = Pressing(given.seconds, rate_cpm=given.rate, depth_mm=given.depth, lean_mm=given.lean)
    seeing = ISSUE_SIGNALS[Source(given.source)]
    record(pressing, seeing, given.seed).write(given.out)
    print(json.dumps({"pressing": asdict(pressing), "seeing": asdict(seeing)}))


if __name__ == "__main__":
    main()
