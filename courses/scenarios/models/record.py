"""What is kept of a run: its events, its score, and the stretches of poses and motion samples."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.scenarios.models.run import Participant, Run


class RunEvent(models.Model):
    """One event of the log, written once and never changed. (participant, seq) is unique, so nothing counts twice.

    `t_s`: the client's run time. `data`: the event's own fields (engine.events). `received_s`: the server's run time.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    t_s = models.FloatField()
    kind = models.CharField(max_length=16)
    data = models.JSONField(default=dict)
    received_s = models.FloatField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["run", "t_s", "participant", "seq"]
        indexes = [models.Index(fields=["run", "id"], name="scenarios_event_run")]
        constraints = [models.UniqueConstraint(fields=["participant", "seq"], name="scenarios_event_once")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.participant_id}#{self.seq} {self.kind}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("an event of a run's log is never changed")
        super().save(*args, **kwargs)


class RunScore(models.Model):
    """The score of a run that has ended. Late events of a lost connection make it anew; `revision` counts that.

    `report`: as `manage.py scenario simulate` prints it, with `motion` (the samples measured again).
    `engine`: version of the engine that made it, so that scores of different engines are not compared unawares.
    """

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="score")
    total = models.FloatField(_("score"))
    uncapped = models.FloatField()
    passed = models.BooleanField(_("passed"))
    certifies_depth = models.BooleanField(default=False)
    report = models.JSONField()
    engine = models.CharField(max_length=40)
    revision = models.PositiveIntegerField(default=1)
    scored_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-scored_at"]

    def __str__(self) -> str:
        return f"{self.run_id} {self.total:.1f}"


class TrackKind(models.TextChoices):
    POSE = "pose", _("Poses of head and hands")
    MOTION = "motion", _("Motion samples")


class Track(models.Model):
    """A stretch of what somebody's head and hands did, packed with zlib (layout: docs/scenarios-protocol.md).

    Kept only of people who agreed that movement data is kept.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="tracks")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="tracks")
    kind = models.CharField(max_length=8, choices=TrackKind.choices)
    number = models.PositiveIntegerField()
    from_s = models.FloatField()
    to_s = models.FloatField()
    packed = models.BinaryField()

    class Meta:
        ordering = ["run", "participant", "kind", "number"]
        constraints = [models.UniqueConstraint(fields=["participant", "kind", "number"], name="scenarios_track_once")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.participant_id} {self.kind} {self.number}"
