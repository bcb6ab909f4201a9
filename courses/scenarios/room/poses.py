"""Poses on their way out, and on their way into the record."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from channels.db import database_sync_to_async

from courses.scenarios.models import TrackKind
from courses.scenarios.room.frames import poses_frame
from courses.scenarios.services.tracks import keep_track

FRAMES_A_SECOND = 20.0
# So many frames may be on their way unseen; the next one waits, and takes the newest poses then.
MOST_UNSEEN = 10
RECORDED_A_SECOND = 10.0
STRETCH_S = 10.0
FRAME_NUMBERS = 65_536


class PoseSender:
    """Sends one client the newest pose of everybody else: a slow client gets fewer frames, never older ones.

    Holds at most one record for each person.
    """

    def __init__(self, send: Callable[[bytes], Awaitable[None]]) -> None:
        self._send = send
        self._newest: dict[int, bytes] = {}
        self._number = self._acknowledged = 0
        self._sent_at = 0.0
        self._later: asyncio.Task[None] | None = None

    async def put(self, slot: int, record: bytes) -> None:
        self._newest[slot] = record
        await self._flush()

    async def seen(self, number: int) -> None:
        """The client has drawn the frame of that number. Numbers that were not sent are no news."""
        ahead = (self._number - number) % FRAME_NUMBERS
        if ahead <= self._number - self._acknowledged:
            self._acknowledged = self._number - ahead
        await self._flush()

    def stop(self) -> None:
        if self._later:
            self._later.cancel()

    async def _flush(self) -> None:
        if not self._newest or self._number - self._acknowledged >= MOST_UNSEEN:
            return
        wait = self._sent_at + 1.0 / FRAMES_A_SECOND - time.monotonic()
        if wait > 0:
            if self._later is None or self._later.done():
                self._later = asyncio.create_task(self._flush_after(wait))
            return
        records, self._newest = [*self._newest.values()], {}
        self._number += 1
        self._sent_at = time.monotonic()
        await self._send(poses_frame(self._number, records))

    async def _flush_after(self, wait: float) -> None:
        await asyncio.sleep(wait)
        self._later = None
        await self._flush()


class Recorder:
    """Collects a participant's poses and motion samples and stores them stretch by stretch."""

    def __init__(self, place_id: int, *, keeps: bool) -> None:
        self._place_id, self._keeps = place_id, keeps
        self._stretches: dict[str, tuple[float, float, list[bytes]]] = {}
        self._pose_t = -1.0

    async def pose(self, t_s: float, record: bytes) -> None:
        if self._keeps and abs(t_s - self._pose_t) >= 1.0 / RECORDED_A_SECOND - 1e-3:
            self._pose_t = t_s
            await self._add(TrackKind.POSE, t_s, t_s, record)

    async def motion(self, from_s: float, to_s: float, frame: bytes) -> None:
        if self._keeps:
            await self._add(TrackKind.MOTION, from_s, to_s, frame)

    async def flush(self) -> None:
        for kind in [*self._stretches]:
            await self._store(kind)

    async def _add(self, kind: str, from_s: float, to_s: float, data: bytes) -> None:
        start, _end, parts = self._stretches.get(kind, (from_s, to_s, []))
        self._stretches[kind] = (start, to_s, [*parts, data])
        if to_s - start >= STRETCH_S:
            await self._store(kind)

    async def _store(self, kind: str) -> None:
        start, end, parts = self._stretches.pop(kind)
        await database_sync_to_async(keep_track)(self._place_id, kind, from_s=start, to_s=end, data=b"".join(parts))
