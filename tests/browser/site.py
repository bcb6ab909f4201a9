"""A small house for the player alone: a page, media behind tokens, and faults on demand."""

import json
import mimetypes
import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
mimetypes.add_type("application/vnd.apple.mpegurl", ".m3u8")
mimetypes.add_type("video/iso.segment", ".m4s")
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("text/vtt", ".vtt")


class PlayerSite:
    """Serves `/page/<name>` with a player-config, `/media/<token>/<kind>/…`, `/playback/<kind>`, `/progress`."""

    def __init__(self, media: Path, policy: str) -> None:
        self.held_from: int | None = None
        self._through = threading.Event()
        self.media = media
        self.policy = policy
        self.reset()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._server.daemon_threads = True
        self.url = f"http://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def reset(self) -> None:
        self._let_through()
        self.pages: dict[str, tuple[str, dict[str, Any]]] = {}
        self.token = 1
        self.replaced: dict[str, str] = {}
        self.offline = False
        self.media_status = 0
        self.segment_delay = 0.0
        self.reports: list[dict[str, str]] = []
        self.renewals = 0
        self.segments: list[str] = []
        self.ranges: list[tuple[str, int, int]] = []
        self.bytes_per_second = 0.0
        self.tamper: Callable[[str, bytes], bytes | int | None] | None = None
        """Given the path below the media folder and what would be sent: what is sent instead, a status, or None."""

    def hold_segments(self, first: int) -> None:
        """Answers none from this number on before `change`, so that a quick player has nothing of them by then."""
        self.held_from = first
        self._through.clear()

    def change(self, **fields: Any) -> None:
        """Sets fields (`offline`, `token`, `media_status`), then answers what was held back as it is from now on."""
        for name, value in fields.items():
            setattr(self, name, value)
        self._let_through()

    def _let_through(self) -> None:
        self.held_from = None
        self._through.set()

    def wait_if_held(self, segment: str) -> None:
        number = segment.removesuffix(".m4s").removeprefix("seg-")
        if self.held_from is not None and number.isdigit() and int(number) >= self.held_from:
            self._through.wait(60)

    def expire_token(self) -> None:
        """From now on only media addresses given out later are answered."""
        self.token += 1

    def replace(self, kind: str, newer: str) -> None:
        """The files of a title are gone, and addresses that are given out lead to a newer version."""
        self.replaced[kind] = newer

    def address(self, kind: str, name: str) -> str:
        return f"/media/token-{self.token}/{self.replaced.get(kind, kind)}/{name}"

    def addresses(self, kind: str) -> dict[str, str]:
        tiled = {"tiled": self.address(kind, "tiled/index.json")} if (self.media / kind / "tiled").is_dir() else {}
        return {"hls": self.address(kind, "master.m3u8"), **tiled}

    def page(self, kind: str = "sphere", *, template: str = "player", language: str = "en", **config: Any) -> str:
        """Makes a page and answers its address; `config` overrides parts of the player-config."""
        name = f"{len(self.pages)}"
        complete = {
            "id": f"lesson-{kind}",
            "title": "Someone collapses in the street" if language == "en" else "有人在街头倒下",
            "src": {"hls": self.address(kind, "master.m3u8")},
            "projection": "flat" if kind == "screen" else "equirectangular",
            "stereo": "top-bottom" if kind == "stereo" else "mono",
            "poster": None,
            "thumbnails": self.address(kind, "thumbnails.vtt"),
            "captions": [
                {"lang": "zh-Hans", "label": "中文", "src": self.address(kind, "captions-zh.vtt")},
                {"lang": "en", "label": "English", "src": self.address(kind, "captions-en.vtt")},
            ],
            "resume": {"position": 0, "url": "/progress"},
            "next": None,
            "language": language,
            "playbackUrl": f"/playback/{kind}",
            **config,
        }
        self.pages[name] = (template, complete)
        return f"{self.url}/page/{name}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, site: PlayerSite, *args: Any) -> None:
        self.site = site
        super().__init__(*args)

    def log_message(self, *args: Any) -> None:
        """Quiet: the tests say what went wrong."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        parts = path.strip("/").split("/")
        self.site.wait_if_held(parts[-1])
        if self.site.offline and parts[0] in {"media", "playback", "progress"}:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return None
        if parts[0] == "page":
            return self._page(parts[1])
        if parts[0] == "media":
            return self._media(parts)
        if parts[0] == "playback":
            self.site.renewals += 1
            return self._send(200, json.dumps(self.site.addresses(parts[1])).encode(), "application/json")
        if parts[0] in {"static", "node_modules"}:
            return self._file(ROOT / path.lstrip("/"))
        if parts[0] == "pages":
            return self._file(HERE / path.lstrip("/"))
        if parts[0] == "favicon.ico":
            return self._send(204, b"", "image/x-icon")
        return self._send(404, b"", "text/plain")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.site.reports.append(_form_fields(self.headers.get("Content-Type", ""), body))
        self._send(204, b"", "text/plain")

    def _page(self, name: str) -> None:
        template, config = self.site.pages[name]
        text = (HERE / "pages" / f"{template}.html").read_text()
        # As Django's json_script writes it.
        data = json.dumps(config).replace("<", "\\u003C").replace(">", "\\u003E").replace("&", "\\u0026")
        text = text.replace("LANGUAGE", escape(config["language"])).replace("CONFIG", data)
        self._send(200, text.encode(), "text/html; charset=utf-8")

    def _media(self, parts: list[str]) -> None:
        if self.site.media_status:
            return self._send(self.site.media_status, b"{}", "application/json")
        if parts[1] != f"token-{self.site.token}":
            return self._send(410, b'{"error": "expired"}', "application/json")
        if parts[2] in self.site.replaced:
            return self._send(404, b'{"error": "not_found"}', "application/json")
        if parts[-1].endswith(".m4s"):
            self.site.segments.append("/".join(parts[3:]))
            time.sleep(self.site.segment_delay)
        if parts[3] == "tiled":
            return self._tiles("/".join(parts[2:]))
        return self._file(self.site.media / "/".join(parts[2:]))

    def _tiles(self, name: str) -> None:
        """A file of a tiled title, or a range of it, over a network of the speed and the faults that the test wants."""
        path = self.site.media / name
        if not path.is_file():
            return self._send(404, b"", "text/plain")
        data, total = path.read_bytes(), path.stat().st_size
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        first, last = (int(asked[1]), min(int(asked[2]), total - 1)) if asked else (0, total - 1)
        data = data[first : last + 1]
        self.site.ranges.append((name, first, last))
        changed = self.site.tamper(name, data) if self.site.tamper else None
        if isinstance(changed, int):
            return self._send(changed, b"", "text/plain")
        if self.site.bytes_per_second:
            time.sleep(len(data) / self.site.bytes_per_second)
        part = {"Content-Range": f"bytes {first}-{last}/{total}"} if asked else {}
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return self._send(206 if asked else 200, data if changed is None else changed, kind, part)

    def _file(self, path: Path) -> None:
        if not path.is_file():
            return self._send(404, b"", "text/plain")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return self._send(200, path.read_bytes(), kind)

    def _send(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if kind.startswith("text/html"):
            self.send_header("Content-Security-Policy", self.site.policy)
            self.send_header("Set-Cookie", "csrftoken=known-token; Path=/")
        # A browser that seeks or leaves hangs up in the middle of an answer.
        with suppress(ConnectionError):
            self.end_headers()
            self.wfile.write(body)


def _form_fields(kind: str, body: bytes) -> dict[str, str]:
    if kind.startswith("application/x-www-form-urlencoded"):
        return {name: values[0] for name, values in parse_qs(body.decode()).items()}
    boundary = kind.partition("boundary=")[2].encode()
    fields = {}
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, value = part.strip(b"\r\n").partition(b"\r\n\r\n")
        fields[head.split(b'name="')[1].split(b'"')[0].decode()] = value.decode()
    return fields
