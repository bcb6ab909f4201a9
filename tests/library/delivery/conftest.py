"""A published master whose files are there, and a browser to watch it with."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from streaming.library import selectors
from streaming.library.models import Master, MasterState

SEGMENT = bytes((7 * i + i // 256) % 256 for i in range(70_001))


@pytest.fixture
def published(policy: Any, storage_dirs: Path, instructor: Any) -> Master:
    master = Master.objects.create(
        owner=instructor, title="Bay 3", state=MasterState.PUBLISHED, published_at=timezone.now(), projection="flat"
    )
    master.published_prefix = f"{master.storage_prefix}published-1/"
    master.poster = f"{master.storage_prefix}stills/poster.jpg"
    master.save()
    folder = storage_dirs / "media" / master.storage_prefix
    for name, body in {
        "published-1/master.m3u8": b"#EXTM3U\nh264-1920x960/media.m3u8\n",
        "published-1/manifest.mpd": b"<MPD/>",
        "published-1/h264-1920x960/media.m3u8": b"#EXTM3U\n",
        "published-1/h264-1920x960/init.mp4": b"ftyp",
        "published-1/h264-1920x960/seg-1.m4s": SEGMENT,
        "published-1/h264-1920x960/empty.m4s": b"",
        "published-1/captions.vtt": b"WEBVTT\n",
        "published-1/notes.txt": b"not for viewers",
        "stills/poster.jpg": b"\xff\xd8jpeg",
        "source/original.mp4": b"the original",
        "work/seg.m4s": b"under way",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    return master


class Viewer:
    """One browser: signed in as `user`, or with a session only."""

    def __init__(self, user: Any = None) -> None:
        from django.contrib.auth.models import AnonymousUser

        self.client = Client()
        self.user = user or AnonymousUser()
        if user:
            self.client.force_login(user)
        else:
            session = self.client.session
            session.save()
        self.session_key = self.client.session.session_key

    def addresses(self, master: Master) -> dict[str, Any]:
        return selectors.playback(master, user=self.user, session_key=self.session_key)

    def folder(self, master: Master) -> str:
        """The signed address of the master's folder, with the last slash."""
        return self.addresses(master)["hls"].removesuffix("published-1/master.m3u8")

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def head(self, path: str, **headers: str) -> HttpResponse:
        return self.client.head(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def body(response: Any) -> bytes:
    return b"".join(response) if response.streaming else response.content


@pytest.fixture
def viewer(published: Master, instructor: Any) -> Viewer:
    return Viewer(instructor)


@pytest.fixture
def viewer_of() -> Callable[..., Viewer]:
    return Viewer
