"""Reading enrolments, progress and where people looked."""

import math
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet

from courses.catalog.models import READY, Course, Lesson
from courses.catalog.permissions import learnable
from courses.learning import gaze
from courses.learning.models import Enrolment, GazeMinute, SummaryLog
from courses.people.models import Cohort, ConsentKind, Role
from courses.people.selectors import consenting

# Fewer people than this are never shown: with two, either knows where the other looked.
LEAST_PEOPLE = 3
# A picture of a lesson is made of this many minutes at most; the newest count.
MOST_MINUTES = 20_000
LONGEST_SECONDS = 3 * 3600
CROWD_SECONDS = 600


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


# --- where people looked ------------------------------------------------------------------------


def gaze_grid(lesson: Lesson, cohort: Cohort | None = None) -> gaze.Grid:
    """Where the people looked who agree to it now: all who watched, or those of a cohort. See `LEAST_PEOPLE`."""
    minutes = GazeMinute.objects.filter(lesson=lesson, user__in=consenting(ConsentKind.BEHAVIOUR))
    if cohort is not None:
        minutes = minutes.filter(user__cohorts=cohort)
    newest = minutes.order_by("-updated_at").values("pk")[:MOST_MINUTES]
    rows = GazeMinute.objects.filter(pk__in=list(newest.values_list("pk", flat=True))).order_by("user_id", "minute")
    length = min(math.ceil((lesson.master.duration if lesson.master else 0) or 0), LONGEST_SECONDS)
    told = rows.values_list("user_id", "minute", "samples").iterator(chunk_size=500)
    return gaze.add_up(((person, minute, bytes(data)) for person, minute, data in told), length, LEAST_PEOPLE)


def crowd(lesson: Lesson) -> dict[str, Any]:
    """What the player's prediction takes from others (docs/tiles.md); made anew every `CROWD_SECONDS`."""
    key = f"learning:crowd:{lesson.pk}"
    told: dict[str, Any] | None = cache.get(key)
    if told is None:
        grid = gaze_grid(lesson)
        cells = gaze.sparse(grid) if grid.everybody else []
        told = {"version": 1, "columns": gaze.COLUMNS, "rows": gaze.ROWS, "step": 1, "cells": cells}
        cache.set(key, told, CROWD_SECONDS)
    return told


def has_gaze(lesson: Lesson) -> bool:
    """Whether anybody's looks are kept for the lesson."""
    return GazeMinute.objects.filter(lesson=lesson).exists()


def gaze_kept(user: Any) -> list[dict[str, Any]]:
    """What is kept about one person's looks: for each lesson its id, titles and the minutes, newest lesson first."""
    rows = GazeMinute.objects.filter(user=user).values("lesson", "lesson__title_zh", "lesson__title_en")
    return [dict(row) for row in rows.annotate(minutes=Count("pk")).order_by("lesson__title_zh")]
