"""Examine a file in a process of its own: with limits, so that a hostile file costs that process and nothing else."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from streaming.library.errors import MediaError

# What the process leaves: this exit code for a file that we cannot take, and files in its folder.
BAD_INPUT = 3
TURNS, TURNING, PROGRESS = "turns.json", "turning.npz", "progress"

PACKAGE_ROOT = Path(__file__).resolve().parents[3]
MEMORY_BYTES = 12 << 30
# Seconds: opening and looking, plus reading the whole file once at a slow disk's speed.
BASE_SECONDS = 300
BYTES_PER_SECOND = 20 << 20
# Where every picture is decoded and looked at: at 8K a fifth of this on an idle machine.
SECONDS_PER_PICTURE = 3.0
POLL_SECONDS = 0.2


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run_probe(
    source: Path,
    out: Path,
    *,
    mode: Literal["", "--stills", "--look", "--turning"] = "",
    pictures: int = 0,
    beat: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Run the probe (or the making of stills, a look for turns, their measuring) into `out`; returns the facts.

    `pictures`: how many are decoded, where it is all of them. `beat` is called several times a second and may raise to
    stop. Raises `MediaError` for bad input, a crash of the decoder, or a file that takes too long.
    """
    seconds = BASE_SECONDS + source.stat().st_size / BYTES_PER_SECOND + pictures * SECONDS_PER_PICTURE
    command = [sys.executable, "-m", "streaming.library.probe", *([mode] if mode else []), str(source), str(out)]
    errors = (out / "stderr.txt").open("wb")
    with (
        errors,
        subprocess.Popen(
            command,
            cwd=PACKAGE_ROOT,
            # Its small sums take longer on many threads, which wait for each other by spinning.
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
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
