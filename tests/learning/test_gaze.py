"""Where people look: recorded with consent only, bounded, shown to instructors of three and more people, forgotten."""

import base64
import json
import uuid

import numpy as np
import pytest
from django.urls import reverse

from courses.catalog.models import Access, LessonKind
from courses.catalog.services import lessons
from courses.learning import gaze, personal_data, selectors
from courses.learning.models import Enrolment, GazeMinute
from courses.people.models import Cohort, ConsentKind, Role
from courses.people.selectors import consenting, current_document
from courses.people.services.consents import decide, publish_document
from tests.catalog.people import browser, course, film, person

pytestmark = pytest.mark.django_db
UP_RIGHT = (9000, 4500)


@pytest.fixture
def author():
    return person(Role.INSTRUCTOR)


@pytest.fixture
def lesson(author):
    """A sphere of 100 seconds in a course by enrolment."""
    made = course(author, access=Access.ENROLMENT)
    lesson = lessons.add_lesson(author, made.modules.get(), kind=LessonKind.VIDEO_360, title_zh="片", title_en="Film")
    return lessons.update_lesson(author, lesson, master=film(author))


@pytest.fixture(autouse=True)
def document():
    texts = {"title_zh": "视线", "title_en": "Gaze", "body_zh": "记录", "body_en": "Recorded"}
    return publish_document(actor=None, kind=ConsentKind.BEHAVIOUR, required=False, **texts)


def viewer(lesson, name, *, agrees=True):
    made = person(Role.TRAINEE, name)
    Enrolment.objects.create(course=lesson.module.course, user=made, source="self")
    if agrees:
        decide(user=made, document=current_document(ConsentKind.BEHAVIOUR), given=True)
    return made


def batch(first=0, pairs=((0, 0),), sitting=None):
    data = np.array(pairs, "<i2").tobytes()
    return {
        "session": str(sitting or uuid.uuid4()),
        "first": first,
        "samples": base64.b64encode(data).decode(),
    }


def send(user, lesson, said):
    return browser(user).post(reverse("learning:gaze", args=[lesson.pk]), said, content_type="application/json")


def config_of(user, lesson):
    page = browser(user).get(lesson.get_absolute_url()).content.decode()
    text = page.split('<script id="player-config" type="application/json">')[1].split("</script>")[0]
    return json.loads(text)


def test_only_who_agreed_is_told_where_to_send_and_is_recorded(lesson):
    agrees, refuses = viewer(lesson, "yes"), viewer(lesson, "no", agrees=False)
    assert config_of(agrees, lesson)["gazeUrl"]
    assert config_of(refuses, lesson)["gazeUrl"] is None
    assert send(agrees, lesson, batch()).status_code == 200
    assert send(refuses, lesson, batch()).status_code == 403
    assert send(None, lesson, batch()).status_code == 401
    assert set(GazeMinute.objects.values_list("user__username", flat=True)) == {"yes"}


def test_after_a_withdrawal_and_after_a_new_text_nothing_more_is_recorded(lesson, document):
    user = viewer(lesson, "yes")
    decide(user=user, document=document, given=False)
    assert send(user, lesson, batch()).status_code == 403
    decide(user=user, document=document, given=True)
    assert send(user, lesson, batch()).status_code == 200
    texts = {"title_zh": "新", "title_en": "New", "body_zh": "新", "body_en": "New"}
    publish_document(actor=None, kind=ConsentKind.BEHAVIOUR, required=False, **texts)
    assert send(user, lesson, batch()).status_code == 403


def test_a_stranger_to_the_course_sends_nothing(lesson):
    stranger = person(Role.TRAINEE, "stranger")
    decide(user=stranger, document=current_document(ConsentKind.BEHAVIOUR), given=True)
    assert send(stranger, lesson, batch()).status_code == 403
    assert not GazeMinute.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        "x",
        [],
        {},
        {"session": "1", "first": 0, "samples": "AAAAAA=="},
        {**batch(), "first": -1},
        {**batch(), "first": True},
        {**batch(), "first": 101 * 5},
        {**batch(), "first": 10**12},
        {**batch(), "samples": "AAA"},
        {**batch(), "samples": 7},
        {**batch(), "samples": "AAAA"},
        {**batch(), "samples": ""},
        batch(pairs=[(18001, 0)]),
        batch(pairs=[(0, -9001)]),
        batch(pairs=[(gaze.NOT_SEEN, 0)]),
        batch(pairs=[(0, 0)] * 601),
    ],
)
def test_what_is_no_batch_is_refused_and_stores_nothing(lesson, said):
    answer = send(viewer(lesson, "yes"), lesson, said)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert not GazeMinute.objects.exists()


def test_a_flood_of_batches_is_stopped(lesson):
    user = viewer(lesson, "yes")
    answers = [send(user, lesson, batch()).status_code for _ in range(42)]
    assert answers[:40] == [200] * 40
    assert answers[-1] == 429


def test_a_batch_over_a_minutes_end_fills_two_minutes_and_twice_is_once(lesson):
    user, sitting = viewer(lesson, "yes"), uuid.uuid4()
    for _ in range(2):
        send(user, lesson, batch(298, [(1, 2), (3, 4), (gaze.NOT_SEEN, gaze.NOT_SEEN), (5, 6)], sitting))
    first, second = (np.frombuffer(bytes(row.samples), "<i2").reshape(-1, 2) for row in GazeMinute.objects.all())
    assert first[298:].tolist() == [[1, 2], [3, 4]]
    assert second[:3].tolist() == [[gaze.NOT_SEEN] * 2, [5, 6], [gaze.NOT_SEEN] * 2]
    assert (first[:298] == gaze.NOT_SEEN).all()
    assert len(bytes(GazeMinute.objects.first().samples)) == 1200


def test_two_people_are_never_shown_three_are_and_each_counts_alike(lesson):
    for name in ("a", "b"):
        send(viewer(lesson, name), lesson, batch(0, [(0, 0)] * 5))
    grid = selectors.gaze_grid(lesson)
    assert (grid.everybody, grid.people.sum(), float(grid.shares.sum())) == (0, 0, 0)
    third = viewer(lesson, "c")
    for _ in range(4):  # watched over and over: still one person
        send(third, lesson, batch(0, [UP_RIGHT] * 10))
    grid = selectors.gaze_grid(lesson)
    assert grid.everybody == 3
    assert grid.people[:3].tolist() == [3, 0, 0]  # the second second was seen by one person only
    right = int(gaze.cells_of(np.array([UP_RIGHT], np.int16))[0])
    assert grid.shares[0, right] == pytest.approx(1 / 3)
    assert grid.shares[0].sum() == pytest.approx(1)


def test_who_withdraws_leaves_the_picture_at_once(lesson, document):
    people = [viewer(lesson, name) for name in ("a", "b", "c")]
    for user in people:
        send(user, lesson, batch(0, [(0, 0)] * 5))
    assert selectors.gaze_grid(lesson).everybody == 3
    decide(user=people[0], document=document, given=False)
    assert set(consenting(ConsentKind.BEHAVIOUR)) == set(people[1:])
    assert selectors.gaze_grid(lesson).everybody == 0


def test_the_heat_map_is_for_the_author_and_can_be_of_one_cohort(lesson, author):
    people = [viewer(lesson, f"p{i}") for i in range(6)]
    cohort = Cohort.objects.create(name="Night shift", owner=author)
    cohort.members.set(people[:3])
    for i, user in enumerate(people):
        send(user, lesson, batch(0, [(0, 0) if i < 3 else UP_RIGHT] * 5))
    page = reverse("learning:heat-map", args=[lesson.pk])
    grid = reverse("learning:gaze-grid", args=[lesson.pk])
    assert browser(author).get(page).status_code == 200
    assert browser(people[0]).get(page).status_code == 403
    assert browser(people[0]).get(grid).status_code == 403
    everybody = browser(author).get(grid).json()
    assert (everybody["everybody"], len(everybody["cells"][0]) // 2) == (6, 2)
    of_cohort = browser(author).get(grid, {"cohort": cohort.pk}).json()
    assert (of_cohort["everybody"], len(of_cohort["cells"][0]) // 2) == (3, 1)
    other = Cohort.objects.create(name="Others", owner=person(Role.INSTRUCTOR, "else"))
    assert browser(author).get(grid, {"cohort": other.pk}).status_code == 404


def test_the_export_names_directions_in_degrees(lesson, author):
    for name in ("a", "b", "c"):
        send(viewer(lesson, name), lesson, batch(5, [(-9000, -4500)] * 5))
    text = browser(author).get(reverse("learning:gaze-export", args=[lesson.pk])).content.decode("utf-8-sig")
    assert text.splitlines()[1:] == ["1,3,-85.0,-45.0,1.0000"] or text.splitlines()[1:] == [
        "1,3,-85.0,-45.0,1.0000",
        "",
    ]


def test_the_crowd_is_for_who_may_learn_and_names_nobody(lesson):
    for name in ("a", "b", "c"):
        user = viewer(lesson, name)
        send(user, lesson, batch(0, [(0, 0)] * 5))
    address = reverse("learning:crowd", args=[lesson.pk])
    told = browser(user).get(address).json()
    assert set(told) == {"version", "columns", "rows", "step", "cells"}
    assert told["cells"][0][1] == 255
    assert browser(person(Role.TRAINEE, "stranger")).get(address).status_code == 403


def test_ones_own_looks_are_exported_and_can_be_forgotten_alone(lesson):
    user, other = viewer(lesson, "me"), viewer(lesson, "other")
    for who in (user, other):
        send(who, lesson, batch(0, [(100, 200)] * 5))
    exported = personal_data.export(user)["gaze"]["minutes"]
    assert base64.b64decode(exported[0]["samples"])[:4] == np.array([100, 200], "<i2").tobytes()
    page = browser(user)
    assert "Film" in page.get(reverse("learning:my-gaze")).content.decode()
    page.post(reverse("learning:my-gaze-erase"))
    assert set(GazeMinute.objects.values_list("user", flat=True)) == {other.pk}
    personal_data.erase(other)
    assert not GazeMinute.objects.exists()


def test_of_many_sittings_the_newest_are_kept(lesson):
    user = viewer(lesson, "me")
    for _ in range(23):
        send(user, lesson, batch())
    assert GazeMinute.objects.filter(user=user).values("sitting").distinct().count() == 20
