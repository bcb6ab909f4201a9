"""Home, the lesson page, and taking or giving places in a course."""

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses.catalog import selectors as catalog
from courses.catalog.exercises import exercises
from courses.catalog.exports import csv_response
from courses.catalog.markdown import render_article
from courses.catalog.models import Course, Lesson, LessonKind, Situation
from courses.catalog.permissions import may_edit_course, may_learn, may_see_course
from courses.learning import selectors
from courses.learning.gaze_views import player_addresses
from courses.learning.permissions import require_enrol_others
from courses.learning.services import enrolment, progress
from courses.people.models import User
from streaming.library.delivery.tokens import session_key_of
from streaming.library.selectors import playback

PAGE_SIZE = 50
CAPTION_NAMES = {"zh": ("zh-hans", "中文"), "en": ("en", "English")}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Three doors for residents; for people with an account also what they have begun."""
    doors = catalog.situation_lessons()
    context = {
        "doors": [
            {
                "situation": situation,
                "lesson": lesson,
                "sentence": {
                    Situation.COLLAPSE: _("Someone collapsed."),
                    Situation.CHOKING: _("Someone is choking."),
                    Situation.BLEEDING: _("Someone is bleeding heavily."),
                }[Situation(situation)],
                "promise": {
                    Situation.COLLAPSE: _("Press hard and fast. You can keep a heart going until help comes."),
                    Situation.CHOKING: _("Five blows on the back, five thrusts to the belly. You can clear the way."),
                    Situation.BLEEDING: _("Press on the wound and keep pressing. You can stop it."),
                }[Situation(situation)],
            }
            for situation, lesson in doors.items()
        ],
        "begun": selectors.continue_learning(request.user),
        "newest": catalog.catalogue(catalog.CatalogueFilter())[:3],
        "mine": selectors.my_courses(request.user)[:6] if request.user.is_authenticated else [],
    }
    return render(request, "learning/home.html", context)


# --- lesson -----------------------------------------------------------------------------------


def _open_lesson(request: HttpRequest, lesson_id: UUID) -> Lesson:
    """The lesson, if this person may learn it. 404 hides drafts; 403 explains enrolment."""
    lesson = catalog.lesson_page(lesson_id)
    if lesson is None or not may_see_course(request.user, lesson.module.course):
        raise Http404
    if not may_learn(request.user, lesson.module.course):
        raise PermissionDenied
    if not lesson.is_ready and not may_edit_course(request.user, lesson.module.course):
        raise Http404
    return lesson


@require_safe
def lesson_page(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    try:
        lesson = _open_lesson(request, lesson_id)
    except PermissionDenied:
        return _closed_lesson(request, lesson_id)
    course = lesson.module.course
    around = catalog.neighbours(lesson)
    summary = selectors.summary_of(request.user, lesson)
    context: dict[str, Any] = {
        "lesson": lesson,
        "course": course,
        "around": around,
        "summary": summary,
        "article": render_article(lesson.body) if lesson.body else "",
        "may_edit": may_edit_course(request.user, course),
    }
    if lesson.is_exercise:
        context["exercise_url"] = exercises().address(lesson)
    if not lesson.is_film:
        return render(request, "learning/article.html", context)
    if lesson.is_ready:
        context["config"] = _player_config(request, lesson, around.after, summary.position if summary else 0.0)
    return render(request, "learning/film.html", context)


def _closed_lesson(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """What a lesson of a course by enrolment says to those who have no place in it."""
    lesson = get_object_or_404(Lesson.objects.select_related("module__course"), pk=lesson_id)
    context = {"lesson": lesson, "course": lesson.module.course}
    return render(request, "learning/closed.html", context, status=403)


def _player_config(request: HttpRequest, lesson: Lesson, after: Lesson | None, position: float) -> dict[str, Any]:
    """What static/js/player/config.js reads."""
    found = playback(
        lesson.master,  # type: ignore[arg-type]
        user=request.user,
        session_key=session_key_of(request),
        lesson=lesson.pk,
    )
    signed_in = request.user.is_authenticated
    return {
        "id": str(lesson.pk),
        "title": lesson.title,
        "src": {"hls": found["hls"], "dash": found["dash"], "tiled": found["tiled"]},
        "projection": "equirectangular" if lesson.kind == LessonKind.VIDEO_360 else "flat",
        "stereo": found["stereo"],
        "poster": found["poster_flat"] or found["poster"],
        "thumbnails": found["thumbnails"],
        "captions": [
            {
                "lang": CAPTION_NAMES[caption.language][0],
                "label": CAPTION_NAMES[caption.language][1],
                "src": reverse("catalog:captions", args=[lesson.pk, caption.language]),
            }
            for caption in lesson.captions.all()
        ],
        "resume": {
            "position": position,
            "url": reverse("learning:position", args=[lesson.pk]) if signed_in else None,
        },
        "next": {"title": after.title, "url": after.get_absolute_url()} if after else None,
        "language": get_language() or settings.LANGUAGE_CODE,
        "playbackUrl": found["renew"],
        "regions": catalog.regions_of(lesson),
        **player_addresses(request, lesson),
    }


@require_POST
def position(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """The player's report: position and duration in seconds, as JSON or as form fields (`sendBeacon`)."""
    if not request.user.is_authenticated:
        return JsonResponse({"error": _("Sign in to keep your place on every device.")}, status=401)
    lesson = _open_lesson(request, lesson_id)
    try:
        said = json.loads(request.body) if request.content_type == "application/json" else request.POST
        summary = progress.record_position(
            request.user, lesson, position=float(said["position"]), duration=float(said["duration"])
        )
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"error": _("The place in the film could not be read.")}, status=400)
    return JsonResponse({"position": summary.position, "completed": summary.completed_at is not None})


@login_required
@require_POST
def done(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """“I have read this”: on to the next lesson, or back to the course at its end."""
    lesson = _open_lesson(request, lesson_id)
    if lesson.kind != LessonKind.ARTICLE:
        raise Http404
    progress.mark_done(request.user, lesson)
    after = catalog.neighbours(lesson).after
    if after:
        return redirect(after)
    messages.success(request, _("Well done. You have reached the end of this course."))
    return redirect(lesson.module.course)


# --- places -----------------------------------------------------------------------------------


@login_required
@require_POST
def enrol(request: HttpRequest, course_id: UUID) -> HttpResponse:
    course = get_object_or_404(Course, pk=course_id)
    enrolment.enrol_self(request.user, course)
    messages.success(request, _("You are enrolled. Start when you like."))
    return redirect(course)


@login_required
@require_POST
def leave(request: HttpRequest, course_id: UUID) -> HttpResponse:
    course = get_object_or_404(Course, pk=course_id)
    enrolment.leave(request.user, course)
    messages.success(request, _("You have left the course. Your progress is kept."))
    return redirect(course)


def _taught(request: HttpRequest, course_id: UUID) -> Course:
    course = get_object_or_404(Course, pk=course_id)
    require_enrol_others(request.user, course)
    return course


@login_required
@require_safe
def enrolments(request: HttpRequest, course_id: UUID) -> HttpResponse:
    course = _taught(request, course_id)
    words = request.GET.get("q", "").strip()[:100]
    context = {
        "course": course,
        "words": words,
        "query": urlencode({"q": words}) if words else "",
        "page": Paginator(selectors.enrolments_of(course, words), PAGE_SIZE).get_page(request.GET.get("page")),
        "lesson_count": Lesson.objects.filter(module__course=course).ready().count(),
        "cohorts": selectors.cohorts_to_enrol(request.user),
    }
    return render(request, "learning/enrolments.html", context)


@login_required
@require_safe
def export_enrolments(request: HttpRequest, course_id: UUID) -> HttpResponse:
    course = _taught(request, course_id)
    total = Lesson.objects.filter(module__course=course).ready().count()
    head = [
        pgettext("person", "Name"),
        _("User name"),
        _("Role"),
        _("How"),
        _("Since"),
        _("Lessons finished"),
        _("Lessons"),
    ]
    rows = (
        [
            place.user.get_full_name(),
            place.user.username,
            place.user.get_role_display(),
            place.get_source_display(),
            timezone.localtime(place.created_at).isoformat(timespec="minutes"),
            place.done,
            total,
        ]
        for place in selectors.enrolments_of(course)
    )
    return csv_response("enrolments", head, rows)


@login_required
@require_POST
def add_people(request: HttpRequest, course_id: UUID) -> HttpResponse:
    """Enrol the people named in the field `people` (user names or e-mails, one a line), or one cohort."""
    course = _taught(request, course_id)
    try:
        if request.POST.get("cohort"):
            cohorts = selectors.cohorts_to_enrol(request.user)
            count = enrolment.enrol_cohort(request.user, course, get_object_or_404(cohorts, pk=request.POST["cohort"]))
        else:
            count = enrolment.enrol_people(request.user, course, _named_people(request.POST.get("people", "")))
    except ValidationError as wrong:
        for sentence in wrong.messages:
            messages.error(request, sentence)
    else:
        words = ngettext("%(count)d person is newly enrolled.", "%(count)d people are newly enrolled.", count)
        messages.success(request, words % {"count": count})
    return redirect("learning:enrolments", course.pk)


def _named_people(text: str) -> list[User]:
    """The people behind user names or e-mails; ValidationError names those that nobody has."""
    names = list(dict.fromkeys(text.replace(",", " ").replace("，", " ").replace("、", " ").split()))[:500]
    if not names:
        raise ValidationError(_("Nobody was named. Write user names or e-mail addresses, one a line."))
    people, unknown = [], []
    for name in names:
        field = "email__iexact" if "@" in name else "username__iexact"
        person = User.objects.filter(is_active=True, **{field: name}).first()
        if person is None:
            unknown.append(name)
        else:
            people.append(person)
    if unknown:
        raise ValidationError(
            _("Nobody was enrolled: no active account is called %(names)s. Check the spelling, or import them first.")
            % {"names": "、".join(unknown)}
        )
    return people


@login_required
@require_POST
def remove_person(request: HttpRequest, course_id: UUID, enrolment_id: int) -> HttpResponse:
    course = _taught(request, course_id)
    place = get_object_or_404(course.enrolments.select_related("user", "course"), pk=enrolment_id)
    enrolment.end_enrolment(request.user, place)
    messages.success(request, _("%(name)s is no longer enrolled.") % {"name": place.user})
    return redirect("learning:enrolments", course.pk)
