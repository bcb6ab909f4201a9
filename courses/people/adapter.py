"""How allauth works in this house."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from courses.people.limits import FAILED_SIGN_INS
from courses.people.lockout import client_address
from courses.people.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Keeps e-mail addresses as typed but for case, and shows people the language they chose."""

    def clean_email(self, email: str) -> str:
        return str(super().clean_email(email)).lower()

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        if FAILED_SIGN_INS.is_used_up(client_address(request)):
            raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        FAILED_SIGN_INS.count(client_address(request))

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if user.language:
            remember_language(response, user.language)
        return response


class MFAAdapter(DefaultMFAAdapter):
    """Says what to do when a code is wrong."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right, or its half minute is over. Type the one that is shown now."),
    }


def remember_language(response: HttpResponse, language: str) -> None:
    """Make this browser speak `language` from the next page on, like the language switch does."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE or "Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
