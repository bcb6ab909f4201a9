"""A lesson that lets people play a scenario, from the studio to the learner."""

import pytest
from django.test import Client

from courses.catalog.demo import seed_demo_courses
from courses.catalog.models import Access, Course, CourseState, Lesson, LessonKind
from courses.catalog.services.courses import create_course, what_is_missing
from courses.catalog.services.lessons import add_lesson, add_module
from courses.people.models import Role, User
from courses.scenarios.demo import seed_demo_exercise
from courses.scenarios.models import LessonScenario
from courses.scenarios.services.shipped import sync_shipped
from tests.scenarios.rooms import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher() -> User:
    sync_shipped()
    return person("teacher", Role.INSTRUCTOR)


@pytest.fixture
def lesson(teacher: User) -> Lesson:
    course = create_course(teacher, title_zh="急救", summary_zh="急救", access=Access.PUBLIC)
    module = add_module(teacher, course, title_zh="练习")
    return add_lesson(teacher, module, kind=LessonKind.SCENARIO, title_zh="有人噎住")


def choose(teacher: User, lesson: Lesson, **fields: str) -> str:
    client = Client()
    client.force_login(teacher)
    path = f"/studio/lessons/{lesson.pk}/"
    said = {"title_zh": "有人噎住", "kind": lesson.kind, "minutes": "6", **fields}
    answer = client.post(path, said, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_instructor_chooses_the_scenario_and_learners_get_its_page(teacher: User, lesson: Lesson) -> None:
    assert not lesson.is_ready and [m.lesson for m in what_is_missing(lesson.module.course)] == [lesson]
    page = choose(teacher, lesson, exercise="choking-adult")
    assert 'value="choking-adult" selected' in page
    lesson.refresh_from_db()
    assert lesson.is_ready and Lesson.objects.ready().get() == lesson
    assert LessonScenario.objects.get(lesson=lesson).mode == "practice"
    assert what_is_missing(lesson.module.course) == []
    Course.objects.update(state=CourseState.PUBLISHED)
    shown = Client().get(lesson.get_absolute_url()).content.decode()
    assert f"/scenarios/choking-adult/?lesson={lesson.pk}" in shown


def test_an_exercise_is_not_done_by_saying_so(teacher: User, lesson: Lesson) -> None:
    choose(teacher, lesson, exercise="choking-adult")
    Course.objects.update(state=CourseState.PUBLISHED)
    learner = Client()
    learner.force_login(person("learner"))
    assert learner.post(f"{lesson.get_absolute_url()}done/").status_code == 404


def test_what_is_no_scenario_is_refused_in_words_and_another_kind_lets_go_of_it(teacher: User, lesson: Lesson) -> None:
    assert "没有这个情景" in choose(teacher, lesson, exercise="no-such")
    choose(teacher, lesson, exercise="choking-adult")
    choose(teacher, lesson, kind="article", exercise="choking-adult")
    lesson.refresh_from_db()
    assert lesson.exercise == "" and not LessonScenario.objects.exists()


def test_the_demo_course_of_trainees_ends_in_an_exercise_once(teacher: User) -> None:
    seed_demo_courses(teacher, None)
    seed_demo_exercise()
    seed_demo_exercise()
    exercise = Lesson.objects.get(kind=LessonKind.SCENARIO)
    assert exercise.exercise == "hospital-arrest" and exercise.title_zh and exercise.title_en
    assert [m for m in what_is_missing(exercise.module.course) if m.lesson] == []
