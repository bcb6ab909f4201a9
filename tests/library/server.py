"""A real daphne on data of its own, and a raw HTTP connection to it, for what the test client cannot show."""

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
SIGN_IN = """
import json, sys, django
django.setup()
from django.contrib.auth import get_user_model
from django.test import Client
user, _ = get_user_model().objects.get_or_create(username=sys.argv[1], defaults={"role": "instructor"})
client = Client()
client.force_login(user)
print(json.dumps(client.session.session_key))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Daphne:
    """daphne on `folder`; nothing else of the house runs, so nothing works on what is uploaded."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    log: Path | None = None
    """where its output goes; else where the tests' goes"""

    def __post_init__(self) -> None:
        own = {
            "DATA_DIR": str(self.folder),
            "PORT": str(self.port),
            "DJANGO_SETTINGS_MODULE": "vrtraining.settings",
            # Nobody listens there: messages to workers are lost at once.
            "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
            "LOG_LEVEL": "WARNING",
        }
        kept = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
        self.environment = {**kept, **own, **self.environment}
        self.python("-m", "django", "migrate", "--verbosity", "0")

    def python(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    def start(self) -> None:
        command = [sys.executable, "-m", "vrtraining.serve.web", "-v", "0", "-b", "127.0.0.1", "-p", str(self.port)]
        output = self.log.open("ab") if self.log else None
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                http.client.HTTPConnection("127.0.0.1", self.port, timeout=5).request("HEAD", "/healthz/")
                return
            except OSError:
                assert self.process.poll() is None, "daphne ended"
                time.sleep(0.05)
        raise TimeoutError("daphne does not answer")

    def kill(self) -> None:
        """As a power cut for the process: SIGKILL."""
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def visitor(self, name: str = "chen") -> "Visitor":
        session_key = json.loads(self.python("-c", SIGN_IN, name).splitlines()[-1])
        return Visitor(self, session_key, secrets.token_hex(16))


@dataclass
class Visitor:
    """A signed-in instructor who speaks plain HTTP."""

    server: Daphne
    session_key: str
    csrf: str

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)

    def headers(self, **more: str) -> dict[str, str]:
        base = {
            "Cookie": f"sessionid={self.session_key}; csrftoken={self.csrf}",
            "X-CSRFToken": self.csrf,
            "Tus-Resumable": "1.0.0",
            "Content-Type": "application/offset+octet-stream",
        }
        return base | {name.replace("_", "-"): value for name, value in more.items()}

    def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        connection: http.client.HTTPConnection | None = None,
        **headers: str,
    ) -> Answer:
        used = connection or self.connection()
        used.request(method, path, body or None, self.headers(**headers))
        response = used.getresponse()
        answer = Answer(response.status, dict(response.getheaders()), response.read())
        if connection is None:
            used.close()
        return answer

    def started(self, length: int) -> str:
        answer = self.send("POST", "/library/tus/", Upload_Length=str(length), Content_Type="text/plain")
        assert answer.status == 201, answer
        return "/" + answer.headers["Location"].split("/", 3)[3]

    def patch(self, path: str, offset: int, body: bytes, **headers: str) -> Answer:
        return self.send("PATCH", path, body, Upload_Offset=str(offset), **headers)

    def offset(self, path: str) -> int:
        answer = self.send("HEAD", path)
        assert answer.status == 200, answer
        return int(answer.headers["Upload-Offset"])
