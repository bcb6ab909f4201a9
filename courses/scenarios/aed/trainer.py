"""An AED trainer that behaves like one: it speaks, waits, watches for movement, never shocks a chest that is touched.

Time is given to it; it starts no clock. What it finds is decided by the patient's rhythm that the caller hands in.
"""

import copy
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from courses.scenarios.clinical.profiles import AedTiming, PadSite, Profile

VOICE_FILE = Path(__file__).parent / "voice.yaml"
# The charge is dropped when nobody presses the button for so long (trainers of several makers: 15 to 30 s).
DISARM_AFTER_S = 15.0
METRONOME_CPM = 110.0
# Ours analyses as long as a common model, within what the profile allows.
USUAL_ANALYSIS_S = 9.0
# "Motion detected" is said again no sooner.
WARN_AGAIN_S = 4.0


class Phase(StrEnum):
    OFF = "off"
    PADS = "pads"
    ANALYSING = "analysing"
    CHARGING = "charging"
    READY = "ready"
    CPR = "cpr"


@dataclass(frozen=True)
class Cue:
    """Something the trainer says, at a time in seconds of the run."""

    t_s: float
    id: str


@cache
def voice() -> Mapping[str, Mapping[str, Any]]:
    """Sentence of every cue in both languages, with its length in seconds."""
    sentences: Mapping[str, Mapping[str, Any]] = yaml.safe_load(VOICE_FILE.read_text(encoding="utf-8"))
    return sentences


@dataclass
class Trainer:
    """State of one trainer. Facts are what happened, for the engine: (t_s, name) such as (41.0, "aed.shock")."""

    timing: AedTiming
    sites: Mapping[str, PadSite]
    child: bool
    phase: Phase = Phase.OFF
    since_s: float = 0.0
    shocks: int = 0
    placed: set[str] = field(default_factory=set)
    bare: bool = False
    wet: bool = False
    child_pads: bool = False
    touching: bool = False
    advice: str | None = None
    cues: list[Cue] = field(default_factory=list)
    facts: list[tuple[float, str]] = field(default_factory=list)
    _still_s: float = 0.0
    _speaks_until: float = 0.0
    _waiting: deque[str] = field(default_factory=deque)
    _warned_s: float = -60.0

    @classmethod
    def for_patient(cls, profile: Profile, age_years: float, *, wet: bool = False, bare: bool = False) -> "Trainer":
        child = age_years < profile.child_pads_under_years
        return cls(profile.aed, profile.pad_sites(age_years), child, wet=wet, bare=bare)

    def fork(self) -> "Trainer":
        """The same trainer so far, to go another way."""
        twin = copy.copy(self)
        twin.placed, twin.cues, twin.facts = {*self.placed}, [*self.cues], [*self.facts]
        twin._waiting = deque(self._waiting)
        return twin

    @property
    def analyse_s(self) -> float:
        """Within the profile's range."""
        low, high = self.timing.analyse_s
        return min(max(USUAL_ANALYSIS_S, low), high)

    @property
    def charge_s(self) -> float:
        low, high = self.timing.charge_s
        return (low + high) / 2

    @property
    def metronome_cpm(self) -> float | None:
        return METRONOME_CPM if self.phase is Phase.CPR else None

    def power(self, t_s: float) -> None:
        if self.phase is Phase.OFF:
            self._enter(Phase.PADS, t_s, "aed.power")
            self._say(t_s, "power_on", "call_help", "bare_chest" if not self.bare else "attach_pads")

    def bare_chest(self, t_s: float) -> None:
        self.bare = True
        if self.phase is Phase.PADS and not self.wet:
            self._say(t_s, "attach_pads")

    def dry_chest(self, t_s: float) -> None:
        self.wet = False
        if self.phase is Phase.PADS:
            self._say(t_s, "attach_pads")

    def choose_child_pads(self) -> None:
        self.child_pads = True

    def place_pad(self, t_s: float, pad: str, x_m: float, y_m: float, *, back: bool = False) -> bool:
        """Place the pad "right" or "left" on the chest. Says what is wrong and returns False when it is."""
        if self.phase is not Phase.PADS:
            return False
        fault = self._fault(pad, x_m, y_m, back)
        if fault:
            self.facts.append((t_s, "aed.pad_wrong"))
            self._say(t_s, fault)
            return False
        self.placed.add(pad)
        if self.placed >= set(self.sites):
            self._start_analysis(t_s, "aed.pads_on")
        return True

    def press_shock(self, t_s: float) -> bool:
        """True when current flows."""
        if self.phase is not Phase.READY:
            return False
        if self.touching:
            self.facts.append((t_s, "aed.shock_while_touched"))
            self._say(t_s, "stand_clear")
            return False
        self.shocks += 1
        self._enter(Phase.CPR, t_s, "aed.shock")
        self._say(t_s, "shock_delivered")
        return True

    def touch(self, touching: bool) -> None:
        self.touching = touching

    def moved(self, t_s: float) -> None:
        """Compressions or somebody pushing the patient: an analysis starts again once it is still."""
        if self.phase is Phase.ANALYSING:
            self._still_s = t_s
            if t_s - self._warned_s > WARN_AGAIN_S:
                self._warned_s = t_s
                self.facts.append((t_s, "aed.motion"))
                self._say(t_s, "motion")

    def advance(self, t_s: float, shockable: bool) -> None:
        """Let time pass until t_s; `shockable` is the patient's rhythm now."""
        self._speak(t_s)
        if self.phase is Phase.ANALYSING:
            if self.touching:
                self.moved(t_s)
            elif t_s - self._still_s >= self.analyse_s:
                self._advise(t_s, shockable)
        elif self.phase is Phase.CHARGING and t_s - self.since_s >= self.charge_s:
            self._enter(Phase.READY, t_s, "aed.ready")
            self._say(t_s, "press_shock")
        elif self.phase is Phase.READY and t_s - self.since_s >= DISARM_AFTER_S:
            self._enter(Phase.CPR, t_s, "aed.disarmed")
            self._say(t_s, "disarmed")
        elif self.phase is Phase.CPR and t_s - self.since_s >= self.timing.cpr_cycle_s:
            self._say(t_s, "stop_for_analysis")
            self._start_analysis(t_s, "aed.reanalyse")

    def _advise(self, t_s: float, shockable: bool) -> None:
        if shockable:
            self.advice = "shock"
            self._enter(Phase.CHARGING, t_s, "aed.shock_advised")
            self._say(t_s, "shock_advised")
        else:
            self.advice = "no_shock"
            self._enter(Phase.CPR, t_s, "aed.no_shock")
            self._say(t_s, "no_shock")

    def _start_analysis(self, t_s: float, fact: str) -> None:
        self._enter(Phase.ANALYSING, t_s, fact)
        self._still_s = t_s
        self._say(t_s, "analysing")

    def _fault(self, pad: str, x_m: float, y_m: float, back: bool) -> str | None:
        if not self.bare:
            return "bare_chest"
        if self.wet:
            return "dry_chest"
        if self.child and not self.child_pads:
            return "use_child_pads"
        site = self.sites[pad]
        off = ((x_m - site.x_m) ** 2 + (y_m - site.y_m) ** 2) ** 0.5
        if back == site.back and off <= site.radius_m:
            return None
        if self.child:
            return "pad_back_wrong" if site.back else "pad_front_wrong"
        return f"pad_{pad}_wrong"

    def _enter(self, phase: Phase, t_s: float, fact: str) -> None:
        self.phase, self.since_s = phase, t_s
        self.facts.append((t_s, fact))

    def _say(self, t_s: float, *cues: str) -> None:
        """A new situation silences what has not been said yet."""
        self._waiting = deque(cues)
        self._speaks_until = min(self._speaks_until, t_s)
        self._speak(t_s)

    def _speak(self, t_s: float) -> None:
        while self._waiting and t_s >= self._speaks_until:
            cue = self._waiting.popleft()
            self.cues.append(Cue(t_s, cue))
            self._speaks_until = t_s + float(voice()[cue]["seconds"])
