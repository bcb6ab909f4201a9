"""Groups of people who learn together."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Cohort(models.Model):
    """A named group, led by the person who created it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("description"), max_length=300, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="cohorts_led"
    )
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="CohortMembership", related_name="cohorts")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="people_cohort_name", violation_error_message=_("A cohort of this name exists.")
            )
        ]

    def __str__(self) -> str:
        return self.name


class CohortMembership(models.Model):
    """One person in one cohort."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cohort", "user"], name="people_member_once")]

    def __str__(self) -> str:
        return f"{self.cohort} - {self.user}"
