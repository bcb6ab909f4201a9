"""People can take their data with them, and be forgotten without the action log breaking."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.core.exceptions import ValidationError
from django.test import Client

from courses.people import personal_data
from courses.people.models import ActionLogEntry, Cohort, CohortMembership, ConsentDecision, ConsentDocument, User
from courses.people.personal_data import register_personal_data
from courses.people.services.accounts import set_email
from courses.people.services.consents import decide
from courses.people.services.erasure import erase_personal_data, export_personal_data
from courses.people.services.verify import verify_log

from .conftest import PASSWORD

MakePerson = Callable[..., User]


@pytest.fixture
def person(make_person: MakePerson, terms: ConsentDocument) -> User:
    someone = make_person("li.na", display_name="李娜")
    set_email(someone, "li.na@hospital.example")
    someone.save()
    decide(user=someone, document=terms, given=True)
    CohortMembership.objects.create(cohort=Cohort.objects.create(name="规培一班"), user=someone)
    Authenticator.objects.create(user=someone, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"})
    return someone


@pytest.fixture
def other_wing() -> Iterator[list[User]]:
    """A wing that registers its part, as learning does."""
    erased: list[User] = []
    before = dict(personal_data._parts)
    register_personal_data("test_wing", lambda user: {"hello": user.display_name}, erased.append)
    yield erased
    personal_data._parts.clear()
    personal_data._parts.update(before)


def unpack(archive: bytes) -> dict[str, object]:
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        return {name: json.loads(files.read(name)) for name in files.namelist()}


class TestExport:
    def test_holds_every_wing_s_part_and_no_secret(self, person: User, other_wing: list[User]) -> None:
        archive = export_personal_data(user=person)
        parts = unpack(archive)
        assert parts["test_wing.json"] == {"hello": "李娜"}
        account = parts["account.json"]
        assert account["account"]["email"] == "li.na@hospital.example"
        assert account["cohorts"][0]["cohort__name"] == "规培一班"
        assert account["consents"][0]["given"] is True
        assert [entry["action"] for entry in account["actions"]] == ["people.consent.accept"]
        assert "JBSWY3DPEHPK3PXP" not in json.dumps(parts) and person.password not in json.dumps(parts)

    def test_asks_for_the_password_first(self, person: User, client_of: Callable[[User], Client]) -> None:
        client = client_of(person)
        assert client.get("/people/me/export/")["Location"].startswith("/accounts/reauthenticate/")
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        response = client.get("/people/me/export/")
        assert response["Content-Type"] == "application/zip"
        assert "account.json" in unpack(response.content)


class TestErasure:
    def test_nothing_that_names_the_person_is_left(self, person: User, other_wing: list[User]) -> None:
        AccessAttempt.objects.create(username="li.na", ip_address="10.0.0.1", failures_since_start=1)
        key, public_id = person.audit_key, person.public_id
        erase_personal_data(user=person, password=PASSWORD)
        person.refresh_from_db()
        assert other_wing == [person]
        assert (person.email, person.display_name, person.is_active) == ("", "", False)
        assert "li" not in person.username and not person.has_usable_password()
        assert person.audit_key != key and person.public_id != public_id
        for model in (EmailAddress, Authenticator, ConsentDecision, CohortMembership, AccessAttempt):
            assert not model.objects.exists()

    def test_the_log_stays_whole_and_its_entries_point_to_nobody(self, person: User) -> None:
        key = person.audit_key
        entries = ActionLogEntry.objects.filter(actor=key).count()
        erase_personal_data(user=person, password=PASSWORD)
        assert ActionLogEntry.objects.filter(actor=key).count() == entries + 1
        assert not User.objects.filter(audit_key=key).exists()
        assert verify_log().is_good

    def test_a_wrong_password_erases_nothing(self, person: User) -> None:
        with pytest.raises(ValidationError):
            erase_personal_data(user=person, password="wrong")
        person.refresh_from_db()
        assert person.display_name == "李娜" and person.is_active

    def test_a_wing_that_fails_undoes_all(self, person: User, other_wing: list[User]) -> None:
        def fail(user: User) -> None:
            raise RuntimeError("disk full")

        register_personal_data("a_failing_wing", lambda user: {}, fail)
        with pytest.raises(RuntimeError):
            erase_personal_data(user=person, password=PASSWORD)
        person.refresh_from_db()
        assert person.display_name == "李娜" and EmailAddress.objects.filter(user=person).exists()

    def test_the_only_administrator_cannot_go(self, admin: User) -> None:
        with pytest.raises(ValidationError):
            erase_personal_data(user=admin, password=PASSWORD)

    def test_on_the_page_one_is_signed_out_everywhere_and_cannot_come_back(
        self, person: User, client_of: Callable[[User], Client]
    ) -> None:
        here, elsewhere = client_of(person), client_of(person)
        assert here.post("/people/me/erase/", {"password": PASSWORD}).status_code == 422
        response = here.post("/people/me/erase/", {"password": PASSWORD, "sure": "on"})
        assert response["Location"] == "/"
        for client in (here, elsewhere):
            assert client.get("/people/me/")["Location"].startswith("/accounts/login/")
        fresh = Client()
        fresh.post("/accounts/login/", {"login": "li.na", "password": PASSWORD})
        assert "_auth_user_id" not in fresh.session

    def test_the_name_is_free_again(self, person: User, make_person: MakePerson) -> None:
        erase_personal_data(user=person, password=PASSWORD)
        newcomer = make_person("LI.NA")
        set_email(newcomer, "li.na@hospital.example")
