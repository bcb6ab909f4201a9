"""One command starts the centre, and nothing of it stays behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.front_door.house import ROOT, House, free_port, processes_of, wait_until


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    houses: list[House] = []

    def start(*arguments: str) -> House:
        houses.append(House(tmp_path / "data", *arguments))
        return houses[-1]

    yield start
    for each in houses:
        each.end()


def test_the_first_page_comes_within_ten_seconds_and_every_part_answers(house: Callable[..., House]) -> None:
    centre = house("--no-demo")
    assert wait_until(lambda: centre.get("/healthz/")[0] == 200, 30), centre.output()
    started = time.monotonic()
    status, body = centre.get("/")
    assert status == 200
    assert b"<html" in body
    assert time.monotonic() - started < 10
    centre.wait_ready()
    answers = json.loads(centre.get("/readyz/")[1])
    assert answers == {"status": "ready", "database": True, "broker": True, "worker": True}
    assert "The training centre is open at" in centre.output()


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything(house: Callable[..., House], sig: signal.Signals) -> None:
    centre = house("--no-demo")
    centre.wait_ready()
    assert len(processes_of(centre.data_dir)) > 4
    centre.process.send_signal(sig)
    centre.process.wait(30)
    assert processes_of(centre.data_dir) == []


def test_killing_the_supervisor_leaves_no_orphan(house: Callable[..., House]) -> None:
    centre = house("--no-demo")
    centre.wait_ready()
    centre.process.kill()
    centre.process.wait()
    assert wait_until(lambda: processes_of(centre.data_dir) == [], 15), processes_of(centre.data_dir)


def test_a_killed_worker_is_started_again(house: Callable[..., House]) -> None:
    centre = house("--no-demo")
    centre.wait_ready()
    workers = [pid for pid in processes_of(centre.data_dir) if b"celery" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: centre.get("/readyz/")[0] == 503, 10), "the dead worker was not noticed"
    centre.wait_ready()


def test_a_second_start_on_the_same_data_is_refused_and_names_the_first(house: Callable[..., House]) -> None:
    centre = house("--no-demo")
    centre.wait_ready()
    second = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "serve", "--no-demo"],
        env={**centre.env, "PORT": str(free_port())},
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    assert second.returncode == 1
    assert f"already runs on {centre.data_dir}" in second.stderr
    assert f":{centre.port}/" in second.stderr


def test_lan_serves_https_with_a_certificate_for_this_machine_and_prints_a_qr_code(house: Callable[..., House]) -> None:
    centre = house("--no-demo", "--lan")
    assert wait_until(lambda: centre.get("/healthz/", "https")[0] == 200, 40), centre.output()
    assert wait_until(lambda: "█" in centre.output(), 5)
    assert "https://" in centre.output()
