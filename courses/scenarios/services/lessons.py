"""Scenarios in lessons: which one a lesson lets people play, and when the lesson is done."""

from typing import Any

from django.db import transaction

from courses.catalog.models import Lesson
from courses.catalog.permissions import may_learn, require_edit
from courses.learning.services.progress import mark_done
from courses.people.services.audit import log_action
from courses.scenarios.errors import RunRefused
from courses.scenarios.models import LessonScenario, ParticipantKind, Run, RunScore, Scenario, ScenarioState

# A run in a harder mode than the lesson asks for counts as well.
HARDNESS = {"guided": 0, "practice": 1, "exam": 2}


@transaction.atomic
def attach_scenario(
    actor: Any, lesson: Lesson, scenario: Scenario | None, *, mode: str = "practice", profile: str = ""
) -> None:
    """Let the lesson's people play this scenario, in place of a former one; None takes it away. Raises RunRefused."""
    require_edit(actor, lesson.module.course)
    if scenario is None:
        LessonScenario.objects.filter(lesson=lesson).delete()
    else:
        if scenario.state != ScenarioState.PUBLISHED or scenario.current is None:
            raise RunRefused("unknown_scenario")
        if mode not in scenario.current.document["modes"]:
            raise RunRefused("mode")
        if profile and profile not in scenario.current.document["profiles"]:
            raise RunRefused("profile")
        LessonScenario.objects.update_or_create(
            lesson=lesson, defaults={"scenario": scenario, "mode": mode, "profile": profile}
        )
    log_action(
        actor=actor,
        action="scenarios.lesson.attach",
        target=lesson,
        data={"scenario": scenario.key if scenario else None, "mode": mode},
    )


def note_lesson_done(run: Run, score: RunScore) -> None:
    """Who passed the lesson's scenario, in its mode or a harder one, has done the lesson."""
    link = LessonScenario.objects.filter(lesson_id=run.lesson_id, scenario=run.version.scenario_id).first()
    if link is None or not score.passed or HARDNESS.get(run.mode, -1) < HARDNESS.get(link.mode, 0):
        return
    for place in run.participants.filter(kind=ParticipantKind.TEAM, user__isnull=False).select_related("user"):
        if may_learn(place.user, link.lesson.module.course):
            mark_done(place.user, link.lesson)
