"""The score of a run (docs/scoring.md): objectives by weight, capped by what is critical and was missed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from courses.scenarios.engine.conditions import holds
from courses.scenarios.engine.run import Run
from courses.scenarios.language.model import LANGUAGES, Objective, Text, facts_of
from courses.scenarios.motion.sources import HONESTY, Source
from courses.scenarios.scoring.hands_off import HandsOff, hands_off

REASONS_FILE = Path(__file__).parent / "reasons.yaml"
# Fewer compressions than one round of 30 say little; credit grows until there are so many.
ENOUGH_COMPRESSIONS = 30
# A late step is still worth something until it took three times as long, unless the objective says otherwise.
LATE_FACTOR = 3.0
PADS_LOST_PER_WRONG = 0.25


@dataclass(frozen=True)
class Reason:
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: str) -> str:
        return reasons()[self.code][language].format(**self.values)


@dataclass(frozen=True)
class ObjectiveScore:
    """credit: 0..1. points: of 100, after weights of objectives that do not apply were shared out."""

    objective: Objective
    credit: float
    points: float
    possible: float
    reason: Reason

    @property
    def missed_critical(self) -> bool:
        return self.objective.critical and self.credit <= 0.0


@dataclass(frozen=True)
class Score:
    """total: 0..100 after the cap. uncapped: before. caps: (what, cap) of everything critical that went wrong."""

    total: float
    uncapped: float
    passed: bool
    objectives: tuple[ObjectiveScore, ...]
    caps: tuple[tuple[str, float], ...]
    hands: HandsOff
    certifies_depth: bool


@cache
def reasons() -> Mapping[str, Mapping[str, str]]:
    texts: Mapping[str, Mapping[str, str]] = yaml.safe_load(REASONS_FILE.read_text(encoding="utf-8"))
    return texts


def score(run: Run) -> Score:
    """Marks a run that has ended; the same run always gets the same score."""
    hands = measured_hands(run)
    applying = [o for o in run.definition.objectives if o.applies is None or holds(o.applies, run)]
    whole = sum(objective.weight for objective in applying) or 1.0
    marked = []
    for objective in applying:
        credit, reason = _credit(objective, run, hands)
        possible = 100.0 * objective.weight / whole
        marked.append(ObjectiveScore(objective, credit, credit * possible, possible, reason))
    caps = [(m.objective.id, m.objective.cap) for m in marked if m.missed_critical]
    caps += [(error.id, error.cap) for error in run.definition.critical_errors if error.id in run.critical]
    uncapped = sum(m.points for m in marked)
    total = min([uncapped, *(cap for _, cap in caps)])
    sources = {Source(pressed.source) for pressed in run.compressions}
    certifies = bool(sources) and all(HONESTY[source].certifies_depth for source in sources)
    passed = total >= run.definition.modes[run.mode].pass_mark
    return Score(total, uncapped, passed, tuple(marked), tuple(caps), hands, certifies)


def measured_hands(run: Run) -> HandsOff:
    """Compression fraction from the first compression until a pulse comes back or the run ends."""
    times = [pressed.t_s for pressed in run.compressions]
    returned = [t for t in run.times_of("rosc") if times and t > times[0]]
    end = returned[0] if returned else run.t_s
    return hands_off([t for t in times if t <= end], end, run.hands_off_ordered)


def _credit(objective: Objective, run: Run, hands: HandsOff) -> tuple[float, Reason]:
    ((kind, argument),) = objective.measure.items()
    return _MEASURES[kind](argument, run, hands)


def _done(argument: Mapping[str, Any], run: Run, hands: HandsOff) -> tuple[float, Reason]:
    after = argument.get("after", "start")
    started = run.times_of(after)
    if not started:
        return 0.0, Reason("trigger_missing")
    begin = started[0]
    names = set(facts_of(argument["fact"]))
    roles = set(argument.get("by", ()))
    done = [f.t_s for f in run.facts if f.name in names and f.t_s >= begin and (not roles or f.role in roles)]
    if not done:
        return 0.0, Reason("not_done")
    took = done[0] - begin
    if "within_s" not in argument:
        return 1.0, Reason("done", {"t": round(done[0])})
    within = argument["within_s"] * run.definition.modes[run.mode].time_factor
    zero = argument.get("zero_at_s", argument["within_s"] * LATE_FACTOR) * run.definition.modes[run.mode].time_factor
    if took <= within:
        return 1.0, Reason("done", {"t": round(done[0])})
    credit = max(0.0, 1.0 - (took - within) / (zero - within))
    return credit, Reason("done_late", {"took": round(took), "within": round(within)})


def _count(argument: Mapping[str, Any], run: Run, hands: HandsOff) -> tuple[float, Reason]:
    n, least = len(run.times_of(argument["fact"])), int(argument["min"])
    return min(1.0, n / least), Reason("counted", {"n": n, "min": least})


def _order(argument: list[str], run: Run, hands: HandsOff) -> tuple[float, Reason]:
    """Share of neighbouring pairs of which the first came first; a step that was never done breaks its pairs."""
    first = [run.times_of(fact)[0] if run.times_of(fact) else None for fact in argument]
    pairs = list(pairwise(first))
    right = sum(1 for a, b in pairs if a is not None and b is not None and a <= b)
    if right == len(pairs):
        return 1.0, Reason("order_kept")
    return right / len(pairs), Reason("order_broken", {"pairs": len(pairs), "right": right})


def _avoid(argument: list[str], run: Run, hands: HandsOff) -> tuple[float, Reason]:
    happened = [t for fact in argument for t in run.times_of(fact)]
    return (0.0, Reason("not_avoided", {"t": round(min(happened))})) if happened else (1.0, Reason("avoided"))


def _compressions(argument: Mapping[str, Any], run: Run, hands: HandsOff) -> tuple[float, Reason]:
    """Mean credit of the compressions, scaled by the fraction up to its goal and by their number up to one round."""
    n = len(run.compressions)
    if not n:
        return 0.0, Reason("no_compressions")
    mean = sum(pressed.credit for pressed in run.compressions) / n
    scale = min(1.0, hands.ccf / run.profile.ccf_goal) if argument.get("ccf", True) else 1.0
    enough = min(1.0, n / argument.get("min_count", ENOUGH_COMPRESSIONS))
    values = {"n": n, "credit": round(100 * mean), "ccf": round(100 * hands.ccf)}
    return mean * scale * enough, Reason("compressions", values)


def _pause(argument: Mapping[str, Any], run: Run, hands: HandsOff) -> tuple[float, Reason]:
    if not run.compressions:
        return 0.0, Reason("no_compressions")
    goal = argument.get("goal_s", run.profile.pause_max_s)
    zero = argument.get("zero_at_s", 2 * goal)
    credit = min(1.0, max(0.0, 1.0 - (hands.longest_s - goal) / (zero - goal)))
    return credit, Reason("pause", {"longest": round(hands.longest_s), "goal": round(goal)})


def _pads(argument: Mapping[str, Any], run: Run, hands: HandsOff) -> tuple[float, Reason]:
    wrong = len(run.times_of("aed.pad_wrong"))
    if not run.times_of("aed.pads_on"):
        return 0.0, Reason("pads_missing")
    return max(0.25, 1.0 - PADS_LOST_PER_WRONG * wrong), Reason("pads_right", {"wrong": wrong})


def _cycle(argument: Mapping[str, Any], run: Run, hands: HandsOff) -> tuple[float, Reason]:
    """Share of rounds that are `size` of the first and then `size` of the second. Relief may cut the last one short."""
    first, second, size = argument["first"], argument["second"], int(argument["size"])
    series: list[tuple[str, int]] = []
    for fact in run.facts:
        if fact.name in {first, second}:
            if series and series[-1][0] == fact.name:
                series[-1] = (fact.name, series[-1][1] + 1)
            else:
                series.append((fact.name, 1))
    if not series:
        return 0.0, Reason("not_done")
    judged = series[:-1] if len(series) > 2 and series[-1][1] < size else series
    right = sum(1 for i, (name, n) in enumerate(judged) if n == size and name == (first, second)[i % 2])
    return right / len(judged), Reason("cycle", {"rounds": len(judged), "right": right})


_MEASURES: dict[str, Callable[[Any, Run, HandsOff], tuple[float, Reason]]] = {
    "done": _done,
    "count": _count,
    "order": _order,
    "avoid": _avoid,
    "compressions": _compressions,
    "pause": _pause,
    "pads": _pads,
    "cycle": _cycle,
}


def report(run: Run) -> dict[str, Any]:
    """Score and time line as JSON types, texts in both languages."""
    marked = score(run)
    depths = [p.depth_mm for p in run.compressions if p.depth_mm is not None]
    return {
        "scenario": run.definition.id,
        "version": run.definition.version,
        "profile": run.profile.id,
        "mode": run.mode,
        "seed": run.seed,
        "outcome": run.outcome,
        "ended_s": round(run.t_s, 2),
        "score": round(marked.total, 2),
        "uncapped": round(marked.uncapped, 2),
        "passed": marked.passed,
        "caps": [{"id": name, "cap": cap} for name, cap in marked.caps],
        "objectives": [_objective_report(m) for m in marked.objectives],
        "compressions": {
            "count": len(run.compressions),
            "ccf": round(marked.hands.ccf, 4),
            "longest_pause_s": round(marked.hands.longest_s, 2),
            "mean_depth_mm": round(sum(depths) / len(depths), 2) if depths else None,
            "certifies_depth": marked.certifies_depth,
        },
        "patient": {
            "rhythm": run.patient.rhythm.value,
            "pulse": run.patient.pulse,
            "survival": round(run.patient.survival, 4),
            "oxygen": round(run.patient.oxygen, 2),
            "blood_loss_ml": round(run.patient.blood_loss_ml, 1),
        },
        "timeline": [
            {"t_s": round(e.t_s, 2), "kind": e.kind, "what": e.what, "actor": e.actor, "detail": e.detail}
            for e in run.timeline
        ],
    }


def _objective_report(marked: ObjectiveScore) -> dict[str, Any]:
    title: Text = marked.objective.title
    return {
        "id": marked.objective.id,
        "title": dict(title),
        "credit": round(marked.credit, 4),
        "points": round(marked.points, 2),
        "possible": round(marked.possible, 2),
        "critical": marked.objective.critical,
        "reason": {language: marked.reason.text(language) for language in LANGUAGES},
        "guideline": dict(marked.objective.guideline),
    }
