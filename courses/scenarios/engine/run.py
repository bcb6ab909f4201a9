"""One run of a scenario: a function of (definition, profile, mode, roles, seed, events) and of nothing else.

Time moves on a grid of TICK_S; events happen at their own times between the ticks. No clock is read and nothing
random is drawn but by the seed, so that the same log gives the same run, on any machine, whenever it is played again.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from courses.scenarios.aed.trainer import Phase, Trainer
from courses.scenarios.clinical.profiles import CompressionTarget, Profile, load_profile
from courses.scenarios.engine.conditions import holds
from courses.scenarios.engine.events import Event
from courses.scenarios.engine.physiology import Patient
from courses.scenarios.language.model import Action, Definition, Effect, State, Transition
from courses.scenarios.motion.compression import PAUSE_FROM_S
from courses.scenarios.rhythm.synthesis import Rhythm
from courses.scenarios.scoring.credit import compression_credit

TICK_S = 0.25
# Nobody compresses faster than this or deeper: such an event is a fault of the tracking or of somebody's script.
SHORTEST_INTERVAL_S = 0.2
DEEPEST_MM = 120.0
# Compressions at a patient with a pulse are noted once in so many seconds.
NOTE_AGAIN_S = 10.0
TIME_UP = "time_up"


class NotOffered(ValueError):
    """The scenario is not offered in that mode, by that profile, or has no such role. `code` says which."""

    def __init__(self, code: str, value: str) -> None:
        super().__init__(f"{code}: {value}")
        self.code, self.value = code, value


@dataclass(frozen=True)
class Fact:
    """Something that happened. actor and role are empty for what the run itself notes."""

    t_s: float
    name: str
    actor: str = ""
    role: str = ""


@dataclass(frozen=True)
class Pressed:
    """A compression that counted. interval_s: since the one before, None for the first."""

    t_s: float
    depth_mm: float | None
    recoil: bool | None
    interval_s: float | None
    credit: float
    source: str
    actor: str


@dataclass(frozen=True)
class Entry:
    """A line of the time line. kind: state, action, fact, prompt, aed, role, direct, refused."""

    t_s: float
    kind: str
    what: str
    actor: str = ""
    detail: str = ""


@dataclass
class Run:
    """Feed events in their order; see replay() and RunLog for events in any order."""

    definition: Definition
    mode: str
    profile_id: str
    seed: int
    roles: Mapping[str, str] = field(default_factory=dict)
    profile: Profile = field(init=False)
    patient: Patient = field(init=False)
    aed: Trainer | None = field(init=False)
    state: State = field(init=False)
    t_s: float = field(init=False, default=0.0)
    state_since_s: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        d = self.definition
        if self.mode not in d.modes:
            raise NotOffered("mode", self.mode)
        if self.profile_id not in d.profiles:
            raise NotOffered("profile", self.profile_id)
        for role in self.roles.values():
            if role not in d.roles:
                raise NotOffered("role", role)
        self.roles = dict(self.roles)
        self.profile = load_profile(self.profile_id)
        self.age_years = float(d.patient.get("age_years", 40))
        self.target: CompressionTarget = self.profile.target(self.age_years)
        self.patient = Patient.of(d.patient, self.profile, self.seed)
        start = d.patient.get("patient", {})
        wet, bare = start.get("wet_chest", False), start.get("bare_chest", False)
        self.aed = Trainer.for_patient(self.profile, self.age_years, wet=wet, bare=bare) if d.has_aed else None
        self.outcome: str | None = None
        self.facts: list[Fact] = []
        self.compressions: list[Pressed] = []
        self.timeline: list[Entry] = []
        self.critical: dict[str, float] = {}
        self.hands_off_ordered: list[tuple[float, float]] = []
        self._times: dict[str, list[float]] = {}
        self._happened: set[str] = set()
        self._ticks = 0
        self._aed_seen = (0, 0)
        self._ordered_since: float | None = None
        self._lost_since: float | None = None
        self._had_pulse = self.patient.pulse
        self._note("start")
        self._enter(d.states[d.start])

    # --- what others ask ---------------------------------------------------------------------------

    @property
    def ended(self) -> bool:
        return self.outcome is not None

    def times_of(self, fact: str) -> list[float]:
        return self._times.get(fact, [])

    def count_here(self, fact: str) -> int:
        """How often since the state was entered."""
        return sum(1 for noted in self.facts[self._facts_before :] if noted.name == fact)

    # --- time and events ---------------------------------------------------------------------------

    def advance(self, t_s: float) -> None:
        """Let the run go on until t_s. A run that is left alone ends at its duration, not a day later."""
        until = min(t_s, self.definition.duration_s)
        while not self.ended and (self._ticks + 1) * TICK_S <= until:
            self._ticks += 1
            self._tick(self._ticks * TICK_S)

    def feed(self, event: Event) -> None:
        """One event, at or after the time of the one before."""
        self.advance(event.t_s)
        if self.ended:
            self._refuse(event, "after_end")
            return
        if event.t_s > self.t_s:
            self.t_s = event.t_s
        if event.kind == "action":
            self._act(event)
        elif event.kind == "compression":
            self._press(event)
        elif event.kind == "aed":
            self._use_aed(event)
        elif event.kind == "role":
            self._take_role(event)
        elif event.kind == "direct":
            self._direct(event)
        else:
            self._track(event)
        self._collect_aed()
        self._look()

    def finish(self) -> None:
        """Nothing more will come: play to the end."""
        self.advance(self.definition.duration_s)
        if not self.ended:
            self._end(TIME_UP)

    def stop(self, t_s: float, outcome: str) -> None:
        """Somebody ends it at t_s, or nobody came back to it."""
        self.advance(t_s)
        if not self.ended:
            self._end(outcome)

    def fork(self) -> "Run":
        """The same run so far, to go another way: what is fed to one does not reach the other."""
        twin = copy.copy(self)
        twin.patient = copy.copy(self.patient)
        twin.aed = self.aed.fork() if self.aed else None
        twin.facts, twin.compressions, twin.timeline = [*self.facts], [*self.compressions], [*self.timeline]
        twin.critical, twin.hands_off_ordered = {**self.critical}, [*self.hands_off_ordered]
        twin._times = {name: [*times] for name, times in self._times.items()}
        twin._happened = {*self._happened}
        return twin

    # --- what happens ------------------------------------------------------------------------------

    def _tick(self, t_s: float) -> None:
        self.t_s = t_s
        self.patient.step(t_s, TICK_S)
        if self.aed:
            self.aed.advance(t_s, self.patient.shockable)
            self._collect_aed()
        self._watch_patient()
        self._look()
        if not self.ended and t_s >= self.definition.duration_s:
            self._end(TIME_UP)

    def _watch_patient(self) -> None:
        if self.patient.pulse and not self._had_pulse:
            self._note("rosc")
        self._had_pulse = self.patient.pulse
        if self.patient.dead and not self.times_of("death"):
            self._note("death")

    def _look(self) -> None:
        """Distractors, critical errors, and at most one transition: two states never swap for ever in one instant."""
        if self.ended:
            return
        for error in self.definition.critical_errors:
            if error.id not in self.critical and holds(error.when, self):
                self.critical[error.id] = self.t_s
                self._write("fact", f"critical.{error.id}")
        for distractor in self.definition.distractors:
            if self.mode in distractor.modes and distractor.id not in self._happened and holds(distractor.when, self):
                self._happened.add(distractor.id)
                self._show(distractor.prompt)
                self._apply(distractor.effects)
        following = next((t for t in self.state.transitions if holds(t.when, self)), None)
        if following:
            self._go(following)

    def _go(self, transition: Transition) -> None:
        self._apply(transition.effects)
        self._enter(self.definition.states[transition.to])

    def _enter(self, state: State) -> None:
        self.state = state
        self.state_since_s = self.t_s
        self._facts_before = len(self.facts)
        self._write("state", state.id)
        self.facts.append(Fact(self.t_s, f"state.{state.id}"))
        self._times.setdefault(f"state.{state.id}", []).append(self.t_s)
        self._apply(state.effects)
        for prompt in state.prompts:
            self._show(prompt)
        if state.end:
            self._end(state.end)

    def _end(self, outcome: str) -> None:
        self.outcome = outcome
        for since in (self._ordered_since, self._lost_since):
            if since is not None:
                self.hands_off_ordered.append((since, self.t_s))
        self._ordered_since = self._lost_since = None

    def _apply(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            ((name, value),) = effect.items()
            if name == "prompt":
                self._show(value)
            elif name == "fact":
                self._note(value)
            elif name == "rhythm":
                self.patient.rhythm = Rhythm(value)
            else:
                setattr(self.patient, name, value)

    def _act(self, event: Event) -> None:
        action = self.definition.actions.get(event.data["action"])
        refusal = self._refusal(action, event)
        if refusal or action is None:
            self._refuse(event, refusal or "unknown_action")
            return
        self._note(action.id, event)
        if action.breath:
            self.patient.breathe_into()
        if self.aed and action.aed == "bare_chest":
            self.aed.bare_chest(self.t_s)
        elif self.aed and action.aed == "dry_chest":
            self.aed.dry_chest(self.t_s)
        elif self.aed and action.aed == "child_pads":
            self.aed.choose_child_pads()
        self._apply(action.effects)

    def _refusal(self, action: Action | None, event: Event) -> str | None:
        if action is None:
            return "unknown_action"
        if action.roles and self.roles and self.roles.get(event.actor) not in action.roles:
            return "other_role"
        return None if action.needs is None or holds(action.needs, self) else "not_possible_now"

    def _press(self, event: Event) -> None:
        depth, recoil = event.data["depth_mm"], event.data["recoil"]
        before = self.compressions[-1].t_s if self.compressions else None
        interval = None if before is None else event.t_s - before
        if (depth is not None and not 0.0 < depth <= DEEPEST_MM) or (
            interval is not None and interval < SHORTEST_INTERVAL_S
        ):
            self._refuse(event, "impossible_motion")
            return
        goes_on = interval is not None and interval < PAUSE_FROM_S
        credit = compression_credit(self.target, depth, 60.0 / interval if interval and goes_on else None, recoil)
        pressed = Pressed(event.t_s, depth, recoil, interval, credit, event.data["source"], event.actor)
        self.compressions.append(pressed)
        if not goes_on:
            self._note("compressions.start" if before is None else "compressions.resume", event)
        self._note_while_pulse(event)
        self.patient.compress(event.t_s, credit)
        if self.aed:
            self.aed.moved(event.t_s)

    def _note_while_pulse(self, event: Event) -> None:
        noted = self.times_of("compressions.while_pulse")
        if self.patient.pulse and (not noted or event.t_s - noted[-1] > NOTE_AGAIN_S):
            self._note("compressions.while_pulse", event)

    def _use_aed(self, event: Event) -> None:
        aed, doing = self.aed, event.data["do"]
        if aed is None:
            self._refuse(event, "no_aed")
        elif doing == "power":
            aed.power(event.t_s)
        elif doing in {"touch", "clear"}:
            aed.touch(doing == "touch")
        elif doing == "pad":
            place = event.data
            aed.place_pad(event.t_s, place["pad"], place["x_m"], place["y_m"], back=place["back"])
        elif aed.press_shock(event.t_s):
            self.patient.shock(aed.shocks)
        elif aed.phase is not Phase.READY:
            self._refuse(event, "not_charged")

    def _collect_aed(self) -> None:
        """What the trainer did and said since. While it orders hands off, a pause is not the rescuer's."""
        if self.aed is None:
            return
        facts, cues = self._aed_seen
        for t_s, name in self.aed.facts[facts:]:
            self._note(name, at=t_s)
        for cue in self.aed.cues[cues:]:
            self.timeline.append(Entry(cue.t_s, "aed", cue.id))
        self._aed_seen = (len(self.aed.facts), len(self.aed.cues))
        orders = self.aed.phase in {Phase.ANALYSING, Phase.CHARGING, Phase.READY}
        if orders and self._ordered_since is None:
            self._ordered_since = self.t_s
        elif not orders and self._ordered_since is not None:
            self.hands_off_ordered.append((self._ordered_since, self.t_s))
            self._ordered_since = None

    def _track(self, event: Event) -> None:
        """While tracking is lost nobody knows whether there were compressions: the time counts neither way."""
        if event.data["lost"] and self._lost_since is None:
            self._lost_since = event.t_s
            self._note("tracking.lost", event)
        elif not event.data["lost"] and self._lost_since is not None:
            self.hands_off_ordered.append((self._lost_since, event.t_s))
            self._lost_since = None
            self._note("tracking.found", event)

    def _take_role(self, event: Event) -> None:
        """The actor takes a role; whoever had it gets the actor's old one, or none."""
        wanted, mine = event.data["role"], self.roles.get(event.actor)
        if wanted not in self.definition.roles:
            self._refuse(event, "unknown_role")
            return
        roles = {actor: role for actor, role in self.roles.items() if role != wanted and actor != event.actor}
        holder = next((actor for actor, role in self.roles.items() if role == wanted), event.actor)
        if holder != event.actor and mine is not None:
            roles[holder] = mine
        self.roles = {**roles, event.actor: wanted}
        self.timeline.append(Entry(event.t_s, "role", wanted, event.actor))

    def _direct(self, event: Event) -> None:
        """An instructor changes a vital sign, lets a distractor happen, or goes to a state."""
        doing = event.data["do"]
        if doing == "effect":
            ((name, value),) = event.data["effect"].items()
            if name == "prompt" and value not in self.definition.prompts:
                self._refuse(event, "unknown_prompt")
                return
            self.timeline.append(Entry(event.t_s, "direct", name, event.actor, _plain(value)))
            self._apply((event.data["effect"],))
        elif doing == "state":
            if event.data["to"] not in self.definition.states:
                self._refuse(event, "unknown_state")
                return
            self.timeline.append(Entry(event.t_s, "direct", "state", event.actor, event.data["to"]))
            self._enter(self.definition.states[event.data["to"]])
        else:
            found = next((d for d in self.definition.distractors if d.id == event.data["id"]), None)
            if found is None:
                self._refuse(event, "unknown_distractor")
                return
            self.timeline.append(Entry(event.t_s, "direct", "distractor", event.actor, found.id))
            self._happened.add(found.id)
            self._show(found.prompt)
            self._apply(found.effects)

    # --- what is written down ----------------------------------------------------------------------

    def _note(self, name: str, event: Event | None = None, at: float | None = None) -> None:
        t_s = self.t_s if at is None else at
        actor = event.actor if event else ""
        self.facts.append(Fact(t_s, name, actor, self.roles.get(actor, "")))
        self._times.setdefault(name, []).append(t_s)
        self.timeline.append(Entry(t_s, "action" if name in self.definition.actions else "fact", name, actor))

    def _write(self, kind: str, what: str) -> None:
        self.timeline.append(Entry(self.t_s, kind, what))

    def _show(self, prompt: str) -> None:
        if self.mode in self.definition.prompts[prompt].get("modes", (self.mode,)):
            self._write("prompt", prompt)

    def _refuse(self, event: Event, why: str) -> None:
        what: Any = event.data.get("action") or event.data.get("do") or event.kind
        self.timeline.append(Entry(event.t_s, "refused", str(what), event.actor, why))


def _plain(value: Any) -> str:
    """A value of an effect as the time line shows it, the same in every language of programming."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else f"{value:g}"
