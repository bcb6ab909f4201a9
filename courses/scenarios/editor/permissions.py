"""Who may write scenarios. Instructors write together; what people then play is decided by its owner."""

from typing import Any

import rules
from django.core.exceptions import PermissionDenied

from courses.people.models import Role
from courses.scenarios.models import Scenario


def _role(user: Any) -> str:
    return str(user.role) if user is not None and user.is_authenticated and user.is_active else ""


@rules.predicate
def may_write(user: Any) -> bool:
    """Open the editor, make scenarios, copy those of others."""
    return _role(user) in {Role.INSTRUCTOR, Role.ADMINISTRATOR}


@rules.predicate
def may_change(user: Any, scenario: Scenario) -> bool:
    """Save a new version. Those that come with the house are copied instead."""
    return may_write(user) and not scenario.is_shipped


@rules.predicate
def may_publish(user: Any, scenario: Scenario) -> bool:
    return may_change(user, scenario) and (_role(user) == Role.ADMINISTRATOR or scenario.owner_id == user.pk)


WRITE = "scenarios.write"
CHANGE = "scenarios.change"
PUBLISH = "scenarios.publish"
rules.add_perm(WRITE, may_write)
rules.add_perm(CHANGE, may_change)
rules.add_perm(PUBLISH, may_publish)


def require(user: Any, permission: str, scenario: Scenario | None = None) -> None:
    """Raises PermissionDenied."""
    if not rules.has_perm(permission, user, scenario):
        raise PermissionDenied
