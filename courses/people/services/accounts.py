"""Changing accounts: one's own, and other people's."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from axes.utils import reset as reset_lockout
from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from courses.people.models import Role, User
from courses.people.permissions import MANAGE_PEOPLE, SIGNED_IN, require
from courses.people.services.audit import log_action

SIGN_IN_LINK_DAYS = 14
_SALT = "people.sign-in-link"


@transaction.atomic
def change_profile(*, user: User, display_name: str, email: str, language: str) -> User:
    """The person's own name, e-mail and language. ValidationError: the e-mail is somebody else's."""
    require(user, SIGNED_IN)
    user.display_name, user.language = display_name.strip(), language
    changed: list[str] = [name for name in ("display_name", "language") if name in _changes(user)]
    if email.lower() != user.email.lower():
        set_email(user, email)
        changed.append("email")
    user.save(update_fields=["display_name", "language", "email"])
    if changed:
        log_action(actor=user, action="people.profile.change", target=user, data={"fields": changed})
    return user


def _changes(user: User) -> set[str]:
    stored = User.objects.values("display_name", "language").get(pk=user.pk)
    return {name for name, value in stored.items() if getattr(user, name) != value}


def set_email(user: User, email: str) -> None:
    """Give the person this one address ("" for none), also where allauth looks for it; the caller saves the user."""
    address = email.strip().lower()
    if address and User.objects.exclude(pk=user.pk).filter(email__iexact=address).exists():
        raise ValidationError({"email": _("Somebody else already uses this e-mail address.")})
    user.email = address
    EmailAddress.objects.filter(user=user).delete()
    if address:
        EmailAddress.objects.create(user=user, email=address, primary=True, verified=False)


def create_person(*, username: str, email: str = "", display_name: str = "", role: str, language: str = "") -> User:
    """A new person who sets the password later by a sign-in link. Inside a caller's transaction and permission."""
    user = User(username=username, display_name=display_name, role=role, language=language)
    user.set_unusable_password()
    user.save()
    if email:
        set_email(user, email)
        user.save(update_fields=["email"])
    return user


@transaction.atomic
def add_person(*, actor: User, username: str, email: str, display_name: str, role: str) -> User:
    """An administrator adds one person. ValidationError: the user name or e-mail is taken or malformed."""
    require(actor, MANAGE_PEOPLE)
    return _add(actor, username=username, email=email, display_name=display_name, role=role)


@transaction.atomic
def install_administrator(*, username: str, email: str) -> User:
    """The operator of the machine makes an administrator. ValidationError as in `add_person`."""
    return _add(None, username=username, email=email, display_name="", role=Role.ADMINISTRATOR)


def _add(actor: User | None, *, username: str, email: str, display_name: str, role: str) -> User:
    User(username=username, role=role, display_name=display_name, password="!").full_clean()  # noqa: S106 - no password
    user = create_person(username=username, email=email, display_name=display_name, role=role)
    log_action(actor=actor, action="people.person.add", target=user, data={"role": role})
    return user


@transaction.atomic
def change_role(*, actor: User, person: User, role: str) -> User:
    """Give a person another role. ValidationError: unknown role, or it would leave no administrator."""
    require(actor, MANAGE_PEOPLE)
    if role not in Role.values:
        raise ValidationError(_("There is no such role."))
    if role != Role.ADMINISTRATOR:
        keep_an_administrator(person)
    was, person.role = person.role, role
    person.save(update_fields=["role"])
    if was != role:
        log_action(actor=actor, action="people.person.change_role", target=person, data={"from": was, "to": role})
    return person


@transaction.atomic
def set_active(*, actor: User, person: User, active: bool) -> User:
    """Let a person sign in, or stop it at once. ValidationError: it would leave no administrator."""
    require(actor, MANAGE_PEOPLE)
    if not active:
        keep_an_administrator(person)
    person.is_active = active
    person.save(update_fields=["is_active"])
    verb = "activate" if active else "deactivate"
    log_action(actor=actor, action=f"people.person.{verb}", target=person)
    return person


@transaction.atomic
def reset_access(*, actor: User, person: User) -> str:
    """For somebody who lost password or phone: ends the lockout, removes the second factors and the password.

    Returns a fresh sign-in link token.
    """
    require(actor, MANAGE_PEOPLE)
    person.set_unusable_password()
    person.save(update_fields=["password"])
    Authenticator.objects.filter(user=person).delete()
    reset_lockout(username=person.username.lower())
    log_action(actor=actor, action="people.person.reset_access", target=person)
    return sign_in_token(person)


def keep_an_administrator(person: User) -> None:
    """ValidationError when `person` is the only active administrator. Call inside the transaction that changes it."""
    if person.role != Role.ADMINISTRATOR or not person.is_active:
        return
    administrators = User.objects.select_for_update().filter(role=Role.ADMINISTRATOR, is_active=True)
    if not [other for other in administrators.order_by("pk") if other.pk != person.pk]:
        raise ValidationError(
            _("This is the only administrator. Make somebody else an administrator first, then try again.")
        )


# --- sign-in links -----------------------------------------------------------------------------------


def sign_in_token(person: User) -> str:
    """A token with which the person sets a first password; good for SIGN_IN_LINK_DAYS and until it is used."""
    return signing.dumps([person.public_id.hex, _password_mark(person)], salt=_SALT, compress=False)


def person_of_token(token: str) -> User | None:
    """Whose link this is; None when it is forged, too old or used."""
    try:
        public_id, mark = signing.loads(token, salt=_SALT, max_age=SIGN_IN_LINK_DAYS * 24 * 3600)
    except signing.BadSignature:
        return None
    person = User.objects.filter(public_id=public_id, is_active=True, erased_at=None).first()
    return person if person and mark == _password_mark(person) else None


def _password_mark(person: User) -> str:
    return salted_hmac(_SALT, person.password).hexdigest()[:16]


@transaction.atomic
def set_first_password(*, token: str, password: str) -> User:
    """Use a sign-in link. ValidationError: the link is no longer good, or the password is too weak."""
    person = person_of_token(token)
    if person is None:
        raise ValidationError(_("This link has been used or is too old. Ask your administrator for a new one."))
    validate_password(password, person)
    person.set_password(password)
    person.save(update_fields=["password"])
    log_action(actor=person, action="people.person.set_password", target=person)
    return person
