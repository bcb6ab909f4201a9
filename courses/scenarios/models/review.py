"""What follows a run: an instructor signs it off, departments compare, people choose to stand on a board."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.people.models import Cohort
from courses.scenarios.models.run import Run
from courses.scenarios.models.scenario import Scenario


class Verdict(models.TextChoices):
    CONFIRMED = "confirmed", pgettext_lazy("sign-off", "Confirmed")
    PRACTISE = "practise", pgettext_lazy("sign-off", "To be practised again")


class SignOff(models.Model):
    """An instructor's word about one person in one run. Without it nothing here counts towards a certificate.

    `saw_depth`: the instructor saw the depth on a manikin with a calibrated sensor; a run in VR never says so itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="sign_offs")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="scenario_sign_offs", verbose_name=_("person")
    )
    instructor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    verdict = models.CharField(_("verdict"), max_length=16, choices=Verdict.choices)
    saw_depth = models.BooleanField(_("depth seen on a manikin with a sensor"), default=False)
    note = models.CharField(_("note"), max_length=500, blank=True)
    signed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("sign-off")
        verbose_name_plural = _("sign-offs")
        ordering = ["-signed_at"]
        constraints = [models.UniqueConstraint(fields=["run", "user"], name="scenarios_signed_once")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.user_id} {self.verdict}"


class BoardPlace(models.Model):
    """Somebody chose to stand on the leader board, under a name of their choice. Taking the row away takes them off."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="board_place")
    name = models.CharField(_("name on the board"), max_length=40)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["since"]

    def __str__(self) -> str:
        return self.name


class TeamChallenge(models.Model):
    """Departments (cohorts) try the same scenario in the same weeks; what counts is how many of each can do it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(_("title"), max_length=80)
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="challenges")
    mode = models.CharField(_("mode"), max_length=16, default="practice")
    cohorts = models.ManyToManyField(Cohort, related_name="challenges", verbose_name=_("cohorts"))
    begins_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("team challenge")
        verbose_name_plural = _("team challenges")
        ordering = ["-ends_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("begins_at")), name="scenarios_challenge_has_length")
        ]

    def __str__(self) -> str:
        return self.title
