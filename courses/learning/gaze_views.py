"""Where people look: taking samples from the player, the instructor's heat map, and one's own record."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses.catalog import selectors as catalog
from courses.catalog.exports import csv_response
from courses.catalog.models import Lesson, LessonKind
from courses.catalog.permissions import may_learn, may_see_course, require_edit
from courses.catalog.studio_regions import flat_film
from courses.learning import gaze, selectors
from courses.learning.services import gaze as services
from courses.people.models import Cohort, ConsentKind
from courses.people.selectors import has_consented

LARGEST_BODY = 8_000


def player_addresses(request: HttpRequest, lesson: Lesson) -> dict[str, Any]:
    """The player's part: where samples go (None without consent) and where others looked."""
    is_sphere = lesson.kind == LessonKind.VIDEO_360
    agreed = is_sphere and has_consented(request.user, ConsentKind.BEHAVIOUR)
    return {
        "gazeUrl": reverse("learning:gaze", args=[lesson.pk]) if agreed else None,
        "crowdUrl": reverse("learning:crowd", args=[lesson.pk]) if is_sphere else None,
    }


@require_POST
def record(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """A batch as JSON: `session` (UUID), `first` (index of the first sample), `samples` (base64)."""
    if not request.user.is_authenticated:
        return _refusal(401, _("Sign in first. Nothing is recorded of people without an account."))
    lesson = catalog.lesson_page(lesson_id)
    if lesson is None or not may_see_course(request.user, lesson.module.course):
        raise Http404
    try:
        if int(request.headers.get("Content-Length") or 0) > LARGEST_BODY:
            raise ValueError("larger than any batch")
        said = json.loads(request.body)
        first = said["first"]
        if isinstance(first, bool) or not isinstance(first, int):
            raise ValueError("an index is a whole number")
        kept = services.record_gaze(
            request.user, lesson, sitting=UUID(said["session"]), first=first, samples=said["samples"]
        )
    except PermissionDenied as denied:
        return _refusal(403, str(denied))
    except services.TooManyBatchesError:
        return _refusal(429, _("Too many reports at once. Close the other tabs with this lesson."))
    except (ValueError, KeyError, TypeError, AttributeError):
        return _refusal(400, _("The directions could not be read."))
    return JsonResponse({"kept": kept})


def _refusal(status: int, sentence: str) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status)


@require_safe
def crowd(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    lesson = catalog.lesson_page(lesson_id)
    if lesson is None or lesson.kind != LessonKind.VIDEO_360 or not may_see_course(request.user, lesson.module.course):
        raise Http404
    if not may_learn(request.user, lesson.module.course):
        raise PermissionDenied
    return JsonResponse(
        selectors.crowd(lesson), headers={"Cache-Control": f"private, max-age={selectors.CROWD_SECONDS}"}
    )


# --- the instructor's heat map --------------------------------------------------------------------


def _shown(request: HttpRequest, lesson_id: UUID) -> tuple[Lesson, Cohort | None]:
    """A 360-degree lesson of a course that this person edits, and the cohort of the address (None: everybody)."""
    lesson = get_object_or_404(Lesson.objects.select_related("module__course", "master"), pk=lesson_id)
    require_edit(request.user, lesson.module.course)
    if lesson.kind != LessonKind.VIDEO_360:
        raise Http404
    wanted = request.GET.get("cohort", "")
    if not wanted:
        return lesson, None
    try:
        return lesson, get_object_or_404(selectors.cohorts_to_enrol(request.user), pk=UUID(wanted))
    except ValueError as wrong:
        raise Http404 from wrong


@login_required
@require_safe
def heat_map(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    lesson, cohort = _shown(request, lesson_id)
    film = flat_film(request, lesson)
    query = f"?cohort={cohort.pk}" if cohort else ""
    context: dict[str, Any] = {
        "lesson": lesson,
        "course": lesson.module.course,
        "cohort": cohort,
        "cohorts": selectors.cohorts_to_enrol(request.user),
        "least": selectors.LEAST_PEOPLE,
        "query": query,
        "recorded": selectors.has_gaze(lesson),
    }
    if film:
        context["config"] = {
            "film": film,
            "regions": catalog.regions_of(lesson),
            "grid": reverse("learning:gaze-grid", args=[lesson.pk]) + query,
            "least": selectors.LEAST_PEOPLE,
        }
    return render(request, "learning/heatmap.html", context)


@login_required
@require_safe
def grid(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """Columns, rows, step (seconds), everybody, people in each second, and its cells as cell, weight pairs."""
    lesson, cohort = _shown(request, lesson_id)
    found = selectors.gaze_grid(lesson, cohort)
    told = {
        "columns": gaze.COLUMNS,
        "rows": gaze.ROWS,
        "step": 1,
        "everybody": found.everybody,
        "people": [int(count) for count in found.people],
        "cells": gaze.sparse(found),
    }
    return JsonResponse(told, headers={"Cache-Control": "private, no-store"})


@login_required
@require_safe
def export(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """The heat map as a table: a row for each second and cell that somebody looked at."""
    lesson, cohort = _shown(request, lesson_id)
    found = selectors.gaze_grid(lesson, cohort)
    head = [_("Second"), _("People"), _("Yaw in degrees"), _("Pitch in degrees"), _("Share of looks")]
    rows = (
        [
            second,
            int(found.people[second]),
            (cell % gaze.COLUMNS + 0.5) * 360 / gaze.COLUMNS - 180,
            90 - (cell // gaze.COLUMNS + 0.5) * 180 / gaze.ROWS,
            f"{share:.4f}",
        ]
        for second, shares in enumerate(found.shares)
        for cell, share in enumerate(shares.tolist())
        if share
    )
    return csv_response("gaze", head, rows)


# --- one's own ------------------------------------------------------------------------------------


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What is kept about the person's own looks, and the way to have it forgotten."""
    kept = selectors.gaze_kept(request.user)
    context = {
        "kept": kept,
        "minutes": sum(row["minutes"] for row in kept),
        "agreed": has_consented(request.user, ConsentKind.BEHAVIOUR),
    }
    return render(request, "learning/my_gaze.html", context)


@login_required
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    services.erase_gaze(request.user)
    messages.success(request, _("Where you looked is forgotten."))
    return redirect("learning:my-gaze")
