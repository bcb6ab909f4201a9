"""Who may take a place in a course, and who may give one."""

from typing import Any

import rules
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from courses.catalog.models import Course
from courses.catalog.permissions import may_edit_course, may_learn
from courses.people.models import Role


@rules.predicate
def may_enrol_self(user: Any, course: Course) -> bool:
    """Any signed-in learner, in a published course that allows it."""
    return bool(
        user.is_authenticated
        and user.role != Role.AUDITOR
        and course.is_published
        and not course.is_public
        and course.self_enrolment
    )


@rules.predicate
def may_enrol_others(user: Any, course: Course) -> bool:
    return may_edit_course(user, course)


def require_learn(user: Any, course: Course) -> None:
    if not may_learn(user, course):
        raise PermissionDenied(_("This lesson is for people enrolled in its course."))


def require_enrol_others(user: Any, course: Course) -> None:
    if not may_enrol_others(user, course):
        raise PermissionDenied(
            _("Only the course's author or an administrator enrols people. Ask them to add the person.")
        )


rules.add_perm("learning.enrol_self", may_enrol_self)
rules.add_perm("learning.enrol_others", may_enrol_others)
