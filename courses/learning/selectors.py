"""Reading enrolments and progress."""

from typing import Any

from django.db.models import Count, Q, QuerySet

from courses.catalog.models import READY, Course, Lesson
from courses.catalog.permissions import learnable
from courses.learning.models import Enrolment, SummaryLog
from courses.people.models import Cohort, Role


def continue_learning(user: Any, limit: int = 3) -> list[SummaryLog]:
    """The lessons a person has begun and not finished, latest first, as far as they may still learn them."""
    if not user.is_authenticated:
        return []
    open_courses = Course.objects.filter(learnable(user)).values("pk")
    ready = Lesson.objects.filter(READY, module__course__in=open_courses).values("pk")
    return list(
        SummaryLog.objects.filter(user=user, completed_at=None, progress__gt=0, lesson__in=ready)
        .select_related("lesson__module__course", "lesson__master")
        .order_by("-updated_at")[:limit]
    )


def summary_of(user: Any, lesson: Lesson) -> SummaryLog | None:
    if not user.is_authenticated:
        return None
    return SummaryLog.objects.filter(user=user, lesson=lesson).first()


def enrolments_of(course: Course, words: str = "") -> QuerySet[Enrolment]:
    """The places of a course with `done`: how many of its lessons the person has finished."""
    enrolments = course.enrolments.select_related("user", "cohort")
    if words:
        enrolments = enrolments.filter(Q(user__display_name__icontains=words) | Q(user__username__icontains=words))
    return enrolments.annotate(
        done=Count(
            "user__lesson_summaries",
            filter=Q(
                user__lesson_summaries__lesson__module__course=course,
                user__lesson_summaries__completed_at__isnull=False,
            ),
        )
    ).order_by("user__display_name", "user__username")


def cohorts_to_enrol(user: Any) -> QuerySet[Cohort]:
    """The cohorts whose members this person may enrol: an instructor's own, an administrator's all."""
    cohorts = Cohort.objects.annotate(size=Count("members")).order_by("name")
    return cohorts if user.role == Role.ADMINISTRATOR else cohorts.filter(owner=user)


def my_courses(user: Any) -> QuerySet[Course]:
    """The published courses a person has a place in, latest first."""
    return Course.objects.published().filter(enrolments__user=user).order_by("-enrolments__created_at")
