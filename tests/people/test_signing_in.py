"""People sign in by user name, e-mail, authenticator app and recovery code, and are stopped when they guess."""

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from courses.people.limits import FAILED_SIGN_INS
from courses.people.models import ActionLogEntry, ConsentDecision, ConsentDocument, User

from .conftest import PASSWORD

MakePerson = Callable[..., User]
LOGIN = "/accounts/login/"


def totp(secret: str, at: float) -> str:
    """RFC 6238, six digits, 30 s, SHA-1."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def sign_in(client: Client, login: str, password: str = PASSWORD, **extra: str) -> object:
    return client.post(LOGIN, {"login": login, "password": password}, **extra)


def signed_in_as(client: Client) -> str:
    return client.session.get("_auth_user_id", "")


@pytest.fixture
def nurse(make_person: MakePerson) -> User:
    return make_person("Li.Na", email="li.na@hospital.example")


class TestPassword:
    @pytest.mark.parametrize("login", ["Li.Na", "li.na", "li.na@hospital.example", "LI.NA@Hospital.example"])
    def test_by_user_name_or_e_mail_in_any_case(self, client: Client, nurse: User, login: str) -> None:
        assert sign_in(client, login).status_code == 302
        assert signed_in_as(client) == str(nurse.pk)
        assert ActionLogEntry.objects.filter(action="people.sign_in", actor=nurse.audit_key).count() == 1

    def test_wrong_password_stays_outside_and_does_not_tell_whether_the_name_exists(
        self, client: Client, nurse: User
    ) -> None:
        known = sign_in(client, "li.na", "wrong").content.decode()
        unknown = sign_in(client, "nobody.here", "wrong").content.decode()
        errors = [re.findall(r'role="alert">.*?</div>', page, re.S)[:1] for page in (known, unknown)]
        assert errors[0] == errors[1] != []
        assert signed_in_as(client) == ""

    def test_a_closed_account_is_refused(self, client: Client, make_person: MakePerson) -> None:
        make_person("gone", is_active=False)
        sign_in(client, "gone")
        assert signed_in_as(client) == ""

    def test_the_chosen_language_comes_back_on_another_device(self, client: Client, make_person: MakePerson) -> None:
        make_person("john", language="en")
        response = sign_in(client, "john")
        assert response.cookies["django_language"].value == "en"

    def test_never_to_a_foreign_address_after_signing_in(self, client: Client, nurse: User) -> None:
        response = client.post(LOGIN, {"login": "li.na", "password": PASSWORD, "next": "https://evil.example/"})
        assert response["Location"] == "/"


class TestLockout:
    def guess(self, client: Client, login: str, times: int, **extra: str) -> object:
        response = None
        for _ in range(times):
            response = sign_in(client, login, "wrong", **extra)
        return response

    def test_after_eight_failures_the_page_says_when_to_try_again(self, client: Client, nurse: User) -> None:
        assert self.guess(client, "li.na", 7).status_code == 200
        response = self.guess(client, "li.na", 1)
        assert response.status_code == 429
        assert 14 * 60 < int(response["Retry-After"]) <= 15 * 60
        until = timezone.localtime() + timezone.timedelta(seconds=int(response["Retry-After"]))
        minutes = {f"{until + timezone.timedelta(minutes=shift):%H:%M}" for shift in (-1, 0, 1)}
        assert any(clock in response.content.decode() for clock in minutes)

    def test_the_right_password_does_not_help_while_locked_out(self, client: Client, nurse: User) -> None:
        self.guess(client, "li.na", 8)
        assert sign_in(client, "li.na").status_code == 429
        assert signed_in_as(client) == ""

    def test_e_mail_and_user_name_count_together(self, client: Client, nurse: User) -> None:
        self.guess(client, "li.na", 4)
        assert self.guess(client, "LI.NA@hospital.example", 4).status_code == 429

    def test_others_and_other_places_are_not_locked_out(
        self, client: Client, nurse: User, make_person: MakePerson
    ) -> None:
        make_person("zhou")
        self.guess(client, "li.na", 8)
        assert sign_in(client, "zhou").status_code == 302
        assert sign_in(Client(), "li.na", REMOTE_ADDR="10.0.0.9").status_code == 302

    def test_a_lockout_is_in_the_action_log(self, client: Client, nurse: User) -> None:
        self.guess(client, "li.na", 8)
        entry = ActionLogEntry.objects.get(action="people.locked_out")
        assert entry.target_id == str(nurse.audit_key)

    def test_a_success_forgets_earlier_failures(self, client: Client, nurse: User) -> None:
        self.guess(client, "li.na", 7)
        assert sign_in(Client(), "li.na").status_code == 302
        assert self.guess(Client(), "li.na", 7).status_code == 200

    def test_one_address_cannot_try_endless_names(self, client: Client, nurse: User) -> None:
        for number in range(FAILED_SIGN_INS.most):
            sign_in(client, f"name{number}", "wrong")
        assert sign_in(client, "li.na").status_code == 200
        assert signed_in_as(client) == ""
        assert sign_in(Client(), "li.na", REMOTE_ADDR="10.0.0.9").status_code == 302


class TestSecondStep:
    def switch_on(self, client: Client) -> str:
        """Through the pages, as a person does; returns the secret."""
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        page = client.get("/accounts/2fa/totp/activate/")
        secret = page.context["form"].secret
        assert secret in page.content.decode()
        answer = client.post("/accounts/2fa/totp/activate/", {"code": totp(secret, time.time())})
        assert answer.status_code == 302
        return str(secret)

    def test_the_app_s_code_is_asked_after_the_password(
        self, client: Client, nurse: User, django_capture_on_commit_callbacks: Callable[..., Any]
    ) -> None:
        sign_in(client, "li.na")
        with django_capture_on_commit_callbacks(execute=True):
            secret = self.switch_on(client)
        added = ActionLogEntry.objects.filter(action="people.factor.add", actor=nurse.audit_key)
        assert {entry.data["type"] for entry in added} == {"totp", "recovery_codes"}

        later = Client()
        response = sign_in(later, "li.na")
        assert response["Location"].startswith("/accounts/2fa/authenticate/")
        assert signed_in_as(later) == ""
        wrong = later.post("/accounts/2fa/authenticate/", {"code": "000000"})
        assert wrong.status_code == 200 and signed_in_as(later) == ""
        right = later.post("/accounts/2fa/authenticate/", {"code": totp(secret, time.time() + 30)})
        assert right.status_code == 302
        assert signed_in_as(later) == str(nurse.pk)

    def test_a_recovery_code_opens_once(self, client: Client, nurse: User) -> None:
        sign_in(client, "li.na")
        self.switch_on(client)
        codes = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()
        shown = client.get("/accounts/2fa/recovery-codes/").content.decode()
        assert codes[0] in shown
        for attempt, expected in ((Client(), str(nurse.pk)), (Client(), "")):
            sign_in(attempt, "li.na")
            attempt.post("/accounts/2fa/authenticate/", {"code": codes[0]})
            assert signed_in_as(attempt) == expected

    def test_setting_it_up_asks_who_one_is(self, client_of: Callable[[User], Client], nurse: User) -> None:
        response = client_of(nurse).get("/accounts/2fa/totp/activate/")
        assert response["Location"].startswith("/accounts/reauthenticate/")


class TestSigningUp:
    FORM = {
        "username": "xiao.lin",
        "display_name": "小林",
        "email": "Lin@Home.example",
        "terms": "on",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }

    def test_makes_a_resident_who_accepted_the_terms(self, client: Client, terms: ConsentDocument) -> None:
        response = client.post("/accounts/signup/", self.FORM)
        person = User.objects.get(username="xiao.lin")
        assert response.status_code == 302
        assert (person.role, person.display_name, person.email) == ("resident", "小林", "lin@home.example")
        assert signed_in_as(client) == str(person.pk)
        assert ConsentDecision.objects.get(user=person).given is True
        assert client.get("/people/me/").status_code == 200

    def test_without_the_terms_nobody_is_made(self, client: Client, terms: ConsentDocument) -> None:
        form = {name: value for name, value in self.FORM.items() if name != "terms"}
        assert client.post("/accounts/signup/", form).status_code == 200
        assert not User.objects.exists()

    @pytest.mark.parametrize(
        "change",
        [
            {"username": "LI.NA"},
            {"email": "LI.NA@hospital.example"},
            {"password1": "1234567890"},
            {"password2": "other"},
        ],
    )
    def test_taken_names_and_weak_passwords_are_refused(
        self, client: Client, nurse: User, terms: ConsentDocument, change: dict[str, str]
    ) -> None:
        response = client.post("/accounts/signup/", {**self.FORM, **change})
        assert response.status_code == 200
        assert "field__error" in response.content.decode() or "notice--error" in response.content.decode()
        assert User.objects.count() == 1

    def test_a_role_cannot_be_signed_up_for(self, client: Client, terms: ConsentDocument) -> None:
        client.post("/accounts/signup/", {**self.FORM, "role": "administrator", "is_superuser": "on"})
        person = User.objects.get(username="xiao.lin")
        assert person.role == "resident" and not person.is_superuser

    def test_one_address_cannot_make_accounts_without_end(self, client: Client, db: None) -> None:
        codes = []
        for number in range(61):
            form = {**self.FORM, "username": f"robot{number}", "email": "", "password2": "differs"}
            codes.append(Client().post("/accounts/signup/", form).status_code)
        assert codes[0] == 200 and codes[-1] == 429


class TestTermsFirst:
    def test_an_unanswered_required_document_comes_before_everything(
        self, client: Client, nurse: User, terms: ConsentDocument
    ) -> None:
        sign_in(client, "li.na")
        response = client.get("/people/cohorts/?page=2")
        assert response["Location"].startswith("/people/consents/pending/?next=")
        asked = client.get(response["Location"])
        assert asked.context["document"] == terms
        answer = client.post(
            f"/people/consents/{terms.pk}/answer/", {"answer": "yes", "next": response["Location"]}, follow=True
        )
        assert answer.redirect_chain[-1][0] == "/people/cohorts/?page=2"

    def test_who_says_no_is_signed_out(self, client: Client, nurse: User, terms: ConsentDocument) -> None:
        sign_in(client, "li.na")
        client.post(f"/people/consents/{terms.pk}/answer/", {"answer": "no"})
        assert signed_in_as(client) == ""

    def test_who_agreed_is_not_asked_again_until_a_new_version(
        self, client: Client, nurse: User, terms: ConsentDocument
    ) -> None:
        ConsentDecision.objects.create(user=nurse, document=terms, given=True, language="en")
        sign_in(client, "li.na")
        assert client.session["people.terms_pending"] is False
        ConsentDocument.objects.create(
            kind="terms", version=2, required=True, title_zh="新", title_en="New", body_zh="新", body_en="New"
        )
        again = Client()
        sign_in(again, "li.na")
        assert again.session["people.terms_pending"] is True


class TestForgottenPassword:
    def test_a_link_by_mail_sets_a_new_one(self, client: Client, nurse: User, mailoutbox: list[object]) -> None:
        from allauth.account.models import EmailAddress

        EmailAddress.objects.create(user=nurse, email=nurse.email, primary=True)
        client.post("/accounts/password/reset/", {"email": "li.na@hospital.example"})
        link = re.search(r"http://testserver(/\S+)", mailoutbox[0].body).group(1)
        page = client.get(link, follow=True)
        answer = client.post(
            page.redirect_chain[-1][0], {"password1": "new-harbor-maple-7", "password2": "new-harbor-maple-7"}
        )
        assert answer.status_code == 302
        assert sign_in(Client(), "li.na", "new-harbor-maple-7").status_code == 302

    def test_an_unknown_address_gets_the_same_answer(self, client: Client, nurse: User) -> None:
        known = client.post("/accounts/password/reset/", {"email": "li.na@hospital.example"})
        unknown = client.post("/accounts/password/reset/", {"email": "nobody@hospital.example"})
        assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


class TestConfirmedAddress:
    NEW = {
        "username": "zhao",
        "email": "zhao@hospital.example",
        "password1": "harbor-maple-olive-7",
        "password2": "harbor-maple-olive-7",
    }

    @pytest.fixture(autouse=True)
    def _mandatory(self, settings: Any) -> None:
        settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
        settings.ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]

    @pytest.mark.parametrize(("language", "word"), [("zh-hans", "验证"), ("en", "verification")])
    @pytest.mark.django_db
    def test_a_letter_with_a_link_comes_before_the_first_sign_in(
        self, client: Client, mailoutbox: list[Any], language: str, word: str
    ) -> None:
        client.cookies["django_language"] = language
        waiting = client.post("/accounts/signup/", self.NEW, follow=True).content.decode()
        assert word in waiting
        assert f'<html lang="{language}"' in waiting
        assert signed_in_as(client) == ""
        sign_in(client, "zhao", self.NEW["password1"])
        assert signed_in_as(client) == ""
        link = re.search(r"http://testserver(/\S+)", mailoutbox[0].body).group(1)
        page = client.get(link).content.decode()
        assert "<main" in page and "zhao@hospital.example" in page
        client.post(link)
        sign_in(client, "zhao", self.NEW["password1"])
        assert signed_in_as(client) == str(User.objects.get(username="zhao").pk)

    @pytest.mark.django_db
    def test_nobody_signs_up_without_an_address(self, client: Client, mailoutbox: list[Any]) -> None:
        page = client.post("/accounts/signup/", {**self.NEW, "email": ""})
        assert page.status_code == 200
        assert not User.objects.filter(username="zhao").exists()
        assert mailoutbox == []
