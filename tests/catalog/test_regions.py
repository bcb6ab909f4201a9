"""An instructor's regions: saved as a whole, checked, and told to the player."""

import json

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from courses.catalog import selectors
from courses.catalog.models import LessonKind, Region
from courses.catalog.services import lessons, regions
from courses.people.models import ActionLogEntry, Role
from tests.catalog.people import browser, course, film, person

pytestmark = pytest.mark.django_db
BOX = {"t": 2.0, "yaw": 170.0, "pitch": -10.0, "width": 30.0, "height": 20.0}
MONITOR = {"title_zh": "监护仪", "title_en": "Monitor", "start": 1.0, "end": 9.5, "keyframes": [BOX]}


@pytest.fixture
def author():
    return person(Role.INSTRUCTOR)


@pytest.fixture
def lesson(author):
    """A sphere of 100 seconds."""
    made = course(author)
    lesson = lessons.add_lesson(author, made.modules.get(), kind=LessonKind.VIDEO_360, title_zh="片", title_en="Film")
    return lessons.update_lesson(author, lesson, master=film(author))


def test_regions_reach_the_player_in_its_language(author, lesson):
    regions.set_regions(author, lesson, [MONITOR])
    page = browser(None, "en").get(lesson.get_absolute_url()).content.decode()
    text = page.split('<script id="player-config" type="application/json">')[1].split("</script>")[0]
    [told] = json.loads(text)["regions"]
    assert (told["name"], told["start"], told["end"], told["keyframes"]) == ("Monitor", 1.0, 9.5, [BOX])


def test_saving_replaces_what_was_there_and_is_noted(author, lesson):
    regions.set_regions(author, lesson, [MONITOR, {**MONITOR, "title_en": "Wound"}])
    later = {**BOX, "t": 5, "yaw": -170}
    regions.set_regions(author, lesson, [{**MONITOR, "keyframes": [later, BOX]}])
    [kept] = selectors.regions_of(lesson)
    assert [frame["t"] for frame in kept["keyframes"]] == [2.0, 5.0]
    assert ActionLogEntry.objects.filter(action="catalog.lesson.regions").count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"title_zh": "", "title_en": " "},
        {"title_en": "x" * 121},
        {"start": 9.5},
        {"start": -1},
        {"end": 101},
        {"end": float("nan")},
        {"end": "soon"},
        {"keyframes": []},
        {"keyframes": "all"},
        {"keyframes": [{**BOX, "yaw": 181}]},
        {"keyframes": [{**BOX, "pitch": float("inf")}]},
        {"keyframes": [{**BOX, "width": 1}]},
        {"keyframes": [{**BOX, "width": 181}]},
        {"keyframes": [{**BOX, "height": True}]},
        {"keyframes": [{"t": 0}]},
        {"keyframes": [{**BOX, "t": i} for i in range(61)]},
    ],
)
def test_a_wrong_region_is_refused_with_its_number_and_changes_nothing(author, lesson, wrong):
    regions.set_regions(author, lesson, [MONITOR])
    with pytest.raises(ValidationError, match="2"):
        regions.set_regions(author, lesson, [MONITOR, {**MONITOR, **wrong}])
    assert Region.objects.count() == 1


def test_only_who_edits_the_course_marks_regions(author, lesson):
    with pytest.raises(PermissionDenied):
        regions.set_regions(person(Role.INSTRUCTOR, "other"), lesson, [MONITOR])
    address = reverse("catalog:studio-regions", args=[lesson.pk])
    assert browser(person(Role.TRAINEE)).get(address).status_code == 403
    assert browser(author).get(address).status_code == 200


def test_the_editor_saves_and_says_what_is_wrong(author, lesson):
    save = reverse("catalog:studio-save-regions", args=[lesson.pk])
    page = browser(author)
    answer = page.post(save, {"regions": [MONITOR]}, content_type="application/json")
    assert [region["title_zh"] for region in answer.json()["regions"]] == ["监护仪"]
    answer = page.post(save, {"regions": [{**MONITOR, "end": 0.5}]}, content_type="application/json")
    assert answer.status_code == 422
    assert "Region 1" in answer.json()["error"]
    for broken in ("x", "[]", '{"regions": 1}', '{"regions": [1]}', '{"regions": "' + "x" * 400_001 + '"}'):
        assert page.post(save, broken, content_type="application/json").status_code == 400
    assert Region.objects.count() == 1


def test_a_flat_film_has_no_regions(author, lesson):
    lesson.kind = LessonKind.VIDEO
    lesson.save()
    with pytest.raises(ValidationError):
        regions.set_regions(author, lesson, [MONITOR])
    assert browser(author).get(reverse("catalog:studio-regions", args=[lesson.pk])).status_code == 404
