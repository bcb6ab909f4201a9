"""deploy/nginx.conf as it is, but for addresses and folders: media by X-Accel-Redirect, uploads through the proxy."""

import hashlib
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.library.server import ROOT, Answer, Daphne, Visitor, free_port

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin") or ""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not NGINX, reason="no nginx here (Debian: apt-get install nginx-light)"),
]
SEGMENT = b"".join(hashlib.sha256(bytes([number % 256])).digest() for number in range(3000))
TILES = bytes(range(256)) * 16
LESSON = "00000000-0000-0000-0000-000000000007"
PUBLISH = """
import json, sys, django
django.setup()
from django.contrib.auth import get_user_model
from streaming.library import selectors
from streaming.library.models import Master, MasterState
user = get_user_model().objects.get(username=sys.argv[1])
master = Master.objects.create(owner=user, title="Bay 3", state=MasterState.PUBLISHED)
master.published_prefix = master.storage_prefix + "published-1/"
master.tiled = master.published_prefix + "tiled/index.json"
master.save()
found = selectors.playback(master, user=user, session_key=None, lesson=sys.argv[2])
print(json.dumps([master.published_prefix, found["hls"], found["tiled"]]))
"""


@dataclass
class Front:
    visitor: Visitor
    daphne: Daphne
    folder: str
    """signed address of the published folder, with the last slash"""
    prefix: str
    """the same folder's name in storage"""
    tiles: str
    """signed address of the tiles' index"""

    def get(self, name: str, method: str = "GET", **headers: str) -> Answer:
        return self.visitor.send(method, self.folder + name, **headers)


def site_config(port: int, daphne: Daphne, folder: Path) -> str:
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    changes = {
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{daphne.port};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port};",
        "listen [::]:443 ssl;": "",
        "/srv/centre/data/": f"{daphne.folder}/",
        "/var/log/nginx/centre.log": f"{folder}/centre.log",
    }
    for old, new in changes.items():
        assert old in text, f"deploy/nginx.conf no longer says {old!r}"
        text = text.replace(old, new)
    return "\n".join(line for line in text.splitlines() if "ssl_certificate" not in line)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("nginx")
    said = {"X_ACCEL_PREFIX": "/protected-media", "BEHIND_PROXY": "1", "LOG_LEVEL": "INFO"}
    daphne = Daphne(folder / "data", said, log=folder / "daphne.log")
    port = free_port()
    (folder / "site.conf").write_text(site_config(port, daphne, folder))
    (folder / "nginx.conf").write_text(
        f"daemon off; user root; pid {folder}/nginx.pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; include {folder}/site.conf; }}\n"
    )
    visitor = daphne.visitor()
    prefix, hls, tiles = json.loads(daphne.python("-c", PUBLISH, "chen", LESSON).splitlines()[-1])
    published = daphne.folder / "media" / prefix
    (published / "tiled/q0").mkdir(parents=True)
    (published / "tiled/index.json").write_bytes(b'{"version": 1}')
    (published / "tiled/q0/seg-00000.m4s").write_bytes(TILES)
    (published / "master.m3u8").write_bytes(b"#EXTM3U\n")
    (published / "seg.m4s").write_bytes(SEGMENT)
    daphne.start()
    nginx = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")])
    behind = Daphne.__new__(Daphne)
    behind.port = port
    visitor.server = behind
    try:
        wait_for(visitor, folder)
        yield Front(visitor, daphne, hls.removesuffix("master.m3u8"), prefix, tiles)
    finally:
        nginx.terminate()
        nginx.wait()
        daphne.kill()


def wait_for(visitor: Visitor, folder: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if visitor.send("GET", "/healthz/").status == 200:
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail((folder / "error.log").read_text())


def test_media_come_from_nginx_with_the_types_and_caching_of_ours(front: Front) -> None:
    manifest, segment = front.get("master.m3u8"), front.get("seg.m4s")
    assert (manifest.status, manifest.body) == (200, b"#EXTM3U\n")
    assert manifest.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    assert manifest.headers["Cache-Control"] == "private, no-cache"
    assert segment.body == SEGMENT
    assert segment.headers["Content-Type"] == "video/iso.segment"
    assert segment.headers["Server"].startswith("nginx")
    assert "X-Accel-Redirect" not in segment.headers


@pytest.mark.parametrize(("text", "start", "end"), [("0-99", 0, 100), ("500-", 500, None), ("-77", -77, None)])
def test_ranges_are_those_of_slicing(front: Front, text: str, start: int, end: int | None) -> None:
    answer = front.get("seg.m4s", Range=f"bytes={text}")
    assert (answer.status, answer.body) == (206, SEGMENT[start:end])
    assert front.get("seg.m4s", Range="bytes=96000-").status == 416
    assert front.get("seg.m4s", method="HEAD").headers["Content-Length"] == str(len(SEGMENT))


def test_an_unchanged_copy_is_not_sent_again(front: Front) -> None:
    tag = front.get("seg.m4s").headers["ETag"]
    assert front.get("seg.m4s", If_None_Match=tag).status == 304


def test_nobody_gets_around_django(front: Front) -> None:
    assert front.visitor.send("GET", f"/protected-media/{front.prefix}seg.m4s").status == 404
    stranger = Visitor(front.visitor.server, "0" * 32, "0" * 32)
    assert stranger.send("GET", front.folder + "seg.m4s").status == 403
    assert front.get("../../../secret.m4s").status in {400, 403, 404}
    assert front.get("missing.m4s").status == 404


def test_tiles_come_from_nginx_in_ranges_for_the_one_who_may_and_the_log_says_who_watched(front: Front) -> None:
    segment = front.tiles.replace("index.json", "q0/seg-00000.m4s")
    assert json.loads(front.visitor.send("GET", front.tiles).body) == {"version": 1}
    for first in range(0, 1024, 256):
        answer = front.visitor.send("GET", segment, Range=f"bytes={first}-{first + 255}")
        assert (answer.status, answer.body) == (206, TILES[first : first + 256])
        assert answer.headers["Content-Range"] == f"bytes {first}-{first + 255}/{len(TILES)}"
        assert answer.headers["Server"].startswith("nginx")
    friend = front.daphne.visitor("wang")
    friend.server = front.visitor.server
    stranger = Visitor(front.visitor.server, "0" * 32, "0" * 32)
    for who in (friend, stranger):
        for address in (front.tiles, segment):
            refused = who.send("GET", address, Range="bytes=0-255")
            assert (refused.status, json.loads(refused.body)["error"]) == (403, "other_viewer")
    assert front.get("tiled/q0/seg-00000.m4s").status == 403, "the film's long-lived address opens no tiles"
    assert front.visitor.send("GET", f"/protected-media/{front.prefix}tiled/q0/seg-00000.m4s").status == 404
    assert front.daphne.log is not None
    lines = [line for line in front.daphne.log.read_text().splitlines() if "watch_tiles" in line]
    assert len(lines) == 1 and LESSON in lines[0] and "0-59" in lines[0], lines


def test_the_token_stays_out_of_the_access_log(front: Front) -> None:
    front.get("seg.m4s")
    logged = (front.daphne.folder.parent / "centre.log").read_text()
    assert "/library/media/-/published-1/seg.m4s" in logged
    assert front.folder.split("/")[3] not in logged


def test_uploads_pass_in_pieces_of_the_allowed_size(front: Front) -> None:
    piece = b"x" * (16 * 2**20)
    path = front.visitor.started(2 * len(piece))
    assert front.visitor.patch(path, 0, piece).status == 204
    assert front.visitor.offset(path) == len(piece)
    assert front.visitor.patch(path, len(piece), piece + b"y" * 2 * 2**20).status == 413
