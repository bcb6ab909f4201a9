"""A Node process that answers JSON lines: the client's code, asked by a Python test."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest


class NodeDriver:
    """Runs a script of this folder; ask() sends one request and waits for its answer."""

    def __init__(self, script: str) -> None:
        node = shutil.which("node")
        if node is None:
            pytest.fail("Node is not here: `make setup` brings it")
        pipe = subprocess.PIPE
        command = [node, str(Path(__file__).parent / script)]
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")

    def ask(self, request: dict[str, Any]) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the client's code failed"
        return json.loads(answer)

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=30)
