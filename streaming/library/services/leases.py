"""Who works on what. A worker takes a row by compare-and-set, keeps its heartbeat fresh, and gives it back.

The same rules hold for a segment, the sound, and the stages of a master, so that they survive `kill -9` of a pool
process, of a worker, or of the machine alike.
"""

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection, models
from django.db.models import F, Q
from django.utils import timezone

from streaming.library.models.master import WORKING_STATES

BEAT_SECONDS = 1.0
# A row whose heartbeat is older has lost its worker.
STALE_AFTER = timedelta(seconds=20)
# A worker that makes no progress for this long stops its own heartbeat: its decoder or encoder hangs. One call of the
# tiled encoder may take minutes on a busy machine: it codes eight pictures in eight qualities (docs/tiles.md).
STUCK_SECONDS = 900.0
MAX_ATTEMPTS = 3


class Stopped(Exception):
    """The work is no longer wanted: cancelled, replaced, or taken over by another worker."""


def take(rows: "models.QuerySet[Any]", **changes: Any) -> uuid.UUID | None:
    """Take the one row in `rows` (already narrowed to what may be taken). None if somebody was faster.

    The compare-and-set names only columns of the row itself: PostgreSQL looks at those again after waiting for
    another transaction, but not at joined tables.
    """
    found = rows.filter(lease__isnull=True).values_list("pk", "state").first()
    if found is None:
        return None
    lease = uuid.uuid4()
    taken = rows.model._default_manager.filter(pk=found[0], state=found[1], lease__isnull=True).update(
        lease=lease, heartbeat_at=timezone.now(), attempts=F("attempts") + 1, **changes
    )
    return lease if taken else None


def is_stale() -> Q:
    """Rows that are taken and whose worker is gone."""
    return Q(lease__isnull=False) & (Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=timezone.now() - STALE_AFTER))


@dataclass
class Heart:
    """Keeps a lease while work goes on, in a thread of its own, because encoders do not return for seconds.

    `rows`: the queryset of the leased row, narrowed to the states in which the work is wanted; once it is empty the
    work stops. `fields`: what a beat also writes. Use as a context manager; call `beat()` from the work.
    """

    rows: Callable[[], "models.QuerySet[Any]"]
    fields: Callable[[], dict[str, Any]] = dict
    after: Callable[[], None] = lambda: None
    _end: threading.Event = field(default_factory=threading.Event)
    _lost: threading.Event = field(default_factory=threading.Event)
    _moved: float = 0.0
    _thread: threading.Thread | None = None

    def __enter__(self) -> "Heart":
        self._moved = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        if self._thread:
            self._thread.join()

    def beat(self, *_: object) -> None:
        """Say that the work moves. Raises `Stopped` once it is no longer wanted."""
        self._moved = time.monotonic()
        if self._lost.is_set():
            raise Stopped

    def _run(self) -> None:
        try:
            while not self._end.wait(BEAT_SECONDS) and not self._lost.is_set():
                if time.monotonic() - self._moved < STUCK_SECONDS:
                    self._write()
        finally:
            connection.close()

    def _write(self) -> None:
        try:
            if not self.rows().update(heartbeat_at=timezone.now(), **self.fields()):
                self._lost.set()
                return
        except DatabaseError:
            # A busy or restarting database: the next beat tries again, and a lease that ran out is noticed then.
            connection.close()
            return
        self.after()


def wanted(prefix: str) -> Q:
    """Condition that the master at `prefix` (a lookup path ending in `__`, or nothing) is being worked on."""
    return Q(**{f"{prefix}state__in": sorted(WORKING_STATES)})
