"""Bringing in many people from a table: first a dry run that changes nothing, then all of them or none."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.people.models import Cohort, CohortMembership, PeopleImport, User
from courses.people.permissions import IMPORT_PEOPLE, require
from courses.people.services.accounts import create_person, keep_an_administrator, set_email
from courses.people.services.audit import log_action
from courses.people.services.import_rows import Row, read_table

KEEP_DRY_RUNS = timedelta(hours=24)


@dataclass
class CheckedRow:
    """A row with what would become of it: "new", "changed" or "same"; or, with `faults`, why it cannot be done."""

    row: Row
    outcome: str
    faults: list[str] = field(default_factory=list)


@dataclass
class DryRun:
    """The whole table, checked against itself and against the people who are here already."""

    rows: list[CheckedRow]

    @property
    def bad(self) -> list[CheckedRow]:
        return [checked for checked in self.rows if checked.faults]

    @property
    def counts(self) -> Counter[str]:
        return Counter("bad" if checked.faults else checked.outcome for checked in self.rows)


class ImportRefused(Exception):
    """The table no longer fits the people who are here; `dry_run` says where. Nothing was changed."""

    def __init__(self, dry_run: DryRun) -> None:
        super().__init__("import refused")
        self.dry_run = dry_run


def dry_run(*, actor: User, file_name: str, content: bytes) -> tuple[DryRun, PeopleImport | None]:
    """Check a table. Where every line is good it is kept for `carry_out`. UnreadableTable: no table at all."""
    require(actor, IMPORT_PEOPLE)
    checked = _check(actor, read_table(content))
    if checked.bad:
        return checked, None
    kept = PeopleImport.objects.create(
        created_by=actor, file_name=file_name[:200], rows=[item.row.as_json() for item in checked.rows]
    )
    return checked, kept


def forget_old_dry_runs() -> None:
    """Tables hold names: what nobody said yes to within KEEP_DRY_RUNS is removed."""
    PeopleImport.objects.filter(committed_at=None, created_at__lt=timezone.now() - KEEP_DRY_RUNS).delete()


@transaction.atomic
def carry_out(*, actor: User, kept: PeopleImport) -> Counter[str]:
    """Do what a dry run promised, in one transaction; a second time does nothing and returns no counts.

    ImportRefused: something changed since the dry run so that a line is no longer good.
    """
    require(actor, IMPORT_PEOPLE)
    locked = PeopleImport.objects.select_for_update().get(pk=kept.pk, created_by=actor)
    if locked.committed_at is not None:
        return Counter()
    checked = _check(actor, [Row(**row) for row in locked.rows])
    if checked.bad:
        raise ImportRefused(checked)
    fresh = []
    for item in checked.rows:
        if item.outcome == "new":
            fresh.append(_create(item.row))
        elif item.outcome == "changed":
            _change(item.row)
    locked.rows = [str(person.public_id) for person in fresh]
    locked.committed_at = timezone.now()
    locked.save(update_fields=["rows", "committed_at"])
    log_action(actor=actor, action="people.import", target=locked, data=dict(checked.counts))
    return checked.counts


def imported_people_without_password(kept: PeopleImport) -> list[User]:
    """Who came in by this import and has not set a password yet (for the sheet of sign-in links)."""
    if kept.committed_at is None:
        return []
    people = User.objects.filter(public_id__in=kept.rows, is_active=True, erased_at=None)
    return [person for person in people.order_by("username") if not person.has_usable_password()]


def _check(actor: User, rows: list[Row]) -> DryRun:
    names = {user.username.lower(): user for user in User.objects.filter(erased_at=None).prefetch_related("cohorts")}
    addresses = {user.email.lower(): user for user in names.values() if user.email}
    seen_names: dict[str, int] = {}
    seen_addresses: dict[str, int] = {}
    checked = []
    for row in rows:
        existing = names.get(row.username.lower())
        faults = _faults(row)
        faults += _repeated(row, seen_names, seen_addresses)
        holder = addresses.get(row.email) if row.email else None
        if holder and holder != existing:
            faults.append(_("The e-mail address belongs to somebody else who is here already."))
        if existing and existing.pk == actor.pk and row.role and row.role != actor.role:
            faults.append(_("You cannot change your own role by an import."))
        checked.append(CheckedRow(row, _outcome(row, existing), faults))
    return DryRun(checked)


def _faults(row: Row) -> list[str]:
    faults = []
    if not row.username:
        faults.append(_("The user name is missing."))
    else:
        try:
            UnicodeUsernameValidator()(row.username)
        except ValidationError:
            faults.append(_("The user name may hold letters, digits and @ . + - _ only."))
        if len(row.username) > 150:
            faults.append(_("The user name is longer than 150 characters."))
    if not row.role:
        faults.append(
            _("“%(role)s” is no role. Roles: resident, trainee, instructor, administrator, auditor.")
            % {"role": row.given_role}
        )
    if row.email:
        try:
            validate_email(row.email)
        except ValidationError:
            faults.append(_("“%(email)s” is no e-mail address.") % {"email": row.email})
    if len(row.name) > 80:
        faults.append(_("The name is longer than 80 characters."))
    if len(row.cohort) > 80:
        faults.append(_("The name of the cohort is longer than 80 characters."))
    return faults


def _repeated(row: Row, names: dict[str, int], addresses: dict[str, int]) -> list[str]:
    faults = []
    if row.username:
        first = names.setdefault(row.username.lower(), row.line)
        if first != row.line:
            faults.append(_("Duplicate: line %(line)s has the same user name.") % {"line": first})
    if row.email:
        first = addresses.setdefault(row.email, row.line)
        if first != row.line:
            faults.append(_("Duplicate: line %(line)s has the same e-mail address.") % {"line": first})
    return faults


def _outcome(row: Row, existing: User | None) -> str:
    if existing is None:
        return "new"
    joins = row.cohort and row.cohort.lower() not in {cohort.name.lower() for cohort in existing.cohorts.all()}
    return "changed" if joins or _differences(row, existing) else "same"


def _differences(row: Row, existing: User) -> dict[str, str]:
    """What the row says otherwise; an empty cell leaves what is there."""
    wanted = {"display_name": row.name, "email": row.email, "role": row.role, "language": row.language}
    return {name: value for name, value in wanted.items() if value and getattr(existing, name).lower() != value.lower()}


def _create(row: Row) -> User:
    person = create_person(
        username=row.username, email=row.email, display_name=row.name, role=row.role, language=row.language
    )
    _join(person, row.cohort)
    return person


def _change(row: Row) -> None:
    person = User.objects.get(username__iexact=row.username)
    differences = _differences(row, person)
    if "role" in differences:
        keep_an_administrator(person)
    if "email" in differences:
        set_email(person, differences.pop("email"))
    for name, value in differences.items():
        setattr(person, name, value)
    person.save(update_fields=["display_name", "email", "role", "language"])
    _join(person, row.cohort)


def _join(person: User, name: str) -> None:
    if not name:
        return
    cohort = Cohort.objects.filter(name__iexact=name).first() or Cohort.objects.create(name=name)
    CohortMembership.objects.get_or_create(cohort=cohort, user=person)
