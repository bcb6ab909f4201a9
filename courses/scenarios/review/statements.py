"""A scored run as xAPI statements of one person: completed or abandoned, passed or failed, and each objective."""

from typing import Any
from uuid import UUID

from courses.learning.xapi import build
from courses.learning.xapi.build import Statement
from courses.people.models import User
from courses.scenarios.clinical.profiles import load_profile
from courses.scenarios.models import CloseReason, Run, RunScore, SignOff, Verdict

PLATFORM = "VR Medical Training"


def of_run(run: Run, score: RunScore, user: User) -> list[Statement]:
    """What one person did in a run that has ended. Saying it again, of the same revision, gives the same ids."""
    activity = _activity(run)
    context = _context(run)
    when = build.timestamp(run.ended_at or score.scored_at)
    ended = "abandoned" if run.close_reason == CloseReason.ABANDONED else "completed"
    judged = "passed" if score.passed else "failed"
    result = {
        "score": build.score(score.total),
        "success": score.passed,
        "completion": run.close_reason == CloseReason.FINISHED,
        "duration": build.duration(run.clock_s),
        "extensions": _measured(score),
    }
    said: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        (ended, activity, {name: result[name] for name in ("completion", "duration", "extensions")}),
        (judged, activity, {name: result[name] for name in ("score", "success", "duration")}),
    ]
    for objective in score.report["objectives"]:
        target = build.activity(
            build.iri("scenarios", run.version.scenario.key, "objectives", objective["id"]),
            build.OBJECTIVE,
            objective["title"],
            objective["guideline"],
        )
        credit = {"score": {"scaled": objective["credit"], "min": 0, "max": objective["possible"] or 1}}
        credit["score"]["raw"] = min(objective["points"], credit["score"]["max"])
        said.append(("scored", target, credit))
    return [
        {
            "id": str(build.identifier(run.pk, score.revision, user.public_id, verb, target["id"])),
            "actor": build.agent(user),
            "verb": build.verb(verb),
            "object": target,
            "result": outcome,
            "context": context if target is activity else _within(context, activity),
            "timestamp": when,
            "version": "1.0.3",
        }
        for verb, target, outcome in said
    ]


def of_sign_off(sign: SignOff, about: UUID) -> Statement:
    """An instructor's word about the statement that the run was passed or failed."""
    assert sign.instructor is not None
    verb = "approve" if sign.verdict == Verdict.CONFIRMED else "deny"
    when = build.timestamp(sign.signed_at)
    return {
        "id": str(build.identifier("sign-off", sign.pk, sign.verdict, when)),
        "actor": build.agent(sign.instructor),
        "verb": build.verb(verb),
        "object": build.statement_ref(about),
        "result": {"extensions": {build.iri("extensions", "depth-seen-on-manikin"): sign.saw_depth}},
        "context": {"registration": str(sign.run_id)},
        "timestamp": when,
        "version": "1.0.3",
    }


def _activity(run: Run) -> dict[str, Any]:
    document = run.version.document
    name = build.iri("scenarios", run.version.scenario.key)
    return build.activity(name, build.SIMULATION, document["title"], document["summary"])


def _context(run: Run) -> dict[str, Any]:
    profile = load_profile(run.profile)
    around: dict[str, Any] = {
        "category": [build.activity(build.iri("guidelines", run.profile), build.PROFILE, profile.name)],
    }
    if run.lesson is not None:
        lesson, course = run.lesson, run.lesson.module.course
        around["parent"] = [build.activity(build.iri("lessons", lesson.pk), build.LESSON, _titles(lesson))]
        around["grouping"] = [build.activity(build.iri("courses", course.pk), build.COURSE, _titles(course))]
    return {
        "registration": str(run.pk),
        "platform": PLATFORM,
        "revision": str(run.version.number),
        "contextActivities": around,
        "extensions": {
            build.iri("extensions", "mode"): run.mode,
            build.iri("extensions", "seed"): run.seed,
            build.iri("extensions", "engine"): run.score.engine,
            build.iri("extensions", "team"): run.is_team,
        },
    }


def _within(context: dict[str, Any], activity: dict[str, Any]) -> dict[str, Any]:
    """An objective's context: the scenario is its parent, and what was the parent stays around it."""
    around = context["contextActivities"]
    grouping = [*around.get("parent", []), *around.get("grouping", [])]
    changed = {**around, "parent": [activity]}
    return {**context, "contextActivities": {**changed, "grouping": grouping} if grouping else changed}


def _measured(score: RunScore) -> dict[str, Any]:
    """Numbers of the hands that the source can tell; `depth` never claims more than the source may (DESIGN D8)."""
    hands = score.report["compressions"]
    told = {
        "compressions": hands["count"],
        "compression-fraction": hands["ccf"],
        "longest-pause-s": hands["longest_pause_s"],
        "certifies-depth": score.certifies_depth,
    }
    depth = "depth-mm" if score.certifies_depth else "hand-travel-mm"
    if hands["mean_depth_mm"] is not None:
        told[depth] = hands["mean_depth_mm"]
    return {build.iri("extensions", name): value for name, value in told.items()}


def _titles(thing: Any) -> dict[str, str]:
    """Titles in the languages that a course or lesson has."""
    both = {"zh-hans": thing.title_zh, "en": thing.title_en}
    return {language: words for language, words in both.items() if words}
