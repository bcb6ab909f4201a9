"""The rooms that this process owns. Any process with somebody in a run opens its room when nobody else has."""

import asyncio
import contextlib
import logging
import os
import uuid
from uuid import UUID
from weakref import WeakKeyDictionary

import redis.asyncio
import redis.exceptions
from django.conf import settings

from courses.scenarios.room.owner import Room
from courses.scenarios.room.shared import Lease, Presence

log = logging.getLogger(__name__)


class Keeper:
    """One for each event loop, so one for each web process."""

    def __init__(self) -> None:
        self.client = redis.asyncio.Redis.from_url(settings.REDIS_URL)
        self._holder = f"{os.getpid()}-{uuid.uuid4().hex}"
        self._rooms: dict[UUID, asyncio.Task[None]] = {}

    def presence(self, run_id: UUID) -> Presence:
        return Presence(self.client, run_id)

    async def ensure(self, run_id: UUID) -> None:
        """Open the room here if no process has it."""
        if run_id in self._rooms:
            return
        lease = Lease(self.client, run_id, f"{self._holder}-{uuid.uuid4().hex}")
        if not await lease.take() or run_id in self._rooms:
            return
        room = Room(run_id, lease, self.presence(run_id))
        self._rooms[run_id] = asyncio.create_task(self._run(run_id, room))

    async def _run(self, run_id: UUID, room: Room) -> None:
        try:
            await room.run()
        except (redis.exceptions.RedisError, OSError):
            log.exception("the room of scenario run %s lost Redis", run_id)
        except Exception:
            log.exception("the room of scenario run %s failed; another try follows while somebody is in it", run_id)
        finally:
            self._rooms.pop(run_id, None)

    async def close(self) -> None:
        """Gives all rooms back, for another process to take."""
        rooms = [*self._rooms.values()]
        for room in rooms:
            room.cancel()
        for room in rooms:
            with contextlib.suppress(asyncio.CancelledError):
                await room
        await self.client.aclose()


_keepers: "WeakKeyDictionary[asyncio.AbstractEventLoop, Keeper]" = WeakKeyDictionary()


def keeper() -> Keeper:
    """The keeper of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _keepers:
        _keepers[loop] = Keeper()
    return _keepers[loop]
