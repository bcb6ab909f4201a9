"""Administrators look after accounts; everybody looks after their own."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from courses.people.models import ActionLogEntry, Role, User
from courses.people.services import accounts

from .conftest import PASSWORD

MakePerson = Callable[..., User]


class TestIdentity:
    @pytest.mark.parametrize("second", [{"username": "LI.NA"}, {"username": "x", "email": "LI@hospital.example"}])
    def test_names_and_addresses_are_unique_in_any_case(self, make_person: MakePerson, second: dict[str, str]) -> None:
        make_person("li.na", email="li@hospital.example")
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.create(**second)

    def test_many_people_may_have_no_address(self, make_person: MakePerson) -> None:
        make_person("a"), make_person("b")
        assert User.objects.filter(email="").count() == 2


class TestProfile:
    def test_saving_changes_name_address_and_language(
        self, make_person: MakePerson, client_of: Callable[[User], Client]
    ) -> None:
        person = make_person("li.na")
        form = {"display_name": " 李娜 ", "email": "Li@Hospital.example", "language": "en"}
        response = client_of(person).post("/people/me/", form)
        person.refresh_from_db()
        assert (person.display_name, person.email, person.language) == ("李娜", "li@hospital.example", "en")
        assert response.cookies["django_language"].value == "en"
        entry = ActionLogEntry.objects.get(action="people.profile.change")
        assert entry.data == {"fields": ["display_name", "language", "email"]}

    def test_somebody_else_s_address_is_refused_in_a_sentence(
        self, make_person: MakePerson, client_of: Callable[[User], Client]
    ) -> None:
        make_person("zhou", email="zhou@hospital.example")
        person = make_person("li.na", email="li@hospital.example")
        form = {"display_name": "Li", "email": "ZHOU@hospital.example", "language": "en"}
        response = client_of(person).post("/people/me/", form)
        assert response.status_code == 422 and "field__error" in response.content.decode()
        person.refresh_from_db()
        assert (person.email, person.display_name) == ("li@hospital.example", "")

    def test_a_new_address_signs_in_and_the_old_one_no_longer(self, make_person: MakePerson, client: Client) -> None:
        person = make_person("li.na", email="old@hospital.example")
        accounts.change_profile(user=person, display_name="", email="new@hospital.example", language="en")
        assert (
            client.post("/accounts/login/", {"login": "old@hospital.example", "password": PASSWORD}).status_code == 200
        )
        assert (
            client.post("/accounts/login/", {"login": "new@hospital.example", "password": PASSWORD}).status_code == 302
        )


class TestAdministration:
    def test_a_role_is_changed_and_logged(self, admin: User, make_person: MakePerson) -> None:
        person = make_person("li.na", Role.RESIDENT)
        accounts.change_role(actor=admin, person=person, role=Role.INSTRUCTOR)
        person.refresh_from_db()
        assert person.role == Role.INSTRUCTOR
        entry = ActionLogEntry.objects.get(action="people.person.change_role")
        assert entry.data == {"from": "resident", "to": "instructor"}
        assert (entry.actor, entry.target_id) == (admin.audit_key, str(person.audit_key))

    @pytest.mark.parametrize("change", ["demote", "close"])
    def test_the_last_administrator_stays(self, admin: User, make_person: MakePerson, change: str) -> None:
        make_person("closed.admin", Role.ADMINISTRATOR, is_active=False)
        with pytest.raises(ValidationError):
            if change == "demote":
                accounts.change_role(actor=admin, person=admin, role=Role.TRAINEE)
            else:
                accounts.set_active(actor=admin, person=admin, active=False)
        admin.refresh_from_db()
        assert admin.role == Role.ADMINISTRATOR and admin.is_active

    def test_closing_an_account_ends_its_sessions(
        self, admin: User, make_person: MakePerson, client_of: Callable[[User], Client]
    ) -> None:
        person = make_person("li.na")
        client = client_of(person)
        assert client.get("/people/me/").status_code == 200
        client_of(admin).post(f"/people/person/{person.public_id}/active/", {"active": "no"})
        assert client.get("/people/me/").status_code == 302

    @pytest.mark.parametrize("role", [Role.RESIDENT, Role.TRAINEE, Role.INSTRUCTOR, Role.AUDITOR])
    def test_nobody_else_administers(self, make_person: MakePerson, role: str) -> None:
        actor, person = make_person("actor", role), make_person("li.na")
        for action in (
            lambda: accounts.change_role(actor=actor, person=actor, role=Role.ADMINISTRATOR),
            lambda: accounts.set_active(actor=actor, person=person, active=False),
            lambda: accounts.reset_access(actor=actor, person=person),
            lambda: accounts.add_person(actor=actor, username="n", email="", display_name="", role=Role.TRAINEE),
        ):
            with pytest.raises(PermissionDenied):
                action()

    def test_who_lost_everything_gets_in_by_a_new_link(
        self, admin: User, make_person: MakePerson, client_of: Callable[[User], Client]
    ) -> None:
        person = make_person("li.na")
        Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "X"})
        AccessAttempt.objects.create(username="li.na", ip_address="127.0.0.1", failures_since_start=9)
        page = client_of(admin).post(f"/people/person/{person.public_id}/reset/")
        assert page["Cache-Control"] == "no-store"
        link = re.search(r"http://testserver(/people/welcome/[^<\s]+)", page.content.decode()).group(1)
        newcomer = Client()
        newcomer.post(link, {"password1": "jasper-kelp-lagoon", "password2": "jasper-kelp-lagoon"})
        assert (
            newcomer.post("/accounts/login/", {"login": "li.na", "password": "jasper-kelp-lagoon"}).status_code == 302
        )
        assert newcomer.session["_auth_user_id"] == str(person.pk)

    def test_a_taken_name_is_said_at_its_field(self, admin: User, client_of: Callable[[User], Client]) -> None:
        form = {"username": "ADMIN.wang", "display_name": "", "email": "", "role": "trainee"}
        response = client_of(admin).post("/people/add/", form)
        assert response.status_code == 422
        assert User.objects.count() == 1


class TestFirstAdministrator:
    def test_the_operator_gets_a_link_that_opens_an_administrator_s_account(self, db: None, client: Client) -> None:
        output = StringIO()
        call_command("add_administrator", "boss", "--email", "boss@centre.example", stdout=output)
        link = re.search(r"https?://[^/]+(/\S+)", output.getvalue()).group(1)
        client.post(link, {"password1": "jasper-kelp-lagoon", "password2": "jasper-kelp-lagoon"})
        client.post("/accounts/login/", {"login": "boss@centre.example", "password": "jasper-kelp-lagoon"})
        assert client.get("/people/consents/pending/").context["document"].kind == "terms"
        assert User.objects.get(username="boss").role == Role.ADMINISTRATOR

    def test_a_taken_name_is_said(self, admin: User) -> None:
        with pytest.raises(CommandError):
            call_command("add_administrator", "ADMIN.wang")


class TestSignInLinks:
    def test_weak_passwords_are_refused_and_the_link_stays_good(self, make_person: MakePerson, client: Client) -> None:
        link = f"/people/welcome/{accounts.sign_in_token(make_person('li.na'))}/"
        assert client.post(link, {"password1": "short", "password2": "short"}).status_code == 422
        assert client.post(link, {"password1": "one-thing-long", "password2": "another-thing"}).status_code == 422
        assert client.get(link).status_code == 200

    def test_forged_old_and_closed_links_do_not_open(
        self, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person = make_person("li.na")
        token = accounts.sign_in_token(person)
        assert accounts.person_of_token(token) == person
        assert accounts.person_of_token(token[:-2] + "xx") is None
        late = timezone.now() + timedelta(days=accounts.SIGN_IN_LINK_DAYS, seconds=2)
        with monkeypatch.context() as clock:
            clock.setattr("time.time", late.timestamp)
            assert accounts.person_of_token(token) is None
        User.objects.update(is_active=False)
        assert accounts.person_of_token(token) is None
