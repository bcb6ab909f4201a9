"""What people were asked to agree to, and what they answered."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class ConsentKind(models.TextChoices):
    TERMS = "terms", _("Terms of use and privacy")
    BEHAVIOUR = "behaviour", _("Movement and gaze data")
    RECORDING = "recording", _("Voice and picture in ward rounds")


class ConsentDocument(models.Model):
    """One version of one text, in both languages; never edited once somebody may have read it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=ConsentKind.choices)
    version = models.PositiveIntegerField(_("version"))
    required = models.BooleanField(_("needed to use the centre"), default=False)
    title_zh = models.CharField(_("title in Chinese"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120)
    body_zh = models.TextField(_("text in Chinese"))
    body_en = models.TextField(_("text in English"))
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["kind", "-version"]
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="people_consent_version")]

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"

    @property
    def title(self) -> str:
        return self.title_en if get_language() == "en" else self.title_zh

    @property
    def body(self) -> str:
        return self.body_en if get_language() == "en" else self.body_zh


class ConsentDecision(models.Model):
    """One answer to one document. The newest answer of a kind holds; older ones are its history."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consent_decisions")
    document = models.ForeignKey(ConsentDocument, on_delete=models.PROTECT, related_name="decisions")
    given = models.BooleanField()
    language = models.CharField(max_length=8)
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-decided_at", "-pk"]
        indexes = [models.Index(fields=["user", "-decided_at"], name="people_consent_latest")]

    def __str__(self) -> str:
        return f"{self.user} {self.document} {'yes' if self.given else 'no'}"
