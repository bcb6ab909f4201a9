"""Who may do what: predicates over the signed-in person (django-rules)."""

from typing import Any

from courses.people.models import Role


def may_see_operations(user: Any) -> bool:
    """Metrics, queues and health details: administrators and auditors."""
    return bool(user.is_authenticated and user.role in {Role.ADMINISTRATOR, Role.AUDITOR})
