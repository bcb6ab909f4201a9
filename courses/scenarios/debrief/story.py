"""The first sentences of a debrief: what went well, and what to do next time."""

from courses.scenarios.debrief.timeline import GOOD_FROM
from courses.scenarios.debrief.words import joined
from courses.scenarios.engine.run import Run
from courses.scenarios.language.model import LANGUAGES, Text
from courses.scenarios.scoring.score import ObjectiveScore, Score

NOTHING_WELL = {
    "zh-hans": "这次还没有达到要求的步骤，但你完成了练习，这是开始。",
    "en": "No step met its goal this time, but you have practised, and that is a beginning.",
}
NOTHING_MISSING = {
    "zh-hans": "每一步都达到要求。隔一段时间再练，或换更难的模式。",
    "en": "Every step met its goal. Practise again after a while, or in a harder mode.",
}
HARMFUL = {"zh-hans": "这会造成伤害，下次请避免。", "en": "This does harm; leave it out next time."}
# Nearly all of the credit: better to praise this than a heavier step that was late.
WHOLE = 0.95


def went_well(score: Score) -> Text:
    """The objective that brought the most, and with what; the heaviest one among those done well."""
    done = [m for m in score.objectives if m.credit >= GOOD_FROM]
    if not done:
        return NOTHING_WELL
    best = max(done, key=lambda m: (m.credit >= WHOLE, m.points))
    return joined(best.objective.title, {language: best.reason.text(language) for language in LANGUAGES})


def next_time(run: Run, score: Score) -> Text:
    """What to change first: a critical error, then a critical step that is missing, then the most points lost."""
    for error in run.definition.raw.get("critical_errors", ()):
        if error["id"] in run.critical:
            return joined(error["title"], error.get("guideline", HARMFUL))
    worst = most_lost(score)
    if worst is None:
        return NOTHING_MISSING
    return joined(worst.objective.title, worst.objective.guideline)


def most_lost(score: Score) -> ObjectiveScore | None:
    """The objective to work on: missed critical ones first, then by points lost; None when all met their goal."""
    lost = [m for m in score.objectives if m.credit < GOOD_FROM]
    return max(lost, key=lambda m: (m.missed_critical, m.possible - m.points), default=None)
