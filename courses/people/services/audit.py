"""Appending to the action log, and checking it."""

import fcntl
import json
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.core.signing import BadSignature, Signer
from django.db import models, transaction
from django.utils import timezone

from courses.people.models.audit import ActionLogEntry, ActionLogHead, canonical_json
from courses.people.models.user import User

_signer = Signer(salt="people.audit.head")


def log_action(
    *, actor: Any, action: str, target: models.Model | None = None, data: Mapping[str, Any] | None = None
) -> ActionLogEntry:
    """Append one entry to the action log, inside the caller's transaction.

    actor: the `User` who acts, None for the system (an AnonymousUser counts as None).
    action: dotted, from the wing to the verb, e.g. "catalog.course.publish"; at most 80 characters.
    target: the thing acted on. data: small JSON facts; must name no person (their `audit_key` at most),
    because the log outlives an erasure.

    Call it last in the transaction: the head of the chain stays locked until commit (PostgreSQL row lock;
    SQLite writers are serial anyway), so that entries have no gaps and no two follow the same one.
    """
    with transaction.atomic():
        head = _locked_head()
        user = actor if isinstance(actor, User) else None
        target_type, target_id = _name_of(target)
        entry = ActionLogEntry(
            seq=head.seq + 1,
            at=timezone.now(),
            actor=user.audit_key if user else None,
            actor_role=user.role if user else "",
            action=action,
            target_type=target_type,
            target_id=target_id,
            data_json=canonical_json(json.loads(json.dumps(dict(data or {}), cls=DjangoJSONEncoder))),
            previous_hash=head.hash,
        )
        entry.hash = entry.expected_hash()
        entry.save()
        head.seq, head.hash = entry.seq, entry.hash
        head.signature = sign(head)
        head.save(update_fields=["seq", "hash", "signature"])
        transaction.on_commit(lambda: write_anchor(head))
    return entry


def _locked_head() -> ActionLogHead:
    heads = ActionLogHead.objects.select_for_update()
    head = heads.filter(pk=ActionLogHead.SINGLE).first()
    if head is None:
        ActionLogHead.objects.get_or_create(pk=ActionLogHead.SINGLE)
        head = heads.get(pk=ActionLogHead.SINGLE)
    return head


def _name_of(target: models.Model | None) -> tuple[str, str]:
    if target is None:
        return "", ""
    key = target.audit_key if isinstance(target, User) else target.pk
    return target._meta.label_lower, str(key)


def sign(head: ActionLogHead) -> str:
    """The installation's signature of a head: without SECRET_KEY nobody can shorten the log and sign again."""
    return _signer.signature(head.statement())


def signature_is_good(head: ActionLogHead) -> bool:
    """Whether this installation (with its present or a former key) signed this head."""
    try:
        _signer.unsign(f"{head.statement()}:{head.signature}")
    except BadSignature:
        return False
    return True


# --- the anchor: a note outside the database of how far the log had come ---------------------------


def anchor_path() -> Path:
    return Path(settings.DATA_DIR) / "audit" / "anchor.json"


def read_anchor() -> ActionLogHead | None:
    """The last head this machine saw committed; None where none was written. ValueError: unreadable file."""
    try:
        noted = json.loads(anchor_path().read_text())
    except FileNotFoundError:
        return None
    try:
        return ActionLogHead(
            chain=uuid.UUID(noted["chain"]), seq=noted["seq"], hash=noted["hash"], signature=noted["signature"]
        )
    except (KeyError, TypeError) as wrong:
        raise ValueError(f"{anchor_path().name} lacks {wrong}") from wrong


def write_anchor(head: ActionLogHead, *, force: bool = False) -> None:
    """Note a committed head beside the database. It only ever moves forward on the same chain (or by `force`)."""
    path = anchor_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            noted = read_anchor()
        except ValueError:
            return  # evidence of tampering stays for `audit verify` to find
        if noted and not force and (noted.chain != head.chain or noted.seq >= head.seq):
            return
        fresh = path.with_suffix(".new")
        fresh.write_text(
            json.dumps({"chain": str(head.chain), "seq": head.seq, "hash": head.hash, "signature": head.signature})
        )
        os.replace(fresh, path)
