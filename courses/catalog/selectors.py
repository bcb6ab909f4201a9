"""Reading the catalogue."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum, UUIDField, Value

from courses.catalog.models import (
    READY,
    Access,
    Audience,
    Caption,
    Course,
    CourseState,
    Lesson,
    LessonKind,
    Module,
    Situation,
)
from courses.catalog.permissions import may_edit_course
from courses.catalog.services.covers import WIDTHS, cover_name
from courses.people.models import Role
from streaming.library.models import Master, MasterState, Projection


@dataclass(frozen=True)
class CatalogueFilter:
    """What a visitor asked for; values that are not among the choices are dropped, not refused."""

    words: str = ""
    audience: str = ""
    kind: str = ""
    language: str = ""
    access: str = ""

    @classmethod
    def of(cls, query: Any) -> "CatalogueFilter":
        """From a query string (QueryDict)."""
        return cls(
            words=query.get("q", "").strip()[:100],
            audience=_known(query.get("audience", ""), Audience.values),
            kind=_known(query.get("kind", ""), LessonKind.values),
            language=_known(query.get("language", ""), ["zh", "en"]),
            access=_known(query.get("access", ""), Access.values),
        )

    def __bool__(self) -> bool:
        return bool(self.words or self.audience or self.kind or self.language or self.access)


def _known(value: str, allowed: list[str]) -> str:
    return value if value in allowed else ""


def _ready_lessons(**conditions: Any) -> QuerySet[Lesson]:
    return Lesson.objects.filter(READY, module__course=OuterRef("pk"), **conditions)


def _with_counts(courses: QuerySet[Course]) -> QuerySet[Course]:
    """Adds `lesson_count`, `minutes`, `has_360` and `panorama_id`: what a course's card shows."""
    counted = _ready_lessons().order_by().values("module__course")
    panoramas = _ready_lessons(kind=LessonKind.VIDEO_360).exclude(master__poster="")
    return courses.annotate(
        lesson_count=Subquery(counted.annotate(n=Count("pk")).values("n")),
        minutes=Subquery(counted.annotate(n=Sum("minutes")).values("n")),
        has_360=Exists(_ready_lessons(kind=LessonKind.VIDEO_360)),
        panorama_id=Subquery(
            panoramas.order_by("module__position", "position").values("master_id")[:1], output_field=UUIDField()
        ),
    )


def catalogue(wanted: CatalogueFilter) -> QuerySet[Course]:
    """The published courses that fit, newest first, each as `_with_counts` describes; one query."""
    courses = Course.objects.filter(state=CourseState.PUBLISHED)
    for word in wanted.words.split():
        courses = courses.filter(
            Q(title_zh__icontains=word)
            | Q(title_en__icontains=word)
            | Q(summary_zh__icontains=word)
            | Q(summary_en__icontains=word)
            | Exists(
                Lesson.objects.filter(module__course=OuterRef("pk")).filter(
                    Q(title_zh__icontains=word) | Q(title_en__icontains=word)
                )
            )
        )
    if wanted.audience:
        courses = courses.filter(audience__in={wanted.audience, Audience.EVERYONE})
    if wanted.kind:
        courses = courses.filter(Exists(_ready_lessons(kind=wanted.kind)))
    if wanted.language:
        courses = courses.exclude(**{f"title_{wanted.language}": ""})
    if wanted.access:
        courses = courses.filter(access=wanted.access)
    return _with_counts(courses).order_by("-published_at", "pk")


def _has_summary(user: Any, **conditions: Any) -> Exists:
    """Whether the user's record of the lesson fulfils the conditions."""
    joined = {f"summaries__{name}": value for name, value in conditions.items()}
    return Exists(Lesson.objects.filter(pk=OuterRef("pk"), summaries__user=user, **joined))


def course_page(course_id: UUID, user: Any) -> Course | None:
    """One course with `outline` (modules with `.shown` lessons, each with `.done` for the user); None: no such course.

    Editors get every lesson, others the ready ones. `user_is_enrolled` says whether the user has a place.
    """
    course = _with_counts(Course.objects.filter(pk=course_id)).select_related("owner").first()
    if course is None:
        return None
    lessons = Lesson.objects.select_related("master").order_by("position")
    if not may_edit_course(user, course):
        lessons = lessons.filter(READY)
    known = user.is_authenticated
    lessons = lessons.annotate(
        done=_has_summary(user, completed_at__isnull=False) if known else Value(False),
        begun=_has_summary(user, progress__gt=0) if known else Value(False),
    )
    modules = course.modules.prefetch_related(Prefetch("lessons", queryset=lessons, to_attr="shown"))
    course.outline = [module for module in modules if module.shown or may_edit_course(user, course)]  # type: ignore[attr-defined]
    course.user_is_enrolled = known and course.enrolments.filter(user=user).exists()  # type: ignore[attr-defined]
    return course


def lesson_page(lesson_id: UUID) -> Lesson | None:
    """One lesson with its course, film and captions loaded."""
    return (
        Lesson.objects.select_related("module__course", "master")
        .prefetch_related(Prefetch("captions", queryset=Caption.objects.defer("text")))
        .filter(pk=lesson_id)
        .first()
    )


@dataclass(frozen=True)
class Neighbours:
    """The ready lessons before and after one, in the order of the course."""

    before: Lesson | None
    after: Lesson | None
    number: int
    total: int


def neighbours(lesson: Lesson) -> Neighbours:
    """`number` counts from 1 among the ready lessons; 0 where the lesson itself is not ready."""
    ready = list(
        Lesson.objects.filter(module__course_id=lesson.module.course_id)
        .ready()
        .in_order()
        .only("id", "title_zh", "title_en", "module_id", "position", "kind")
    )
    index = next((i for i, other in enumerate(ready) if other.pk == lesson.pk), None)
    if index is None:
        return Neighbours(None, None, 0, len(ready))
    return Neighbours(
        ready[index - 1] if index else None,
        ready[index + 1] if index + 1 < len(ready) else None,
        index + 1,
        len(ready),
    )


def regions_of(lesson: Lesson) -> list[dict[str, Any]]:
    """The lesson's regions as player and editor read them, by their start: id, name (in the active language), both
    titles, start, end (seconds) and keyframes (`Region`)."""
    return [
        {
            "id": str(region.pk),
            "name": region.title,
            "title_zh": region.title_zh,
            "title_en": region.title_en,
            "start": region.start,
            "end": region.end,
            "keyframes": region.keyframes,
        }
        for region in lesson.regions.all()
    ]


def situation_lessons() -> dict[str, Lesson]:
    """The lesson behind each door of the home page: the first ready one of the newest public course."""
    found: dict[str, Lesson] = {}
    lessons = (
        Lesson.objects.exclude(situation="")
        .filter(READY, module__course__state=CourseState.PUBLISHED, module__course__access=Access.PUBLIC)
        .select_related("module")
        .order_by("-module__course__published_at", "module__position", "position")
    )
    for lesson in lessons:
        found.setdefault(lesson.situation, lesson)
    return {situation: found[situation] for situation in Situation.values if situation in found}


def studio_courses(user: Any, words: str = "") -> QuerySet[Course]:
    """The courses a person edits, as `_with_counts` describes, with `all_lessons` and `enrolled`."""
    courses = Course.objects.all() if user.role == Role.ADMINISTRATOR else Course.objects.filter(owner=user)
    if words:
        courses = courses.filter(Q(title_zh__icontains=words) | Q(title_en__icontains=words))
    every_lesson = Lesson.objects.filter(module__course=OuterRef("pk")).order_by().values("module__course")
    enrolled = Course.objects.filter(pk=OuterRef("pk")).order_by().annotate(n=Count("enrolments"))
    return (
        _with_counts(courses)
        .annotate(
            all_lessons=Subquery(every_lesson.annotate(n=Count("pk")).values("n")),
            enrolled=Subquery(enrolled.values("n")),
        )
        .select_related("owner")
        .order_by("-updated_at", "pk")
    )


def studio_modules(user: Any) -> list[Module]:
    """The modules of all courses a person edits, the courses changed last first."""
    courses = Course.objects.all() if user.role == Role.ADMINISTRATOR else Course.objects.filter(owner=user)
    modules = Module.objects.filter(course__in=courses).select_related("course")
    return list(modules.order_by("-course__updated_at", "course", "position"))


def studio_outline(course: Course) -> list[Module]:
    """The modules with all their lessons, for the editor; two queries and one for the films."""
    lessons = Lesson.objects.select_related("master").annotate(caption_count=Count("captions")).order_by("position")
    return list(course.modules.prefetch_related(Prefetch("lessons", queryset=lessons)))


def pickable_masters(condition: Q, kind: str) -> QuerySet[Master]:
    """The films for a lesson of this kind: ready or on their way, the projection fitting where it is known."""
    wanted = Projection.EQUIRECTANGULAR if kind == LessonKind.VIDEO_360 else Projection.FLAT
    return (
        Master.objects.filter(condition)
        .exclude(state__in=[MasterState.FAILED, MasterState.CANCELLED])
        .filter(Q(projection=wanted) | Q(projection=""))
        .order_by("-created_at")
    )


# --- pictures ---------------------------------------------------------------------------------


def cover_file(course: Course, width: int) -> str:
    """Storage name of the cover in one of the WIDTHS; empty where the course has none of its own."""
    if width not in WIDTHS or not course.cover:
        return ""
    name = cover_name(course.cover, width)
    return name if default_storage.exists(name) else ""


def panorama_file(course: Course) -> str:
    """Storage name of the poster of the course's first 360-degree film; empty where there is none."""
    lesson = (
        Lesson.objects.filter(READY, module__course=course, kind=LessonKind.VIDEO_360)
        .exclude(master__poster="")
        .select_related("master")
        .in_order()
        .first()
    )
    return lesson.master.poster if lesson and lesson.master else ""
