"""Auditors read the action log, filter it, take it with them, and check its seals; and change nothing."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from courses.people.demo import seed_demo_people
from courses.people.models import ActionLogEntry, ConsentDocument, Role, User
from courses.people.services.audit import log_action
from courses.people.services.erasure import erase_personal_data
from courses.people.services.verify import verify_log

from .conftest import PASSWORD


@pytest.fixture
def auditor(make_person: Callable[..., User], client_of: Callable[[User], Client]) -> Client:
    return client_of(make_person("auditor", Role.AUDITOR))


@pytest.fixture
def chen(make_person: Callable[..., User]) -> User:
    return make_person("chen", Role.INSTRUCTOR, display_name="陈医生", email="chen@hospital.example")


def shown(page: object) -> list[str]:
    return [entry.action for entry, _person in page.context["rows"]]


def test_filters_by_action_person_and_day(auditor: Client, chen: User) -> None:
    log_action(actor=chen, action="catalog.course.publish")
    log_action(actor=chen, action="people.cohort.create")
    log_action(actor=None, action="people.locked_out")
    assert shown(auditor.get("/people/audit/")) == [
        "people.locked_out",
        "people.cohort.create",
        "catalog.course.publish",
    ]
    assert shown(auditor.get("/people/audit/?action=people.")) == ["people.locked_out", "people.cohort.create"]
    assert shown(auditor.get("/people/audit/?who=CHEN&action=catalog")) == ["catalog.course.publish"]
    assert shown(auditor.get("/people/audit/?who=chen@hospital.example")) == [
        "people.cohort.create",
        "catalog.course.publish",
    ]
    assert shown(auditor.get("/people/audit/?who=nobody")) == []
    assert shown(auditor.get("/people/audit/?since=2999-01-01")) == []
    assert len(shown(auditor.get("/people/audit/?until=2999-01-01"))) == 3
    assert auditor.get("/people/audit/?since=yesterday").status_code == 422


def test_names_are_shown_until_the_person_is_erased(auditor: Client, chen: User) -> None:
    log_action(actor=chen, action="catalog.course.publish")
    assert "陈医生" in auditor.get("/people/audit/?action=catalog").content.decode()
    key = chen.audit_key.hex[:8]
    erase_personal_data(user=chen, password=PASSWORD)
    page = auditor.get("/people/audit/?action=catalog").content.decode()
    assert "陈医生" not in page and key in page


def test_the_export_is_itself_logged(auditor: Client, chen: User) -> None:
    log_action(actor=chen, action="catalog.course.publish", data={"title": "急救, 入门"})
    sheet = auditor.get("/people/audit/export.csv?action=catalog").content.decode("utf-8-sig")
    lines = sheet.splitlines()
    assert len(lines) == 2 and "chen" in lines[1] and "急救" in lines[1]
    assert ActionLogEntry.objects.first().action == "people.audit.export"


def test_checking_the_seals_says_what_is_broken(auditor: Client) -> None:
    for step in range(3):
        log_action(actor=None, action="test.step", data={"step": step})
    assert "3" in str(next(iter(auditor.post("/people/audit/verify/", follow=True).context["messages"])))
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {ActionLogEntry._meta.db_table} SET action = 'x' WHERE seq = 2")
    message = next(iter(auditor.post("/people/audit/verify/", follow=True).context["messages"]))
    assert message.level_tag == "error" and "2" in str(message)


def test_an_instructor_name_with_markup_is_shown_as_text(auditor: Client, make_person: Callable[..., User]) -> None:
    evil = make_person("evil", display_name="<script>alert(1)</script>")
    log_action(actor=evil, action="test.step", data={"title": "<img src=x onerror=alert(1)>"})
    page = auditor.get("/people/audit/").content.decode()
    assert "<script>alert" not in page and "<img src=x" not in page


@pytest.mark.django_db
def test_the_demo_has_every_role_once_and_nothing_secret_in_the_log() -> None:
    made = seed_demo_people()
    assert sorted(role for role, _name, _password in made) == sorted(Role.values)
    for role, username, password in made:
        person = User.objects.get(username=username)
        assert person.role == role and person.check_password(password) and len(password) >= 20
        assert not ActionLogEntry.objects.filter(data_json__contains=password).exists()
    assert len({password for _role, _name, password in made}) == len(made)
    assert ConsentDocument.objects.count() == 3 and verify_log().is_good
    assert seed_demo_people() == []
