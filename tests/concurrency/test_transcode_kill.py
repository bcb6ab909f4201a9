"""`kill -9` in the middle of transcoding costs at most the segments in flight."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.library.films import make_film
from tests.library.house import House, house, wait_until

pytestmark = pytest.mark.slow

QUEUED = """
from pathlib import Path
from streaming.library.services.masters import receive_upload
import json, sys
master = receive_upload(actor=None, path=Path({path!r}), original_name="film.mp4", copy=True)
print(json.dumps(str(master.id)))
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "data") as made:
        yield made


@pytest.fixture
def film(tmp_path: Path) -> Path:
    # 16 s, four segments in each of two renditions, each some seconds of work
    return make_film(tmp_path / "film.mp4", frames=480, width=800, height=400, options={"preset": "ultrafast"})


def rows(running: House, query: str) -> list[Any]:
    """Read the database beside Django, as an onlooker."""
    with sqlite3.connect(f"file:{running.data_dir / 'centre.sqlite3'}?mode=ro", uri=True, timeout=20) as database:
        return database.execute(query).fetchall()


def done(running: House) -> dict[int, str]:
    """Finished segments and when they were finished."""
    return dict(rows(running, "select id, finished_at from library_segment where state = 'done'"))


def in_flight(running: House) -> set[int]:
    return {row[0] for row in rows(running, "select id from library_segment where state = 'running'")}


def state(running: House) -> str:
    return str(rows(running, "select state from library_master")[0][0])


def assert_published_whole(running: House) -> None:
    (prefix,) = rows(running, "select published_prefix from library_master")[0]
    folder = running.data_dir / "media" / prefix
    assert (folder / "master.m3u8").is_file()
    assert not list((running.data_dir / "media").rglob("*.part"))
    assert {path.name.split("-")[0] for path in folder.parent.iterdir()} == {
        "source",
        "stills",
        "published",
        "timeline.npz",
    }
    assert rows(running, "select count(*) from library_segment where state != 'done'")[0][0] == 0
    assert rows(running, "select count(*) from library_rendition where frames != 480")[0][0] == 0


def begin(running: House, film: Path) -> None:
    running.ask(QUEUED.format(path=str(film)))
    running.beat()


def test_a_killed_worker_costs_only_the_segments_in_flight(running: House, film: Path) -> None:
    first = running.worker()
    begin(running, film)
    wait_until(lambda: len(done(running)) >= 2 and in_flight(running), 120, 0.05)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait(10)
    finished, lost = done(running), in_flight(running)
    assert len(lost) <= 2
    running.worker()
    wait_until(lambda: state(running) == "published", 180, 0.5)
    assert {key: when for key, when in done(running).items() if key in finished} == finished
    again = dict(rows(running, "select id, attempts from library_segment where attempts > 1"))
    assert set(again) <= lost
    assert_published_whole(running)


def test_killed_pool_processes_are_replaced_and_their_segments_done_again(running: House, film: Path) -> None:
    worker = running.worker()
    begin(running, film)
    wait_until(lambda: len(done(running)) >= 1 and in_flight(running), 120, 0.05)
    lost, finished = in_flight(running), done(running)
    for child in children(worker.pid):
        os.kill(child, signal.SIGKILL)
    wait_until(lambda: state(running) == "published", 180, 0.5)
    assert worker.poll() is None
    assert {key: when for key, when in done(running).items() if key in finished} == finished
    again = dict(rows(running, "select id, attempts from library_segment where attempts > 1"))
    assert len(again) <= 2
    # One may have been finished, or another begun, between looking and killing.
    assert again.keys() & lost
    assert_published_whole(running)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
