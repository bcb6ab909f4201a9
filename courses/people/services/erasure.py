"""Giving people what is kept about them, and forgetting them."""

import io
import json
import uuid
import zipfile
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.people.models import ActionLogEntry, User
from courses.people.permissions import SIGNED_IN, require
from courses.people.personal_data import personal_data_parts
from courses.people.services.accounts import keep_an_administrator
from courses.people.services.audit import log_action


@transaction.atomic
def export_personal_data(*, user: User) -> bytes:
    """A ZIP with one JSON file per registered part of what the centre keeps about this person."""
    require(user, SIGNED_IN)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in personal_data_parts():
            text = json.dumps(part.export(user), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
            archive.writestr(f"{part.name}.json", text)
    log_action(actor=user, action="people.data.export", target=user)
    return buffer.getvalue()


@transaction.atomic
def erase_personal_data(*, user: User, password: str) -> None:
    """Forget a person: every part is erased, the account is emptied and closed, for good.

    The action log stays whole: its entries name an opaque key, and the only note of whose key it was goes.
    ValidationError: wrong password (people without one have none to give), or the only administrator.
    """
    require(user, SIGNED_IN)
    if user.has_usable_password() and not user.check_password(password):
        raise ValidationError({"password": _("This is not your password. Nothing was erased.")})
    keep_an_administrator(user)
    for part in reversed(personal_data_parts()):
        part.erase(user)
    log_action(actor=user, action="people.data.erase", target=user)
    user.audit_key = uuid.uuid4()
    user.public_id = uuid.uuid4()
    user.username = f"gone-{uuid.uuid4().hex}"
    user.email = user.display_name = user.language = ""
    user.is_active = False
    user.last_login = None
    user.erased_at = timezone.now()
    user.set_unusable_password()
    user.save()


def export_account(user: User) -> dict[str, Any]:
    """courses.people's own part: account, cohorts, answers to consents, and the actions of this person."""
    return {
        "account": {
            "username": user.username,
            "display_name": user.display_name,
            "email": user.email,
            "role": user.role,
            "language": user.language,
            "joined": user.date_joined,
            "last_sign_in": user.last_login,
        },
        "two_factor": list(Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")),
        "cohorts": list(user.memberships.values("cohort__name", "joined_at")),
        "consents": list(
            user.consent_decisions.values("document__kind", "document__version", "given", "language", "decided_at")
        ),
        "actions": [
            {"at": entry.at, "action": entry.action, "target": entry.target_type, "data": entry.data}
            for entry in ActionLogEntry.objects.filter(actor=user.audit_key).order_by("seq")
        ],
    }


def erase_account(user: User) -> None:
    """Forget second factors, addresses, memberships, answers and failed sign-ins; led cohorts lose their leader."""
    for name in {user.username.lower(), user.email.lower()} - {""}:
        for model in (AccessAttempt, AccessLog, AccessFailureLog):
            model.objects.filter(username__iexact=name).delete()
    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    user.memberships.all().delete()
    user.consent_decisions.all().delete()
    user.cohorts_led.update(owner=None)
