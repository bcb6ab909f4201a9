"""Encoders run as ordinary programs.

SVT-AV1 under root asks for real-time scheduling (SCHED_FIFO, priority 99) for its threads and for the thread that opens
it, and every child inherits that: on a two-core machine one transcode then kept the web server from running at all.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def ordinary_scheduling() -> Iterator[None]:
    """Afterwards every thread of this process is scheduled as the caller was before."""
    if not hasattr(os, "sched_getscheduler"):
        yield
        return
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        for task in Path("/proc/self/task").iterdir():
            thread = int(task.name)
            with suppress(ProcessLookupError):
                if os.sched_getscheduler(thread) != policy:
                    os.sched_setscheduler(thread, policy, parameters)
