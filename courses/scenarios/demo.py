"""The exercise that a first start brings along: the trainees' demo course ends in a resuscitation to do together."""

from django.db import transaction

from courses.catalog.demo import TEAM
from courses.catalog.models import Course, LessonKind
from courses.catalog.services.lessons import add_lesson, add_module
from courses.scenarios.models import Scenario
from courses.scenarios.services.lessons import ScenarioExercises

SCENARIO = "hospital-arrest"
BODY_ZH = """病房里，监护仪报警。最多四人一起上：**组长、按压、通气、除颤**；一个人也可以练。

- 一人新建演练，把口令告诉其他人。
- 组长分工，指令要复述确认。
- 头显、电脑、手机都能参加。
"""
BODY_EN = """A monitor alarms on the ward. Up to four of you act: **leader, compressor, ventilator, defibrillator**;
you can also practise alone.

- One person makes the run and tells the others its code.
- The leader assigns roles; orders are repeated.
- Headset, laptop and phone can all take part.
"""


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
        body_zh=BODY_ZH,
        body_en=BODY_EN,
        minutes=12,
    )
    ScenarioExercises().attach(owner, lesson, SCENARIO)
