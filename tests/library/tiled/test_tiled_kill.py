"""`manage.py package_master --tiled` in a house without memory at first, whose worker is killed later (`kill -9`)."""

import json
import os
import signal
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from streaming.library.tiled.check import check_title
from streaming.library.transcode import memory
from tests.library.films import make_film
from tests.library.house import House, house, wait_until

pytestmark = pytest.mark.slow

# Three groups of eight seconds: three tasks.
FRAMES = 576
RECEIVED = """
from pathlib import Path
from streaming.library.services.masters import receive_upload
import json
print(json.dumps(str(receive_upload(actor=None, path=Path({path!r}), original_name="film.mp4", copy=True).id)))
"""


def rows(running: House, query: str) -> list[Any]:
    """Read the database beside Django, as an onlooker."""
    with sqlite3.connect(f"file:{running.data_dir / 'centre.sqlite3'}?mode=ro", uri=True, timeout=20) as database:
        return database.execute(query).fetchall()


def tiles(running: House, state: str) -> dict[int, str]:
    """Groups of segments of the tiled title in a state, and when they were finished."""
    return dict(
        rows(
            running,
            "select s.id, s.finished_at from library_segment s join library_rendition r on r.id = s.rendition_id "
            f"where r.kind = 'tiled' and s.state = '{state}'",
        )
    )


def asked_again(running: House) -> list[Any]:
    """Groups that a worker looked at and put off, for there was no room in memory."""
    return rows(running, "select id from library_segment where state = 'waiting' and queued_at > datetime('now')")


def state(running: House) -> str:
    return str(rows(running, "select state from library_master")[0][0])


def test_tiles_are_made_on_command_and_survive_a_killed_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.setenv("LIBRARY_CODECS", "h264")
    film = make_film(tmp_path / "film.mp4", frames=FRAMES, width=1024, height=512, rate=24)
    with house(tmp_path / "data") as running:
        first = running.worker()
        master = running.ask(RECEIVED.format(path=str(film)))
        running.beat()
        wait_until(lambda: state(running) == "published", 180, 0.5)

        refused = running.manage("package_master", master, "--tiled")
        assert refused.returncode == 1 and "name a grid: --grid 6x3" in refused.stderr
        refused = running.manage("package_master", master, "--tiled", "--grid", "8x2")
        assert refused.returncode == 1 and "256x64 luma samples at least" in refused.stderr
        with memory.room(10**15):
            begun = running.manage("package_master", master, "--tiled", "--grid", "4x2")
            assert begun.returncode == 0, begun.stderr
            assert json.loads(begun.stdout)["grid"] == "4x2"
            wait_until(lambda: len(asked_again(running)) == len(tiles(running, "waiting")) > 1, 60, 0.1)
        assert not tiles(running, "running") and not tiles(running, "done"), "the memory was taken"

        wait_until(lambda: len(tiles(running, "done")) >= 1 and tiles(running, "running"), 120, 0.05)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait(10)
        finished, lost = tiles(running, "done"), tiles(running, "running")
        running.worker()
        wait_until(lambda: state(running) == "published", 240, 0.5)

        made = tiles(running, "done")
        assert len(made) == -(-FRAMES // 384), "groups of 16 seconds at 24 pictures"
        assert {key: made[key] for key in finished} == finished, "what was done is not done again"
        again = rows(running, "select id from library_segment where attempts > 1")
        assert {row[0] for row in again} <= set(lost)
        ((name,),) = rows(running, "select tiled from library_master")
        folder = (running.data_dir / "media" / name).parent
        check_title(lambda path: (folder / path).read_bytes(), FRAMES)
        assert (folder.parent / "master.m3u8").is_file()
        assert not list((running.data_dir / "media").rglob("*.part"))
