"""The command line: one JSON line, or a reason and exit 1; with a `serve` beside it or without."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest

from tests.library.films import make_film, make_sound_only, number_of
from tests.library.house import ROOT, House, house, wait_until

pytestmark = pytest.mark.slow


def import_master(data_dir: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    clean = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    return subprocess.run(
        [sys.executable, "manage.py", "import_master", *arguments],
        cwd=ROOT,
        env={**clean, "DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def assert_watchable(line: dict[str, Any], frames: int) -> None:
    assert line["state"] == "published"
    assert {rendition["codec"] for rendition in line["renditions"]} >= {"av1", "h264"}
    for rendition in line["renditions"]:
        assert 30 < rendition["psnr"] < 100
        assert 30 < rendition["ws_psnr"] < 100
        assert rendition["kbps"] > 0
    folder = Path(line["hls"]).parent
    assert Path(line["dash"]).parent == folder
    for playlist in folder.glob("h264-*/index.m3u8"):
        with av.open(str(playlist)) as container:
            assert [number_of(frame) for frame in container.decode(video=0)] == list(range(frames))


def test_without_a_server_the_command_does_all_by_itself(tmp_path: Path) -> None:
    film = make_film(tmp_path / "心肺复苏 🚑.mp4", frames=150, width=640, click_at=2.0)
    done = import_master(tmp_path / "data", str(film), "--title", "CPR", "--wait")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.strip().splitlines()) == 1
    line = json.loads(done.stdout)
    assert_watchable(line, 150)
    assert film.exists()
    left = {path.name for path in Path(line["hls"]).parents[1].iterdir()}
    assert left == {"source", "stills", "published-1", "timeline.npz"}
    assert not list((tmp_path / "data" / "tmp").iterdir())


@pytest.mark.parametrize(
    ("name", "reason"),
    [("text.mp4", "not a video"), ("empty.mp4", "empty"), ("sound.m4a", "no picture"), ("missing.mp4", "no file")],
)
def test_bad_input_ends_with_1_a_reason_and_nothing_left_behind(name: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "text.mp4":
        path.write_text("not a film")
    elif name == "empty.mp4":
        path.touch()
    elif name == "sound.m4a":
        make_sound_only(path)
    done = import_master(tmp_path / "data", str(path), "--wait")
    assert done.returncode == 1
    assert reason in done.stderr
    assert done.stdout == ""
    media = tmp_path / "data" / "media"
    assert not [file for file in media.rglob("*") if file.is_file()]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "data") as made:
        yield made


def test_beside_a_server_its_workers_do_the_work(running: House, tmp_path: Path) -> None:
    (running.data_dir / "run").mkdir(exist_ok=True)
    film = make_film(tmp_path / "film.mp4", frames=60, width=640)
    with (running.data_dir / "run" / "serve.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        queued = running.manage("import_master", str(film))
        assert queued.returncode == 0, queued.stderr
        assert json.loads(queued.stdout)["state"] == "received"
        running.worker()
        done = running.manage("import_master", str(film), "--wait")
    assert done.returncode == 0, done.stderr
    assert_watchable(json.loads(done.stdout), 60)
    wait_until(
        lambda: running.ask(
            "import json; from streaming.library.models import Master;"
            "print(json.dumps(not Master.objects.exclude(state='published').exists()))"
        ),
        60,
        1.0,
    )
