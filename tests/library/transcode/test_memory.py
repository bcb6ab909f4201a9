"""Workers of one machine take only as much memory together as it has."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from streaming.library.transcode import memory

GB = 10**9


@pytest.fixture(autouse=True)
def _sixteen(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(memory, "budget", lambda: 16 * GB)


def _hold(needed: int, ready: Any) -> None:
    with memory.room(needed) as enough:
        ready.send(enough)
        signal.pause()


@pytest.fixture
def others() -> Iterator[Any]:
    """`others(needed)`: another process that holds room until it is killed, and whether it got any."""
    context, started = multiprocessing.get_context("fork"), []

    def start(needed: int) -> tuple[BaseProcess, bool]:
        here, there = context.Pipe()
        process = context.Process(target=_hold, args=(needed, there), daemon=True)
        process.start()
        started.append(process)
        assert here.poll(10)
        return process, here.recv()

    yield start
    for process in started:
        process.kill()
        process.join()


def test_workers_share_what_there_is(others: Any) -> None:
    assert others(7 * GB)[1]
    assert others(7 * GB)[1]
    with memory.room(7 * GB) as enough:
        assert not enough
    with memory.room(2 * GB) as enough:
        assert enough, "something smaller still fits"


def test_a_killed_worker_leaves_its_room_to_others(others: Any) -> None:
    process, _ = others(12 * GB)
    with memory.room(7 * GB) as enough:
        assert not enough
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    with memory.room(7 * GB) as enough:
        assert enough


def test_what_never_fits_is_done_alone() -> None:
    with memory.room(40 * GB) as first, memory.room(1) as second:
        assert (first, second) == (True, False)
    with memory.room(1) as first, memory.room(40 * GB) as second:
        assert (first, second) == (True, False)


def test_room_is_given_back_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(ValueError), memory.room(12 * GB):
        raise ValueError
    with ExitStack() as stack:
        assert [stack.enter_context(memory.room(4 * GB)) for _ in range(5)] == [True] * 4 + [False]
    assert list(tmp_path.rglob("*.room")) == []


def test_a_container_or_a_unit_has_what_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(memory, "CGROUPS", tmp_path)
    monkeypatch.setattr(memory, "OWN_CGROUPS", tmp_path / "own")
    whole = memory.budget()
    unit = tmp_path / "system.slice" / "transcode.service"
    unit.mkdir(parents=True)
    (tmp_path / "own").write_text("0::/system.slice/transcode.service\n")
    (unit / "memory.max").write_text("max\n")
    assert memory.budget() == whole
    (unit.parent / "memory.max").write_text("1000000000\n")
    assert memory.budget() == 800_000_000 < whole
    (unit / "memory.max").write_text("500000000\n")
    assert memory.budget() == 400_000_000


def test_an_older_system_says_so_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(memory, "CGROUPS", tmp_path)
    monkeypatch.setattr(memory, "OWN_CGROUPS", tmp_path / "own")
    (tmp_path / "own").write_text("12:cpu,cpuacct:/box\n11:memory:/box\n")
    (tmp_path / "memory" / "box").mkdir(parents=True)
    (tmp_path / "memory" / "box" / "memory.limit_in_bytes").write_text("250000000\n")
    assert memory.budget() == 200_000_000
