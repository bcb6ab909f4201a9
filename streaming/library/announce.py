"""What the library tells others: progress to open pages, and actions to the log of the wing above.

The library may not import `courses`; the action log is a sink that a wing above registers.
"""

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

import redis
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.core.cache import cache
from django.db import transaction

from streaming.library.models import Master
from streaming.library.progress import progress_of
from streaming.library.queueing import has_broker

log = logging.getLogger(__name__)

INTERVAL_SECONDS = 1

ActionSink = Callable[..., None]


def _no_sink(*, actor: Any, action: str, target: Any = None, data: dict[str, Any] | None = None) -> None:
    """Until a wing above registers one, nothing keeps the actions."""


_sink: ActionSink = _no_sink


def register_action_sink(sink: ActionSink) -> None:
    """`sink(actor=user | None, action="library.master.cancel", target=obj | None, data={...})`, called inside
    the transaction of the service that acts."""
    global _sink
    _sink = sink


def log_action(*, actor: Any, action: str, target: Any = None, data: dict[str, Any] | None = None) -> None:
    _sink(actor=actor, action=action, target=target, data=data)


def master_group(master_id: UUID) -> str:
    return f"master.{master_id.hex}"


def owner_group(user_id: int) -> str:
    return f"masters.{user_id}"


def progress(master_id: UUID, *, at_once: bool = False) -> None:
    """Tell the pages that show this master how far it is: `{"type": "master", ...progress_of(master), "error"}`.

    At most once a second for each master, over all workers together, unless `at_once` (a change of state). A broker
    that does not answer loses only the announcement: the state is in the database, and a page asks when it connects.
    """
    if not has_broker():
        return
    try:
        if not cache.add(f"library.progress.{master_id.hex}", 1, timeout=INTERVAL_SECONDS) and not at_once:
            return
        master = Master.objects.filter(id=master_id).first()
        if master is not None:
            _send(master_groups(master), {"type": "master", **progress_of(master), "error": master.error_code})
    except (redis.exceptions.RedisError, OSError) as error:
        log.debug("progress of %s was not announced: %s", master_id, error)


def _send(groups: list[str], message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    for group in groups:
        async_to_sync(layer.group_send)(group, {"type": "master.progress", "message": message})


def master_groups(master: Master) -> list[str]:
    groups = [master_group(master.id)]
    return groups if master.owner_id is None else [*groups, owner_group(master.owner_id)]


def on_commit(action: Callable[[], None]) -> None:
    """Run `action` after the commit; what it raises never undoes or hides what was committed."""
    transaction.on_commit(action, robust=True)
