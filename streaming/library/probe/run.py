"""Examine a file in a process of its own: with limits, so that a hostile file costs that process and nothing else."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streaming.library.errors import MediaError
from streaming.library.probe.__main__ import BAD_INPUT

PACKAGE_ROOT = Path(__file__).resolve().parents[3]
MEMORY_BYTES = 12 << 30
# Seconds: opening and looking, plus reading the whole file once at a slow disk's speed.
BASE_SECONDS = 300
BYTES_PER_SECOND = 20 << 20
POLL_SECONDS = 0.2


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run_probe(
    source: Path, out: Path, *, stills: bool = False, beat: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Run the probe (or the making of stills) into `out`; returns the facts. `beat` is called several times a second
    and may raise to stop. Raises `MediaError` for bad input, a crash of the decoder, or a file that takes too long."""
    seconds = BASE_SECONDS + source.stat().st_size / BYTES_PER_SECOND
    mode = ["--stills"] if stills else []
    command = [sys.executable, "-m", "streaming.library.probe", *mode, str(source), str(out)]
    errors = (out / "stderr.txt").open("wb")
    with (
        errors,
        subprocess.Popen(
            command,
            cwd=PACKAGE_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            preexec_fn=_limit_memory,
        ) as process,
    ):
        try:
            code = _wait(process, time.monotonic() + seconds, beat)
        except BaseException:
            process.kill()
            raise
    if code == BAD_INPUT:
        report = json.loads((out / "error.json").read_text())
        raise MediaError(report["code"], detail=report["detail"], **report["params"])
    if code != 0:
        tail = (out / "stderr.txt").read_bytes()[-2000:].decode("utf-8", "replace")
        raise MediaError("undecodable", detail=f"probe ended with {code}: {tail}")
    return json.loads((out / "probe.json").read_text())


def _wait(process: "subprocess.Popen[bytes]", deadline: float, beat: Callable[[], None]) -> int:
    while True:
        try:
            return process.wait(POLL_SECONDS)
        except subprocess.TimeoutExpired:
            beat()
            if time.monotonic() > deadline:
                raise MediaError("undecodable", detail="probe took too long") from None
