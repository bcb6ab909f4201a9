"""Who comes: an account, or the session of a browser without one."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from courses.people.models import Role, User


@dataclass(frozen=True)
class Visitor:
    """`user` is None without an account; then `session_key` tells browsers apart."""

    user: User | None
    session_key: str

    @classmethod
    def of(cls, user: Any, session: Any, *, create: bool = False) -> "Visitor":
        """create: begin a session for a browser that has none, so that its run can be found again."""
        if user is not None and user.is_authenticated and user.is_active:
            return cls(user, "")
        if create and session is not None and not session.session_key:
            session.create()
        return cls(None, (session.session_key or "") if session is not None else "")

    @property
    def is_known(self) -> bool:
        return self.user is not None or bool(self.session_key)

    @property
    def is_teacher(self) -> bool:
        return self.user is not None and self.user.role in {Role.INSTRUCTOR, Role.ADMINISTRATOR}

    @property
    def places(self) -> Q:
        """Condition on Participant: the visitor's own places."""
        if self.user is not None:
            return Q(user=self.user)
        return Q(session_key=self.session_key, user=None) if self.session_key else Q(pk__isnull=True)
