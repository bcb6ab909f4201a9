"""Room for work that takes gigabytes: on one machine only as much of it at a time as its memory holds.

Who has room holds a lock on a file whose name says how much. The kernel lets go of it when the process ends, however
it ends, so nothing is left behind by `kill -9`.
"""

import fcntl
import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

# The rest is for the other workers, the web processes and the system.
SHARE = 0.8
CGROUPS, OWN_CGROUPS = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


@contextmanager
def room(needed: int) -> Iterator[bool]:
    """Hold `needed` bytes inside the block. False: others have taken so much that it does not fit beside them.

    What needs more than there is altogether gets room when it is alone.
    """
    mine = _enter(needed)
    try:
        yield mine is not None
    finally:
        if mine is not None:
            path, descriptor = mine
            path.unlink(missing_ok=True)
            os.close(descriptor)


def budget() -> int:
    """Bytes that all rooms have together: a share of the machine's memory, or of what its container or unit may use."""
    return int(SHARE * min([os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), *_limits()]))


def _limits() -> Iterator[float]:
    """Of the control groups that this process is in, and of those above them: versions 1 and 2 (cgroups(7))."""
    for line in OWN_CGROUPS.read_text().splitlines() if OWN_CGROUPS.exists() else []:
        _, controllers, place = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        root, name = (CGROUPS / "memory", "memory.limit_in_bytes") if controllers else (CGROUPS, "memory.max")
        group = root / place.lstrip("/")
        for folder in (group, *group.parents):
            if folder.is_relative_to(root) and (folder / name).is_file():
                yield float((folder / name).read_text().strip().replace("max", "inf"))


def _enter(needed: int) -> tuple[Path, int] | None:
    folder = settings.DATA_DIR / "run" / "memory" / socket.gethostname()
    folder.mkdir(parents=True, exist_ok=True)
    door = _lock(folder / "door", fcntl.LOCK_EX)
    try:
        taken = sum(_bytes_held(path) for path in folder.glob("*.room"))
        if taken and taken + needed > budget():
            return None
        path = folder / f"{needed}-{uuid.uuid4().hex}.room"
        return path, _lock(path, fcntl.LOCK_EX)
    finally:
        os.close(door)


def _bytes_held(path: Path) -> int:
    """0, and the file is gone, if nobody holds it any more."""
    try:
        descriptor = _lock(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(path.name.partition("-")[0])
    path.unlink(missing_ok=True)
    os.close(descriptor)
    return 0


def _lock(path: Path, how: int) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, how)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
