"""The time line of a run: what happened when, in lanes that can be drawn or read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from courses.scenarios.aed.trainer import voice
from courses.scenarios.debrief.words import entry, joined, text
from courses.scenarios.engine.run import Entry, Pressed, Run
from courses.scenarios.language.model import LANGUAGES, Text, facts_of
from courses.scenarios.motion.compression import PAUSE_FROM_S
from courses.scenarios.scoring.score import Score

LANES = ("patient", "hands", "steps", "aed", "scene")
GOOD_FROM, BAD_BELOW = 0.8, 0.4


@dataclass(frozen=True)
class Mark:
    """One thing that happened. tone: good, warn, bad or empty. objectives: those that it decided."""

    t_s: float
    lane: str
    kind: str
    text: Text
    actor: str = ""
    tone: str = ""
    objectives: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pause:
    """A gap between compressions. counts_s: what of it was the rescuer's (not the AED's order, not lost tracking)."""

    from_s: float
    to_s: float
    counts_s: float
    too_long: bool


@dataclass(frozen=True)
class Minute:
    """What one minute of a run held. Values are None where there were no compressions or the source cannot tell."""

    minute: int
    compressions: int
    rate_cpm: float | None
    depth_mm: float | None
    recoil_share: float | None
    paused_s: float


def marks(run: Run, score: Score) -> tuple[Mark, ...]:
    """Every line of the run's time line that has words, in its order."""
    deciding = _deciding(run, score)
    found = (_mark(line, run, deciding) for line in run.timeline)
    return tuple(sorted((mark for mark in found if mark), key=lambda mark: mark.t_s))


def pauses(run: Run, score: Score) -> tuple[Pause, ...]:
    """Gaps between compressions until a pulse came back or the run ended."""
    times = [pressed.t_s for pressed in run.compressions]
    end = next((t for t in run.times_of("rosc") if times and t > times[0]), run.t_s)
    found = []
    for start, counts in score.hands.pauses:
        goes_on = next((t for t in times if t > start), end)
        found.append(Pause(start, min(goes_on, end), counts, counts > run.profile.pause_max_s))
    return tuple(found)


def minutes(run: Run, score: Score) -> tuple[Minute, ...]:
    """Compressions minute by minute, for the table and the print."""
    gaps = pauses(run, score)
    return tuple(
        _minute(number, [p for p in run.compressions if number * 60 <= p.t_s < number * 60 + 60], gaps)
        for number in range(int(run.t_s // 60) + 1)
        if number * 60 < run.t_s
    )


def rate_cpm(pressed: Pressed) -> float | None:
    """Compressions a minute by the interval to the one before; None after a pause."""
    interval = pressed.interval_s
    return 60.0 / interval if interval and interval < PAUSE_FROM_S else None


def _minute(number: int, here: list[Pressed], gaps: tuple[Pause, ...]) -> Minute:
    intervals = [b.t_s - a.t_s for a, b in pairwise(here) if b.t_s - a.t_s < PAUSE_FROM_S]
    depths = [p.depth_mm for p in here if p.depth_mm is not None]
    released = [p.recoil for p in here if p.recoil is not None]
    begin, end = number * 60.0, number * 60.0 + 60.0
    paused = sum(gap.counts_s * _share(gap, begin, end) for gap in gaps)
    return Minute(
        number + 1,
        len(here),
        60.0 * len(intervals) / sum(intervals) if intervals else None,
        sum(depths) / len(depths) if depths else None,
        sum(released) / len(released) if released else None,
        paused,
    )


def _share(gap: Pause, begin: float, end: float) -> float:
    length = gap.to_s - gap.from_s
    return max(0.0, min(gap.to_s, end) - max(gap.from_s, begin)) / length if length > 0 else 0.0


def _deciding(run: Run, score: Score) -> Mapping[tuple[float, str], list[tuple[str, float]]]:
    """Which fact at which time decided a `done` objective, and what credit it got."""
    deciding: dict[tuple[float, str], list[tuple[str, float]]] = {}
    for marked in score.objectives:
        measure = marked.objective.measure.get("done")
        if measure is None:
            continue
        begin = next(iter(run.times_of(measure.get("after", "start"))), None)
        roles = set(measure.get("by", ()))
        names = set(facts_of(measure["fact"]))
        for fact in run.facts:
            if begin is not None and fact.name in names and fact.t_s >= begin and (not roles or fact.role in roles):
                deciding.setdefault((fact.t_s, fact.name), []).append((marked.objective.id, marked.credit))
                break
    return deciding


def _mark(line: Entry, run: Run, deciding: Mapping[tuple[float, str], list[tuple[str, float]]]) -> Mark | None:
    lane, said, tone = _lane_text_tone(line, run)
    if said is None:
        return None
    decided = deciding.get((line.t_s, line.what), []) if line.kind in {"action", "fact"} else []
    if decided and not tone:
        worst = min(credit for _, credit in decided)
        tone = "good" if worst >= GOOD_FROM else "warn" if worst >= BAD_BELOW else "bad"
    return Mark(line.t_s, lane, line.kind, said, line.actor, tone, tuple(name for name, _ in decided))


def _lane_text_tone(line: Entry, run: Run) -> tuple[str, Text | None, str]:
    d = run.definition
    if line.kind == "state":
        return "scene", d.states[line.what].title, ""
    if line.kind == "action":
        return "steps", d.actions[line.what].label, ""
    if line.kind == "prompt":
        return "scene", d.prompts[line.what]["text"], ""
    if line.kind == "aed":
        return "aed", _plain(voice()[line.what]), ""
    if line.kind == "fact":
        return _fact(line.what, run)
    if line.kind == "refused":
        return "steps", joined(_doing(line.what, run), text("refusals", line.detail)), "warn"
    if line.kind == "role":
        return "scene", joined(text("doings", "role"), _named(line.what, run)), ""
    if line.kind == "direct":
        change = joined(text("changes", line.what), _named(line.detail, run))
        return "scene", joined(text("doings", "direct"), change), ""
    return "scene", None, ""


def _fact(name: str, run: Run) -> tuple[str, Text | None, str]:
    if name.startswith("critical."):
        title = next((e.title for e in run.definition.critical_errors if f"critical.{e.id}" == name), None)
        return "steps", title, "bad"
    known = entry("facts", name)
    return (str(known["lane"]), _plain(known), str(known.get("tone", ""))) if known else ("scene", None, "")


def _doing(what: str, run: Run) -> Text:
    action = run.definition.actions.get(what)
    return action.label if action else text("doings", what)


def _named(what: str, run: Run) -> Text:
    """A role's or a state's own title where it is one, a word of ours, else the value itself."""
    titles = {role["id"]: role["title"] for role in run.definition.raw.get("roles", ())}
    titles |= {state.id: state.title for state in run.definition.states.values()}
    return titles.get(what) or text("values", what)


def _plain(node: Mapping[str, Any]) -> Text:
    return {language: str(node[language]) for language in LANGUAGES}


def spans(run: Run) -> Iterator[tuple[float, float]]:
    """When the AED ordered hands off or tracking was lost, one after the other."""
    last: tuple[float, float] | None = None
    for start, end in sorted(run.hands_off_ordered):
        if last is None or start > last[1]:
            if last:
                yield last
            last = (start, end)
        else:
            last = (last[0], max(last[1], end))
    if last:
        yield last
