"""A run, and who takes part in it."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.catalog.models import Lesson
from courses.scenarios.models.scenario import ScenarioVersion


class Phase(models.TextChoices):
    LOBBY = "lobby", pgettext_lazy("scenario run", "Waiting to begin")
    RUNNING = "running", pgettext_lazy("scenario run", "Running")
    PAUSED = "paused", pgettext_lazy("scenario run", "Paused")
    HELD = "held", pgettext_lazy("scenario run", "Nobody there")
    ENDED = "ended", pgettext_lazy("scenario run", "Ended")


class CloseReason(models.TextChoices):
    """Why a run is over. `outcome` says how it ended for the patient."""

    FINISHED = "finished", pgettext_lazy("scenario run", "Played to its end")
    STOPPED = "stopped", pgettext_lazy("scenario run", "Stopped by a person")
    ABANDONED = "abandoned", pgettext_lazy("scenario run", "Left and not taken up again")


class Run(models.Model):
    """One playing of one version. Its course is a function of the version, profile, mode, roles, seed and events.

    The clock: run time is `clock_s` while `clock_since` is None, and `clock_s` plus the time since `clock_since`
    otherwise. `roles`: actor -> role at the start. `holds`: [{"t", "why", "from", "to"}], why "paused" or "nobody".
    `epoch` rises each time a process takes the room over; only the owner of the present epoch may write the clock.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(ScenarioVersion, on_delete=models.PROTECT, related_name="runs")
    mode = models.CharField(max_length=16)
    profile = models.CharField(max_length=40)
    seed = models.PositiveIntegerField()
    is_team = models.BooleanField(default=False)
    code = models.CharField(max_length=8, blank=True)
    lesson = models.ForeignKey(Lesson, on_delete=models.SET_NULL, null=True, blank=True, related_name="scenario_runs")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="scenario_runs_made"
    )
    phase = models.CharField(max_length=16, choices=Phase.choices, default=Phase.LOBBY)
    roles = models.JSONField(default=dict)
    clock_s = models.FloatField(default=0.0)
    clock_since = models.DateTimeField(null=True, blank=True)
    holds = models.JSONField(default=list)
    epoch = models.PositiveIntegerField(default=0)
    # Handed in by a client that played it without a network; the id is the client's.
    is_offline = models.BooleanField(default=False)
    client_run_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=40, blank=True)
    close_reason = models.CharField(max_length=16, choices=CloseReason.choices, blank=True)

    class Meta:
        verbose_name = _("scenario run")
        verbose_name_plural = _("scenario runs")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["phase", "last_seen_at"], name="scenarios_run_open"),
            models.Index(fields=["version", "-ended_at"], name="scenarios_run_version"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=~Q(code="") & ~Q(phase="ended"), name="scenarios_run_code_once"
            ),
            models.UniqueConstraint(
                fields=["client_run_id"],
                condition=Q(client_run_id__isnull=False),
                name="scenarios_run_handed_in_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def clock_at(self, now: datetime) -> float:
        """Run time in seconds at `now`."""
        if self.clock_since is None:
            return self.clock_s
        return self.clock_s + max(0.0, (now - self.clock_since).total_seconds())

    @property
    def is_over(self) -> bool:
        return self.phase == Phase.ENDED


class ParticipantKind(models.TextChoices):
    TEAM = "team", pgettext_lazy("scenario run", "Team")
    INSTRUCTOR = "instructor", pgettext_lazy("scenario run", "Instructor")
    OBSERVER = "observer", pgettext_lazy("scenario run", "Observer")


class Participant(models.Model):
    """A person in a run: an account, or a browser's session. `actor` is the name in the engine's events ("p1")."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="participants")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="scenario_places"
    )
    session_key = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=60, blank=True)
    actor = models.CharField(max_length=16)
    slot = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=ParticipantKind.choices, default=ParticipantKind.TEAM)
    role = models.CharField(max_length=60, blank=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["run", "slot"]
        indexes = [models.Index(fields=["session_key"], name="scenarios_place_session")]
        constraints = [
            models.UniqueConstraint(fields=["run", "slot"], name="scenarios_place_slot_once"),
            models.UniqueConstraint(fields=["run", "actor"], name="scenarios_place_actor_once"),
            models.UniqueConstraint(
                fields=["run", "user"], condition=Q(user__isnull=False), name="scenarios_place_user_once"
            ),
            models.UniqueConstraint(
                fields=["run", "session_key"],
                condition=~Q(session_key=""),
                name="scenarios_place_session_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.actor}"

    def card(self, here: bool | None = None) -> dict[str, Any]:
        """As others see it (docs/scenarios-protocol.md)."""
        shown = {"actor": self.actor, "slot": self.slot, "role": self.role, "name": self.name, "kind": self.kind}
        return shown if here is None else {**shown, "here": here}
