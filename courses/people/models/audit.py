"""The action log: who did what, in an order that cannot be changed unnoticed."""

import hashlib
import json
import uuid
from datetime import UTC
from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _

GENESIS_HASH = "0" * 64


class AppendOnlyError(TypeError):
    """Somebody tried to change or remove an entry of the action log."""


class AppendOnlyQuerySet(models.QuerySet["ActionLogEntry"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("Entries of the action log are never changed.")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("Entries of the action log are never removed.")


def canonical_json(value: Any) -> str:
    """The one spelling of a JSON value that is hashed: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class ActionLogEntry(models.Model):
    """One action. `hash` is SHA-256 over the previous entry's hash and this entry's canonical JSON.

    `actor` and a person as target are `User.audit_key`s, so that the entry itself names nobody. Database
    triggers (migration 0001) refuse UPDATE and DELETE even to somebody with a database shell.
    """

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(_("time"))
    actor = models.UUIDField(_("who"), null=True)
    actor_role = models.CharField(_("role"), max_length=16, blank=True)
    action = models.CharField(_("action"), max_length=80)
    target_type = models.CharField(_("kind of thing"), max_length=80, blank=True)
    target_id = models.CharField(_("thing"), max_length=64, blank=True)
    data_json = models.TextField(default="{}")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["-seq"]
        indexes = [
            models.Index(fields=["action", "-seq"], name="people_log_action"),
            models.Index(fields=["actor", "-seq"], name="people_log_actor"),
            models.Index(fields=["target_type", "target_id"], name="people_log_target"),
            models.Index(fields=["-at"], name="people_log_at"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"

    @property
    def data(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.data_json)
        return value

    def expected_hash(self) -> str:
        """The hash this entry must carry given its own content and `previous_hash` (hex, 64 characters)."""
        content = canonical_json(
            {
                "seq": self.seq,
                "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
                "actor": str(self.actor) if self.actor else None,
                "actor_role": self.actor_role,
                "action": self.action,
                "target_type": self.target_type,
                "target_id": self.target_id,
                "data": self.data_json,
            }
        )
        return hashlib.sha256(f"{self.previous_hash}\n{content}".encode()).hexdigest()

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError("Entries of the action log are never changed.")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("Entries of the action log are never removed.")


class ActionLogHead(models.Model):
    """The end of the chain: one row, locked by whoever appends, signed with the installation's key."""

    SINGLE = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=SINGLE)
    chain = models.UUIDField(default=uuid.uuid4, editable=False)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=GENESIS_HASH)
    signature = models.CharField(max_length=128, blank=True)

    def __str__(self) -> str:
        return f"{self.chain} #{self.seq}"

    def statement(self) -> str:
        """What the signature covers."""
        return f"{self.chain}:{self.seq}:{self.hash}"
