"""Child processes that die with their parent and are started again when they fall."""

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings

log = logging.getLogger("serve")

PR_SET_PDEATHSIG = 1
LONGEST_PAUSE_SECONDS = 30.0
STEADY_AFTER_SECONDS = 60.0


def die_with_parent(sig: int, parent_pid: int) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends `sig` to the child when the parent is gone, however it went (prctl(2))."""
    libc = ctypes.CDLL(None)

    def preexec() -> None:
        libc.prctl(PR_SET_PDEATHSIG, sig)
        if os.getppid() != parent_pid:  # the parent died between fork and prctl
            os._exit(1)

    return preexec


def _where_the_house_is() -> dict[str, str]:
    """For `python -m celery` and the like, which look for modules in the folder that `serve` was called from."""
    before = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join([str(settings.BASE_DIR), *([before] if before else [])])}


@dataclass
class Child:
    """One supervised process.

    `stop_signal` asks it to finish; after `grace` seconds it is killed. `orphan_signal` is what the kernel sends
    it if this process is killed with SIGKILL. One that `waits` gets a pipe as its standard input when it starts for
    the first time, and may begin its work when that ends: see `let_go`.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    orphan_signal: int = signal.SIGKILL
    grace: float = 8.0
    once: bool = False
    waits: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = 1.0
    start_again_at: float | None = None

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.start_again_at = None
        self.process = subprocess.Popen(
            self.command,
            env={**os.environ, **_where_the_house_is(), **self.env},
            stdin=subprocess.PIPE if self.waits else subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches only the supervisor, which stops the children in order
            preexec_fn=die_with_parent(self.orphan_signal, os.getpid()),
        )

    def let_go(self) -> None:
        """What it waited for is there."""
        self.waits = False
        if self.process and self.process.stdin:
            self.process.stdin.close()

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def look_after(self, now: float) -> None:
        """Start the process again, after a growing pause, if it has ended. A child that runs `once` may end."""
        if self.process is None or self.is_running():
            return
        if self.once and self.process.returncode == 0:
            return
        if self.start_again_at is None:
            if now - self.started_at > STEADY_AFTER_SECONDS:
                self.pause = 1.0
            self.start_again_at = now + self.pause
            log.warning("%s ended with %s; starting it again in %.0f s", self.name, self.process.returncode, self.pause)
            self.pause = min(self.pause * 2, LONGEST_PAUSE_SECONDS)
        elif now >= self.start_again_at:
            self.start()

    def ask_to_stop(self) -> None:
        if self.is_running() and self.process:
            self.process.send_signal(self.stop_signal)

    def make_stop(self) -> None:
        """Wait `grace` seconds for the end, then kill the process and whatever it started."""
        if self.process is None:
            return
        try:
            self.process.wait(self.grace)
        except subprocess.TimeoutExpired:
            log.warning("%s did not stop in %.0f s; killing it", self.name, self.grace)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Supervisor:
    """Starts children in order, looks after them, stops them in the opposite order."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self.stopping = False

    def add(self, child: Child) -> Child:
        child.start()
        self.children.append(child)
        return child

    def stop_on_signals(self) -> None:
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, self._on_signal)

    def _on_signal(self, signum: int, frame: object) -> None:
        self.stopping = True

    def run(self) -> None:
        while not self.stopping:
            now = time.monotonic()
            for child in self.children:
                child.look_after(now)
            time.sleep(0.25)

    def stop(self) -> None:
        """The first child (the broker) stops last: the others still need it to say good-bye."""
        first, others = self.children[:1], self.children[1:]
        for group in (others, first):
            for child in reversed(group):
                child.ask_to_stop()
            for child in reversed(group):
                child.make_stop()
