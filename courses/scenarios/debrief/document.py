"""The whole debrief of a run as JSON types: for the page, the replay, and the print."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from courses.scenarios.debrief import story, timeline
from courses.scenarios.debrief.trace import Vital
from courses.scenarios.debrief.words import entry, text
from courses.scenarios.engine.run import Run
from courses.scenarios.language.model import LANGUAGES
from courses.scenarios.motion.sources import HONESTY, Source
from courses.scenarios.scoring.score import ObjectiveScore, Score

# A weight that vanishes in rounding is not shown: two places are a hundredth of a percent.
PLACES = 2


def document(run: Run, vitals: Sequence[Vital], score: Score) -> dict[str, Any]:
    """Everything a debrief shows of a run that has ended.

    Times in seconds of the run, credits 0..1, points of 100, texts as {"zh-hans", "en"}.
    """
    ended = str(run.outcome)
    known = entry("outcomes", ended) or {}
    return {
        "scenario": run.definition.id,
        "version": run.definition.version,
        "title": dict(run.definition.title),
        "mode": run.mode,
        "profile": {"id": run.profile.id, "name": dict(run.profile.name)},
        "outcome": {"id": ended, "text": dict(text("outcomes", ended)), "tone": known.get("tone", "")},
        "ended_s": round(run.t_s, PLACES),
        "score": round(score.total, PLACES),
        "uncapped": round(score.uncapped, PLACES),
        "passed": score.passed,
        "pass_mark": run.definition.modes[run.mode].pass_mark,
        "went_well": dict(story.went_well(score)),
        "next_time": dict(story.next_time(run, score)),
        "caps": _caps(run, score),
        "objectives": [_objective(marked) for marked in score.objectives],
        "marks": [_mark(mark) for mark in timeline.marks(run, score)],
        "compressions": [_compression(pressed) for pressed in run.compressions],
        "pauses": [asdict(pause) for pause in timeline.pauses(run, score)],
        "ordered": [list(span) for span in timeline.spans(run)],
        "minutes": [asdict(minute) for minute in timeline.minutes(run, score)],
        "vitals": [_vital(vital) for vital in vitals],
        "targets": {
            "rate_cpm": list(run.target.rate_cpm),
            "depth_mm": list(run.target.depth_mm),
            "pause_s": run.profile.pause_max_s,
            "ccf": run.profile.ccf_goal,
        },
        "hands": _hands(run, score),
    }


def _caps(run: Run, score: Score) -> list[dict[str, Any]]:
    """Everything critical that went wrong, with its title, the guideline where there is one, and the cap."""
    errors = {error["id"]: error for error in run.definition.raw.get("critical_errors", ())}
    objectives = {objective.id: objective for objective in run.definition.objectives}
    found: list[dict[str, Any]] = []
    for name, cap in score.caps:
        error = errors.get(name)
        title = error["title"] if error else objectives[name].title
        guideline = error.get("guideline") if error else objectives[name].guideline
        at = run.critical.get(name) if error else None
        found.append({"id": name, "cap": cap, "title": title, "guideline": guideline, "t_s": at})
    return found


def _objective(marked: ObjectiveScore) -> dict[str, Any]:
    objective = marked.objective
    credit = marked.credit
    return {
        "id": objective.id,
        "title": dict(objective.title),
        "skill": objective.skill,
        "credit": round(credit, 4),
        "points": round(marked.points, PLACES),
        "possible": round(marked.possible, PLACES),
        "critical": objective.critical,
        "missed_critical": marked.missed_critical,
        "tone": "good" if credit >= timeline.GOOD_FROM else "warn" if credit >= timeline.BAD_BELOW else "bad",
        "reason": {language: marked.reason.text(language) for language in LANGUAGES},
        "guideline": dict(objective.guideline),
    }


def _mark(mark: timeline.Mark) -> dict[str, Any]:
    return {
        "t_s": round(mark.t_s, PLACES),
        "lane": mark.lane,
        "kind": mark.kind,
        "text": dict(mark.text),
        "actor": mark.actor,
        "tone": mark.tone,
        "objectives": list(mark.objectives),
    }


def _compression(pressed: Any) -> list[Any]:
    """[t_s, depth_mm, rate_cpm, recoil, credit]: short, since there are a thousand of them."""
    rate = timeline.rate_cpm(pressed)
    depth = pressed.depth_mm
    return [
        round(pressed.t_s, PLACES),
        None if depth is None else round(depth, 1),
        None if rate is None else round(rate, 1),
        pressed.recoil,
        round(pressed.credit, 3),
    ]


def _vital(vital: Vital) -> list[Any]:
    """[t_s, perfusion 0..1, oxygen %, survival 0..1, pulse, blood_loss_ml]."""
    return [
        round(vital.t_s, PLACES),
        round(vital.perfusion, 3),
        round(vital.oxygen, 1),
        round(vital.survival, 3),
        vital.pulse,
        round(vital.blood_loss_ml),
    ]


def _hands(run: Run, score: Score) -> dict[str, Any]:
    """The sums over all compressions, and what the measurement may honestly be called."""
    pressed = run.compressions
    depths = [p.depth_mm for p in pressed if p.depth_mm is not None]
    rates = [rate for rate in map(timeline.rate_cpm, pressed) if rate]
    released = [p.recoil for p in pressed if p.recoil is not None]
    sources = sorted({p.source for p in pressed})
    # A keyboard says when, not how deep: without any depth only the rhythm was measured, whatever the source is called.
    called = sources if depths else ["rhythm"] if pressed else []
    return {
        "count": len(pressed),
        "rate_cpm": round(60.0 * len(rates) / sum(60.0 / r for r in rates), 1) if rates else None,
        "depth_mm": round(sum(depths) / len(depths), 1) if depths else None,
        "recoil_share": round(sum(released) / len(released), 3) if released else None,
        "ccf": round(score.hands.ccf, 4) if pressed else None,
        "longest_pause_s": round(score.hands.longest_s, 1),
        "sources": [dict(text("sources", source)) for source in called],
        "lean_measured": bool(depths) and all(HONESTY[Source(source)].lean for source in sources),
        "certifies_depth": score.certifies_depth and bool(depths),
    }
