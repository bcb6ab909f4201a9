"""The owner of a run's clock: ticks the engine, tells everybody, closes the run. One process owns it at a time."""

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.utils import timezone

from courses.scenarios.engine.events import event_from
from courses.scenarios.models import CloseReason, Participant, ParticipantKind, Phase, Run, RunEvent
from courses.scenarios.room import groups
from courses.scenarios.room.play import Play
from courses.scenarios.room.shared import RENEW_EVERY_S, Lease, Presence
from courses.scenarios.services.replays import load_events, run_log
from courses.scenarios.services.runs import hold_run, note_seen, release_run, take_room
from courses.scenarios.services.scores import TakenOver, close_run

log = logging.getLogger(__name__)

TICK_S = 0.25
# Changes go out at most so often; what comes in between waits for the next.
SHOW_EVERY_S = 0.1
BEAT_S = 1.0
# Nobody of the team there for so long: the clock is held (not in an exam).
HOLD_AFTER_S = 10.0
# An event of the last moment may still be on its way when the engine has come to the end.
CLOSE_AFTER_S = 1.5
# The database is looked at for events whose announcement was lost.
LOOK_EVERY_S = 2.0
SEEN_EVERY_S = 30.0
# A room in which nobody is and whose clock stands is given up; who comes next opens it again.
EMPTY_AFTER_S = 60.0


@dataclass
class Clock:
    """The run's row as far as the clock goes. `offset`: run time minus monotonic time while it goes."""

    phase: str
    stands_at_s: float
    offset: float | None

    @classmethod
    def of(cls, run: Run) -> "Clock":
        t_s = run.clock_at(timezone.now())
        goes = run.phase == Phase.RUNNING and run.clock_since is not None
        return cls(run.phase, t_s, t_s - time.monotonic() if goes else None)

    @property
    def t_s(self) -> float:
        return self.stands_at_s if self.offset is None else time.monotonic() + self.offset


class Room:
    """Runs until the run is over, the lease is lost, or nobody needs it."""

    def __init__(self, run_id: UUID, lease: Lease, presence: Presence) -> None:
        self.run_id, self._lease, self._presence = run_id, lease, presence
        layer = get_channel_layer()
        assert layer is not None
        self._layer = layer
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue(1000)
        self._here: frozenset[int] = frozenset()
        self._team: frozenset[int] = frozenset()
        now = time.monotonic()
        self._due = dict.fromkeys(("show", "renew", "beat", "look", "seen"), now)
        self._team_seen = self._anybody_seen = now
        self._ended_at: float | None = None

    async def run(self) -> None:
        self.epoch = await database_sync_to_async(take_room)(self.run_id)
        channel = await self._layer.new_channel()
        await self._layer.group_add(groups.clock(self.run_id), channel)
        reader = asyncio.create_task(self._read(channel))
        try:
            await self._open()
            while await self._turn():
                pass
        except TakenOver:
            log.info("the clock of scenario run %s went to another process", self.run_id)
        finally:
            reader.cancel()
            await self._layer.group_discard(groups.clock(self.run_id), channel)
            await self._lease.release()

    async def _read(self, channel: str) -> None:
        while True:
            await self._inbox.put(await self._layer.receive(channel))

    async def _open(self) -> None:
        run = await database_sync_to_async(self._load)()
        self.clock = Clock.of(run)
        self.play = Play(await database_sync_to_async(run_log)(run), self.epoch, run.phase)
        self.is_exam = run.mode == "exam"
        self.play.advance(self.clock.t_s)
        await self._tell(self.play.snapshot())
        await self._who()

    def _load(self) -> Run:
        run = Run.objects.select_related("version").get(pk=self.run_id)
        team = run.participants.filter(kind=ParticipantKind.TEAM)
        self._team = frozenset(team.values_list("pk", flat=True))
        return run

    # --- one turn ----------------------------------------------------------------------------------

    async def _turn(self) -> bool:
        """Waits for a message or the next tick. False when the room is to close."""
        with contextlib.suppress(TimeoutError):
            message = await asyncio.wait_for(self._inbox.get(), TICK_S)
            if not await self._handle(message):
                return False
        self.play.advance(self.clock.t_s)
        await self._show()
        return await self._keep_house()

    async def _handle(self, message: dict[str, Any]) -> bool:
        kind = message["type"]
        if kind == "clock.events":
            self.play.receive(event_from(said) for said in message["events"])
        elif kind == "clock.hello":
            await self._layer.send(message["reply"], {"type": "room.tell", "message": self.play.snapshot()})
        elif kind in {"clock.phase", "clock.ended"}:
            return await self._reread()
        elif kind == "clock.team":
            await database_sync_to_async(self._load)()
            await self._who(always=True)
        return True

    async def _reread(self) -> bool:
        run = await database_sync_to_async(self._load)()
        if run.is_over or run.epoch != self.epoch:
            return False
        begins = self.clock.phase == Phase.LOBBY and run.phase != Phase.LOBBY
        self.clock = Clock.of(run)
        if begins:  # the roles are settled now
            self.play = Play(await database_sync_to_async(run_log)(run), self.epoch, run.phase)
            self.play.advance(self.clock.t_s)
            await self._tell(self.play.snapshot())
        elif self.play.phase != run.phase:
            self.play.phase = run.phase
            await self._tell(self.play.beat())
        return True

    async def _show(self) -> None:
        now = time.monotonic()
        if now < self._due["show"]:
            return
        message = self.play.delta()
        if message is None and now >= self._due["beat"] and self.clock.offset is not None:
            message = self.play.beat()
        if message is not None:
            self._due["beat"], self._due["show"] = now + BEAT_S, now + SHOW_EVERY_S
            await self._tell(message)

    # --- housekeeping ------------------------------------------------------------------------------

    async def _keep_house(self) -> bool:
        now = time.monotonic()
        if self.play.ended:
            self._ended_at = self._ended_at or now
            if now - self._ended_at >= CLOSE_AFTER_S:
                await database_sync_to_async(close_run)(self.run_id, CloseReason.FINISHED, epoch=self.epoch)
                return False
        else:
            self._ended_at = None
        if now >= self._due["renew"]:
            self._due["renew"] = now + RENEW_EVERY_S
            if not await self._lease.renew():
                raise TakenOver
            await self._who()
            if not await self._hold_or_release(now):
                return False
        if now >= self._due["look"]:
            self._due["look"] = now + LOOK_EVERY_S
            await self._look_for_lost_events()
        return True

    async def _hold_or_release(self, now: float) -> bool:
        if self._here & self._team:
            self._team_seen = now
            if self.clock.phase == Phase.HELD:
                await database_sync_to_async(release_run)(self.run_id, self.epoch)
                return await self._reread()
        elif self.clock.phase == Phase.RUNNING and not self.is_exam and now - self._team_seen >= HOLD_AFTER_S:
            await database_sync_to_async(hold_run)(self.run_id, self.epoch)
            return await self._reread()
        if self._here:
            self._anybody_seen = now
            if now >= self._due["seen"]:
                self._due["seen"] = now + SEEN_EVERY_S
                await database_sync_to_async(note_seen)(self.run_id)
        return self.clock.offset is not None or now - self._anybody_seen < EMPTY_AFTER_S

    async def _look_for_lost_events(self) -> None:
        filed = await database_sync_to_async(RunEvent.objects.filter(run_id=self.run_id).count)()
        if filed != len(self.play.log.events):
            self.play.receive(await database_sync_to_async(load_events)(self.run_id))

    async def _who(self, *, always: bool = False) -> None:
        here = await self._presence.here()
        if here != self._here or always:
            self._here = here
            await self._tell({"type": "team", "team": await database_sync_to_async(self._cards)()})

    def _cards(self) -> list[dict[str, Any]]:
        places = Participant.objects.filter(run_id=self.run_id).order_by("slot")
        return [place.card(here=place.pk in self._here) for place in places]

    async def _tell(self, message: dict[str, Any]) -> None:
        await self._layer.group_send(groups.everybody(self.run_id), {"type": "room.tell", "message": message})
