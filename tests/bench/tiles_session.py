"""Somebody watches a tiled title over a link: the player's own decisions, a simulated network and decoder.

The decisions are the JavaScript modules of the player, in a Node process that lives as long as the session
(`tiles_client.mjs`). Around them time is simulated in steps of 10 ms:

link      One connection. Requests wait one round trip, then share the bandwidth of the trace equally. Each costs
          `REQUEST_BYTES` besides its body. Slow start is left out: the connection is warm and never idle for long.
decoder   What is appended is there `APPEND_SECONDS` later (merging, muxing, appending). The decoder reads `READ_AHEAD`
          before what it shows: from then on a segment stays as it is. One that comes too late stalls the video until it
          is there. The player leaves the margin that it has in browsers other than Firefox (source-tiled.js).
head      A trace, 60 directions a second, on the clock of the wall.
"""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.bench.head_traces import Trace
from tests.bench.tiles_title import FPS

STEP = 0.01
DECIDE_EVERY = 5
ROUND_TRIP = 0.04
REQUEST_BYTES = 250
APPEND_SECONDS = 0.05
READ_AHEAD = 4 / FPS
MARGIN = 0.1 + READ_AHEAD
# Moments are noted 20 times a second; every third is compared with the source. So pictures from all places of a segment
# are: those that begin one, which are better than the others, no more often than they are seen (one in twenty; every
# fifth of a second would meet them at one in five).
MOMENT_SECONDS = 0.05
MOMENTS_PER_SAMPLE = 3

# Seconds -> kbit/s.
Bandwidth = Callable[[float], float]
BANDWIDTHS: dict[str, Bandwidth] = {}


def bandwidth(name: str) -> Callable[[Bandwidth], Bandwidth]:
    def keep(function: Bandwidth) -> Bandwidth:
        BANDWIDTHS[name] = function
        return function

    return keep


@bandwidth("steady25")
def _steady(seconds: float) -> float:
    """A hospital's wireless network that is not busy."""
    return 25_000


@bandwidth("wave18")
def _wave(seconds: float) -> float:
    """18 Mbit/s in the mean, 10 to 26, as others come and go."""
    return 18_000 + 8_000 * float(np.sin(2 * np.pi * seconds / 11))


@bandwidth("drops")
def _drops(seconds: float) -> float:
    """25 Mbit/s, and every 20 seconds three of 4 Mbit/s."""
    return 4_000 if seconds % 20 > 17 else 25_000


@dataclass
class Request:
    """A request on the link: bytes still to come, and when the first of them can."""

    id: int
    left: float
    since: float


class Link:
    """Requests that share one connection."""

    def __init__(self, rate: Bandwidth) -> None:
        self._rate = rate
        self.requests: list[Request] = []
        self.bytes = 0.0

    def ask(self, id: int, size: int, now: float) -> None:
        self.requests.append(Request(id, size + REQUEST_BYTES, now + ROUND_TRIP))

    def cancel(self, id: int) -> None:
        self.requests = [request for request in self.requests if request.id != id]

    def step(self, now: float) -> tuple[float, list[int]]:
        """What comes in a step that ends at `now`: bytes, and the requests that are complete."""
        room, came, done = self._rate(now) * 1000 / 8 * STEP, 0.0, []
        while room > 1e-6:
            active = [request for request in self.requests if request.since <= now and request.left > 0]
            if not active:
                break
            share = min(min(request.left for request in active), room / len(active))
            for request in active:
                request.left -= share
            room -= share * len(active)
            came += share * len(active)
        for request in list(self.requests):
            if request.left <= 1e-6:
                done.append(request.id)
                self.requests.remove(request)
        self.bytes += came
        return came, done


class Player:
    """The player's decisions, asked over a pipe."""

    def __init__(self, index: dict[str, Any], options: dict[str, Any]) -> None:
        self._node = subprocess.Popen(
            ["node", str(Path(__file__).with_name("tiles_client.mjs"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.tiles = self._ask({"index": index, "options": options})["tiles"]

    def tell(self, **what: Any) -> list[dict[str, Any]]:
        actions: list[dict[str, Any]] = self._ask(what)["actions"]
        return actions

    def _ask(self, what: dict[str, Any]) -> dict[str, Any]:
        assert self._node.stdin and self._node.stdout
        self._node.stdin.write(json.dumps(what) + "\n")
        self._node.stdin.flush()
        line = self._node.stdout.readline()
        if not line:
            raise RuntimeError(f"the player's decisions ended with code {self._node.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        assert self._node.stdin
        self._node.stdin.close()
        self._node.wait()


@dataclass(frozen=True)
class Moment:
    """What is on screen at a moment: wall and media time in seconds, the head, the tiles' qualities."""

    wall: float
    media: float
    yaw: float
    pitch: float
    picks: npt.NDArray[np.int8]


@dataclass(frozen=True)
class Shown:
    """A segment as given to the decoder: the quality of each tile, and 1 where it went on from the one before."""

    segment: int
    picks: npt.NDArray[np.int8]
    continued: npt.NDArray[np.int8]


@dataclass
class Watched:
    """A whole session."""

    moments: list[Moment] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    bytes: float = 0.0
    seconds: float = 0.0
    stall_seconds: float = 0.0
    start_seconds: float = 0.0

    @property
    def kbps(self) -> float:
        """Everything that came over the link, by the seconds that were played."""
        return self.bytes * 8 / self.seconds / 1000


class _Screen:
    """The decoder: what was appended, what of it plays."""

    def __init__(self, starts: list[float]) -> None:
        self._starts = starts
        self._waiting: list[tuple[float, int, npt.NDArray[np.int8]]] = []
        self._there: dict[int, npt.NDArray[np.int8]] = {}
        self._read: dict[int, npt.NDArray[np.int8]] = {}
        self.playing: npt.NDArray[np.int8] | None = None

    def append(self, now: float, segment: int, picks: npt.NDArray[np.int8]) -> None:
        self._waiting.append((now + APPEND_SECONDS, segment, picks))

    def settle(self, now: float) -> None:
        for entry in [entry for entry in self._waiting if entry[0] <= now]:
            self._there[entry[1]] = entry[2]
            # Given again while it stands: the player has it decoded anew.
            if entry[1] in self._read:
                self._read[entry[1]] = entry[2]
            self._waiting.remove(entry)

    def enter(self, media: float) -> bool:
        """Whether the segment of a media time can play. What the decoder reads from here on stays as it is."""
        ahead = self._segment_at(media + READ_AHEAD)
        if ahead not in self._read and ahead in self._there:
            self._read[ahead] = self._there[ahead]
        segment = self._segment_at(media)
        if segment not in self._read:
            return False
        self.playing = self._read[segment]
        return True

    def _segment_at(self, media: float) -> int:
        return int(np.searchsorted(self._starts, media + 1e-6, side="right")) - 1


def watch(index: dict[str, Any], trace: Trace, rate: Bandwidth, seconds: float, **options: Any) -> Watched:
    """Play `seconds` of a title from its beginning. options: those of `Scheduler` (capKbps, regions, crowd ...)."""
    player = Player(index, {"margin": MARGIN, **options})
    try:
        return _play(player, index, trace, rate, seconds)
    finally:
        player.close()


def _play(player: Player, index: dict[str, Any], trace: Trace, rate: Bandwidth, seconds: float) -> Watched:
    tick = index["ticks"] / index["timescale"]
    screen = _Screen([segment["frame"] * tick for segment in index["segments"]])
    link, watched = Link(rate), Watched()
    events: list[tuple[str, Any, float]] = []
    media, running, step, next_sample = 0.0, False, 0, 0.0
    while media < seconds - 1e-9:
        now = step * STEP
        came, done = link.step(now)
        if came:
            events.append(("received", came, now))
        events += [("arrived", id, now) for id in done]
        screen.settle(now)
        running = screen.enter(media)
        if done or step % DECIDE_EVERY == 0:
            actions = player.tell(
                now=now, look=trace.at(now), hurry=True, playhead=[media, 1 if running else 0, False], events=events
            )
            events = []
            for action in actions:
                if action["type"] == "fetch":
                    link.ask(action["id"], action["bytes"], now)
                    events.append(("started", action["id"], now))
                elif action["type"] == "cancel":
                    link.cancel(action["id"])
                else:
                    picks, continued = (np.array(action[key], np.int8) for key in ("picks", "continued"))
                    screen.append(now, action["segment"], picks)
                    if watched.shown and watched.shown[-1].segment == action["segment"]:
                        watched.shown.pop()
                    watched.shown.append(Shown(action["segment"], picks, continued))
        if running:
            if media >= next_sample - 1e-9:
                watched.moments.append(Moment(now, media, *trace.at(now), screen.playing))
                next_sample += MOMENT_SECONDS
            media += STEP
        elif media == 0:
            watched.start_seconds = now
        else:
            watched.stall_seconds += STEP
        if now > 4 * seconds + 30:
            raise RuntimeError(f"after {now:.0f} s only {media:.1f} s have played")
        step += 1
    watched.bytes, watched.seconds = link.bytes, media
    return watched
