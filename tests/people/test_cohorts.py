"""Instructors lead their cohorts; members come and go by name or address."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client

from courses.people.models import ActionLogEntry, Cohort, Role, User
from courses.people.selectors import cohorts_visible_to
from courses.people.services import cohorts

MakePerson = Callable[..., User]


@pytest.fixture
def teacher(make_person: MakePerson) -> User:
    return make_person("chen", Role.INSTRUCTOR, display_name="陈医生")


@pytest.fixture
def cohort(teacher: User) -> Cohort:
    return cohorts.create_cohort(actor=teacher, name="规培一班")


def test_a_name_is_used_once(teacher: User, cohort: Cohort) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        cohorts.create_cohort(actor=teacher, name="规培一班")


def test_people_are_added_by_name_or_address_and_unknown_ones_are_told(
    teacher: User, cohort: Cohort, make_person: MakePerson
) -> None:
    li, zhou = make_person("li.na"), make_person("zhou", email="zhou@hospital.example")
    outcome = cohorts.add_members(
        actor=teacher, cohort=cohort, names=["LI.NA", "zhou@hospital.example", "nobody", "li.na", " "]
    )
    assert (outcome.added, outcome.unknown) == ([li, zhou], ["nobody"])
    assert cohorts.add_members(actor=teacher, cohort=cohort, names=["li.na"]).already == [li]
    assert cohort.members.count() == 2
    entry = ActionLogEntry.objects.get(action="people.cohort.add_members")
    assert entry.data["people"] == [str(li.audit_key), str(zhou.audit_key)]


def test_another_instructor_s_cohort_is_closed(cohort: Cohort, make_person: MakePerson) -> None:
    other = make_person("wu", Role.INSTRUCTOR)
    assert list(cohorts_visible_to(other)) == []
    for action in (
        lambda: cohorts.add_members(actor=other, cohort=cohort, names=["wu"]),
        lambda: cohorts.change_cohort(actor=other, cohort=cohort, name="x", description=""),
        lambda: cohorts.delete_cohort(actor=other, cohort=cohort),
        lambda: cohorts.remove_member(actor=other, cohort=cohort, person=other),
    ):
        with pytest.raises(PermissionDenied):
            action()


def test_an_instructor_who_lost_the_role_lost_the_cohort(teacher: User, cohort: Cohort) -> None:
    teacher.role = Role.TRAINEE
    teacher.save()
    with pytest.raises(PermissionDenied):
        cohorts.delete_cohort(actor=teacher, cohort=cohort)


def test_deleting_a_cohort_keeps_its_members(
    teacher: User, cohort: Cohort, make_person: MakePerson, client_of: Callable[[User], Client]
) -> None:
    make_person("li.na")
    cohorts.add_members(actor=teacher, cohort=cohort, names=["li.na"])
    response = client_of(teacher).post(f"/people/cohorts/{cohort.pk}/delete/")
    assert response["Location"] == "/people/cohorts/"
    assert User.objects.filter(username="li.na").exists() and not Cohort.objects.exists()
    assert ActionLogEntry.objects.get(action="people.cohort.delete").target_id == str(cohort.pk)


def test_on_the_page_unknown_names_stay_in_the_field(
    teacher: User, cohort: Cohort, make_person: MakePerson, client_of: Callable[[User], Client]
) -> None:
    make_person("li.na")
    client = client_of(teacher)
    page = client.post(f"/people/cohorts/{cohort.pk}/members/", {"names": "li.na，ghost;\nphantom"})
    assert page.status_code == 422
    assert "ghost\nphantom" in page.content.decode().replace("\r", "")
    assert cohort.members.count() == 1
    public_id = cohort.members.get().public_id
    client.post(f"/people/cohorts/{cohort.pk}/members/{public_id}/remove/")
    assert cohort.members.count() == 0


def test_the_export_lists_the_members(
    teacher: User, cohort: Cohort, make_person: MakePerson, client_of: Callable[[User], Client]
) -> None:
    make_person("li.na", display_name="李娜")
    cohorts.add_members(actor=teacher, cohort=cohort, names=["li.na"])
    sheet = client_of(teacher).get(f"/people/cohorts/{cohort.pk}/export.csv").content.decode("utf-8-sig")
    assert sheet.splitlines() == ["username,name,email,role,cohort,language", "li.na,李娜,,trainee,规培一班,"]


def test_lists_do_not_ask_the_database_for_each_line(
    teacher: User, make_person: MakePerson, client_of: Callable[[User], Client], django_assert_max_num_queries: Callable
) -> None:
    for number in range(30):
        cohorts.create_cohort(actor=teacher, name=f"c{number}")
    client = client_of(teacher)
    with django_assert_max_num_queries(6):
        client.get("/people/cohorts/")
