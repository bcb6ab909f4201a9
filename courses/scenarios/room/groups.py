"""Names of the channel layer's groups, and announcements from code that is not in a room."""

import logging
from typing import Any
from uuid import UUID

import redis
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

log = logging.getLogger(__name__)


def everybody(run_id: UUID) -> str:
    """All connections of a run."""
    return f"scenario.{run_id.hex}"


def clock(run_id: UUID) -> str:
    """The process that has the run's clock."""
    return f"scenario-clock.{run_id.hex}"


def place(participant_id: int) -> str:
    """The connections of one participant."""
    return f"scenario-place.{participant_id}"


def announce(group: str, message: dict[str, Any]) -> None:
    """Send after the commit. Losing it loses nothing: the database has the truth, and rooms look into it."""
    transaction.on_commit(lambda: _send(group, message), robust=True)


def _send(group: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async_to_sync(layer.group_send)(group, message)
    except (redis.exceptions.RedisError, OSError) as error:
        log.warning("a change of a scenario run was not announced: %s", error)
