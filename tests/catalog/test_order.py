"""Putting modules and lessons into another order, by buttons and by dragging."""

import json
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from courses.catalog.services import lessons
from courses.people.models import Role
from tests.catalog.people import article, browser, course, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return person(Role.INSTRUCTOR)


@pytest.fixture
def made(author):
    """Modules one (a, b) and two (c)."""
    made = course(author, publish=False)
    one = made.modules.get()
    one.lessons.all().delete()
    two = lessons.add_module(author, made, title_en="two")
    lessons.update_module(author, one, title_zh="", title_en="one")
    for module, name in ((one, "a"), (one, "b"), (two, "c")):
        article(author, module, name)
    return made


def order(made) -> list[tuple[str, str]]:
    return [
        (module.title_en, "".join(lesson.title_en for lesson in module.lessons.all())) for module in made.modules.all()
    ]


def lesson_called(made, name):
    return next(lesson for module in made.modules.all() for lesson in module.lessons.all() if lesson.title_en == name)


@pytest.mark.parametrize(
    ("name", "step", "expected"),
    [
        ("b", -1, [("one", "ba"), ("two", "c")]),
        ("a", 1, [("one", "ba"), ("two", "c")]),
        ("b", 1, [("one", "a"), ("two", "bc")]),
        ("c", -1, [("one", "abc"), ("two", "")]),
        ("a", -1, [("one", "ab"), ("two", "c")]),
        ("c", 1, [("one", "ab"), ("two", "c")]),
    ],
)
def test_a_lesson_moves_by_one_place_and_over_the_edge_of_its_module(author, made, name, step, expected):
    lessons.move_lesson(author, lesson_called(made, name), step)
    assert order(made) == expected


def test_a_module_moves_with_its_lessons(author, made):
    lessons.move_module(author, made.modules.last(), -1)
    assert order(made) == [("two", "c"), ("one", "ab")]
    lessons.move_module(author, made.modules.first(), -1)
    assert order(made) == [("two", "c"), ("one", "ab")]


def test_dragging_sends_the_whole_order(author, made):
    outline = [[str(module), [str(lesson) for lesson in reversed(ids)]] for module, ids in lessons.outline_of(made)]
    answer = browser(author).post(
        reverse("catalog:studio-reorder", args=[made.pk]),
        {"outline": json.dumps(outline[::-1])},
        headers={"hx-request": "true"},
    )
    assert answer.status_code == 200
    assert order(made) == [("two", "c"), ("one", "ba")]


def test_an_order_that_misses_a_new_lesson_changes_nothing(author, made):
    before = lessons.outline_of(made)
    article(author, made.modules.first(), "d")
    with pytest.raises(ValidationError):
        lessons.reorder(author, made, before[::-1])
    assert order(made) == [("one", "abd"), ("two", "c")]


@pytest.mark.parametrize("outline", ["", "7", "[[1]]", '[["x", []]]', '{"a": 1}'])
def test_an_order_that_cannot_be_read_is_refused(author, made, outline):
    answer = browser(author).post(reverse("catalog:studio-reorder", args=[made.pk]), {"outline": outline})
    assert answer.status_code == 400


def test_an_order_cannot_pull_in_lessons_of_another_course(author, made):
    other = course(author, "Other", publish=False)
    outline = lessons.outline_of(made)
    outline[0][1].append(other.modules.get().lessons.get().pk)
    with pytest.raises(ValidationError):
        lessons.reorder(author, made, outline)
    outline = [*lessons.outline_of(made), (uuid.uuid4(), [])]
    with pytest.raises(ValidationError):
        lessons.reorder(author, made, outline)


def test_deleting_closes_the_gap(author, made):
    lessons.delete_lesson(author, lesson_called(made, "a"))
    assert [lesson.position for lesson in made.modules.first().lessons.all()] == [0]
    lessons.delete_module(author, made.modules.first())
    assert [module.position for module in made.modules.all()] == [0]
