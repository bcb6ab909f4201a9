"""Statements of the learning record."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Forwarding(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("learning record", "Waits to be sent")
    SENT = "sent", pgettext_lazy("learning record", "Sent")
    REFUSED = "refused", pgettext_lazy("learning record", "Refused by the record store")


class XapiStatement(models.Model):
    """One statement, immutable (xAPI 1.0.3, Data 2.3.1). `id` is the statement's own id.

    `registration` is the sitting that it belongs to, such as a scenario run. `forwarding` tells about the LRS that
    the settings name; without one every statement simply waits.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="xapi_statements")
    registration = models.UUIDField()
    verb = models.CharField(max_length=200)
    statement = models.JSONField()
    stored_at = models.DateTimeField(auto_now_add=True)
    forwarding = models.CharField(max_length=16, choices=Forwarding.choices, default=Forwarding.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["stored_at", "id"]
        indexes = [
            models.Index(fields=["forwarding", "next_try_at"], name="xapi_statement_waiting"),
            models.Index(fields=["registration"], name="xapi_statement_sitting"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.verb.rsplit('/', 1)[-1]} {self.registration}"
