"""Who may do what: predicates over the signed-in person (django-rules). What is not allowed here is denied."""

from typing import Any

import rules
from django.core.exceptions import PermissionDenied

from courses.people.models import Role


def _has_role(user: Any, *roles: str) -> bool:
    return bool(user and user.is_authenticated and user.is_active and user.role in roles)


@rules.predicate
def is_signed_in(user: Any) -> bool:
    return bool(user and user.is_authenticated and user.is_active)


@rules.predicate
def is_administrator(user: Any) -> bool:
    return _has_role(user, Role.ADMINISTRATOR)


@rules.predicate
def is_auditor(user: Any) -> bool:
    """Auditors see of this wing what administrators see, but films, and change nothing but their own page."""
    return _has_role(user, Role.AUDITOR)


@rules.predicate
def is_instructor(user: Any) -> bool:
    return _has_role(user, Role.INSTRUCTOR)


@rules.predicate
def leads_cohort(user: Any, cohort: Any) -> bool:
    return cohort is not None and cohort.owner_id == user.pk


SIGNED_IN = "people.signed_in"
SEE_PEOPLE = "people.see_people"
MANAGE_PEOPLE = "people.manage_people"
IMPORT_PEOPLE = "people.import_people"
SEE_COHORTS = "people.see_cohorts"
CREATE_COHORT = "people.create_cohort"
SEE_COHORT = "people.see_cohort"
CHANGE_COHORT = "people.change_cohort"
SEE_AUDIT = "people.see_audit"
SEE_CONSENTS = "people.see_consents"
PUBLISH_CONSENT = "people.publish_consent"

rules.add_perm(SIGNED_IN, is_signed_in)
rules.add_perm(SEE_PEOPLE, is_administrator | is_auditor)
rules.add_perm(MANAGE_PEOPLE, is_administrator)
rules.add_perm(IMPORT_PEOPLE, is_administrator)
rules.add_perm(SEE_COHORTS, is_instructor | is_administrator | is_auditor)
rules.add_perm(CREATE_COHORT, is_instructor | is_administrator)
rules.add_perm(SEE_COHORT, is_administrator | is_auditor | (is_instructor & leads_cohort))
rules.add_perm(CHANGE_COHORT, is_administrator | (is_instructor & leads_cohort))
rules.add_perm(SEE_AUDIT, is_administrator | is_auditor)
rules.add_perm(SEE_CONSENTS, is_administrator | is_auditor)
rules.add_perm(PUBLISH_CONSENT, is_administrator)


def require(user: Any, permission: str, obj: Any = None) -> None:
    """Raise PermissionDenied unless the person holds `permission` (on `obj`); services call it first."""
    if not rules.has_perm(permission, user, obj):
        raise PermissionDenied(permission)


def may_see_operations(user: Any) -> bool:
    """Metrics, queues and health details: administrators and auditors."""
    return bool(is_administrator(user) or is_auditor(user))
