"""A raw tus client: every header is the test's own."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from streaming.library.models import Upload


class TusClient:
    """Speaks tus to the whole Django stack as one signed-in person (or nobody)."""

    def __init__(self, user: Any = None) -> None:
        self.client = Client()
        if user is not None:
            self.client.force_login(user)

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> HttpResponse:
        """Headers are named with underscores; `Tus-Resumable` is there unless given as ""."""
        sent = {"Tus-Resumable": "1.0.0"} | {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = sent.pop("Content-Type", "application/offset+octet-stream")
        sent = {name: value for name, value in sent.items() if value != ""}
        return self.client.generic(method, path, body, headers=sent, CONTENT_TYPE=content_type)

    def create(self, length: int, name: str = "ward.mp4", **headers: str) -> HttpResponse:
        metadata = "filename " + base64.b64encode(name.encode()).decode()
        return self.send(
            "POST",
            "/library/tus/",
            Content_Type="application/json",
            **{"Upload_Length": str(length), "Upload_Metadata": metadata} | headers,
        )

    def started(self, length: int, name: str = "ward.mp4") -> str:
        response = self.create(length, name)
        assert response.status_code == 201, response.content
        return response["Location"].removeprefix("http://testserver")

    def patch(self, path: str, offset: int, body: bytes, **headers: str) -> HttpResponse:
        return self.send("PATCH", path, body, Upload_Offset=str(offset), **headers)

    def head(self, path: str) -> HttpResponse:
        return self.send("HEAD", path)

    def offset(self, path: str) -> int:
        response = self.head(path)
        assert response.status_code == 200
        return int(response["Upload-Offset"])


@pytest.fixture
def tus(policy: Any, storage_dirs: Path, instructor: Any) -> TusClient:
    return TusClient(instructor)


@pytest.fixture
def tus_of(policy: Any, storage_dirs: Path) -> Callable[[Any], TusClient]:
    return TusClient


@pytest.fixture
def part_of(storage_dirs: Path) -> Callable[[str], Path]:
    """The part file behind an upload's address."""
    return lambda path: storage_dirs / "uploads" / f"{path.rstrip('/').rpartition('/')[2].replace('-', '')}.part"


@pytest.fixture
def row_of() -> Callable[[str], Upload]:
    return lambda path: Upload.objects.get(id=path.rstrip("/").rpartition("/")[2])
