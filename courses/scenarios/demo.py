"""The exercise that a first start brings along: the trainees' demo course ends in a resuscitation to do together."""

from django.db import transaction

from courses.catalog.demo import TEAM
from courses.catalog.models import Course, LessonKind
from courses.catalog.services.lessons import add_lesson, add_module
from courses.scenarios.models import Scenario
from courses.scenarios.services.lessons import ScenarioExercises

SCENARIO = "hospital-arrest"


@transaction.atomic
def seed_demo_exercise() -> None:
    """Add it to the demo course, once; without that course or that scenario nothing happens."""
    course = Course.objects.filter(seed_key=TEAM, owner__isnull=False).first()
    is_there = Scenario.objects.filter(key=SCENARIO, current__isnull=False).exists()
    if course is None or not is_there or course.modules.filter(lessons__kind=LessonKind.SCENARIO).exists():
        return
    owner = course.owner
    module = add_module(owner, course, title_zh="一起抢救", title_en="Resuscitate together")
    lesson = add_lesson(
        owner,
        module,
        kind=LessonKind.SCENARIO,
        title_zh="院内心脏骤停：团队演练",
        title_en="Cardiac arrest on the ward: a team exercise",
        minutes=12,
    )
    ScenarioExercises().attach(owner, lesson, SCENARIO)
