"""The process that has a run's clock dies as by a power cut: another one takes the run over and nothing is lost."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.library.house import House, house, wait_until
from tests.scenarios.wire import Browser

pytestmark = pytest.mark.slow

API = "/scenarios/api/"
START_S = 180

PLAYED = """
import json
from courses.scenarios.models import Run, RunEvent
from courses.scenarios.scoring.score import report
from courses.scenarios.services.replays import play
run = Run.objects.select_related("version", "score").get()
print(json.dumps({"events": RunEvent.objects.count(), "epoch": run.epoch, "score": run.score.report,
                  "again": report(play(run))}))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def web(running: House, name: str) -> "tuple[subprocess.Popen[bytes], int]":
    """A web process of the house; several share its database and its broker."""
    port = free_port()
    command = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port)]
    process = running.start(*command, "vrtraining.asgi:application", log=f"{name}.log")
    wait_until(lambda: answers(port), START_S)
    return process, port


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz/", timeout=30) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


class TimeLine:
    """The entries as a client keeps them: a snapshot's, then deltas on top."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def take(self, message: dict[str, Any]) -> dict[str, Any]:
        if message["type"] == "snapshot":
            self.entries = message["entries"]
        elif message["type"] == "delta":
            self.entries = [*self.entries[: message["from"]], *message["entries"]]
        return message


def test_a_killed_clock_is_taken_over_with_everything_that_was_done(tmp_path: Path) -> None:
    with house(tmp_path / "data") as running:
        (first, port), (_second, other_port) = web(running, "first"), web(running, "second")
        anna, ben = Browser(), Browser()
        card = anna.post(port, f"{API}runs/", scenario="choking-adult", mode="practice", team=True, name="Anna")
        ben.post(other_port, f"{API}runs/join/", code=card["code"], name="Ben")
        done = [{"seq": n, "t": 0.1 + n / 10, "kind": "action", "action": "encourage_cough"} for n in range(3)]

        one = anna.connect(port, card["ws"])
        one.say(type="hello", have=None)
        one.of("snapshot")
        one.say(type="start")
        one.until(lambda m: m.get("phase") == "running")
        two, line = ben.connect(other_port, card["ws"]), TimeLine()
        two.say(type="hello", have=None)
        before = line.take(two.of("snapshot"))
        one.say(type="events", events=done)
        assert {r["receipt"] for r in one.of("receipts")["receipts"]} == {"accepted"}

        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        taken = two.until(lambda m: line.take(m)["type"] == "snapshot" and m["rev"] > before["rev"], 60)
        assert [e["what"] for e in taken["entries"] if e["kind"] == "action"] == ["encourage_cough"] * 3
        assert taken["t"] > before["t"] and taken["phase"] == "running"
        two.until(lambda m: line.take(m)["type"] == "delta" and m["t"] > taken["t"] + 1)

        back = anna.connect(other_port, card["ws"])
        back.say(type="hello", have={"rev": before["rev"], "n": 1})
        assert back.of("welcome")["card"]["you"]["next_seq"] == 3
        back.of("snapshot")
        more = [*done, {"seq": 3, "t": taken["t"], "kind": "action", "action": "call_emergency"}]
        back.say(type="events", events=more)
        assert [r["receipt"] for r in back.of("receipts")["receipts"]] == ["duplicate"] * 3 + ["accepted"]
        two.until(lambda m: any(e["what"] == "call_emergency" for e in line.take(m).get("entries", [])))
        two.close()
        running.ask(
            "from courses.scenarios.models import *; from courses.scenarios.services.scores import close_run\n"
            "close_run(Run.objects.get().pk, 'stopped'); print(1)"
        )
        assert back.of("ended")["why"] == "stopped"
        back.close()

        stored = running.ask(PLAYED)
        assert stored["events"] == 4 and stored["epoch"] == 2
        assert stored["again"]["timeline"][: len(line.entries)] == line.entries
        assert {key: stored["score"][key] for key in stored["again"]} == stored["again"]
