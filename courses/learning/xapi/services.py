"""Keeping statements, and sending them on."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from courses.learning.xapi.build import Statement, agent, identifier, statement_ref, timestamp, verb
from courses.learning.xapi.lrs import Lrs, LrsRefused, LrsUnreachable
from courses.learning.xapi.models import Forwarding, XapiStatement
from courses.learning.xapi.validate import check

BATCH = 50
# After a failure the next try waits this long, doubled each time, up to a day; an LRS in revision loses nothing.
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(days=1)


@transaction.atomic
def keep_statements(user: Any, registration: UUID, statements: Iterable[Statement]) -> list[XapiStatement]:
    """Store statements of one person about one sitting; those that are here already are not stored again.

    Raises BadStatement when one of them breaks the standard: then none is kept.
    """
    rows = []
    for statement in statements:
        check(statement)
        rows.append(
            XapiStatement(
                id=UUID(statement["id"]),
                user=user,
                registration=registration,
                verb=statement["verb"]["id"],
                statement=statement,
            )
        )
    known = set(XapiStatement.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    fresh = [row for row in rows if row.pk not in known]
    return XapiStatement.objects.bulk_create(fresh, ignore_conflicts=True)


@transaction.atomic
def void_statements(rows: Sequence[XapiStatement]) -> list[XapiStatement]:
    """Say that statements no longer hold (Data 2.3.2): they are never changed or taken away."""
    made = []
    for row in rows:
        statement: Statement = {
            "id": str(identifier("voided", row.pk)),
            "actor": agent(row.user),
            "verb": verb("voided"),
            "object": statement_ref(row.pk),
            "timestamp": timestamp(timezone.now()),
        }
        made += keep_statements(row.user, row.registration, [statement])
    return made


def forward_statements() -> int:
    """Send the statements that wait to the LRS of the settings; returns how many it took. Nothing without an LRS."""
    lrs = Lrs.of_settings()
    if lrs is None:
        return 0
    sent = 0
    while batch := _due():
        try:
            lrs.send([row.statement for row in batch])
        except LrsUnreachable as problem:
            _try_later(batch, str(problem))
            return sent
        except LrsRefused:
            sent += _one_by_one(lrs, batch)
        else:
            _mark(batch, Forwarding.SENT)
            sent += len(batch)
    return sent


def _due() -> list[XapiStatement]:
    waiting = XapiStatement.objects.filter(forwarding=Forwarding.WAITING)
    due = waiting.filter(Q(next_try_at=None) | Q(next_try_at__lte=timezone.now()))
    return list(due.order_by("stored_at", "id")[:BATCH])


def _one_by_one(lrs: Lrs, batch: Sequence[XapiStatement]) -> int:
    """A batch is refused as a whole for one bad statement: find it, send the others."""
    sent = 0
    for row in batch:
        try:
            lrs.send([row.statement])
        except LrsRefused as refused:
            row.problem = str(refused)[:300]
            _mark([row], Forwarding.REFUSED)
        except LrsUnreachable as problem:
            _try_later([row], str(problem))
        else:
            _mark([row], Forwarding.SENT)
            sent += 1
    return sent


def _mark(rows: Sequence[XapiStatement], forwarding: Forwarding) -> None:
    for row in rows:
        row.forwarding, row.attempts = forwarding, row.attempts + 1
    XapiStatement.objects.bulk_update(rows, ["forwarding", "attempts", "problem"])


def _try_later(rows: Sequence[XapiStatement], problem: str) -> None:
    for row in rows:
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(row.attempts, 12))
        row.attempts, row.next_try_at, row.problem = row.attempts + 1, timezone.now() + wait, problem[:300]
    XapiStatement.objects.bulk_update(rows, ["attempts", "next_try_at", "problem"])
