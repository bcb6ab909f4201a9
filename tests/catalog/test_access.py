"""Who may open what: every address of the catalogue and of learning, for every role."""

import pytest
from django.urls import reverse

from courses.catalog.models import Access, Caption
from courses.catalog.urls import studio_patterns
from courses.learning.models import Enrolment
from courses.people.models import Role
from streaming.library.access import access_policy
from tests.catalog.people import browser, course, every_role, film, person

pytestmark = pytest.mark.django_db

OWNER, ENROLLED = "owner", "enrolled"
EVERYBODY = {"anonymous", *Role.values, OWNER, ENROLLED}
EDITORS = {OWNER, Role.ADMINISTRATOR}
READERS = EDITORS | {Role.AUDITOR}


@pytest.fixture
def people():
    return every_role() | {OWNER: person(Role.INSTRUCTOR, "owner"), ENROLLED: person(Role.TRAINEE, "enrolled")}


def statuses(people, name, *args, method="get", data=None, **params):
    answers = {}
    for who, user in people.items():
        client = browser(user)
        answers[who] = getattr(client, method)(reverse(name, args=args), data or params).status_code
    return answers


def allowed(answers: dict[str, int]) -> set[str]:
    return {who for who, status in answers.items() if status == 200}


def closed_course(people, **fields):
    made = course(people[OWNER], access=Access.ENROLMENT, **fields)
    Enrolment.objects.create(course=made, user=people[ENROLLED], source="instructor")
    return made


def first_lesson(made):
    return made.modules.get().lessons.get()


@pytest.mark.parametrize("name", ["home", "catalog:courses", "catalog:api-courses"])
def test_everybody_opens_the_public_pages(people, name):
    assert allowed(statuses(people, name)) == EVERYBODY


@pytest.mark.parametrize("name", ["catalog:course", "catalog:api-course"])
def test_a_published_course_is_seen_by_everybody_and_a_draft_by_its_editors(people, name):
    assert allowed(statuses(people, name, course(people[OWNER]).pk)) == EVERYBODY
    answers = statuses(people, name, course(people[OWNER], publish=False).pk)
    assert allowed(answers) == READERS
    assert {answers[who] for who in EVERYBODY - READERS} == {404}


def test_lessons_of_a_public_course_are_open_to_everybody(people):
    assert allowed(statuses(people, "learning:lesson", first_lesson(course(people[OWNER])).pk)) == EVERYBODY


def test_lessons_by_enrolment_are_open_to_the_enrolled_and_say_so_to_the_others(people):
    answers = statuses(people, "learning:lesson", first_lesson(closed_course(people)).pk)
    assert allowed(answers) == READERS | {ENROLLED}
    assert {answers[who] for who in EVERYBODY - READERS - {ENROLLED}} == {403}


def test_lessons_of_a_draft_are_hidden_even_from_the_enrolled(people):
    answers = statuses(people, "learning:lesson", first_lesson(closed_course(people, publish=False)).pk)
    assert allowed(answers) == READERS


def test_captions_follow_their_lesson(people):
    lesson = first_lesson(closed_course(people))
    Caption.objects.create(lesson=lesson, language="zh", text="WEBVTT\n", cues=1)
    assert allowed(statuses(people, "catalog:captions", lesson.pk, "zh")) == READERS | {ENROLLED}


def test_the_api_gives_texts_only_to_those_who_may_learn(people):
    made = closed_course(people)
    for who, user in people.items():
        answer = browser(user).get(reverse("catalog:api-course", args=[made.pk])).json()
        assert ("body_en" in answer["modules"][0]["lessons"][0]) == (who in READERS | {ENROLLED}), who


@pytest.mark.parametrize("name", ["catalog:studio", "catalog:studio-export", "catalog:studio-new-course"])
def test_the_studio_is_for_those_who_write_courses(people, name):
    assert allowed(statuses(people, name)) == EDITORS | {Role.INSTRUCTOR}


@pytest.mark.parametrize(
    "name", ["catalog:studio-course", "catalog:studio-details", "learning:enrolments", "learning:enrolments-export"]
)
def test_the_pages_of_a_course_are_for_its_editors(people, name):
    answers = statuses(people, name, course(people[OWNER]).pk)
    assert allowed(answers) == EDITORS
    assert answers["anonymous"] == 302
    assert answers[Role.INSTRUCTOR] == answers[Role.AUDITOR] == 403


def test_the_pages_of_lessons_and_modules_are_for_their_editors(people):
    made = course(people[OWNER])
    assert allowed(statuses(people, "catalog:studio-lesson", first_lesson(made).pk)) == EDITORS
    assert allowed(statuses(people, "catalog:studio-films", first_lesson(made).pk)) == EDITORS
    assert allowed(statuses(people, "catalog:studio-new-lesson", made.modules.get().pk)) == EDITORS


def test_no_change_is_open_to_anybody_but_editors(people):
    """Every studio address, taken from the urlconf, so that a new one is tested too."""
    made = course(people[OWNER], publish=False)
    lesson = first_lesson(made)
    Caption.objects.create(lesson=lesson, language="zh", text="WEBVTT\n", cues=1)
    values = {
        "course_id": made.pk,
        "module_id": made.modules.get().pk,
        "lesson_id": lesson.pk,
        "language": "zh",
        "master_id": film(people[OWNER]).pk,
    }
    names = [pattern for pattern in studio_patterns if pattern.pattern.converters or "new" in pattern.name]
    assert len(names) >= 18
    for pattern in names:
        kwargs = {name: values[name] for name in pattern.pattern.converters}
        address = reverse(f"catalog:{pattern.name}", kwargs=kwargs)
        for who in EVERYBODY - EDITORS:
            answer = browser(people[who]).post(address, {"title_en": "Taken"})
            if pattern.name == "studio-new-course" and who == Role.INSTRUCTOR:
                continue
            refused = {404} if pattern.name == "studio-use-film" else {403, 405}
            assert answer.status_code in ({302} if who == "anonymous" else refused), (pattern.name, who)
    made.refresh_from_db()
    lesson.refresh_from_db()
    assert (made.title_en, made.is_published, lesson.title_en) == ("First aid", False, "Pressing")


def test_people_enrol_themselves_only_where_it_is_allowed(people):
    closed = closed_course(people)
    opened = course(people[OWNER], access=Access.ENROLMENT, self_enrolment=True)
    for who in ("resident", "trainee", "auditor"):
        client = browser(people[who])
        assert client.post(reverse("learning:enrol", args=[closed.pk])).status_code == 403
        status = client.post(reverse("learning:enrol", args=[opened.pk])).status_code
        assert status == (403 if who == "auditor" else 302)
    assert set(opened.enrolments.values_list("user__username", flat=True)) == {"a-resident", "a-trainee"}


def test_a_film_may_be_watched_by_whoever_may_learn_a_lesson_that_shows_it(people):
    shown, hidden = film(people[OWNER]), film(people[OWNER])
    made = closed_course(people)
    lesson = first_lesson(made)
    lesson.kind, lesson.master = "video360", shown
    lesson.save()
    anybody = browser().get("/").wsgi_request.user
    policy = access_policy()

    def watchers(master):
        users = {who: user or anybody for who, user in people.items()}
        return {who for who, user in users.items() if policy.may_watch(user, master.pk)}

    assert watchers(shown) == READERS | {ENROLLED}
    assert watchers(hidden) == EDITORS
    made.access = Access.PUBLIC
    made.save()
    assert watchers(shown) == EVERYBODY
    made.state = "draft"
    made.save()
    assert watchers(shown) == READERS


def test_films_are_managed_by_their_owner_and_administrators_and_uploaded_by_teachers(people):
    policy = access_policy()
    anybody = browser().get("/").wsgi_request.user
    users = {who: user or anybody for who, user in people.items()}
    assert {who for who, user in users.items() if policy.may_manage(user, people[OWNER].pk)} == EDITORS
    assert {who for who, user in users.items() if policy.may_manage(user, None)} == {Role.ADMINISTRATOR}
    assert {who for who, user in users.items() if policy.may_upload(user)} == EDITORS | {Role.INSTRUCTOR}
