"""Putting work into the queue. The rows of the database say what is to be done; a message only says 'look now',
so a lost one costs a little time (`services.leases` finds it) and a doubled one nothing."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

EXAMINE = "streaming.library.tasks.light_examine"
MEASURE = "streaming.library.tasks.measure_turning"
STILLS = "streaming.library.tasks.light_make_stills"
ASSEMBLE = "streaming.library.tasks.light_assemble"
VERIFY = "streaming.library.tasks.verify_master"
SEGMENT = "streaming.library.tasks.transcode_segment"
AUDIO = "streaming.library.tasks.transcode_audio"

_has_broker: ContextVar[bool] = ContextVar("library_has_broker", default=True)


@contextmanager
def without_broker() -> Iterator[None]:
    """Nothing is sent inside: the caller works off the rows by itself (`transcode.standalone`)."""
    token = _has_broker.set(False)
    try:
        yield
    finally:
        _has_broker.reset(token)


def has_broker() -> bool:
    return _has_broker.get()


def send_later(task: str, identifier: UUID | int, seconds: float) -> None:
    """One message that no worker looks at before `seconds` have passed."""
    if not has_broker():
        return
    try:
        current_app.send_task(task, args=[str(identifier)], countdown=seconds)
    except OperationalError as error:
        log.warning("the broker does not answer, %s waits: %s", task, error)


def send_on_commit(task: str, ids: Iterable[UUID | int]) -> None:
    """After the commit, one message for each id. A broker that does not answer is no error: see above."""
    identifiers = [str(identifier) for identifier in ids]

    def send() -> None:
        if not has_broker():
            return
        try:
            with current_app.producer_or_acquire() as producer:
                for identifier in identifiers:
                    current_app.send_task(task, args=[identifier], producer=producer)
        except OperationalError as error:
            log.warning("the broker does not answer, %s waits: %s", task, error)

    transaction.on_commit(send, robust=True)
