"""A file on its way from a browser to the library (tus). The bytes lie in `UPLOAD_DIR/<id hex>.part`."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from streaming.library.models.master import Master


class UploadState(models.TextChoices):
    RECEIVING = "receiving", _("Being received")
    RECEIVED = "received", _("Received")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


class Upload(models.Model):
    """One resumable upload. `offset` counts bytes that are checked and flushed to the disk.

    A row outlives its file: a client that asks for a finished, cancelled or expired upload is told so.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    original_name = models.CharField(_("file name"), max_length=255)
    # What the client recognises the same file by after a restart (name, size, date); it means nothing to us.
    fingerprint = models.CharField(max_length=200, blank=True)
    # `Upload-Metadata` as it came: HEAD gives it back.
    metadata = models.TextField(blank=True)
    length = models.BigIntegerField(_("length in bytes"))
    offset = models.BigIntegerField(_("bytes received"), default=0)
    state = models.CharField(max_length=12, choices=UploadState.choices, default=UploadState.RECEIVING)
    master = models.ForeignKey(Master, on_delete=models.SET_NULL, null=True, blank=True, related_name="uploads")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["owner", "state"], name="library_upload_owner"),
            models.Index(fields=["state", "expires_at"], name="library_upload_expiry"),
        ]

    def __str__(self) -> str:
        return self.original_name

    @property
    def is_complete(self) -> bool:
        return self.offset == self.length
