"""What the library tells others: progress to open pages, and actions to the log of the wing above.

The library may not import `courses`; the action log is a sink that a wing above registers.
"""

from collections.abc import Callable
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

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


def master_group(master_id: Any) -> str:
    return f"master.{master_id.hex}"


def owner_group(user_id: int) -> str:
    return f"masters.{user_id}"


def send_progress(master_id: Any, owner_id: int | None, message: dict[str, Any]) -> None:
    """Send `message` (JSON-able) to the pages that show this master. A lost broker loses only the announcement:
    the state is in the database, and a page asks for it when it connects."""
    layer = get_channel_layer()
    if layer is None:
        return
    groups = [master_group(master_id)]
    if owner_id is not None:
        groups.append(owner_group(owner_id))
    for group in groups:
        async_to_sync(layer.group_send)(group, {"type": "master.progress", "message": message})


def on_commit(action: Callable[[], None]) -> None:
    """Run `action` after the commit; what it raises never undoes or hides what was committed."""
    transaction.on_commit(action, robust=True)
