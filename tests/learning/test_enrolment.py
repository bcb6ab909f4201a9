"""Places in courses: taken, given one by one or to a cohort, ended, listed."""

import pytest
from django.urls import reverse

from courses.catalog.models import Access
from courses.learning.models import SummaryLog
from courses.learning.services import enrolment
from courses.people.models import ActionLogEntry, Cohort, CohortMembership, Role
from tests.catalog.people import browser, course, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return person(Role.INSTRUCTOR)


@pytest.fixture
def made(author):
    return course(author, access=Access.ENROLMENT, self_enrolment=True)


def add(author, made, **fields):
    return browser(author).post(reverse("learning:enrolments-add", args=[made.pk]), fields, follow=True)


def test_enrolling_twice_is_one_place_and_one_entry_in_the_log(made):
    learner = person(Role.TRAINEE)
    enrolment.enrol_self(learner, made)
    enrolment.enrol_self(learner, made)
    assert made.enrolments.count() == 1
    assert ActionLogEntry.objects.filter(action="learning.enrol").count() == 1


def test_people_are_enrolled_by_user_name_or_mail(author, made):
    person(Role.TRAINEE, "lin")
    zhou = person(Role.RESIDENT, "zhou")
    zhou.email = "zhou@centre.example"
    zhou.save()
    answer = add(author, made, people="LIN\nzhou@centre.example，lin")
    assert "2 people are newly enrolled." in answer.content.decode()
    assert made.enrolments.count() == 2


def test_one_unknown_name_enrols_nobody_and_is_named(author, made):
    person(Role.TRAINEE, "lin")
    answer = add(author, made, people="lin nobody@centre.example")
    assert "nobody@centre.example" in answer.content.decode()
    assert not made.enrolments.exists()


def test_a_cohort_is_enrolled_as_it_is_now(author, made):
    cohort = Cohort.objects.create(name="Class one", owner=author)
    members = [person(Role.TRAINEE, f"m{number}") for number in range(3)]
    for member in members:
        CohortMembership.objects.create(cohort=cohort, user=member)
    enrolment.enrol_self(members[0], made)
    members[2].is_active = False
    members[2].save()
    add(author, made, cohort=cohort.pk)
    places = {place.user: place for place in made.enrolments.all()}
    assert set(places) == set(members[:2])
    assert (places[members[0]].source, places[members[1]].source) == ("self", "cohort")


def test_an_instructor_enrols_only_cohorts_of_their_own(author, made):
    cohort = Cohort.objects.create(name="Other", owner=person(Role.INSTRUCTOR, "other"))
    CohortMembership.objects.create(cohort=cohort, user=person(Role.TRAINEE))
    answer = browser(author).post(reverse("learning:enrolments-add", args=[made.pk]), {"cohort": str(cohort.pk)})
    assert answer.status_code == 404
    assert not made.enrolments.exists()


def test_the_list_shows_progress_searches_and_is_exported(author, made, django_assert_max_num_queries):
    lesson = made.modules.get().lessons.get()
    for number in range(12):
        learner = person(Role.TRAINEE, f"trainee{number:02}")
        enrolment.enrol_self(learner, made)
    client = browser(learner)
    client.post(reverse("learning:done", args=[lesson.pk]))
    teacher = browser(author)
    address = reverse("learning:enrolments", args=[made.pk])
    with django_assert_max_num_queries(12):
        places = list(teacher.get(address).context["page"])
    assert [place.done for place in places] == [0] * 11 + [1]
    assert len(teacher.get(address, {"q": "trainee03"}).context["page"]) == 1
    text = teacher.get(reverse("learning:enrolments-export", args=[made.pk])).content.decode("utf-8-sig")
    assert text.count("\r\n") == 13


def test_ending_a_place_closes_the_lessons_and_keeps_the_progress(author, made):
    learner = person(Role.TRAINEE)
    place = enrolment.enrol_self(learner, made)
    lesson = made.modules.get().lessons.get()
    client = browser(learner)
    client.post(reverse("learning:done", args=[lesson.pk]))
    browser(author).post(reverse("learning:enrolments-remove", args=[made.pk, place.pk]))
    assert client.get(lesson.get_absolute_url()).status_code == 403
    assert SummaryLog.objects.filter(user=learner).exists()


def test_the_place_of_another_course_cannot_be_ended_here(author, made):
    other = course(person(Role.INSTRUCTOR, "other"), access=Access.ENROLMENT, self_enrolment=True)
    place = enrolment.enrol_self(person(Role.TRAINEE), other)
    answer = browser(author).post(reverse("learning:enrolments-remove", args=[made.pk, place.pk]))
    assert answer.status_code == 404
    assert other.enrolments.exists()


def test_leaving_gives_the_place_back(made):
    learner = person(Role.TRAINEE)
    enrolment.enrol_self(learner, made)
    browser(learner).post(reverse("learning:leave", args=[made.pk]))
    assert not made.enrolments.exists()
