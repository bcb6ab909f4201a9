"""What people in a run see over their connection: state, receipts, each other, poses, and what is refused."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.conf import settings

from courses.scenarios.room import keeper as keepers
from tests.scenarios.rooms import Client, made, valkey, visitor

pytestmark = pytest.mark.django_db(transaction=True)

in_thread = database_sync_to_async


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with valkey(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture(autouse=True)
async def rooms(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The rooms of a test close with it."""
    monkeypatch.setattr(settings, "REDIS_URL", redis_url)
    yield
    await keepers.keeper().close()


def resident() -> Any:
    return visitor(session="a-browser")


async def test_a_resident_without_account_plays_a_public_scenario_and_sees_the_state() -> None:
    place = await in_thread(made)(resident())
    async with Client(resident(), place.run) as client:
        await client.say(type="hello", have=None)
        welcome = await client.of("welcome")
        assert welcome["card"]["you"] == {
            "actor": "p1",
            "slot": 1,
            "role": "",
            "name": "",
            "kind": "team",
            "next_seq": 0,
        }
        lobby = await client.of("snapshot")
        assert lobby["phase"] == "lobby" and lobby["t"] == 0 and lobby["state"]["patient"]["airway"] == "partial"
        await client.say(type="start")
        started = await client.until(lambda m: m.get("phase") == "running")
        assert started["rev"] >= 1
        later = await client.until(lambda m: m["type"] == "delta" and m["t"] > 1.0)
        assert later["set"]["clock"]["t"] == later["t"]
