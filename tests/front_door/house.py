"""A whole `manage.py serve` on its own folder and port, for tests and measurements."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processes_of(data_dir: Path) -> list[int]:
    """Process ids whose environment names this DATA_DIR."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and f"DATA_DIR={data_dir}\0".encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except (PermissionError, FileNotFoundError, ProcessLookupError):
            continue
    return found


def cpu_seconds_of(data_dir: Path) -> float:
    """CPU seconds of the processes that `processes_of` finds, and of their children that ended (proc(5))."""
    ticks = 0
    for pid in processes_of(data_dir):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return condition()


class House:
    """A `manage.py serve` on its own DATA_DIR and port, called from the folder `cwd`."""

    def __init__(self, data_dir: Path, *arguments: str, cwd: Path = ROOT, environment: dict[str, str] | None = None):
        self.data_dir, self.port = data_dir, free_port()
        self.env = {
            **{k: v for k, v in os.environ.items() if k not in {"REDIS_URL", "DATABASE_URL"}},
            "DATA_DIR": str(data_dir),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "WORKER_CONCURRENCY": "1",
            **(environment or {}),
        }
        self.log = (data_dir.parent / "serve.log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "serve", *arguments],
            env=self.env,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            cwd=cwd,
        )

    def get(self, path: str, scheme: str = "http") -> tuple[int, bytes]:
        try:
            context = None
            if scheme == "https":
                context = ssl.create_default_context(cafile=str(self.data_dir / "tls" / "certificate.pem"))
            with urllib.request.urlopen(f"{scheme}://127.0.0.1:{self.port}{path}", timeout=10, context=context) as r:
                return r.status, r.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except (urllib.error.URLError, ConnectionError, TimeoutError, FileNotFoundError):
            return 0, b""

    def output(self) -> str:
        self.log.flush()
        return Path(self.log.name).read_text()

    def wait_ready(self) -> None:
        assert wait_until(lambda: self.get("/readyz/")[0] == 200, 60), self.output()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pid in processes_of(self.data_dir):
            os.kill(pid, signal.SIGKILL)
