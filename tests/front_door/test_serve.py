"""One command starts the centre, and nothing of it stays behind."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.front_door.house import ROOT, House, cpu_seconds_of, free_port, processes_of, wait_until

# Of all processes until the first page of a first start. Two cores at 10 s on the clock have 20; about 5 are used.
FIRST_PAGE_CPU_SECONDS = 12


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    houses: list[House] = []

    def start(*arguments: str, **more: Any) -> House:
        houses.append(House(tmp_path / "data", *arguments, **more))
        return houses[-1]

    yield start
    for each in houses:
        each.end()


def test_the_first_page_is_cheap_and_whole_and_then_every_part_answers(house: Callable[..., House]) -> None:
    centre = house("--courses-only")
    assert wait_until(lambda: centre.get("/")[0] != 0, 60), centre.output()
    spent = cpu_seconds_of(centre.data_dir)
    status, body = centre.get("/courses/")
    assert status == 200
    assert "急救入门" in body.decode(), "the first page is shown before the demo courses are there"
    assert spent < FIRST_PAGE_CPU_SECONDS
    centre.wait_ready()
    answers = json.loads(centre.get("/readyz/")[1])
    assert answers == {"status": "ready", "database": True, "broker": True, "worker": True}
    assert "The training centre is open at" in centre.output()


def test_a_house_is_started_from_any_folder(house: Callable[..., House], tmp_path: Path) -> None:
    centre = house("--no-demo", cwd=tmp_path)
    centre.wait_ready()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "serve.log"]


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


def test_a_port_that_somebody_else_uses_is_named_before_anything_starts(house: Callable[..., House]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        centre = house("--no-demo", environment={"PORT": str(port)})
        assert centre.process.wait(60) == 1
    assert f"Port {port} of 127.0.0.1 is taken" in centre.output()
    assert not (centre.data_dir / "centre.sqlite3").exists()
    assert processes_of(centre.data_dir) == []


def test_an_address_that_is_not_this_machines_ends_the_start_with_a_sentence(house: Callable[..., House]) -> None:
    centre = house("--no-demo", environment={"HOST": "192.0.2.1"})
    assert centre.process.wait(60) == 1
    assert "The web server did not start" in centre.output()
    assert processes_of(centre.data_dir) == []


def test_lan_serves_https_with_a_certificate_for_this_machine_and_prints_a_qr_code(house: Callable[..., House]) -> None:
    centre = house("--no-demo", "--lan")
    assert wait_until(lambda: centre.get("/healthz/", "https")[0] == 200, 40), centre.output()
    assert wait_until(lambda: "█" in centre.output(), 5)
    assert "https://" in centre.output()
