"""What is taught: a course has modules, a module has lessons."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.catalog.texts import language_of, localized
from streaming.library.models import Master, MasterState

TITLE_LENGTH = 120


class Audience(models.TextChoices):
    EVERYONE = "everyone", _("Everyone")
    RESIDENT = "resident", _("Community residents")
    TRAINEE = "trainee", _("Doctors and nurses in training")
    INSTRUCTOR = "instructor", _("Instructors")


class Access(models.TextChoices):
    PUBLIC = "public", _("Open to everyone, without an account")
    ENROLMENT = "enrolment", _("By enrolment")


class CourseState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", pgettext_lazy("course", "Published")


class LessonKind(models.TextChoices):
    VIDEO_360 = "video360", _("360° video")
    VIDEO = "video", _("Video")
    ARTICLE = "article", _("Article")
    SCENARIO = "scenario", pgettext_lazy("lesson", "Exercise in VR")


class Situation(models.TextChoices):
    """The three doors of the home page: what has happened to somebody."""

    COLLAPSE = "collapse", _("Someone collapsed")
    CHOKING = "choking", _("Someone is choking")
    BLEEDING = "bleeding", _("Someone is bleeding heavily")


class Titled(models.Model):
    """A thing with a title in Chinese, English or both."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title_zh = models.CharField(_("title in Chinese"), max_length=TITLE_LENGTH, blank=True)
    title_en = models.CharField(_("title in English"), max_length=TITLE_LENGTH, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return localized(self, "title")

    @property
    def title_language(self) -> str:
        return language_of(self, "title")


class CourseQuerySet(models.QuerySet["Course"]):
    def published(self) -> "CourseQuerySet":
        return self.filter(state=CourseState.PUBLISHED)


class Course(Titled):
    """A course is offered in a language when it has a title in it; publishing checks that the rest follows.

    `cover` is the storage prefix of the resized pictures ("<cover>800.jpg", "<cover>1600.jpg"), empty where
    the panorama of the first 360-degree lesson stands in.
    """

    summary_zh = models.TextField(_("summary in Chinese"), max_length=600, blank=True)
    summary_en = models.TextField(_("summary in English"), max_length=600, blank=True)
    audience = models.CharField(_("for whom"), max_length=16, choices=Audience.choices, default=Audience.EVERYONE)
    access = models.CharField(_("who may learn"), max_length=16, choices=Access.choices, default=Access.ENROLMENT)
    self_enrolment = models.BooleanField(_("people may enrol themselves"), default=False)
    cover = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=16, choices=CourseState.choices, default=CourseState.DRAFT)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="courses_taught"
    )
    # Name of a course that the installation brings along, so that seeding twice makes it once.
    seed_key = models.SlugField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["-published_at", "-created_at"]
        indexes = [
            models.Index(fields=["state", "-published_at"], name="catalog_course_state"),
            models.Index(fields=["owner", "-created_at"], name="catalog_course_owner"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["seed_key"], condition=~Q(seed_key=""), name="catalog_course_seed_once"),
            models.CheckConstraint(condition=~Q(title_zh="") | ~Q(title_en=""), name="catalog_course_has_title"),
        ]

    @property
    def summary(self) -> str:
        return localized(self, "summary")

    @property
    def summary_language(self) -> str:
        return language_of(self, "summary")

    @property
    def languages(self) -> list[str]:
        """Short codes of the languages the course is offered in, "zh" first."""
        return [code for code, title in (("zh", self.title_zh), ("en", self.title_en)) if title]

    @property
    def is_published(self) -> bool:
        return self.state == CourseState.PUBLISHED

    @property
    def is_public(self) -> bool:
        return self.access == Access.PUBLIC

    @property
    def cover_version(self) -> str:
        """Changes when the cover does, so that browsers may keep the picture for good."""
        return self.cover.rpartition("/")[2].rstrip("-")

    def get_absolute_url(self) -> str:
        return reverse("catalog:course", args=[self.pk])


class Module(Titled):
    """A chapter; `position` counts from 0 inside the course."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="modules")
    position = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")
        ordering = ["position"]
        indexes = [models.Index(fields=["course", "position"], name="catalog_module_order")]


FILMS = (LessonKind.VIDEO_360, LessonKind.VIDEO)
# A lesson that can be learned: an article with text, a film that is ready, or an exercise that was chosen.
READY = (
    (Q(kind=LessonKind.ARTICLE) & (~Q(body_zh="") | ~Q(body_en="")))
    | (Q(kind__in=FILMS) & (Q(master__state=MasterState.PUBLISHED) | Q(master__published_prefix__gt="")))
    | (Q(kind=LessonKind.SCENARIO) & ~Q(exercise=""))
)


class LessonQuerySet(models.QuerySet["Lesson"]):
    def ready(self) -> "LessonQuerySet":
        return self.filter(READY)

    def in_order(self) -> "LessonQuerySet":
        return self.order_by("module__position", "position")


class Lesson(Titled):
    """One thing to watch, read or do. `body_*` is Markdown: the article, or the notes with a film or an exercise.

    `exercise`: key of what is done in an exercise, set by the wing that offers it (see exercises.py).
    """

    module = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="lessons")
    position = models.PositiveIntegerField()
    kind = models.CharField(_("kind"), max_length=16, choices=LessonKind.choices, default=LessonKind.VIDEO_360)
    body_zh = models.TextField(_("text in Chinese"), max_length=60_000, blank=True)
    body_en = models.TextField(_("text in English"), max_length=60_000, blank=True)
    master = models.ForeignKey(Master, on_delete=models.SET_NULL, null=True, blank=True, related_name="lessons")
    exercise = models.SlugField(max_length=60, blank=True, editable=False)
    minutes = models.PositiveSmallIntegerField(_("minutes it takes"), default=3)
    situation = models.CharField(_("home page"), max_length=16, choices=Situation.choices, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = LessonQuerySet.as_manager()

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        ordering = ["position"]
        indexes = [
            models.Index(fields=["module", "position"], name="catalog_lesson_order"),
            models.Index(fields=["situation"], name="catalog_lesson_situation"),
        ]

    @property
    def is_film(self) -> bool:
        return self.kind in FILMS

    @property
    def is_exercise(self) -> bool:
        return self.kind == LessonKind.SCENARIO

    @property
    def body(self) -> str:
        return localized(self, "body")

    @property
    def body_language(self) -> str:
        return language_of(self, "body")

    @property
    def is_ready(self) -> bool:
        """The same rule as `READY`, for a lesson whose master is loaded."""
        if self.is_film:
            return self.master is not None and self.master.is_watchable
        if self.is_exercise:
            return bool(self.exercise)
        return bool(self.body_zh or self.body_en)

    def get_absolute_url(self) -> str:
        return reverse("learning:lesson", args=[self.pk])


class CaptionLanguage(models.TextChoices):
    CHINESE = "zh", _("Chinese")
    ENGLISH = "en", _("English")


class Caption(models.Model):
    """WebVTT captions of a lesson in one language, checked by `webvtt.check` before they come here."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="captions")
    language = models.CharField(_("language"), max_length=8, choices=CaptionLanguage.choices)
    text = models.TextField()
    cues = models.PositiveIntegerField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("captions")
        ordering = ["-language"]
        constraints = [models.UniqueConstraint(fields=["lesson", "language"], name="catalog_caption_once")]

    def __str__(self) -> str:
        return f"{self.lesson_id} {self.language}"


class Region(Titled):
    """A part of a 360-degree picture that matters for a while (the wound, the monitor) and keeps full quality.

    `start` and `end` are seconds of the film, the end not included. `keyframes` is a list of boxes on the
    equirectangular picture by rising time, `{"t", "yaw", "pitch", "width", "height"}` in seconds and degrees (centre
    and size); between two of them the box moves in a straight line, outside it stands still.
    """

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="regions")
    start = models.FloatField(_("from second"))
    end = models.FloatField(_("to second"))
    keyframes = models.JSONField()

    class Meta:
        verbose_name = pgettext_lazy("picture", "region")
        verbose_name_plural = pgettext_lazy("picture", "regions")
        ordering = ["start", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start__gte=0) & Q(end__gt=models.F("start")), name="catalog_region_time"
            ),
            models.CheckConstraint(condition=~Q(title_zh="") | ~Q(title_en=""), name="catalog_region_has_title"),
        ]
