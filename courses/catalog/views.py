"""Public pages of the catalogue, its pictures and captions."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses.catalog import selectors
from courses.catalog.models import Access, Audience, Caption, Course, LessonKind
from courses.catalog.permissions import may_edit_course, may_learn, may_see_course

PAGE_SIZE = 24
YEAR_SECONDS = 31_536_000


@require_safe
def course_list(request: HttpRequest) -> HttpResponse:
    wanted = selectors.CatalogueFilter.of(request.GET)
    page = Paginator(selectors.catalogue(wanted), PAGE_SIZE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "wanted": wanted,
        "query": query.urlencode(),
        "filters": [
            ("audience", _("For whom"), Audience.choices[1:], wanted.audience),
            ("kind", _("Kind"), LessonKind.choices, wanted.kind),
            ("language", _("Language"), [("zh", _("Chinese")), ("en", _("English"))], wanted.language),
            ("access", _("Who may learn"), Access.choices, wanted.access),
        ],
    }
    template = (
        "catalog/_course_results.html" if request.headers.get("HX-Target") == "results" else "catalog/courses.html"
    )
    response = render(request, template, context)
    response["Vary"] = "HX-Target, Cookie, Accept-Language"
    return response


@require_safe
def course_page(request: HttpRequest, course_id: UUID) -> HttpResponse:
    course = selectors.course_page(course_id, request.user)
    if course is None or not may_see_course(request.user, course):
        raise Http404
    open_to_me = may_learn(request.user, course)
    lessons = [lesson for module in course.outline for lesson in module.shown]  # type: ignore[attr-defined]
    first = next((lesson for lesson in lessons if lesson.is_ready and not lesson.done), None)
    context = {
        "course": course,
        "may_learn": open_to_me,
        "may_edit": may_edit_course(request.user, course),
        "lessons": lessons,
        "first": first or next((lesson for lesson in lessons if lesson.is_ready), None),
        "done_count": sum(1 for lesson in lessons if lesson.done),
        "begun": any(lesson.begun for lesson in lessons),
    }
    return render(request, "catalog/course.html", context)


def _visible(request: HttpRequest, course_id: UUID) -> Course:
    course = get_object_or_404(Course, pk=course_id)
    if not may_see_course(request.user, course):
        raise Http404
    return course


def _picture(name: str) -> FileResponse:
    if not name or not default_storage.exists(name):
        raise Http404
    response = FileResponse(default_storage.open(name), content_type="image/jpeg")
    response["Cache-Control"] = f"private, max-age={YEAR_SECONDS}, immutable"
    return response


@require_safe
def cover(request: HttpRequest, course_id: UUID, width: int) -> FileResponse:
    """The course's own cover; addresses carry its version, so the picture may be kept."""
    return _picture(selectors.cover_file(_visible(request, course_id), width))


@require_safe
def panorama(request: HttpRequest, course_id: UUID) -> FileResponse:
    """The poster of the course's first 360-degree film: a still of what is inside, shown as its picture."""
    return _picture(selectors.panorama_file(_visible(request, course_id)))


@require_safe
def captions(request: HttpRequest, lesson_id: UUID, language: str) -> HttpResponse:
    caption: Any = get_object_or_404(
        Caption.objects.select_related("lesson__module__course"), lesson=lesson_id, language=language
    )
    if not may_learn(request.user, caption.lesson.module.course):
        raise PermissionDenied
    return HttpResponse(caption.text, content_type="text/vtt; charset=utf-8", headers={"Cache-Control": "private"})
