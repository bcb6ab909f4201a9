"""Progress reaches the pages of those who may see it, and nobody else."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser

from streaming.library import announce
from streaming.library.consumers import NOT_ALLOWED, MastersConsumer
from streaming.library.models import Master

pytestmark = pytest.mark.django_db(transaction=True)


async def page(user: Any) -> WebsocketCommunicator:
    communicator = WebsocketCommunicator(MastersConsumer.as_asgi(), "/ws/library/masters/")
    communicator.scope["user"] = user
    return communicator


@pytest.fixture
def master(instructor: Any, policy: Any) -> Master:
    return Master.objects.create(owner=instructor, title="Ward 3", state="transcoding")


def test_a_visitor_without_an_account_is_turned_away(db: Any) -> None:
    async def visit() -> None:
        communicator = await page(AnonymousUser())
        connected, code = await communicator.connect()
        assert (connected, code) == (False, NOT_ALLOWED)

    asyncio.run(visit())


def test_the_owner_hears_of_every_own_master_without_asking(master: Master, instructor: Any) -> None:
    async def visit() -> None:
        communicator = await page(instructor)
        assert (await communicator.connect())[0]
        await sync_to_async(announce.progress)(master.id, at_once=True)
        heard = await communicator.receive_json_from(timeout=5)
        assert (heard["type"], heard["id"], heard["state"]) == ("master", str(master.id), "transcoding")
        await communicator.disconnect()

    asyncio.run(visit())


def test_who_asks_is_told_the_present_state_and_then_every_change(master: Master, administrator: Any) -> None:
    async def visit() -> None:
        communicator = await page(administrator)
        assert (await communicator.connect())[0]
        await communicator.send_json_to({"watch": str(master.id)})
        assert (await communicator.receive_json_from(timeout=5))["state"] == "transcoding"
        await Master.objects.filter(id=master.id).aupdate(state="assembling")
        await sync_to_async(announce.progress)(master.id, at_once=True)
        assert (await communicator.receive_json_from(timeout=5))["state"] == "assembling"
        await communicator.disconnect()

    asyncio.run(visit())


@pytest.mark.parametrize("who", ["trainee", "other_instructor"])
def test_others_learn_nothing_of_a_master(who: str, master: Master, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(who)

    async def visit() -> None:
        communicator = await page(user)
        assert (await communicator.connect())[0]
        for asked in (str(master.id), str(uuid4()), "nonsense"):
            await communicator.send_json_to({"watch": asked})
            assert (await communicator.receive_json_from(timeout=5))["type"] == "refused"
        await sync_to_async(announce.progress)(master.id, at_once=True)
        assert await communicator.receive_nothing(timeout=0.3)
        await communicator.disconnect()

    asyncio.run(visit())


def test_progress_is_said_at_most_once_a_second_unless_the_state_changes(
    master: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Any] = []
    monkeypatch.setattr(announce, "_send", lambda groups, message: said.append(message))
    for _ in range(20):
        announce.progress(master.id)
    assert len(said) == 1
    announce.progress(master.id, at_once=True)
    assert len(said) == 2


def test_a_broker_that_is_away_stops_no_work(master: Master, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **more: Any) -> bool:
        raise ConnectionRefusedError

    monkeypatch.setattr(announce.cache, "add", away)
    announce.progress(master.id)
