"""What allauth and axes report, written into the action log."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from axes.signals import user_locked_out
from django.http import HttpRequest
from django.utils.translation import get_language

from courses.people.middleware import PENDING
from courses.people.models import User
from courses.people.selectors import find_person, pending_required
from courses.people.services.audit import log_action


def connect() -> None:
    """Connect the receivers once, when the app is ready."""
    account.user_logged_in.connect(signed_in, dispatch_uid="people.signed_in")
    account.user_signed_up.connect(signed_up, dispatch_uid="people.signed_up")
    account.password_changed.connect(password_changed, dispatch_uid="people.password_changed")
    account.password_reset.connect(password_changed, dispatch_uid="people.password_reset")
    mfa.authenticator_added.connect(factor_added, dispatch_uid="people.factor_added")
    mfa.authenticator_removed.connect(factor_removed, dispatch_uid="people.factor_removed")
    mfa.authenticator_reset.connect(factor_renewed, dispatch_uid="people.factor_renewed")
    user_locked_out.connect(locked_out, dispatch_uid="people.locked_out")


def signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    request.session[PENDING] = bool(pending_required(user))
    log_action(actor=user, action="people.sign_in", target=user)


def signed_up(request: HttpRequest, user: User, **_: Any) -> None:
    user.language = get_language() or ""
    user.save(update_fields=["language"])
    log_action(actor=user, action="people.sign_up", target=user)


def password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    log_action(actor=user, action="people.person.set_password", target=user)


def factor_added(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    log_action(actor=user, action="people.factor.add", target=user, data={"type": authenticator.type})


def factor_removed(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    log_action(actor=user, action="people.factor.remove", target=user, data={"type": authenticator.type})


def factor_renewed(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    log_action(actor=user, action="people.factor.renew", target=user, data={"type": authenticator.type})


def locked_out(request: HttpRequest, username: str, **_: Any) -> None:
    """Axes has closed a name; the log names nobody when nobody has that name."""
    log_action(actor=None, action="people.locked_out", target=find_person(username) if username else None)
