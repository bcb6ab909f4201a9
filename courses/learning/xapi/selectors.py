"""Reading the learning record."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from courses.learning.xapi.build import VERBS, Statement
from courses.learning.xapi.models import XapiStatement


def statements_of(user: Any, registration: UUID | None = None) -> list[Statement]:
    """A person's statements, oldest first, as they are exchanged; of one sitting where it is given."""
    return [row.statement for row in _rows(user, registration)]


def valid_statements(user: Any, registration: UUID) -> list[XapiStatement]:
    """The statements of a sitting that were not voided, nor are voidings themselves."""
    rows = list(_rows(user, registration))
    voiding = VERBS["voided"][0]
    gone = {row.statement["object"]["id"] for row in rows if row.verb == voiding}
    return [row for row in rows if row.verb != voiding and str(row.pk) not in gone]


def _rows(user: Any, registration: UUID | None) -> QuerySet[XapiStatement]:
    rows = XapiStatement.objects.filter(user=user).select_related("user")
    return rows.filter(registration=registration) if registration else rows
