"""Who learns what, and how far they have come."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.catalog.models import Course, Lesson
from courses.people.models import Cohort


class EnrolmentSource(models.TextChoices):
    SELF = "self", _("Enrolled themselves")
    INSTRUCTOR = "instructor", _("Enrolled by an instructor")
    COHORT = "cohort", _("Enrolled with their cohort")


class Enrolment(models.Model):
    """A person's place in a course."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="enrolments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolments")
    source = models.CharField(_("how"), max_length=16, choices=EnrolmentSource.choices)
    cohort = models.ForeignKey(Cohort, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["course", "user"], name="learning_enrolment_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.course_id}"


class SessionLog(models.Model):
    """One sitting with one lesson, from its first report to its last."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lesson_sessions")
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="sessions")
    started_at = models.DateTimeField(auto_now_add=True)
    last_at = models.DateTimeField()
    position = models.FloatField(_("place in seconds"), default=0.0)
    seconds = models.FloatField(_("time spent in seconds"), default=0.0)

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["user", "lesson", "-last_at"], name="learning_session_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.lesson_id} {self.started_at:%Y-%m-%d}"


class SummaryLog(models.Model):
    """All sittings of one person with one lesson: where to go on, how much is seen (0..1), since when it is done."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lesson_summaries")
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="summaries")
    position = models.FloatField(_("place in seconds"), default=0.0)
    progress = models.FloatField(default=0.0)
    seconds = models.FloatField(_("time spent in seconds"), default=0.0)
    completed_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-updated_at"]
        indexes = [models.Index(fields=["user", "-updated_at"], name="learning_summary_recent")]
        constraints = [
            models.UniqueConstraint(fields=["user", "lesson"], name="learning_summary_once"),
            models.CheckConstraint(
                condition=Q(progress__gte=0) & Q(progress__lte=1), name="learning_summary_progress_0_1"
            ),
            models.CheckConstraint(
                condition=Q(seconds__gte=0) & Q(position__gte=0), name="learning_summary_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.lesson_id} {self.progress:.0%}"


class GazeMinute(models.Model):
    """Where one person looked in one minute of a film, in one sitting; recorded with consent only.

    `samples`: 300 pairs of int16, little-endian, yaw and pitch in hundredths of a degree, one pair for each fifth of a
    second of media time; -32768 where nothing was seen (`courses.learning.gaze`). 1,200 bytes a minute.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="gaze_minutes")
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="gaze_minutes")
    sitting = models.UUIDField()
    minute = models.PositiveSmallIntegerField()
    samples = models.BinaryField(max_length=1200)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["user", "minute"]
        indexes = [models.Index(fields=["lesson", "user"], name="learning_gaze_lesson")]
        constraints = [
            models.UniqueConstraint(fields=["user", "lesson", "sitting", "minute"], name="learning_gaze_minute_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.lesson_id} minute {self.minute}"
