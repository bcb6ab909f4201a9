"""The inside of a course: modules and lessons, their order, their captions."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from courses.catalog import webvtt
from courses.catalog.access import attachable
from courses.catalog.models import TITLE_LENGTH, Caption, Course, Lesson, LessonKind, Module
from courses.catalog.permissions import require_edit
from courses.people.services.audit import log_action
from streaming.library.models import Master, Projection

MODULE_FIELDS = ("title_zh", "title_en")
LESSON_FIELDS = ("title_zh", "title_en", "kind", "body_zh", "body_en", "minutes", "situation")
Outline = list[tuple[UUID, list[UUID]]]


def _locked(course_id: UUID) -> Course:
    """The course's row, held until commit: everything that numbers its parts takes turns."""
    return Course.objects.select_for_update().get(pk=course_id)


def _titled(thing: Module | Lesson) -> None:
    if not (thing.title_zh or thing.title_en):
        raise ValidationError({"title_zh": _("Give it a title in Chinese, in English, or both.")})
    thing.full_clean()


@transaction.atomic
def add_module(actor: Any, course: Course, *, title_zh: str = "", title_en: str = "") -> Module:
    """A module at the end of the course."""
    require_edit(actor, course)
    _locked(course.pk)
    module = Module(course=course, title_zh=title_zh, title_en=title_en, position=course.modules.count())
    _titled(module)
    module.save()
    log_action(actor=actor, action="catalog.module.add", target=module, data={"course": str(course.pk)})
    return module


@transaction.atomic
def update_module(actor: Any, module: Module, *, title_zh: str, title_en: str) -> Module:
    require_edit(actor, module.course)
    module.title_zh, module.title_en = title_zh, title_en
    _titled(module)
    module.save(update_fields=["title_zh", "title_en"])
    log_action(actor=actor, action="catalog.module.update", target=module)
    return module


@transaction.atomic
def delete_module(actor: Any, module: Module) -> None:
    """Remove a module with its lessons."""
    require_edit(actor, module.course)
    course = _locked(module.course_id)
    log_action(
        actor=actor,
        action="catalog.module.delete",
        target=module,
        data={"course": str(course.pk), "lessons": module.lessons.count()},
    )
    module.delete()
    _number(list(course.modules.all()))


@transaction.atomic
def add_lesson(actor: Any, module: Module, **fields: Any) -> Lesson:
    """A lesson at the end of the module. fields: any of LESSON_FIELDS."""
    require_edit(actor, module.course)
    _locked(module.course_id)
    lesson = Lesson(module=module, position=module.lessons.count(), **fields)
    _titled(lesson)
    lesson.save()
    log_action(actor=actor, action="catalog.lesson.add", target=lesson, data={"course": str(module.course_id)})
    return lesson


@transaction.atomic
def add_film_lesson(actor: Any, module: Module, master: Master) -> Lesson:
    """A lesson that shows `master`, titled like it, at the end of the module; the kind follows the projection."""
    kind = LessonKind.VIDEO if master.projection == Projection.FLAT else LessonKind.VIDEO_360
    title = master.title[:TITLE_LENGTH]
    titles = {f"title_{code}": title for code in module.course.languages}
    lesson = add_lesson(actor, module, kind=kind, **titles)
    return update_lesson(actor, lesson, master=master)


@transaction.atomic
def update_lesson(actor: Any, lesson: Lesson, *, master: Master | None, **fields: Any) -> Lesson:
    """Change any of LESSON_FIELDS and the film. A film that is new to the lesson must be one the actor may use."""
    require_edit(actor, lesson.module.course)
    is_new = master is not None and master.pk != lesson.master_id
    if is_new and not Master.objects.filter(attachable(actor), pk=master.pk).exists():  # type: ignore[union-attr]
        raise PermissionDenied(_("This film belongs to somebody else. Choose one of your own."))
    for name, value in fields.items():
        if name not in LESSON_FIELDS:
            raise TypeError(f"not a field to set here: {name}")
        setattr(lesson, name, value)
    lesson.master = master if lesson.is_film else None
    _titled(lesson)
    lesson.save()
    log_action(
        actor=actor,
        action="catalog.lesson.update",
        target=lesson,
        data={"master": str(lesson.master_id) if lesson.master_id else None},
    )
    return lesson


@transaction.atomic
def delete_lesson(actor: Any, lesson: Lesson) -> None:
    """Remove a lesson, its captions and what people have learned in it."""
    course = lesson.module.course
    require_edit(actor, course)
    _locked(course.pk)
    log_action(actor=actor, action="catalog.lesson.delete", target=lesson, data={"course": str(course.pk)})
    module = lesson.module
    lesson.delete()
    _number(list(module.lessons.all()))


# --- order ------------------------------------------------------------------------------------


def outline_of(course: Course) -> Outline:
    """The order as ids: each module with its lessons."""
    modules = course.modules.prefetch_related("lessons")
    return [(module.pk, [lesson.pk for lesson in module.lessons.all()]) for module in modules]


@transaction.atomic
def reorder(actor: Any, course: Course, outline: Outline) -> None:
    """Give the course this order; lessons may change their module.

    ValidationError unless the outline names exactly the modules and lessons the course has now (somebody else
    may have changed it meanwhile).
    """
    require_edit(actor, course)
    _locked(course.pk)
    modules = {module.pk: module for module in course.modules.all()}
    lessons = {lesson.pk: lesson for lesson in Lesson.objects.filter(module__course=course)}
    named_modules = [module_id for module_id, _lessons in outline]
    named_lessons = [lesson_id for _module, lesson_ids in outline for lesson_id in lesson_ids]
    if sorted(named_modules) != sorted(modules) or sorted(named_lessons) != sorted(lessons):
        raise ValidationError(_("The course has changed meanwhile. Reload the page and move it again."))
    for position, (module_id, lesson_ids) in enumerate(outline):
        modules[module_id].position = position
        for place, lesson_id in enumerate(lesson_ids):
            lessons[lesson_id].module = modules[module_id]
            lessons[lesson_id].position = place
    Module.objects.bulk_update(modules.values(), ["position"])
    Lesson.objects.bulk_update(lessons.values(), ["module", "position"])
    log_action(actor=actor, action="catalog.course.reorder", target=course)


def move_module(actor: Any, module: Module, step: int) -> None:
    """One place up (step -1) or down (step +1); at the end it stays where it is."""
    outline = outline_of(module.course)
    index = [module_id for module_id, _lessons in outline].index(module.pk)
    target = index + step
    if 0 <= target < len(outline):
        outline.insert(target, outline.pop(index))
        reorder(actor, module.course, outline)


def move_lesson(actor: Any, lesson: Lesson, step: int) -> None:
    """One place up (step -1) or down (step +1); over the edge of its module into the neighbouring one."""
    course = lesson.module.course
    outline = outline_of(course)
    index = next(i for i, (_module, lessons) in enumerate(outline) if lesson.pk in lessons)
    here = outline[index][1]
    place = here.index(lesson.pk)
    if 0 <= place + step < len(here):
        here.insert(place + step, here.pop(place))
    elif 0 <= index + step < len(outline):
        here.pop(place)
        there = outline[index + step][1]
        there.insert(len(there) if step < 0 else 0, lesson.pk)
    else:
        return
    reorder(actor, course, outline)


def _number(things: list[Any]) -> None:
    for position, thing in enumerate(things):
        thing.position = position
    if things:
        type(things[0])._default_manager.bulk_update(things, ["position"])


# --- captions ---------------------------------------------------------------------------------


@transaction.atomic
def set_captions(actor: Any, lesson: Lesson, *, language: str, data: bytes) -> Caption:
    """Put a WebVTT file on a lesson, in place of the former one in that language."""
    require_edit(actor, lesson.module.course)
    text, cues = webvtt.check(data)
    caption, _created = Caption.objects.update_or_create(
        lesson=lesson, language=language, defaults={"text": text, "cues": len(cues)}
    )
    log_action(
        actor=actor, action="catalog.captions.set", target=lesson, data={"language": language, "cues": len(cues)}
    )
    return caption


@transaction.atomic
def delete_captions(actor: Any, caption: Caption) -> None:
    require_edit(actor, caption.lesson.module.course)
    log_action(
        actor=actor, action="catalog.captions.delete", target=caption.lesson, data={"language": caption.language}
    )
    caption.delete()
