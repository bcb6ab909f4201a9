"""Where somebody is in a lesson: kept, continued, counted once, finished."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses.catalog.models import Access, LessonKind
from courses.catalog.services import lessons
from courses.catalog.services.courses import unpublish_course
from courses.learning import personal_data, selectors
from courses.learning.models import Enrolment, SessionLog, SummaryLog
from courses.learning.services import progress
from courses.people.models import ActionLogEntry, Role
from courses.people.personal_data import personal_data_parts
from tests.catalog.people import browser, course, film, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return person(Role.INSTRUCTOR)


@pytest.fixture
def learner():
    return person(Role.RESIDENT)


@pytest.fixture
def lesson(author):
    """A film of 100 seconds in a public course."""
    made = course(author)
    lesson = lessons.add_lesson(author, made.modules.get(), kind=LessonKind.VIDEO_360, title_zh="片", title_en="Film")
    return lessons.update_lesson(author, lesson, master=film(author))


def report(learner, lesson, position, **kwargs):
    return progress.record_position(learner, lesson, position=position, duration=kwargs.get("duration", 100.0))


def earlier(seconds):
    """As if the last report had been so long ago."""
    SessionLog.objects.update(last_at=timezone.now() - timedelta(seconds=seconds))


def test_the_place_is_kept_and_progress_never_falls(learner, lesson):
    report(learner, lesson, 40.0)
    summary = report(learner, lesson, 10.0)
    assert (summary.position, summary.progress) == (10.0, 0.4)


def test_time_is_counted_between_reports_but_not_through_pauses_and_absences(learner, lesson):
    report(learner, lesson, 0.0)
    earlier(10)
    assert report(learner, lesson, 10.0).seconds == pytest.approx(10, abs=1)
    earlier(10)
    assert report(learner, lesson, 10.0).seconds == pytest.approx(10, abs=1)  # paused
    earlier(600)
    assert report(learner, lesson, 20.0).seconds == pytest.approx(40, abs=1)  # came back after ten minutes
    assert SessionLog.objects.count() == 1


def test_after_half_an_hour_a_new_sitting_begins(learner, lesson):
    report(learner, lesson, 30.0)
    earlier(31 * 60)
    report(learner, lesson, 40.0)
    assert SessionLog.objects.count() == 2


def test_near_the_end_the_lesson_is_done_once_and_starts_again_from_the_beginning(learner, lesson):
    first = report(learner, lesson, 96.0).completed_at
    assert first is not None
    summary = report(learner, lesson, 99.0)
    assert (summary.completed_at, summary.position, summary.progress) == (first, 0.0, 1.0)
    assert ActionLogEntry.objects.filter(action="learning.lesson.complete").count() == 1


def test_the_films_own_length_counts_not_what_the_player_claims(learner, lesson):
    assert report(learner, lesson, 9.9, duration=10.0).completed_at is None


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"position": "x", "duration": "100"},
        {"position": "-1", "duration": "100"},
        {"position": "nan", "duration": "100"},
        {"position": "1e9", "duration": "100"},
        {"position": "inf", "duration": "inf"},
    ],
)
def test_a_place_that_cannot_be_is_refused_and_nothing_is_kept(learner, lesson, said):
    answer = browser(learner).post(reverse("learning:position", args=[lesson.pk]), said)
    assert answer.status_code == 400
    assert not SummaryLog.objects.exists()


@pytest.mark.parametrize("kind", ["json", "beacon"])
def test_the_player_reports_as_json_and_by_beacon(learner, lesson, kind):
    address = reverse("learning:position", args=[lesson.pk])
    said = {"position": 12.5, "duration": 100}
    content = {"content_type": "application/json"} if kind == "json" else {}
    answer = browser(learner).post(address, said, **content)
    assert answer.json() == {"position": 12.5, "completed": False}


def test_a_beacon_carries_its_csrf_token_and_one_without_is_refused(learner, lesson):
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    client.get(lesson.module.course.get_absolute_url())
    said = {"position": "5", "duration": "100"}
    address = reverse("learning:position", args=[lesson.pk])
    assert client.post(address, said).status_code == 403
    token = client.cookies["csrftoken"].value
    assert client.post(address, {**said, "csrfmiddlewaretoken": token}).status_code == 200


def test_without_an_account_nothing_is_kept(lesson):
    answer = browser().post(reverse("learning:position", args=[lesson.pk]), {"position": "5", "duration": "100"})
    assert answer.status_code == 401
    assert not SummaryLog.objects.exists()


def test_the_player_page_tells_the_player_where_to_go_on(learner, lesson):
    report(learner, lesson, 33.0)
    config = browser(learner).get(lesson.get_absolute_url()).context["config"]
    assert config["resume"] == {"position": 33.0, "url": reverse("learning:position", args=[lesson.pk])}
    assert config["projection"] == "equirectangular"
    assert config["src"]["hls"].endswith("master.m3u8")
    anonymous = browser().get(lesson.get_absolute_url()).context["config"]
    assert anonymous["resume"] == {"position": 0.0, "url": None}


def test_the_player_page_names_captions_and_what_comes_next(author, learner, lesson):
    data = b"WEBVTT\n\n00:01.000 --> 00:02.000\nx\n"
    lessons.set_captions(author, lesson, language="zh", data=data)
    lessons.move_lesson(author, lesson, -1)
    config = browser(learner).get(lesson.get_absolute_url()).context["config"]
    assert config["captions"] == [
        {"lang": "zh-hans", "label": "中文", "src": reverse("catalog:captions", args=[lesson.pk, "zh"])}
    ]
    assert config["next"]["title"] == "Pressing"


def test_home_offers_what_was_begun_and_only_what_is_still_open(author, learner, lesson):
    report(learner, lesson, 20.0)
    assert [summary.lesson for summary in selectors.continue_learning(learner)] == [lesson]
    assert "Continue learning" in browser(learner).get("/").content.decode()
    unpublish_course(author, lesson.module.course)
    assert selectors.continue_learning(learner) == []


def test_a_lesson_that_is_done_is_not_offered_again(learner, lesson):
    report(learner, lesson, 99.0)
    assert selectors.continue_learning(learner) == []


def test_reading_an_article_is_done_by_saying_so_and_leads_on(learner, lesson):
    article = lesson.module.lessons.first()
    answer = browser(learner).post(reverse("learning:done", args=[article.pk]))
    assert answer.url == lesson.get_absolute_url()
    assert SummaryLog.objects.get().completed_at is not None
    page = browser(learner).get(lesson.module.course.get_absolute_url())
    assert page.context["done_count"] == 1


def test_a_film_is_not_done_by_saying_so(learner, lesson):
    assert browser(learner).post(reverse("learning:done", args=[lesson.pk])).status_code == 404


def test_nobody_reports_on_lessons_they_may_not_learn(learner, lesson):
    made = lesson.module.course
    made.access = Access.ENROLMENT
    made.save()
    with pytest.raises(PermissionDenied):
        report(learner, lesson, 5.0)
    address = reverse("learning:position", args=[lesson.pk])
    assert browser(learner).post(address, {"position": "5", "duration": "100"}).status_code == 403


def test_ones_own_data_can_be_taken_along_and_erased(learner, lesson):
    report(learner, lesson, 30.0)
    Enrolment.objects.create(course=lesson.module.course, user=learner, source="self")
    other = person(Role.RESIDENT, "other")
    report(other, lesson, 50.0)
    assert "learning" in {part.name for part in personal_data_parts()}
    data = personal_data.export(learner)
    assert data["lessons"][0]["progress"] == 0.3
    assert len(data["enrolments"]) == len(data["sittings"]) == 1
    personal_data.erase(learner)
    assert set(SummaryLog.objects.values_list("user", flat=True)) == {other.pk}
    assert not Enrolment.objects.exists()
