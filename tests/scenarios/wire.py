"""A browser's wires for tests: JSON over HTTP with cookies, and a WebSocket (RFC 6455) on a plain socket."""

import base64
import http.cookiejar
import json
import os
import socket
import struct
import time
import urllib.request
from collections.abc import Callable
from typing import Any

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Browser:
    """Keeps its cookies over several servers of the same house."""

    def __init__(self) -> None:
        self.jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def post(self, port: int, path: str, **said: Any) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(said).encode(), headers)
        with self._opener.open(request, timeout=120) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found

    def connect(self, port: int, path: str) -> "WebSocket":
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)
        return WebSocket(port, path, cookies)


class WebSocket:
    """Text messages are JSON; binary ones are kept in `frames`; pings are answered."""

    def __init__(self, port: int, path: str, cookies: str) -> None:
        self.frames: list[bytes] = []
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        # As browsers do: small messages do not wait for each other.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nCookie: {cookies}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._file = self._socket.makefile("rb")
        status = self._file.readline()
        assert b"101" in status, status
        while self._file.readline().strip():
            pass

    def say(self, **message: Any) -> None:
        self._send(TEXT, json.dumps(message).encode())

    def send(self, frame: bytes) -> None:
        self._send(BINARY, frame)

    def until(self, wanted: Callable[[dict[str, Any]], bool], wait_s: float = 60.0) -> dict[str, Any]:
        deadline = time.monotonic() + wait_s
        while time.monotonic() < deadline:
            self._socket.settimeout(max(0.1, deadline - time.monotonic()))
            message = self._receive()
            if message is not None and wanted(message):
                return message
        raise TimeoutError

    def of(self, kind: str, wait_s: float = 60.0) -> dict[str, Any]:
        return self.until(lambda message: message["type"] == kind, wait_s)

    def close(self) -> None:
        self._socket.close()

    def _receive(self) -> dict[str, Any] | None:
        head = self._exactly(2)
        opcode, length = head[0] & 15, head[1] & 127
        if length == 126:
            (length,) = struct.unpack(">H", self._exactly(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self._exactly(8))
        data = self._exactly(length)
        if opcode == PING:
            self._send(PONG, data)
        if opcode == BINARY:
            self.frames.append(data)
        if opcode == CLOSE:
            raise ConnectionError(f"closed by the server: {data!r}")
        return json.loads(data) if opcode == TEXT else None

    def _exactly(self, length: int) -> bytes:
        data = self._file.read(length)
        if data is None or len(data) < length:
            raise ConnectionError("the connection is gone")
        return data

    def _send(self, opcode: int, data: bytes) -> None:
        mask = os.urandom(4)
        size = bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0x80 | 126]) + struct.pack(">H", len(data))
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
        self._socket.sendall(bytes([0x80 | opcode]) + size + mask + masked)
