"""Who uses the centre, what they agreed to, and what was done."""

from courses.people.models.audit import ActionLogEntry, ActionLogHead
from courses.people.models.cohort import Cohort, CohortMembership
from courses.people.models.consent import ConsentDecision, ConsentDocument, ConsentKind
from courses.people.models.imports import PeopleImport
from courses.people.models.user import Role, User

__all__ = [
    "ActionLogEntry",
    "ActionLogHead",
    "Cohort",
    "CohortMembership",
    "ConsentDecision",
    "ConsentDocument",
    "ConsentKind",
    "PeopleImport",
    "Role",
    "User",
]
