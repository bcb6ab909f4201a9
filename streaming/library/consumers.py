"""Progress of masters to open pages."""

from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from streaming.library.access import access_policy
from streaming.library.announce import master_group, owner_group
from streaming.library.models import Master
from streaming.library.progress import progress_of

NOT_ALLOWED = 4403
MAX_WATCHED = 100


class MastersConsumer(AsyncJsonWebsocketConsumer):
    """`/ws/library/masters/`: progress of one's own masters, and of those asked for by `{"watch": "<id>"}`.

    Messages: `{"type": "master", ...progress_of(master), "error": code}`; `{"type": "refused", "id"}` for a master
    that is not there or not the person's to manage. Each watched master is answered with its present state.
    """

    async def connect(self) -> None:
        self.watched: set[str] = set()
        user = self.scope.get("user")
        if user is None or not user.is_authenticated:
            await self.close(NOT_ALLOWED)
            return
        await self.channel_layer.group_add(owner_group(user.pk), self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        user = self.scope.get("user")
        if user is not None and user.is_authenticated:
            await self.channel_layer.group_discard(owner_group(user.pk), self.channel_name)
        for group in self.watched:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def receive_json(self, content: Any, **_: Any) -> None:
        asked = content.get("watch") if isinstance(content, dict) else None
        try:
            master_id = UUID(str(asked))
        except ValueError:
            await self.send_json({"type": "refused", "id": None})
            return
        state = await database_sync_to_async(present_state)(self.scope["user"], master_id)
        if state is None or len(self.watched) >= MAX_WATCHED:
            await self.send_json({"type": "refused", "id": str(master_id)})
            return
        if state.pop("owner") != self.scope["user"].pk:
            group = master_group(master_id)
            self.watched.add(group)
            await self.channel_layer.group_add(group, self.channel_name)
        await self.send_json(state)

    async def master_progress(self, event: dict[str, Any]) -> None:
        await self.send_json(event["message"])


def present_state(user: Any, master_id: UUID) -> dict[str, Any] | None:
    master = Master.objects.filter(id=master_id).first()
    if master is None or not access_policy().may_manage(user, master.owner_id):
        return None
    return {"type": "master", **progress_of(master), "error": master.error_code, "owner": master.owner_id}
