"""What can be played: a scenario, its versions, and the lesson that it stands in."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from courses.catalog.models import Lesson
from courses.scenarios.language.model import Definition, definition_from


class ScenarioState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", pgettext_lazy("scenario", "Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Scenario(models.Model):
    """`key` is the definition's id. Scenarios that come with the house have no owner."""

    key = models.SlugField(max_length=60, unique=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="scenarios"
    )
    is_shipped = models.BooleanField(default=False)
    # Whether people without an account may run it.
    is_public = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=ScenarioState.choices, default=ScenarioState.DRAFT)
    # The version that new runs play; None while nothing is published.
    current = models.ForeignKey(
        "scenarios.ScenarioVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class ScenarioVersion(models.Model):
    """One text of a scenario, never changed once it is there. `number` counts from 1 within the scenario.

    `document` is the parsed `source` with `version` set to `number`; `digest` is the SHA-256 of `source`.
    """

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    source = models.TextField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["scenario", "-number"]
        constraints = [models.UniqueConstraint(fields=["scenario", "number"], name="scenarios_version_number_once")]

    def __str__(self) -> str:
        return f"{self.scenario_id} v{self.number}"

    @property
    def definition(self) -> Definition:
        """What the engine plays. Parsed anew at each call; keep it."""
        return definition_from(self.document)

    def text(self, of: str) -> str:
        """`title` or `summary` in the language that is active."""
        texts: dict[str, Any] = self.document[of]
        return str(texts["en"] if get_language() == "en" else texts["zh-hans"])

    @property
    def title(self) -> str:
        return self.text("title")

    @property
    def summary(self) -> str:
        return self.text("summary")


class LessonScenario(models.Model):
    """The scenario that a lesson lets people play. The lesson is done when a run in `mode` is passed."""

    lesson = models.OneToOneField(Lesson, on_delete=models.CASCADE, related_name="scenario_link")
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="lesson_links")
    mode = models.CharField(max_length=16, default="practice")
    profile = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(mode__in=["guided", "practice", "exam"]), name="scenarios_lesson_mode_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id} {self.scenario_id} {self.mode}"
