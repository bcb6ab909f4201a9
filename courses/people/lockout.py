"""What django-axes needs to know to lock a name out after repeated failures, and the page that says so."""

from datetime import timedelta
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from courses.people.models import User


def account_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The user name an attempt is about, whether the e-mail or the name (in any case) was typed."""
    given = credentials or {}
    typed = str(given.get("username") or given.get("email") or request.POST.get("login") or "").strip().lower()
    if "@" in typed:
        found = User.objects.filter(email__iexact=typed).values_list("username", flat=True).first()
        return (found or typed).lower()
    return typed


def client_address(request: HttpRequest) -> str:
    """The client's address: the last one our own proxy added, or the peer's."""
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        forwarded = request.headers.get("X-Forwarded-For", "")
        if forwarded:
            return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """The answer (429) to somebody who is locked out: until when, and what to do meanwhile."""
    cool_off = get_cool_off(request) or timedelta(minutes=15)
    attempt = (
        AccessAttempt.objects.filter(username=account_name(request, credentials), ip_address=client_address(request))
        .order_by("-attempt_time")
        .first()
    )
    until = (attempt.attempt_time if attempt else timezone.now()) + cool_off
    seconds = max(1, int((until - timezone.now()).total_seconds()))
    page = render(request, "account/locked_out.html", {"until": until, "minutes": -(-seconds // 60)}, status=429)
    page["Retry-After"] = str(seconds)
    return page
