"""A scenario definition in memory. Conditions, effects and measures stay small mappings, as the schema describes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Text = Mapping[str, str]
Condition = Mapping[str, Any] | list[Any]
Effect = Mapping[str, Any]
LANGUAGES = ("zh-hans", "en")
MODES = ("guided", "practice", "exam")
# Addresses beside the scenarios' own (/scenarios/<id>/ and /scenarios/editor/<id>/): no scenario can be called so.
RESERVED_IDS = frozenset({"api", "editor", "join", "new", "runs", "training"})

# What the run itself notes; an objective or a condition may name these besides the scenario's own actions.
MACHINE_FACTS = frozenset(
    {
        "start",
        "compressions.start",
        "compressions.resume",
        "compressions.while_pulse",
        "aed.power",
        "aed.pads_on",
        "aed.pad_wrong",
        "aed.motion",
        "aed.shock_advised",
        "aed.no_shock",
        "aed.ready",
        "aed.shock",
        "aed.shock_while_touched",
        "aed.disarmed",
        "aed.reanalyse",
        "rosc",
        "death",
        "tracking.lost",
        "tracking.found",
    }
)


@dataclass(frozen=True)
class Transition:
    to: str
    when: Condition
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class State:
    id: str
    title: Text
    prompts: tuple[str, ...]
    effects: tuple[Effect, ...]
    transitions: tuple[Transition, ...]
    end: str | None


@dataclass(frozen=True)
class Action:
    id: str
    label: Text
    effects: tuple[Effect, ...]
    needs: Condition | None
    roles: tuple[str, ...]
    aed: str | None
    breath: bool


@dataclass(frozen=True)
class Objective:
    """measure: one of done, count, order, avoid, compressions, pause, pads, cycle (schema)."""

    id: str
    title: Text
    weight: float
    critical: bool
    cap: float
    applies: Condition | None
    skill: str | None
    guideline: Text
    measure: Mapping[str, Any]


@dataclass(frozen=True)
class CriticalError:
    id: str
    title: Text
    when: Condition
    cap: float


@dataclass(frozen=True)
class Distractor:
    id: str
    when: Condition
    prompt: str
    effects: tuple[Effect, ...]
    modes: tuple[str, ...]


@dataclass(frozen=True)
class Mode:
    time_factor: float
    pass_mark: float


@dataclass(frozen=True)
class Definition:
    """One version of one scenario; `raw` is the document as it was read."""

    id: str
    version: int
    title: Text
    summary: Text
    profiles: tuple[str, ...]
    duration_s: float
    modes: Mapping[str, Mode]
    start: str
    states: Mapping[str, State]
    actions: Mapping[str, Action]
    prompts: Mapping[str, Mapping[str, Any]]
    distractors: tuple[Distractor, ...]
    objectives: tuple[Objective, ...]
    critical_errors: tuple[CriticalError, ...]
    roles: tuple[str, ...]
    raw: Mapping[str, Any]

    @property
    def patient(self) -> Mapping[str, Any]:
        """The first person who is a patient."""
        return next(person for person in self.raw["people"] if person["kind"] == "patient")

    @property
    def has_aed(self) -> bool:
        return any(thing["kind"] == "aed" for thing in self.raw.get("objects", ()))


def definition_from(document: Mapping[str, Any]) -> Definition:
    """The definition of a document that the schema accepts."""
    d = document
    return Definition(
        id=d["id"],
        version=d["version"],
        title=d["title"],
        summary=d["summary"],
        profiles=tuple(d["profiles"]),
        duration_s=float(d["duration_s"]),
        modes={name: Mode(m.get("time_factor", 1.0), m.get("pass_mark", 75.0)) for name, m in d["modes"].items()},
        start=d["start"],
        states={name: _state(name, s) for name, s in d["states"].items()},
        actions={name: _action(name, a) for name, a in d["actions"].items()},
        prompts=d["prompts"],
        distractors=tuple(
            Distractor(x["id"], x["when"], x["prompt"], tuple(x.get("effects", ())), tuple(x.get("modes", MODES)))
            for x in d.get("distractors", ())
        ),
        objectives=tuple(_objective(o) for o in d["objectives"]),
        critical_errors=tuple(
            CriticalError(e["id"], e["title"], e["when"], e["cap"]) for e in d.get("critical_errors", ())
        ),
        roles=tuple(role["id"] for role in d.get("roles", ())),
        raw=d,
    )


def conditions_in(condition: Condition) -> Iterator[tuple[str, Any]]:
    """Every single condition within one, as (kind, argument)."""
    if isinstance(condition, list):
        for part in condition:
            yield from conditions_in(part)
        return
    for kind, argument in condition.items():
        if kind in {"any", "all"} or kind == "not":
            yield from conditions_in(argument)
        else:
            yield kind, argument


def facts_of(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _state(name: str, s: Mapping[str, Any]) -> State:
    transitions = tuple(Transition(t["to"], t["when"], tuple(t.get("effects", ()))) for t in s.get("transitions", ()))
    return State(name, s["title"], tuple(s.get("prompts", ())), tuple(s.get("effects", ())), transitions, s.get("end"))


def _action(name: str, a: Mapping[str, Any]) -> Action:
    return Action(
        name,
        a["label"],
        tuple(a.get("effects", ())),
        a.get("needs"),
        tuple(a.get("roles", ())),
        a.get("aed"),
        bool(a.get("breath", False)),
    )


def _objective(o: Mapping[str, Any]) -> Objective:
    return Objective(
        id=o["id"],
        title=o["title"],
        weight=float(o["weight"]),
        critical=bool(o.get("critical", False)),
        cap=float(o.get("cap", 50.0)),
        applies=o.get("applies"),
        skill=o.get("skill"),
        guideline=o["guideline"],
        measure=o["measure"],
    )
