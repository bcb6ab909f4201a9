"""Consents are versioned, given, withdrawn, and their history stays readable."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.test import Client

from courses.people.consent_texts import publish_first_documents
from courses.people.models import ActionLogEntry, ConsentDecision, ConsentDocument, ConsentKind, User
from courses.people.selectors import consent_counts, consent_overview, current_document, has_consented
from courses.people.services.consents import decide, publish_document

MakePerson = Callable[..., User]


@pytest.fixture
def behaviour(db: None) -> ConsentDocument:
    publish_first_documents()
    document = current_document(ConsentKind.BEHAVIOUR)
    assert document is not None
    return document


def next_version(admin: User, kind: str) -> ConsentDocument:
    return publish_document(
        actor=admin, kind=kind, required=False, title_zh="新版", title_en="New", body_zh="正文", body_en="Text"
    )


def test_nothing_is_agreed_before_somebody_says_yes(behaviour: ConsentDocument, make_person: MakePerson) -> None:
    assert not has_consented(make_person("li"), ConsentKind.BEHAVIOUR)
    assert not has_consented(AnonymousUser(), ConsentKind.BEHAVIOUR)


def test_a_withdrawal_ends_it_and_the_history_keeps_both(behaviour: ConsentDocument, make_person: MakePerson) -> None:
    person = make_person("li")
    decide(user=person, document=behaviour, given=True)
    assert has_consented(person, ConsentKind.BEHAVIOUR)
    decide(user=person, document=behaviour, given=False)
    assert not has_consented(person, ConsentKind.BEHAVIOUR)
    row = next(row for row in consent_overview(person) if row["document"] == behaviour)
    assert [decision.given for decision in row["history"]] == [False, True]
    assert list(
        ActionLogEntry.objects.filter(actor=person.audit_key).order_by("seq").values_list("action", flat=True)
    ) == [
        "people.consent.accept",
        "people.consent.withdraw",
    ]


def test_a_new_version_has_to_be_agreed_anew(behaviour: ConsentDocument, make_person: MakePerson, admin: User) -> None:
    person = make_person("li")
    decide(user=person, document=behaviour, given=True)
    newer = next_version(admin, ConsentKind.BEHAVIOUR)
    assert newer.version == 2
    assert not has_consented(person, ConsentKind.BEHAVIOUR)
    row = next(row for row in consent_overview(person) if row["document"] == newer)
    assert row["outdated"]
    decide(user=person, document=newer, given=True)
    assert has_consented(person, ConsentKind.BEHAVIOUR)


def test_one_person_s_answer_is_nobody_else_s(behaviour: ConsentDocument, make_person: MakePerson) -> None:
    decide(user=make_person("li"), document=behaviour, given=True)
    assert not has_consented(make_person("zhou"), ConsentKind.BEHAVIOUR)


def test_counts_take_each_person_s_newest_answer(behaviour: ConsentDocument, make_person: MakePerson) -> None:
    li, zhou, wu = make_person("li"), make_person("zhou"), make_person("wu")
    for person, given in ((li, True), (zhou, True), (wu, False), (zhou, False)):
        decide(user=person, document=behaviour, given=given)
    assert consent_counts()[str(behaviour.pk)] == {"yes": 1, "no": 2}


def test_only_administrators_publish(behaviour: ConsentDocument, make_person: MakePerson) -> None:
    for role in ("resident", "trainee", "instructor", "auditor"):
        with pytest.raises(PermissionDenied):
            next_version(make_person(f"p.{role}", role), ConsentKind.TERMS)


def test_the_first_documents_are_published_once(behaviour: ConsentDocument) -> None:
    publish_first_documents()
    assert ConsentDocument.objects.count() == 3
    assert all(document.body_zh and document.body_en for document in ConsentDocument.objects.all())


def test_on_the_page_one_agrees_and_withdraws(
    behaviour: ConsentDocument, make_person: MakePerson, client_of: Callable[[User], Client]
) -> None:
    person = make_person("li")
    client = client_of(person)
    assert behaviour.title_zh in client.get("/people/consents/behaviour/").content.decode()
    answer = f"/people/consents/{behaviour.pk}/answer/"
    client.post(answer, {"answer": "yes"})
    assert has_consented(person, ConsentKind.BEHAVIOUR)
    assert f'id="withdraw-{ConsentKind.BEHAVIOUR.value}"' in client.get("/people/me/").content.decode()
    client.post(answer, {"answer": "no"})
    assert not has_consented(person, ConsentKind.BEHAVIOUR)


def test_an_answer_needs_a_post_and_leads_nowhere_foreign(
    behaviour: ConsentDocument, make_person: MakePerson, client_of: Callable[[User], Client]
) -> None:
    client = client_of(make_person("li"))
    answer = f"/people/consents/{behaviour.pk}/answer/"
    assert client.get(answer).status_code == 405
    assert client.post(answer, {"answer": "yes", "next": "https://evil.example/"})["Location"] == "/"
    assert ConsentDecision.objects.count() == 1
