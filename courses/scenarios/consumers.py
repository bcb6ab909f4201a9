"""A participant's connection to a run (docs/scenarios-protocol.md). Thin: services file, the room's owner plays."""

import asyncio
import contextlib
import json
import logging
import time
from typing import Any
from uuid import UUID

import redis.exceptions
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone, translation

from courses.scenarios.engine.events import Event
from courses.scenarios.errors import RunRefused
from courses.scenarios.models import Participant, ParticipantKind, Run
from courses.scenarios.room import groups
from courses.scenarios.room.frames import MOTION, POSE, BadFrame, motion_frame, pose_record
from courses.scenarios.room.keeper import keeper
from courses.scenarios.room.owner import TICK_S
from courses.scenarios.room.poses import PoseSender, Recorder
from courses.scenarios.room.shared import PRESENT_EVERY_S
from courses.scenarios.selectors import next_seq, place_of, run_card
from courses.scenarios.services import runs
from courses.scenarios.services.logs import MOST_AT_ONCE, file_events
from courses.scenarios.services.tracks import may_keep
from courses.scenarios.visitors import Visitor

log = logging.getLogger(__name__)

BAD_MESSAGES, NOT_YOURS, NO_SUCH_RUN, TAKEN, TOO_MANY = 4400, 4403, 4404, 4409, 4429
MOST_BAD_IN_A_ROW = 5
LONGEST_TEXT = 500
LARGEST_SIGNAL = 16 * 1024
LARGEST_MESSAGE = 256 * 1024
# Text messages a second, averaged over BURST of them: a client acknowledges 20 pose frames and files its events.
MOST_A_SECOND, BURST = 60.0, 240.0
POSES_A_SECOND = 30.0


class RunConsumer(AsyncWebsocketConsumer):
    """`/ws/scenarios/runs/<uuid>/`."""

    place: Participant

    async def connect(self) -> None:
        self._bad = 0
        self._allowance, self._allowance_at = BURST, time.monotonic()
        self._pose_at = 0.0
        self._watching: str | None = None
        await self.accept()
        self.run_id: UUID = self.scope["url_route"]["kwargs"]["run_id"]
        visitor = await database_sync_to_async(Visitor.of)(self.scope.get("user"), self.scope.get("session"))
        place = await database_sync_to_async(_find)(visitor, self.run_id)
        if place is None:
            exists = await Run.objects.filter(pk=self.run_id).aexists()
            await self._refuse(RunRefused("not_yours" if exists else "unknown_run"))
            await self.close(NOT_YOURS if exists else NO_SUCH_RUN)
            return
        self.place = place
        self._poses = PoseSender(self._send_frame)
        self._recorder = Recorder(place.pk, keeps=await database_sync_to_async(may_keep)(place))
        for group in (groups.everybody(self.run_id), groups.place(place.pk)):
            await self.channel_layer.group_add(group, self.channel_name)
        await self.channel_layer.group_send(groups.place(place.pk), {"type": "place.taken", "by": self.channel_name})
        self._present = asyncio.create_task(self._stay_present())

    async def disconnect(self, code: int) -> None:
        if not hasattr(self, "_present"):
            return
        self._present.cancel()
        self._poses.stop()
        for group in (groups.everybody(self.run_id), groups.place(self.place.pk)):
            await self.channel_layer.group_discard(group, self.channel_name)
        await self._recorder.flush()
        if code != TAKEN:
            with contextlib.suppress(redis.exceptions.RedisError, OSError):
                await keeper().presence(self.run_id).leave(self.place.pk)

    async def _stay_present(self) -> None:
        """Says that the participant is here, and opens the room if no process has it."""
        presence = keeper().presence(self.run_id)
        while True:
            try:
                await presence.say(self.place.pk)
                if not await database_sync_to_async(_is_over)(self.run_id):
                    await keeper().ensure(self.run_id)
            except (redis.exceptions.RedisError, OSError, DatabaseError) as error:
                log.warning("a participant of scenario run %s is not announced: %s", self.run_id, error)
            await asyncio.sleep(PRESENT_EVERY_S)

    # --- what the client says ----------------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not hasattr(self, "place"):
            return
        try:
            if bytes_data is not None:
                await self._frame(bytes_data)
            else:
                await self._message(text_data or "")
            self._bad = 0
        except RunRefused as refused:
            await self._refuse(refused)
            if refused.code == "bad_message":
                self._bad += 1
                if self._bad >= MOST_BAD_IN_A_ROW:
                    await self.close(BAD_MESSAGES)

    async def _message(self, text: str) -> None:
        if not self._allowed():
            await self.close(TOO_MANY)
            return
        try:
            said = json.loads(text) if len(text) <= LARGEST_MESSAGE else None
        except ValueError:
            said = None
        handler = _HANDLERS.get(str(said.get("type"))) if isinstance(said, dict) else None
        if handler is None:
            raise RunRefused("bad_message", "type")
        await handler(self, said)

    def _allowed(self) -> bool:
        now = time.monotonic()
        self._allowance = min(BURST, self._allowance + (now - self._allowance_at) * MOST_A_SECOND) - 1.0
        self._allowance_at = now
        return self._allowance >= 0.0

    async def _hello(self, said: dict[str, Any]) -> None:
        card = await database_sync_to_async(_card)(self.place)
        await self._say({"type": "welcome", "card": card, "server_t": _wall_ms(), "tick_s": TICK_S})
        if card["phase"] == "ended":
            await self.run_ended({})
            return
        await keeper().ensure(self.run_id)
        await self.channel_layer.group_send(
            groups.clock(self.run_id), {"type": "clock.hello", "reply": self.channel_name}
        )

    async def _start(self, said: dict[str, Any]) -> None:
        await database_sync_to_async(runs.start_run)(self.place)

    async def _pause(self, said: dict[str, Any]) -> None:
        await database_sync_to_async(runs.pause_run)(self.place)

    async def _resume(self, said: dict[str, Any]) -> None:
        await database_sync_to_async(runs.resume_run)(self.place)

    async def _end(self, said: dict[str, Any]) -> None:
        await database_sync_to_async(runs.stop_run)(self.place)

    async def _events(self, said: dict[str, Any]) -> None:
        events = said.get("events")
        if not isinstance(events, list) or len(events) > MOST_AT_ONCE:
            raise RunRefused("bad_message", "events")
        receipts, new = await database_sync_to_async(file_events)(self.place.pk, events)
        following = await database_sync_to_async(next_seq)(self.place)
        await self._say({"type": "receipts", "receipts": receipts, "next_seq": following})
        if new:
            message = {"type": "clock.events", "events": [_plain(event) for event in new]}
            await self.channel_layer.group_send(groups.clock(self.run_id), message)

    async def _talk(self, said: dict[str, Any]) -> None:
        text = said.get("text")
        if not isinstance(text, str) or not text.strip():
            raise RunRefused("bad_message", "text")
        if len(text) > LONGEST_TEXT:
            raise RunRefused("too_long")
        me = self.place
        message = {"type": "said", "from": me.actor, "name": me.name, "text": text.strip(), "to": said.get("to")}
        await self._hand_on(said.get("to"), message)

    async def _signal(self, said: dict[str, Any]) -> None:
        data = said.get("data")
        if said.get("to") is None or len(json.dumps(data)) > LARGEST_SIGNAL:
            raise RunRefused("bad_message", "signal")
        await self._hand_on(said["to"], {"type": "signal", "from": self.place.actor, "data": data})

    async def _hand_on(self, to: Any, message: dict[str, Any]) -> None:
        """To one actor, or to everybody."""
        group = groups.everybody(self.run_id)
        if to is not None:
            other = await Participant.objects.filter(run_id=self.run_id, actor=str(to)).afirst()
            if other is None:
                raise RunRefused("nobody")
            group = groups.place(other.pk)
        await self.channel_layer.group_send(group, {"type": "room.tell", "message": message})

    async def _watch(self, said: dict[str, Any]) -> None:
        if self.place.kind == ParticipantKind.TEAM:
            raise RunRefused("instructors_only")
        before, self._watching = self._watching, said.get("actor")
        for actor, on in ((before, False), (self._watching, True)):
            if actor is not None:
                message = {"type": "watched", "by": self.place.name, "actor": self.place.actor, "on": on}
                await self._hand_on(actor, message)

    async def _seen(self, said: dict[str, Any]) -> None:
        if not isinstance(said.get("n"), int):
            raise RunRefused("bad_message", "seen")
        await self._poses.seen(said["n"])

    async def _ping(self, said: dict[str, Any]) -> None:
        run = await Run.objects.aget(pk=self.run_id)
        t_s = await database_sync_to_async(_clock)(run)
        await self._say({"type": "pong", "c": said.get("c"), "t": t_s, "server_t": _wall_ms()})

    # --- poses and motion --------------------------------------------------------------------------

    async def _frame(self, frame: bytes) -> None:
        try:
            if frame[:1] == bytes([POSE]):
                await self._pose(frame)
            elif frame[:1] == bytes([MOTION]):
                found = motion_frame(frame)
                await self._recorder.motion(found.samples[0][0], found.samples[-1][0], frame)
            else:
                raise BadFrame("kind")
        except BadFrame as wrong:
            raise RunRefused("bad_message", str(wrong)) from wrong

    async def _pose(self, frame: bytes) -> None:
        now = time.monotonic()
        if now - self._pose_at < 1.0 / POSES_A_SECOND:
            return
        self._pose_at = now
        t_s, record = pose_record(frame, self.place.slot)
        await self._recorder.pose(t_s, record)
        message = {"type": "room.pose", "slot": self.place.slot, "record": record}
        await self.channel_layer.group_send(groups.everybody(self.run_id), message)

    async def room_pose(self, event: dict[str, Any]) -> None:
        if event["slot"] != self.place.slot:
            await self._poses.put(event["slot"], event["record"])

    async def _send_frame(self, frame: bytes) -> None:
        await self.send(bytes_data=frame)

    # --- what the room says ------------------------------------------------------------------------

    async def room_tell(self, event: dict[str, Any]) -> None:
        await self._say(event["message"])

    async def place_taken(self, event: dict[str, Any]) -> None:
        if event["by"] != self.channel_name:
            await self.close(TAKEN)

    async def run_ended(self, event: dict[str, Any]) -> None:
        card = await database_sync_to_async(_card)(self.place)
        ended = {name: card[name] for name in ("outcome", "score", "passed", "why")}
        await self._say({"type": "ended", **ended, "debrief": f"/scenarios/runs/{self.run_id}/debrief/"})

    async def _say(self, message: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(message, ensure_ascii=False))

    async def _refuse(self, refused: RunRefused) -> None:
        with translation.override(_language(self.scope)):
            await self._say({"type": "error", **refused.as_json()})


_HANDLERS = {
    "hello": RunConsumer._hello,
    "start": RunConsumer._start,
    "events": RunConsumer._events,
    "pause": RunConsumer._pause,
    "resume": RunConsumer._resume,
    "end": RunConsumer._end,
    "say": RunConsumer._talk,
    "signal": RunConsumer._signal,
    "watch": RunConsumer._watch,
    "seen": RunConsumer._seen,
    "ping": RunConsumer._ping,
}


def _find(visitor: Visitor, run_id: UUID) -> Participant | None:
    run = Run.objects.filter(pk=run_id).first()
    return None if run is None or not visitor.is_known else place_of(visitor, run)


def _card(place: Participant) -> dict[str, Any]:
    run = Run.objects.select_related("version__scenario").get(pk=place.run_id)
    return run_card(run, Participant.objects.get(pk=place.pk))


def _is_over(run_id: UUID) -> bool:
    return Run.objects.filter(pk=run_id, phase="ended").exists()


def _clock(run: Run) -> float:
    return round(run.clock_at(timezone.now()), 3)


def _plain(event: Event) -> dict[str, Any]:
    """As `event_from` reads it."""
    return {"seq": event.seq, "t": event.t_s, "actor": event.actor, "kind": event.kind, **event.data}


def _wall_ms() -> int:
    return int(time.time() * 1000)


def _language(scope: Any) -> str:
    asked = (scope.get("cookies") or {}).get(settings.LANGUAGE_COOKIE_NAME, "")
    return asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
