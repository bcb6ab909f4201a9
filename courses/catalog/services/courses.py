"""Writing courses: create, change, publish, take back, delete."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.catalog.models import Course, CourseState, Lesson, LessonKind
from courses.catalog.permissions import require_create, require_edit
from courses.catalog.services.covers import delete_files
from courses.people.services.audit import log_action

COURSE_FIELDS = ("title_zh", "title_en", "summary_zh", "summary_en", "audience", "access", "self_enrolment")


@transaction.atomic
def create_course(actor: Any, **fields: Any) -> Course:
    """A draft that belongs to `actor`. fields: any of COURSE_FIELDS; a title in one language at least."""
    require_create(actor)
    course = Course(owner=actor, **_only(fields, COURSE_FIELDS))
    course.full_clean()
    course.save()
    log_action(actor=actor, action="catalog.course.create", target=course)
    return course


@transaction.atomic
def update_course(actor: Any, course: Course, **fields: Any) -> Course:
    """Change any of COURSE_FIELDS. A published course must stay publishable, else ValidationError."""
    require_edit(actor, course)
    for name, value in _only(fields, COURSE_FIELDS).items():
        setattr(course, name, value)
    course.full_clean()
    if course.is_published:
        _refuse([item for item in what_is_missing(course) if not item.is_film])
    course.save()
    log_action(actor=actor, action="catalog.course.update", target=course, data={"fields": sorted(fields)})
    return course


@dataclass(frozen=True)
class Missing:
    """One thing that keeps a course from being published; `lesson` where it belongs to one.

    `is_film`: a lesson without its film yet. In a course that is published already, learners do not see the
    lesson until the film is there.
    """

    sentence: str
    lesson: Lesson | None = None
    is_film: bool = False


def what_is_missing(course: Course) -> list[Missing]:
    """Everything that keeps the course from being published, in the order of the outline. Two queries."""
    missing: list[Missing] = []
    languages = [
        (code, name) for code, name in (("zh", _("Chinese")), ("en", _("English"))) if code in course.languages
    ]
    for code, name in languages:
        if not getattr(course, f"summary_{code}"):
            missing.append(Missing(_("The course has no summary in %(language)s.") % {"language": name}))
    modules = list(course.modules.prefetch_related("lessons__master"))
    if not any(module.lessons.all() for module in modules):
        missing.append(Missing(_("The course has no lesson yet.")))
    for module in modules:
        for code, name in languages:
            if not getattr(module, f"title_{code}"):
                missing.append(
                    Missing(
                        _("The module “%(title)s” has no title in %(language)s.")
                        % {"title": module.title, "language": name}
                    )
                )
        for lesson in module.lessons.all():
            missing.extend(Missing(sentence, lesson) for sentence in _missing_texts(lesson, languages))
            missing.extend(Missing(sentence, lesson, is_film=True) for sentence in _missing_film(lesson))
    return missing


def _missing_texts(lesson: Lesson, languages: list[tuple[str, str]]) -> list[str]:
    sentences = []
    for code, name in languages:
        if not getattr(lesson, f"title_{code}"):
            words = _("The lesson “%(title)s” has no title in %(language)s.")
            sentences.append(words % {"title": lesson.title, "language": name})
        if lesson.kind == LessonKind.ARTICLE and not getattr(lesson, f"body_{code}"):
            words = _("The article “%(title)s” has no text in %(language)s.")
            sentences.append(words % {"title": lesson.title, "language": name})
    return sentences


def _missing_film(lesson: Lesson) -> list[str]:
    if lesson.is_exercise and not lesson.is_ready:
        return [_("The lesson “%(title)s” has no exercise yet. Choose a scenario.") % {"title": lesson.title}]
    if not lesson.is_film or lesson.is_ready:
        return []
    if lesson.master is None:
        return [_("The lesson “%(title)s” has no film. Choose one from the library.") % {"title": lesson.title}]
    return [
        _("The film of “%(title)s” is not ready yet: %(state)s.")
        % {"title": lesson.title, "state": lesson.master.get_state_display()}
    ]


def _refuse(missing: list[Missing]) -> None:
    if missing:
        raise ValidationError([item.sentence for item in missing])


@transaction.atomic
def publish_course(actor: Any, course: Course) -> Course:
    """Show the course to its audience. ValidationError lists everything that is missing."""
    require_edit(actor, course)
    locked = Course.objects.select_for_update().get(pk=course.pk)
    if locked.is_published:
        return locked
    _refuse(what_is_missing(locked))
    locked.state = CourseState.PUBLISHED
    locked.published_at = timezone.now()
    locked.save(update_fields=["state", "published_at", "updated_at"])
    log_action(actor=actor, action="catalog.course.publish", target=locked)
    return locked


@transaction.atomic
def unpublish_course(actor: Any, course: Course) -> Course:
    """Take the course back to draft. What people have learned in it stays recorded."""
    require_edit(actor, course)
    locked = Course.objects.select_for_update().get(pk=course.pk)
    if not locked.is_published:
        return locked
    locked.state = CourseState.DRAFT
    locked.save(update_fields=["state", "updated_at"])
    log_action(actor=actor, action="catalog.course.unpublish", target=locked)
    return locked


@transaction.atomic
def delete_course(actor: Any, course: Course) -> None:
    """Remove a draft with its lessons, enrolments and progress. A published course must be taken back first."""
    require_edit(actor, course)
    locked = Course.objects.select_for_update().get(pk=course.pk)
    if locked.is_published:
        raise ValidationError(_("A published course cannot be deleted. Take it back to draft first."))
    log_action(
        actor=actor,
        action="catalog.course.delete",
        target=locked,
        data={"title": locked.title, "enrolments": locked.enrolments.count()},
    )
    cover = locked.cover
    locked.delete()
    if cover:
        transaction.on_commit(lambda: delete_files(cover))


def _only(fields: dict[str, Any], allowed: tuple[str, ...]) -> dict[str, Any]:
    unknown = set(fields) - set(allowed)
    if unknown:
        raise TypeError(f"not fields to set here: {sorted(unknown)}")
    return fields
