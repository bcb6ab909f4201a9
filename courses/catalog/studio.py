"""Pages where instructors write courses. Everything here needs a person who may edit."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses.catalog import forms, selectors
from courses.catalog.access import attachable
from courses.catalog.exercises import exercises
from courses.catalog.exports import csv_response
from courses.catalog.markdown import render_article
from courses.catalog.models import Caption, Course, Lesson, LessonKind, Module
from courses.catalog.permissions import require_create, require_edit
from courses.catalog.services import courses, covers, lessons
from streaming.library.models import Master
from streaming.library.selectors import stills

PAGE_SIZE = 30


def _course(request: HttpRequest, course_id: UUID) -> Course:
    course = get_object_or_404(Course, pk=course_id)
    require_edit(request.user, course)
    return course


def _module(request: HttpRequest, module_id: UUID) -> Module:
    module = get_object_or_404(Module.objects.select_related("course"), pk=module_id)
    require_edit(request.user, module.course)
    return module


def _lesson(request: HttpRequest, lesson_id: UUID) -> Lesson:
    lesson = get_object_or_404(Lesson.objects.select_related("module__course", "master"), pk=lesson_id)
    require_edit(request.user, lesson.module.course)
    return lesson


def _tell(request: HttpRequest, wrong: ValidationError) -> None:
    for sentence in wrong.messages:
        messages.error(request, sentence)


# --- courses ----------------------------------------------------------------------------------


@login_required
@require_safe
def studio(request: HttpRequest) -> HttpResponse:
    require_create(request.user)
    words = request.GET.get("q", "").strip()[:100]
    page = Paginator(selectors.studio_courses(request.user, words), PAGE_SIZE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"page": page, "words": words}
    if request.GET.get("master"):
        context["film"] = _film(request, request.GET["master"])
        context["modules"] = selectors.studio_modules(request.user)
    return render(request, "catalog/studio/courses.html", context)


def _film(request: HttpRequest, master_id: str) -> Master:
    """A film of the library that this person may put into a lesson; 404 otherwise."""
    try:
        return get_object_or_404(Master.objects.filter(attachable(request.user)), pk=master_id)
    except ValidationError as wrong:
        raise Http404 from wrong


@login_required
@require_POST
def use_film(request: HttpRequest, master_id: UUID) -> HttpResponse:
    """From the library: a new lesson with this film at the end of the chosen module."""
    film = _film(request, str(master_id))
    try:
        module = _module(request, UUID(request.POST.get("module", "")))
    except ValueError:
        messages.error(request, _("Nothing was added: choose a module for the film."))
        return redirect(f"{reverse('catalog:studio')}?{urlencode({'master': film.pk})}")
    lesson = lessons.add_film_lesson(request.user, module, film)
    return redirect("catalog:studio-lesson", lesson.pk)


@login_required
@require_safe
def export_courses(request: HttpRequest) -> HttpResponse:
    require_create(request.user)
    head = [_("Title in Chinese"), _("Title in English"), _("State"), _("For whom"), _("Who may learn"), _("Lessons")]
    head += [_("Enrolled"), _("Author"), _("Published on"), _("Address")]
    rows = (
        [
            course.title_zh,
            course.title_en,
            course.get_state_display(),
            course.get_audience_display(),
            course.get_access_display(),
            course.all_lessons or 0,
            course.enrolled or 0,
            course.owner or "",
            timezone.localtime(course.published_at).isoformat(timespec="minutes") if course.published_at else "",
            request.build_absolute_uri(course.get_absolute_url()),
        ]
        for course in selectors.studio_courses(request.user)
    )
    return csv_response("courses", head, rows)


@login_required
def new_course(request: HttpRequest) -> HttpResponse:
    require_create(request.user)
    form = forms.CourseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        course = courses.create_course(request.user, **form.cleaned_data)
        messages.success(request, _("The course is there as a draft. Add its first module."))
        return redirect("catalog:studio-course", course.pk)
    return render(request, "catalog/studio/new_course.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@require_safe
def edit_outline(request: HttpRequest, course_id: UUID) -> HttpResponse:
    course = _course(request, course_id)
    return render(request, "catalog/studio/outline.html", _outline_context(course))


@login_required
def edit_details(request: HttpRequest, course_id: UUID) -> HttpResponse:
    course = _course(request, course_id)
    form = forms.CourseForm(request.POST or None, instance=course)
    if request.method == "POST" and form.is_valid():
        try:
            courses.update_course(request.user, Course.objects.get(pk=course.pk), **form.cleaned_data)
        except ValidationError as wrong:
            form.add_error(None, wrong.messages)
        else:
            messages.success(request, _("Saved."))
            return redirect("catalog:studio-details", course.pk)
    shown = Course.objects.get(pk=course.pk)
    context = {"form": form, "course": shown, "panorama": selectors.panorama_file(shown)}
    return render(request, "catalog/studio/details.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def change_cover(request: HttpRequest, course_id: UUID) -> HttpResponse:
    course = _course(request, course_id)
    try:
        if "remove" in request.POST:
            covers.remove_cover(request.user, course)
        elif "cover" in request.FILES:
            covers.set_cover(request.user, course, request.FILES["cover"])
        else:
            raise ValidationError(_("No picture was chosen. Choose a JPEG, PNG or WebP file."))
    except ValidationError as wrong:
        _tell(request, wrong)
    else:
        messages.success(request, _("The cover is changed."))
    return redirect("catalog:studio-details", course.pk)


@login_required
@require_POST
def change_state(request: HttpRequest, course_id: UUID, action: str) -> HttpResponse:
    """action: publish or unpublish. What is missing stands on the outline page already."""
    course = _course(request, course_id)
    try:
        if action == "publish":
            courses.publish_course(request.user, course)
            messages.success(request, _("Published. People find it in the catalogue now."))
        else:
            courses.unpublish_course(request.user, course)
            messages.success(request, _("Taken back to draft. Only its authors see it now."))
    except ValidationError:
        messages.error(request, _("Not published: something is still missing. See the list on this page."))
    return redirect("catalog:studio-course", course.pk)


@login_required
@require_POST
def delete_course(request: HttpRequest, course_id: UUID) -> HttpResponse:
    course = _course(request, course_id)
    title = course.title
    try:
        courses.delete_course(request.user, course)
    except ValidationError as wrong:
        _tell(request, wrong)
        return redirect("catalog:studio-course", course.pk)
    messages.success(request, _("“%(title)s” is deleted.") % {"title": title})
    return redirect("catalog:studio")


# --- outline ----------------------------------------------------------------------------------


def _outline_context(course: Course, module_form: Any = None) -> dict[str, Any]:
    return {
        "course": course,
        "modules": selectors.studio_outline(course),
        "missing": courses.what_is_missing(course),
        "module_form": module_form or forms.ModuleForm(auto_id="new-module-%s"),
        "lesson_kinds": LessonKind.choices,
    }


def _outline(request: HttpRequest, course_id: UUID, module_form: Any = None) -> HttpResponse:
    """The outline after a change: the part of the page for htmx, else the page itself."""
    if request.headers.get("HX-Request") or module_form is not None:
        template = (
            "catalog/studio/_outline.html" if request.headers.get("HX-Request") else "catalog/studio/outline.html"
        )
        return render(request, template, _outline_context(Course.objects.get(pk=course_id), module_form))
    return redirect("catalog:studio-course", course_id)


@login_required
@require_POST
def add_module(request: HttpRequest, course_id: UUID) -> HttpResponse:
    course = _course(request, course_id)
    form = forms.ModuleForm(request.POST, auto_id="new-module-%s")
    if not form.is_valid():
        return _outline(request, course.pk, form)
    lessons.add_module(request.user, course, **form.cleaned_data)
    return _outline(request, course.pk)


@login_required
@require_POST
def edit_module(request: HttpRequest, module_id: UUID) -> HttpResponse:
    module = _module(request, module_id)
    form = forms.ModuleForm(request.POST, instance=module)
    if form.is_valid():
        lessons.update_module(request.user, module, **form.cleaned_data)
    else:
        messages.error(request, _("Not renamed: give the module a title in Chinese, in English, or both."))
    return _outline(request, module.course_id)


@login_required
@require_POST
def move_module(request: HttpRequest, module_id: UUID) -> HttpResponse:
    module = _module(request, module_id)
    lessons.move_module(request.user, module, _step(request))
    return _outline(request, module.course_id)


@login_required
@require_POST
def delete_module(request: HttpRequest, module_id: UUID) -> HttpResponse:
    module = _module(request, module_id)
    lessons.delete_module(request.user, module)
    return _outline(request, module.course_id)


@login_required
@require_POST
def move_lesson(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    lesson = _lesson(request, lesson_id)
    lessons.move_lesson(request.user, lesson, _step(request))
    return _outline(request, lesson.module.course_id)


@login_required
@require_POST
def delete_lesson(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    lesson = _lesson(request, lesson_id)
    lessons.delete_lesson(request.user, lesson)
    return _outline(request, lesson.module.course_id)


def _step(request: HttpRequest) -> int:
    return -1 if request.POST.get("direction") == "up" else 1


@login_required
@require_POST
def reorder(request: HttpRequest, course_id: UUID) -> HttpResponse:
    """The order after a drag, as form field `outline`: JSON [[module id, [lesson ids]], …]."""
    course = _course(request, course_id)
    try:
        outline = [
            (UUID(module_id), [UUID(lesson_id) for lesson_id in lesson_ids])
            for module_id, lesson_ids in json.loads(request.POST.get("outline", ""))
        ]
    except (ValueError, TypeError, AttributeError):
        return HttpResponseBadRequest(_("The order could not be read. Reload the page and move it again."))
    try:
        lessons.reorder(request.user, course, outline)
    except ValidationError as wrong:
        _tell(request, wrong)
    return _outline(request, course.pk)


# --- lessons ----------------------------------------------------------------------------------


@login_required
def new_lesson(request: HttpRequest, module_id: UUID) -> HttpResponse:
    module = _module(request, module_id)
    form = forms.NewLessonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        lesson = lessons.add_lesson(request.user, module, **form.cleaned_data)
        return redirect("catalog:studio-lesson", lesson.pk)
    context = {"form": form, "module": module, "course": module.course}
    return render(request, "catalog/studio/new_lesson.html", context, status=400 if form.errors else 200)


@login_required
def edit_lesson(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    lesson = _lesson(request, lesson_id)
    allowed = Master.objects.filter(attachable(request.user)) | Master.objects.filter(pk=lesson.master_id)
    form = forms.LessonForm(request.POST or None, instance=lesson, masters=allowed)
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        master = fields.pop("master")
        changed = lessons.update_lesson(request.user, _lesson(request, lesson_id), master=master, **fields)
        wanted = request.POST.get("exercise", "") if changed.is_exercise else ""
        try:
            if wanted != changed.exercise:
                exercises().attach(request.user, changed, wanted)
            messages.success(request, _("Saved."))
        except ValidationError as wrong:
            _tell(request, wrong)
        return redirect("catalog:studio-lesson", lesson.pk)
    shown = _lesson(request, lesson_id)
    context = {
        "form": form,
        "lesson": shown,
        "course": shown.module.course,
        "captions": shown.captions.all(),
        "caption_form": forms.CaptionForm(),
        **_films(request, shown, form["kind"].value(), form["master"].value()),
    }
    return render(request, "catalog/studio/lesson.html", context, status=400 if form.errors else 200)


@login_required
@require_safe
def lesson_films(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """The film picker alone, for another kind of lesson."""
    lesson = _lesson(request, lesson_id)
    kind = request.GET.get("kind", lesson.kind)
    context = {"lesson": lesson, **_films(request, lesson, kind, request.GET.get("master", lesson.master_id))}
    return render(request, "catalog/studio/_films.html", context)


def _films(request: HttpRequest, lesson: Lesson, kind: str, chosen: Any) -> dict[str, Any]:
    if kind == LessonKind.SCENARIO:
        return {"is_film": False, "is_exercise": True, "exercises": exercises().offered(request.user)}
    if kind == LessonKind.ARTICLE:
        return {"is_film": False, "films": []}
    films = list(selectors.pickable_masters(attachable(request.user), kind)[:60])
    if lesson.master is not None and lesson.master not in films:
        films.insert(0, lesson.master)
    return {
        "is_film": True,
        "films": [
            {
                "master": film,
                "poster": _still(request, film),
                "chosen": str(film.pk) == str(chosen or ""),
            }
            for film in films
        ],
    }


def _still(request: HttpRequest, film: Master) -> str:
    addresses = stills(film, user=request.user, session_key=None)
    return addresses.get("poster_flat") or addresses.get("poster", "")


@login_required
@require_POST
def add_captions(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    lesson = _lesson(request, lesson_id)
    form = forms.CaptionForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("No captions were added: choose a language and a WebVTT file."))
        return redirect("catalog:studio-lesson", lesson.pk)
    try:
        caption = lessons.set_captions(
            request.user,
            lesson,
            language=form.cleaned_data["language"],
            data=form.cleaned_data["file"].read(),
        )
    except ValidationError as wrong:
        _tell(request, wrong)
    else:
        messages.success(request, _("Captions added: %(count)d lines.") % {"count": caption.cues})
    return redirect("catalog:studio-lesson", lesson.pk)


@login_required
@require_POST
def remove_captions(request: HttpRequest, lesson_id: UUID, language: str) -> HttpResponse:
    lesson = _lesson(request, lesson_id)
    lessons.delete_captions(
        request.user,
        get_object_or_404(Caption.objects.select_related("lesson__module__course"), lesson=lesson, language=language),
    )
    messages.success(request, _("The captions are removed."))
    return redirect("catalog:studio-lesson", lesson.pk)


@login_required
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """An article as readers will see it."""
    require_create(request.user)
    text = request.POST.get("body_zh") or request.POST.get("body_en") or ""
    return render(request, "catalog/studio/_preview.html", {"article": render_article(text[:60_000])})
