"""Head traces like people's, from a seed: fixation with micro-movement, smooth pursuit, rapid turns.

    .venv/bin/python tests/bench/head_traces.py [explore|focused|restless]     prints what such a trace is like

A trace is a sequence of phases:

fixation   The head rests on something. Micro-movement is an Ornstein-Uhlenbeck process (a spring with noise): standard
           deviation 1 degree in yaw, 0.7 in pitch, correlation time 0.6 s; the head is never quite still, and what it
           does is not white noise.
pursuit    The head follows something slowly: constant speed of 5 to 25 deg/s in yaw and little in pitch, started and
           stopped over 0.3 s, with the same micro-movement on top.
turn       The head goes to another place: the minimum-jerk profile s(u) = 10 u^3 - 15 u^4 + 6 u^5 of voluntary
           movements (Flash and Hogan, J. Neurosci. 5, 1985), whose peak speed is 1.875 x amplitude / duration.
           Duration grows with amplitude, 0.25 s + 4.5 ms per degree (linear, as the main sequence of head movements:
           Zangemeister, Jones and Stark, Exp. Neurology 71, 1981): 40 degrees take 0.43 s with a peak of 174 deg/s,
           120 degrees 0.79 s with a peak of 285 deg/s.

Where to: new places are drawn around the equator (pitch with standard deviation 15 degrees: in 360-degree video people
look at the horizon most of the time, e.g. Corbillon, De Simone and Simon, MMSys 2017); most turns are short, some go
behind one's back (yaw amplitude from a log-normal of median 45 degrees, clipped to 20..160). The profiles differ in how
long people rest and how often they pursue. The numbers are ours; the shapes are the literature's.
"""

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

# Share 0..1 of a phase -> the way gone, yaw and pitch in degrees.
Path = Callable[[float], tuple[float, float]]

RATE = 60
MICRO_YAW, MICRO_PITCH, MICRO_SECONDS = 1.0, 0.7, 0.6
PITCH_SPREAD, PITCH_MOST = 15.0, 50.0


@dataclass(frozen=True)
class Profile:
    """fixation: median seconds of rest (log-normal, sigma 0.5); pursuit: share of rests that become a pursuit;
    turn: median amplitude in degrees (log-normal, sigma 0.5)."""

    fixation: float
    pursuit: float
    turn: float


PROFILES = {
    "focused": Profile(fixation=6.0, pursuit=0.3, turn=35),
    "explore": Profile(fixation=3.2, pursuit=0.35, turn=45),
    "restless": Profile(fixation=1.6, pursuit=0.25, turn=60),
}


@dataclass(frozen=True)
class Turn:
    """A rapid turn: begin and end in seconds, amplitude in degrees."""

    start: float
    end: float
    amplitude: float


@dataclass
class Trace:
    """Head direction at `RATE` samples a second: yaw (-180..180) and pitch (-90..90) in degrees."""

    name: str
    yaw: npt.NDArray[np.float64]
    pitch: npt.NDArray[np.float64]
    turns: list[Turn] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return len(self.yaw) / RATE

    def at(self, time: float) -> tuple[float, float]:
        """Direction at a time in seconds; the last one beyond the end."""
        i = min(len(self.yaw) - 1, max(0, round(time * RATE)))
        return float(self.yaw[i]), float(self.pitch[i])


def make_trace(profile: str, seconds: float, seed: int) -> Trace:
    """A trace of this length; the same arguments give the same trace. KeyError: no such profile."""
    random = np.random.default_rng([seed, sorted(PROFILES).index(profile)])
    yaw, pitch, turns = [0.0], [0.0], []
    for kind, duration, path in _phases(PROFILES[profile], random):
        count = max(1, round(duration * RATE))
        start = (len(yaw) - 1) / RATE
        begin_yaw, begin_pitch = yaw[-1], pitch[-1]
        for i in range(1, count + 1):
            across, up = path(i / count)
            yaw.append(begin_yaw + across)
            pitch.append(float(np.clip(begin_pitch + up, -PITCH_MOST, PITCH_MOST)))
        if kind == "turn":
            amplitude = math.hypot(yaw[-1] - begin_yaw, pitch[-1] - begin_pitch)
            turns.append(Turn(start, (len(yaw) - 1) / RATE, amplitude))
        if len(yaw) > seconds * RATE:
            break
    count = round(seconds * RATE)
    moved_yaw = np.array(yaw[:count]) + _micro(MICRO_YAW, count, random)
    moved_pitch = np.array(pitch[:count]) + _micro(MICRO_PITCH, count, random)
    wrapped = (moved_yaw + 180) % 360 - 180
    kept = [turn for turn in turns if turn.end < seconds]
    return Trace(f"{profile}-{seed}", wrapped, np.clip(moved_pitch, -90, 90), kept)


def _phases(profile: Profile, random: np.random.Generator) -> Iterator[tuple[str, float, Path]]:
    """Kind, seconds and path of each phase, without end."""
    pitch_now = 0.0
    while True:
        rest = float(np.clip(profile.fixation * random.lognormal(0, 0.5), 0.6, 20))
        if random.random() < profile.pursuit:
            speed = random.uniform(5, 25) * random.choice([-1, 1])
            climb = random.uniform(-2, 2)
            yield "pursuit", rest, _pursuit(speed, climb, rest)
            pitch_now = float(np.clip(pitch_now + climb * rest, -PITCH_MOST, PITCH_MOST))
        else:
            yield "fixation", rest, lambda share: (0.0, 0.0)
        across = float(np.clip(profile.turn * random.lognormal(0, 0.5), 20, 160)) * random.choice([-1, 1])
        goal = float(np.clip(random.normal(0, PITCH_SPREAD), -PITCH_MOST, PITCH_MOST))
        amplitude = math.hypot(across, goal - pitch_now)
        yield "turn", 0.25 + 0.0045 * amplitude, _turn(across, goal - pitch_now)
        pitch_now = goal


def _turn(across: float, up: float) -> Path:
    def path(share: float) -> tuple[float, float]:
        done = share**3 * (10 - 15 * share + 6 * share**2)
        return across * done, up * done

    return path


def _pursuit(speed: float, climb: float, seconds: float) -> Path:
    soft = min(0.3, seconds / 3)

    def path(share: float) -> tuple[float, float]:
        t = share * seconds
        if t < soft:
            run = t * t / (2 * soft)
        elif t > seconds - soft:
            run = seconds - soft - (seconds - t) ** 2 / (2 * soft)
        else:
            run = t - soft / 2
        return speed * run, climb * run

    return path


def _micro(spread: float, count: int, random: np.random.Generator) -> npt.NDArray[np.float64]:
    keep = math.exp(-1 / RATE / MICRO_SECONDS)
    push = random.normal(0, spread * math.sqrt(1 - keep * keep), count)
    moved, now = np.empty(count), 0.0
    for i in range(count):
        now = keep * now + push[i]
        moved[i] = now
    # A person's rest is smoother than the process: its fastest part is the neck's tremor, a few tenths of a degree.
    window = np.hanning(9) / np.hanning(9).sum()
    return np.convolve(moved, window, mode="same")


def describe(trace: Trace) -> str:
    """Speeds and turns of a trace in one line."""
    step = np.abs((np.diff(trace.yaw) + 180) % 360 - 180) * RATE
    shares = ", ".join(f"p{p} {np.percentile(step, p):.0f}" for p in (50, 90, 95, 99))
    return f"{trace.name}: {trace.seconds:.0f} s, yaw speed deg/s {shares}; {len(trace.turns)} turns"


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted(PROFILES):
        print(describe(make_trace(name, 120, 1)))
