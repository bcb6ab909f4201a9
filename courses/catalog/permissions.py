"""Who may see, learn from and change a course. Everything else is denied."""

from typing import Any

import rules
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from courses.catalog.models import Access, Course, CourseState
from courses.people.models import Role


def _role(user: Any) -> str:
    return str(user.role) if user is not None and user.is_authenticated else ""


@rules.predicate
def may_create_course(user: Any) -> bool:
    """Instructors and administrators write courses."""
    return _role(user) in {Role.INSTRUCTOR, Role.ADMINISTRATOR}


@rules.predicate
def may_edit_course(user: Any, course: Course) -> bool:
    """An instructor their own courses, an administrator every one."""
    role = _role(user)
    return role == Role.ADMINISTRATOR or (role == Role.INSTRUCTOR and course.owner_id == user.pk)


@rules.predicate
def may_see_course(user: Any, course: Course) -> bool:
    """The course's page with its outline: published ones everybody, drafts their editors and auditors."""
    return course.is_published or may_edit_course(user, course) or _role(user) == Role.AUDITOR


@rules.predicate
def may_learn(user: Any, course: Course) -> bool:
    """The lessons themselves: of public courses everybody, else the enrolled, the editors and auditors."""
    if may_edit_course(user, course) or _role(user) == Role.AUDITOR:
        return True
    if not course.is_published:
        return False
    return course.is_public or (_role(user) != "" and course.enrolments.filter(user=user).exists())


def learnable(user: Any) -> Q:
    """`may_learn` as a condition on Course, for queries over many courses."""
    role = _role(user)
    if role in {Role.ADMINISTRATOR, Role.AUDITOR}:
        return Q(pk__isnull=False)
    condition = Q(state=CourseState.PUBLISHED, access=Access.PUBLIC)
    if role:
        condition |= Q(state=CourseState.PUBLISHED, enrolments__user=user)
    if role == Role.INSTRUCTOR:
        condition |= Q(owner=user)
    return condition


def require_create(user: Any) -> None:
    if not may_create_course(user):
        raise PermissionDenied(
            _("Only instructors and administrators write courses. Ask an administrator for the role.")
        )


def require_edit(user: Any, course: Course) -> None:
    if not may_edit_course(user, course):
        raise PermissionDenied(
            _("This course belongs to another instructor. Ask its author or an administrator to change it.")
        )


rules.add_perm("catalog.create_course", may_create_course)
rules.add_perm("catalog.edit_course", may_edit_course)
rules.add_perm("catalog.see_course", may_see_course)
rules.add_perm("catalog.learn", may_learn)
