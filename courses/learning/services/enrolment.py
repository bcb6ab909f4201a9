"""Taking, giving and ending a place in a course."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from courses.catalog.models import Course
from courses.learning.models import Enrolment, EnrolmentSource
from courses.learning.permissions import may_enrol_self, require_enrol_others
from courses.people.models import Cohort, User
from courses.people.services.audit import log_action


@transaction.atomic
def enrol_self(user: Any, course: Course) -> Enrolment:
    """Take a place; taking it twice changes nothing."""
    if not may_enrol_self(user, course):
        raise PermissionDenied(_("This course does not take enrolments by oneself. Ask its instructor for a place."))
    enrolment, created = Enrolment.objects.get_or_create(
        course=course, user=user, defaults={"source": EnrolmentSource.SELF}
    )
    if created:
        log_action(actor=user, action="learning.enrol", target=course, data={"source": EnrolmentSource.SELF})
    return enrolment


@transaction.atomic
def leave(user: Any, course: Course) -> None:
    """Give one's own place back. Progress stays recorded."""
    removed, _by_model = Enrolment.objects.filter(course=course, user=user).delete()
    if removed:
        log_action(actor=user, action="learning.leave", target=course)


@transaction.atomic
def enrol_people(actor: Any, course: Course, people: Iterable[User]) -> int:
    """Give places to people; those who have one keep it. Returns how many are new."""
    require_enrol_others(actor, course)
    each_once = {person.pk: person for person in people}
    return _enrol(actor, course, list(each_once.values()), EnrolmentSource.INSTRUCTOR, None)


@transaction.atomic
def enrol_cohort(actor: Any, course: Course, cohort: Cohort) -> int:
    """Give places to all who are in the cohort now. Returns how many are new."""
    require_enrol_others(actor, course)
    return _enrol(actor, course, list(cohort.members.all()), EnrolmentSource.COHORT, cohort)


def _enrol(actor: Any, course: Course, people: list[User], source: str, cohort: Cohort | None) -> int:
    Course.objects.select_for_update().get(pk=course.pk)
    have = set(course.enrolments.filter(user__in=people).values_list("user_id", flat=True))
    fresh = [person for person in people if person.is_active and person.pk not in have]
    Enrolment.objects.bulk_create(
        Enrolment(course=course, user=person, source=source, cohort=cohort) for person in fresh
    )
    if fresh:
        log_action(
            actor=actor,
            action="learning.enrol_others",
            target=course,
            data={
                "source": source,
                "cohort": str(cohort.pk) if cohort else None,
                "people": [str(person.audit_key) for person in fresh],
            },
        )
    return len(fresh)


@transaction.atomic
def end_enrolment(actor: Any, enrolment: Enrolment) -> None:
    """Take a person's place away. Their progress stays recorded."""
    require_enrol_others(actor, enrolment.course)
    log_action(
        actor=actor,
        action="learning.end_enrolment",
        target=enrolment.course,
        data={"person": str(enrolment.user.audit_key)},
    )
    enrolment.delete()
