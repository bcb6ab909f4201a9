"""The editor of a lesson's regions: rectangles over the picture, in time."""

import json
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses.catalog import selectors
from courses.catalog.models import Lesson, LessonKind
from courses.catalog.permissions import require_edit
from courses.catalog.services import regions
from streaming.library.delivery.tokens import session_key_of
from streaming.library.selectors import playback

LARGEST_BODY = 400_000


def _sphere(request: HttpRequest, lesson_id: UUID) -> Lesson:
    """A 360-degree lesson that this person may edit."""
    lesson = get_object_or_404(Lesson.objects.select_related("module__course", "master"), pk=lesson_id)
    require_edit(request.user, lesson.module.course)
    if lesson.kind != LessonKind.VIDEO_360:
        raise Http404
    return lesson


def flat_film(request: HttpRequest, lesson: Lesson) -> dict[str, Any] | None:
    """What static/js/flat/film.js needs to show the film as a map of the sphere; None while it is not ready."""
    if lesson.master is None or not lesson.is_ready:
        return None
    found = playback(lesson.master, user=request.user, session_key=session_key_of(request))
    return {
        "hls": found["hls"],
        "playbackUrl": found["renew"],
        "poster": found["poster"],
        "stereo": found["stereo"],
        "duration": found["duration"],
    }


@login_required
@require_safe
def edit_regions(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    lesson = _sphere(request, lesson_id)
    film = flat_film(request, lesson)
    context = {
        "lesson": lesson,
        "course": lesson.module.course,
        "config": {"film": film, "regions": selectors.regions_of(lesson), "most": regions.MOST_REGIONS}
        if film
        else None,
    }
    return render(request, "catalog/studio/regions.html", context)


@login_required
@require_POST
def save_regions(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """The whole list as JSON `{"regions": […]}`; answers it as it is stored, or `{"error": sentence}`."""
    lesson = _sphere(request, lesson_id)
    try:
        given = json.loads(request.body)["regions"] if len(request.body) <= LARGEST_BODY else None
    except (ValueError, KeyError, TypeError):
        given = None
    if not isinstance(given, list) or not all(isinstance(region, dict) for region in given):
        return JsonResponse({"error": _("The regions could not be read. Reload the page and try again.")}, status=400)
    try:
        regions.set_regions(request.user, lesson, given)
    except ValidationError as wrong:
        return JsonResponse({"error": " ".join(wrong.messages)}, status=422)
    return JsonResponse({"regions": selectors.regions_of(lesson)})
