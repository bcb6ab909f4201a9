"""Finding courses: search, filters, pages, the home page's doors; and that lists cost few queries."""

import pytest
from django.urls import reverse

from courses.catalog import selectors
from courses.catalog.models import Access, Audience, Course, LessonKind, Situation
from courses.catalog.services import lessons
from courses.catalog.services.courses import unpublish_course
from courses.people.models import Role
from streaming.library.models import MasterState
from tests.catalog.people import article, browser, course, film, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return person(Role.INSTRUCTOR)


def found(**query) -> set[str]:
    answer = browser().get(reverse("catalog:courses"), query)
    return {item.title_en for item in answer.context["page"]}


def add_film(author, made, kind=LessonKind.VIDEO_360, **fields):
    lesson = lessons.add_lesson(author, made.modules.first(), kind=kind, title_zh="片", title_en="Film")
    return lessons.update_lesson(author, lesson, master=film(author, **fields))


def test_search_reads_titles_summaries_and_lessons_in_both_languages(author):
    course(author, "Choking", title_zh="气道异物梗阻")
    bleeding = course(author, "Bleeding", summary_en="Press and hold")
    article(author, bleeding.modules.get(), "Tourniquet", title_zh="止血带")
    assert found(q="异物") == {"Choking"}
    assert found(q="press HOLD") == {"Bleeding"}
    assert found(q="止血带") == found(q="tourniq") == {"Bleeding"}
    assert found(q="异物 hold") == set()
    assert found(q="100%_") == set()


def test_filters_narrow_and_unknown_values_are_ignored(author):
    course(author, "Everyone")
    course(author, "Trainees", audience=Audience.TRAINEE, access=Access.ENROLMENT)
    course(author, "Residents", audience=Audience.RESIDENT, title_zh="", summary_zh="")
    add_film(author, Course.objects.get(title_en="Trainees"))
    assert found(audience="trainee") == {"Everyone", "Trainees"}
    assert found(kind="video360") == {"Trainees"}
    assert found(language="zh") == {"Everyone", "Trainees"}
    assert found(access="enrolment") == {"Trainees"}
    assert found(audience="nobody", kind="<x>", page="x") == {"Everyone", "Trainees", "Residents"}


def test_drafts_are_not_found(author):
    course(author, "Draft", publish=False)
    unpublish_course(author, course(author, "Withdrawn"))
    assert found() == set()


def test_an_empty_catalogue_and_an_empty_search_say_so(author):
    assert "Courses will stand here" in browser().get(reverse("catalog:courses")).content.decode()
    course(author)
    assert "No course fits" in browser().get(reverse("catalog:courses"), {"q": "zzz"}).content.decode()


def test_filtering_by_htmx_answers_the_results_alone(author):
    course(author)
    answer = browser().get(reverse("catalog:courses"), headers={"hx-request": "true", "hx-target": "results"})
    text = answer.content.decode()
    assert "<html" not in text and "First aid" in text


def test_cards_tell_minutes_and_lessons_that_can_be_learned(author):
    made = course(author)
    add_film(author, made, state=MasterState.TRANSCODING)
    card = selectors.catalogue(selectors.CatalogueFilter()).get()
    assert (card.lesson_count, card.minutes, card.has_360) == (1, 3, False)
    ready = add_film(author, made, poster="masters/x/stills/poster.jpg")
    card = selectors.catalogue(selectors.CatalogueFilter()).get()
    assert (card.lesson_count, card.minutes, card.has_360, card.panorama_id) == (2, 6, True, ready.master_id)


def test_the_catalogue_costs_as_many_queries_for_30_courses_as_for_3(author, django_assert_num_queries):
    for number in range(3):
        course(author, f"C{number}")
    with django_assert_num_queries(2):  # count, page
        browser().get(reverse("catalog:courses"))
    for number in range(27):
        add_film(author, course(author, f"D{number}"), poster="masters/x/stills/poster.jpg")
    with django_assert_num_queries(2):
        assert len(browser().get(reverse("catalog:courses")).context["page"]) == 24


def test_the_api_list_costs_two_queries(author, django_assert_num_queries):
    for number in range(5):
        course(author, f"C{number}")
    with django_assert_num_queries(2):
        answer = browser().get(reverse("catalog:api-courses")).json()
    assert answer["count"] == 5
    assert answer["results"][0]["languages"] == ["zh", "en"]


def test_a_course_page_costs_as_many_queries_for_20_lessons_as_for_one(author, django_assert_num_queries):
    made = course(author)
    with django_assert_num_queries(3):  # course, modules, lessons
        browser().get(made.get_absolute_url())
    for module in range(3):
        chapter = lessons.add_module(author, made, title_zh="章", title_en=f"M{module}")
        for number in range(6):
            article(author, chapter, f"L{number}")
    with django_assert_num_queries(3):
        answer = browser().get(made.get_absolute_url())
    assert len(answer.context["lessons"]) == 19


def test_the_studio_costs_as_many_queries_for_20_courses_as_for_one(author, django_assert_max_num_queries):
    client = browser(author)
    for number in range(20):
        course(author, f"C{number}")
    with django_assert_max_num_queries(10):
        assert len(client.get(reverse("catalog:studio")).context["page"]) == 20
    assert client.get(reverse("catalog:studio-export")).content.decode("utf-8-sig").count("\r\n") == 21


def test_the_home_page_has_a_door_for_each_situation_with_a_public_ready_lesson(author):
    made = course(author)
    collapse = article(author, made.modules.get(), "Collapse", situation=Situation.COLLAPSE)
    article(author, made.modules.get(), "Empty", situation=Situation.CHOKING, body_zh="", body_en="")
    closed = course(author, "Closed", access=Access.ENROLMENT)
    article(author, closed.modules.get(), "Hidden", situation=Situation.BLEEDING)
    answer = browser().get(reverse("home"))
    assert [door["lesson"] for door in answer.context["doors"]] == [collapse]
    assert collapse.get_absolute_url() in answer.content.decode()


def test_lessons_without_their_film_are_shown_to_editors_only(author):
    made = course(author)
    lesson = add_film(author, made, state=MasterState.TRANSCODING)
    assert lesson.title_en not in browser().get(made.get_absolute_url()).content.decode()
    assert browser().get(lesson.get_absolute_url()).status_code == 404
    assert lesson.title_en in browser(author).get(made.get_absolute_url()).content.decode()
    assert "being made ready" in browser(author).get(lesson.get_absolute_url()).content.decode()


def test_a_spreadsheet_cannot_be_tricked_by_a_title(author):
    course(author, '=HYPERLINK("http://bad")')
    text = browser(author).get(reverse("catalog:studio-export")).content.decode("utf-8-sig")
    assert "'=HYPERLINK" in text


def test_the_picker_offers_films_of_the_right_kind_that_are_ready_or_on_their_way(author):
    wanted = film(author)
    coming = film(author, MasterState.PROBING, projection="")
    film(author, MasterState.FAILED)
    flat = film(author, projection="flat")
    film(person(Role.INSTRUCTOR, "other"))
    lesson = lessons.add_lesson(
        author, course(author, publish=False).modules.get(), kind=LessonKind.VIDEO_360, title_en="Film"
    )
    client = browser(author)
    offered = client.get(reverse("catalog:studio-lesson", args=[lesson.pk])).context["films"]
    assert {item["master"] for item in offered} == {wanted, coming}
    answer = client.get(reverse("catalog:studio-films", args=[lesson.pk]), {"kind": "video"})
    assert {item["master"] for item in answer.context["films"]} == {flat, coming}


def test_a_film_goes_from_the_library_into_a_new_lesson(author):
    made = course(author, publish=False)
    master = film(author, title="Ward round", projection="flat")
    client = browser(author)
    page = client.get(reverse("catalog:studio"), {"master": master.pk})
    assert list(page.context["modules"]) == list(made.modules.all())
    address = reverse("catalog:studio-use-film", args=[master.pk])
    client.post(address, {"module": made.modules.get().pk})
    lesson = made.modules.get().lessons.last()
    assert (lesson.master, lesson.kind, lesson.title_zh) == (master, LessonKind.VIDEO, "Ward round")
    assert client.post(address, {"module": ""}, follow=True).status_code == 200
    assert client.get(reverse("catalog:studio"), {"master": "x"}).status_code == 404


def test_the_film_of_somebody_else_cannot_be_taken_from_the_library(author):
    made = course(author, publish=False)
    master = film(person(Role.INSTRUCTOR, "other"))
    address = reverse("catalog:studio-use-film", args=[master.pk])
    assert browser(author).post(address, {"module": made.modules.get().pk}).status_code == 404
