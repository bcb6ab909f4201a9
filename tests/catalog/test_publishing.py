"""What an author may publish, and what is said when something is missing."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation

from courses.catalog.models import Course, CourseState, LessonKind
from courses.catalog.services import courses, lessons
from courses.people.models import ActionLogEntry, Role
from streaming.library.models import MasterState
from tests.catalog.people import course, film, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return person(Role.INSTRUCTOR)


def sentences(thing: Course) -> list[str]:
    with translation.override("en"):
        return [item.sentence for item in courses.what_is_missing(thing)]


def test_an_empty_course_is_not_published_and_stays_a_draft(author):
    empty = courses.create_course(author, title_en="Empty", summary_en="Nothing")
    assert sentences(empty) == ["The course has no lesson yet."]
    with pytest.raises(ValidationError):
        courses.publish_course(author, empty)
    empty.refresh_from_db()
    assert empty.state == CourseState.DRAFT


def test_a_course_in_two_languages_needs_every_text_in_both(author):
    made = course(author, publish=False)
    lesson = made.modules.get().lessons.get()
    lessons.update_lesson(author, lesson, master=None, title_zh="", body_zh="", title_en="Press", body_en="Hard.")
    lessons.update_module(author, made.modules.get(), title_zh="", title_en="One")
    made.summary_zh = ""
    made.save()
    assert sentences(made) == [
        "The course has no summary in Chinese.",
        "The module “One” has no title in Chinese.",
        "The lesson “Press” has no title in Chinese.",
        "The article “Press” has no text in Chinese.",
    ]


def test_a_course_in_one_language_needs_no_other(author):
    made = course(author, publish=False)
    made.title_zh = made.summary_zh = ""
    made.save()
    lesson = made.modules.get().lessons.get()
    lessons.update_lesson(author, lesson, master=None, title_zh="", body_zh="")
    assert courses.publish_course(author, made).is_published


@pytest.mark.parametrize("state", [MasterState.TRANSCODING, MasterState.FAILED])
def test_a_film_that_is_not_ready_holds_the_course_back(author, state):
    made = course(author, publish=False)
    module = made.modules.get()
    lesson = lessons.add_lesson(author, module, kind=LessonKind.VIDEO_360, title_zh="抢救室", title_en="The bay")
    assert sentences(made) == ["The lesson “The bay” has no film. Choose one from the library."]
    lessons.update_lesson(author, lesson, master=film(author, state))
    assert sentences(made)[0].startswith("The film of “The bay” is not ready yet")
    with pytest.raises(ValidationError):
        courses.publish_course(author, made)
    lessons.update_lesson(author, lesson, master=film(author))
    assert courses.publish_course(author, made).is_published


def test_a_published_course_keeps_what_it_needs_when_it_is_edited(author):
    made = course(author)
    with pytest.raises(ValidationError):
        courses.update_course(author, Course.objects.get(pk=made.pk), summary_en="")
    made.refresh_from_db()
    assert made.summary_en == "Summary"


def test_a_published_course_may_be_edited_while_a_new_film_is_on_its_way(author):
    made = course(author)
    lessons.add_lesson(author, made.modules.get(), kind=LessonKind.VIDEO, title_zh="片", title_en="Film")
    assert courses.update_course(author, made, title_en="Renamed").title_en == "Renamed"


def test_only_a_draft_is_deleted(author):
    made = course(author)
    with pytest.raises(ValidationError):
        courses.delete_course(author, made)
    courses.unpublish_course(author, made)
    courses.delete_course(author, made)
    assert not Course.objects.exists()


def test_another_instructor_may_not_publish(author):
    made = course(author, publish=False)
    other = person(Role.INSTRUCTOR, "other")
    with pytest.raises(PermissionDenied):
        courses.publish_course(other, made)
    assert courses.publish_course(person(Role.ADMINISTRATOR), made).is_published


def test_a_film_of_somebody_else_cannot_be_attached(author):
    made = course(author, publish=False)
    lesson = lessons.add_lesson(author, made.modules.get(), kind=LessonKind.VIDEO_360, title_en="The bay")
    with pytest.raises(PermissionDenied):
        lessons.update_lesson(author, lesson, master=film(person(Role.INSTRUCTOR, "other")))


def test_every_change_is_in_the_action_log(author):
    made = course(author)
    courses.unpublish_course(author, made)
    actions = list(ActionLogEntry.objects.order_by("seq").values_list("action", flat=True))
    assert actions == [
        "catalog.course.create",
        "catalog.module.add",
        "catalog.lesson.add",
        "catalog.course.publish",
        "catalog.course.unpublish",
    ]


def test_publishing_twice_is_one_publication(author):
    made = course(author)
    first = made.published_at
    assert courses.publish_course(author, made).published_at == first
    assert ActionLogEntry.objects.filter(action="catalog.course.publish").count() == 1
