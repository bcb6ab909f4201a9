"""Scenarios in lessons: which one a lesson lets people play, and when the lesson is done."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from courses.catalog.exercises import Offered
from courses.catalog.models import Lesson
from courses.catalog.permissions import may_learn, require_edit
from courses.learning.services.progress import mark_done
from courses.people.services.audit import log_action
from courses.scenarios.errors import RunRefused
from courses.scenarios.models import LessonScenario, ParticipantKind, Run, RunScore, Scenario, ScenarioState
from courses.scenarios.selectors import playable_scenarios
from courses.scenarios.visitors import Visitor

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
    lesson.exercise = scenario.key if scenario else ""
    lesson.save(update_fields=["exercise", "updated_at"])
    log_action(
        actor=actor,
        action="scenarios.lesson.attach",
        target=lesson,
        data={"scenario": scenario.key if scenario else None, "mode": mode},
    )


class ScenarioExercises:
    """The scenarios, as `courses.catalog.exercises` asks for them."""

    def offered(self, user: Any) -> list[Offered]:
        found = playable_scenarios(Visitor.of(user, None))
        return [Offered(scenario.key, scenario.current.title) for scenario in found if scenario.current]

    def attach(self, actor: Any, lesson: Lesson, key: str) -> None:
        scenario = Scenario.objects.select_related("current").filter(key=key).first()
        if key and scenario is None:
            raise ValidationError(RunRefused("unknown_scenario").sentence)
        try:
            attach_scenario(actor, lesson, scenario, mode=_easiest_that_counts(scenario))
        except RunRefused as refused:
            raise ValidationError(refused.sentence) from refused

    def address(self, lesson: Lesson) -> str:
        if not lesson.exercise:
            return lesson.get_absolute_url()
        return f"{reverse('scenarios:scenario', args=[lesson.exercise])}?lesson={lesson.pk}"


def _easiest_that_counts(scenario: Scenario | None) -> str:
    """Guided runs show every step, so that passing one says little."""
    modes = scenario.current.document["modes"] if scenario and scenario.current else {}
    return next((mode for mode in ("practice", "exam", "guided") if mode in modes), "practice")


def note_lesson_done(run: Run, score: RunScore) -> None:
    """Who passed the lesson's scenario, in its mode or a harder one, has done the lesson."""
    if run.lesson_id is None:
        return
    link = LessonScenario.objects.filter(lesson_id=run.lesson_id, scenario=run.version.scenario_id).first()
    if link is None or not score.passed or HARDNESS.get(run.mode, -1) < HARDNESS.get(link.mode, 0):
        return
    for place in run.participants.filter(kind=ParticipantKind.TEAM, user__isnull=False).select_related("user"):
        if may_learn(place.user, link.lesson.module.course):
            mark_done(place.user, link.lesson)
