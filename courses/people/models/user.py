"""The person who signs in."""

import uuid

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    RESIDENT = "resident", _("Resident")
    TRAINEE = "trainee", _("Trainee")
    INSTRUCTOR = "instructor", _("Instructor")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")


class Language(models.TextChoices):
    ZH_HANS = "zh-hans", "简体中文"
    EN = "en", "English"


class User(AbstractUser):
    """A person with one role; the role decides what `permissions` allows.

    `public_id` names the person in addresses. `audit_key` names the person in the action log and nowhere
    else: erasing a person replaces it, after which nothing connects the log's entries to anybody.
    Times are shown in the centre's zone (settings.TIME_ZONE), which is the same for everybody.
    """

    first_name = None  # type: ignore[assignment]  # Chinese names do not split: display_name holds all of it
    last_name = None  # type: ignore[assignment]

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    audit_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    display_name = models.CharField(pgettext_lazy("person", "name"), max_length=80, blank=True)
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.RESIDENT)
    language = models.CharField(_("language"), max_length=8, choices=Language.choices, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(Lower("username"), name="people_username_any_case"),
            models.UniqueConstraint(
                Lower("email"),
                condition=~models.Q(email=""),
                name="people_email_any_case",
                violation_error_message=_("Somebody else already uses this e-mail address."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """The name shown to others: the display name, else the user name."""
        if self.erased_at is not None:
            return str(_("Former member"))
        return self.display_name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()
