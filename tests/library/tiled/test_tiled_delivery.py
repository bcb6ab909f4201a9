"""Tile addresses: for one viewer, one lesson and a short while; renewed without a pause; one line for who watched."""

import logging
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError

from streaming.library import selectors
from streaming.library.delivery import watching
from streaming.library.models import Master, MasterState

TILES = bytes(range(256)) * 16
LESSON = uuid.UUID(int=7)


@pytest.fixture
def title(policy: Any, storage_dirs: Path, instructor: Any) -> Master:
    master = Master.objects.create(
        owner=instructor, title="Bay 3", state=MasterState.PUBLISHED, published_at=timezone.now()
    )
    master.published_prefix = f"{master.storage_prefix}published-1/"
    master.tiled = f"{master.published_prefix}tiled/index.json"
    master.save()
    folder = storage_dirs / "media" / master.published_prefix
    for name, data in {
        "master.m3u8": b"#EXTM3U\n",
        "audio-aac/init.mp4": b"ftyp",
        "tiled/index.json": b'{"version":1}',
        "tiled/map.bin": b"map",
        "tiled/q0/seg-00000.m4s": TILES,
        "tiled/q0/seg-00001.m4s": TILES,
        "tiled/q0/seg-00061.m4s": TILES,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return master


@pytest.fixture(autouse=True)
def _nothing_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_recently", watching.Recently(100))
    cache.clear()


class Viewer:
    """A browser that somebody is signed in with."""

    def __init__(self, user: Any) -> None:
        self.user, self.client = user, Client()
        self.client.force_login(user)

    def addresses(self, master: Master) -> dict[str, Any]:
        return selectors.playback(master, user=self.user, session_key=None, lesson=LESSON)

    def get(self, address: str, *, range: str = "") -> HttpResponse:
        return self.client.get(address, headers={"Range": range} if range else {})

    def tile(self, index: str, segment: int = 0, *, range: str = "bytes=256-511") -> HttpResponse:
        return self.get(index.replace("index.json", f"q0/seg-{segment:05d}.m4s"), range=range)


def body(response: Any) -> bytes:
    return b"".join(response) if response.streaming else response.content


@pytest.fixture
def viewer(title: Master, instructor: Any) -> Viewer:
    return Viewer(instructor)


def test_everything_of_a_title_is_reached_from_its_index(viewer: Viewer, title: Master) -> None:
    index = viewer.addresses(title)["tiled"]
    response = viewer.get(index)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    tile = viewer.tile(index)
    assert (tile.status_code, body(tile)) == (206, TILES[256:512])
    assert tile["Content-Range"] == f"bytes 256-511/{len(TILES)}"
    assert body(viewer.get(index.replace("index.json", "map.bin"))) == b"map"
    assert viewer.get(index.replace("tiled/index.json", "audio-aac/init.mp4")).status_code == 200


def test_a_film_without_tiles_names_none(viewer: Viewer, title: Master) -> None:
    title.tiled = ""
    assert viewer.addresses(title)["tiled"] is None


def test_a_shared_tile_address_does_not_work_elsewhere(
    viewer: Viewer, title: Master, other_instructor: Any, policy: Any
) -> None:
    index = viewer.addresses(title)["tiled"]
    policy.viewers.add((other_instructor.pk, title.id))
    for browser in (Viewer(other_instructor).client, Client()):
        for address in (index, index.replace("index.json", "q0/seg-00000.m4s")):
            response = browser.get(address)
            assert (response.status_code, response.json()["error"]) == (403, "other_viewer")


def test_the_long_lived_address_of_the_film_opens_no_tiles(viewer: Viewer, title: Master) -> None:
    film = viewer.addresses(title)["hls"]
    response = viewer.get(film.replace("master.m3u8", "tiled/q0/seg-00000.m4s"))
    assert (response.status_code, response.json()["error"]) == (403, "no_tiles")


def test_an_address_that_runs_out_in_mid_play_is_renewed(
    viewer: Viewer, title: Master, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = viewer.addresses(title)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + settings.TILES_ADDRESS_SECONDS + 2)
    response = viewer.tile(given["tiled"])
    assert (response.status_code, response.json()["error"]) == (410, "expired")
    assert viewer.get(given["hls"]).status_code == 200, (
        "the ladder's address lives on: there is something to fall back to"
    )
    renewed = viewer.get(given["renew"]).json()
    assert renewed["tiled"] != given["tiled"]
    assert viewer.tile(renewed["tiled"]).status_code == 206


def test_one_line_says_who_watched_which_minute_in_which_lesson(
    viewer: Viewer, title: Master, instructor: Any, caplog: pytest.LogCaptureFixture
) -> None:
    renewed = viewer.get(viewer.addresses(title)["renew"]).json()["tiled"]
    with caplog.at_level(logging.INFO):
        for segment in (0, 0, 1, 61, 61):
            for first in range(0, 1024, 256):
                assert viewer.tile(renewed, segment, range=f"bytes={first}-{first + 255}").status_code == 206
    said = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    lines = [event for event in said if event.get("event") == "watch_tiles"]
    assert [(event["user"], event["lesson"], event["segments"]) for event in lines] == [
        (instructor.pk, str(LESSON), "0-59"),
        (instructor.pk, str(LESSON), "60-119"),
    ]
    assert {event["master"] for event in lines} == {str(title.id)}


def test_tiles_go_out_and_are_logged_while_the_cache_is_away(
    viewer: Viewer, title: Master, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*args: Any, **options: Any) -> bool:
        raise RedisConnectionError

    monkeypatch.setattr(cache, "aadd", gone)
    index = viewer.addresses(title)["tiled"]
    with caplog.at_level(logging.INFO):
        assert [viewer.tile(index).status_code for _ in range(3)] == [206] * 3
    said = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert [event["segments"] for event in said if event.get("event") == "watch_tiles"] == ["0-59"]


def test_nobody_names_a_lesson_that_we_did_not(viewer: Viewer, title: Master, caplog: pytest.LogCaptureFixture) -> None:
    address = viewer.addresses(title)["renew"].replace(str(LESSON), str(uuid.UUID(int=8)))
    index = viewer.get(address).json()["tiled"]
    with caplog.at_level(logging.INFO):
        viewer.get(index)
    said = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert [event["lesson"] for event in said if event.get("event") == "watch"] == [""]


def test_what_was_watched_is_remembered_up_to_a_limit() -> None:
    recently = watching.Recently(2)
    assert [recently.add(name) for name in ("a", "a", "b", "c", "a")] == [True, False, True, True, True]
