from __future__ import annotations

import base64
import json
import os
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from tests.codec.robustness import sanitised

ROOT = Path(__file__).resolve().parents[3]
# The first test that asks for the sanitised worker waits for its build.
SANITISED_TIMEOUT = 900


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "sanitised_worker" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(SANITISED_TIMEOUT))


class Worker:
    """A process that does what it is told; started anew when it died."""

    def __init__(self, environment: dict[str, str], seconds: float, log: BinaryIO) -> None:
        self._environment = environment
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._log = log

    def ask(self, **task: Any) -> dict[str, Any]:
        """The answer. Fails the test when the process crashed or did not answer in time."""
        if self._process is None:
            # Python -P: the sanitised copy of the package must win over the one in the working folder
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "tests.codec.robustness.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                env=self._environment,
                cwd=ROOT,
            )
        process = self._process
        process.stdin.write(json.dumps(task).encode() + b"\n")
        process.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if not selector.select(self._seconds):
                self.close()
                pytest.fail(f"no answer within {self._seconds} s to {shorten(task)}")
        line = process.stdout.readline()
        if not line:
            status = process.wait()
            self.close()
            self._log.seek(0)
            pytest.fail(
                f"the process ended with status {status} on {shorten(task)}\n"
                + self._log.read().decode(errors="replace")[-4000:]
            )
        return json.loads(line)

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def shorten(task: dict[str, Any]) -> str:
    return json.dumps({key: value if key != "data" else f"{len(value)} characters" for key, value in task.items()})


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    with tempfile.TemporaryFile() as log:
        one = Worker({**os.environ, "PYTHONPATH": str(ROOT)}, 60, log)
        yield one
        one.close()


@pytest.fixture(scope="session")
def sanitised_worker() -> Iterator[Worker]:
    with tempfile.TemporaryFile() as log:
        one = Worker(sanitised.environment(), 120, log)
        yield one
        one.close()


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
