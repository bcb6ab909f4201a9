"""How allauth works in this house."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from courses.people.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Keeps e-mail addresses as typed but for case, and shows people the language they chose."""

    def clean_email(self, email: str) -> str:
        return str(super().clean_email(email)).lower()

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if user.language:
            remember_language(response, user.language)
        return response


def remember_language(response: HttpResponse, language: str) -> None:
    """Make this browser speak `language` from the next page on, like the language switch does."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE or "Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
