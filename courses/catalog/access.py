"""The library's access policy: a film follows the courses that show it."""

from typing import Any
from uuid import UUID

from django.db.models import Q

from courses.catalog.models import Course
from courses.catalog.permissions import learnable
from courses.people.models import Role
from streaming.library.models import Master


class CoursePolicy:
    """See `streaming.library.access.AccessPolicy` for the questions."""

    def may_watch(self, user: Any, master_id: UUID) -> bool:
        """Whoever may learn a lesson that shows the film, and whoever manages the film."""
        if Course.objects.filter(learnable(user), modules__lessons__master_id=master_id).exists():
            return True
        owner = Master.objects.filter(pk=master_id).values_list("owner_id", flat=True).first()
        return self.may_manage(user, owner)

    def may_manage(self, user: Any, owner_id: int | None) -> bool:
        if not user.is_authenticated:
            return False
        if user.role == Role.ADMINISTRATOR:
            return True
        return user.role == Role.INSTRUCTOR and owner_id == user.pk

    def may_upload(self, user: Any) -> bool:
        return bool(user.is_authenticated and user.role in {Role.INSTRUCTOR, Role.ADMINISTRATOR})


def attachable(user: Any) -> Q:
    """Condition on Master: the films that this person may put into a lesson."""
    if not user.is_authenticated:
        return Q(pk__isnull=True)
    if user.role == Role.ADMINISTRATOR:
        return Q(pk__isnull=False)
    return Q(owner=user) if user.role == Role.INSTRUCTOR else Q(pk__isnull=True)
