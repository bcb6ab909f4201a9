"""What the processes of an installation share about rooms: who has a clock, and who is there. Kept in Redis."""

import time
from uuid import UUID

import redis.asyncio

LEASE_MS = 5_000
RENEW_EVERY_S = 1.0
# Connections say every PRESENT_EVERY_S that they are there; who is silent for longer is not.
PRESENT_EVERY_S = 2.0
GONE_AFTER_S = 7.0

_RENEW = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0"
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class Lease:
    """The right to a run's clock: one holder at a time, lost after LEASE_MS without renewal."""

    def __init__(self, client: "redis.asyncio.Redis", run_id: UUID, holder: str) -> None:
        self._client, self._key, self._holder = client, f"scenario:lease:{run_id.hex}", holder

    async def take(self) -> bool:
        return bool(await self._client.set(self._key, self._holder, nx=True, px=LEASE_MS))

    async def renew(self) -> bool:
        """False: somebody else has it, or it ran out."""
        return bool(await self._client.eval(_RENEW, 1, self._key, self._holder, str(LEASE_MS)))

    async def release(self) -> None:
        await self._client.eval(_RELEASE, 1, self._key, self._holder)


class Presence:
    """Which participants have an open connection, by the time they last said so."""

    def __init__(self, client: "redis.asyncio.Redis", run_id: UUID) -> None:
        self._client, self._key = client, f"scenario:present:{run_id.hex}"

    async def say(self, participant_id: int) -> None:
        await self._client.zadd(self._key, {str(participant_id): time.time()})
        await self._client.expire(self._key, 3600)

    async def leave(self, participant_id: int) -> None:
        await self._client.zrem(self._key, str(participant_id))

    async def here(self) -> frozenset[int]:
        found = await self._client.zrangebyscore(self._key, time.time() - GONE_AFTER_S, "+inf")
        return frozenset(int(str(member, "ascii")) for member in found if isinstance(member, bytes))
