"""Whether a `serve` runs on a DATA_DIR, and how to reach it.

`run/serve.lock` is held (flock) as long as the process lives, so a stale `run/serve.json` never deceives.
"""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True)
class Presence:
    """What a running `serve` tells other commands on its DATA_DIR."""

    pid: int
    url: str
    redis_url: str


class AlreadyServing(Exception):
    """Another `serve` holds this DATA_DIR."""


def _lock_path(data_dir: Path) -> Path:
    return data_dir / "run" / "serve.lock"


def _presence_path(data_dir: Path) -> Path:
    return data_dir / "run" / "serve.json"


def hold(data_dir: Path) -> IO[str]:
    """Take the lock; keep the returned file open for as long as this process serves. Raises AlreadyServing."""
    path = _lock_path(data_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise AlreadyServing(str(data_dir)) from error
    return file


def announce(data_dir: Path, presence: Presence) -> None:
    path = _presence_path(data_dir)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(asdict(presence)))
    draft.replace(path)


def find(data_dir: Path) -> Presence | None:
    """The `serve` that runs on `data_dir` now, or None."""
    try:
        with _lock_path(data_dir).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None
    except FileNotFoundError:
        return None
    except BlockingIOError:
        pass
    try:
        return Presence(**json.loads(_presence_path(data_dir).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
