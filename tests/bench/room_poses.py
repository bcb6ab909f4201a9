"""What a room of six costs the server: each person sends a pose 20 times a second and gets everybody else's.

python tests/bench/room_poses.py [SECONDS] prints one JSON line (figures for docs/stage.md): the processor time of the
web process and of the broker as a share of one core, with poses and without, and the frames that each person got.
"""

import json
import os
import statistics
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from courses.scenarios.room.frames import POSE, POSES_HEAD, RECORD
from tests.library.house import house
from tests.scenarios.test_room_takeover import API, web
from tests.scenarios.wire import Browser, WebSocket

PEOPLE = 6
SENT_A_SECOND = 20
LONGEST_S = 3600.0


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Person:
    """Reads all the time; while `poses` is set, sends a pose and what it has seen every 50 ms."""

    def __init__(self, wire: WebSocket, began: float) -> None:
        self.wire, self.began = wire, began
        self.poses = threading.Event()
        self.over = threading.Event()
        self._writer = threading.Thread(target=self._write)
        self._writer.start()
        threading.Thread(target=self._read, daemon=True).start()

    def leave(self) -> None:
        self.over.set()
        self._writer.join()
        self.wire.close()

    def _read(self) -> None:
        # A wire that timed out once cannot be read any more, so it is waited for until it is closed.
        with suppress(OSError):
            self.wire.until(lambda _message: False, LONGEST_S)

    def _write(self) -> None:
        due = time.monotonic()
        while not self.over.is_set():
            due += 1 / SENT_A_SECOND
            time.sleep(max(0.0, due - time.monotonic()))
            if not self.poses.is_set():
                continue
            t_s = time.monotonic() - self.began
            self.wire.send(RECORD.pack(POSE, 7, 0, t_s, *[int(1000 * t_s) % 2000] * 21))
            if self.wire.frames:
                self.wire.say(type="seen", n=POSES_HEAD.unpack_from(self.wire.frames[-1])[2])


def measure(seconds: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, house(Path(folder) / "data") as running:
        broker = running.processes[0]
        process, port = web(running, "web")
        browsers = [Browser() for _ in range(PEOPLE)]
        card = browsers[0].post(port, f"{API}runs/", scenario="choking-adult", mode="practice", team=True, name="1")
        for number, browser in enumerate(browsers[1:], 2):
            browser.post(port, f"{API}runs/join/", code=card["code"], name=str(number))
        wires = [browser.connect(port, card["ws"]) for browser in browsers]
        for wire in wires:
            wire.say(type="hello", have=None)
            wire.of("snapshot")
        wires[0].say(type="start")
        wires[0].until(lambda m: m.get("phase") == "running")
        people = [Person(wire, time.monotonic()) for wire in wires]

        def share(pid: int, since: float, from_s: float) -> float:
            return round((cpu_seconds(pid) - since) / (time.monotonic() - from_s), 4)

        found: dict[str, Any] = {"people": PEOPLE, "seconds": seconds}
        for name in ("without", "with"):
            for person in people:
                person.wire.frames.clear()
                if name == "with":
                    person.poses.set()
            time.sleep(1)
            at, web_at, broker_at = time.monotonic(), cpu_seconds(process.pid), cpu_seconds(broker.pid)
            before = [len(person.wire.frames) for person in people]
            time.sleep(seconds)
            passed = time.monotonic() - at
            found[name] = {"web": share(process.pid, web_at, at), "broker": share(broker.pid, broker_at, at)}
            got = [(len(p.wire.frames) - n) / passed for p, n in zip(people, before, strict=True)]
        sizes = [len(frame) for person in people for frame in person.wire.frames]
        found["frames_a_second"] = [round(value, 1) for value in got]
        found["poses_a_frame"] = round(statistics.mean((size - POSES_HEAD.size) / RECORD.size for size in sizes), 2)
        found["kilobytes_a_second"] = round(statistics.mean(got) * statistics.mean(sizes) / 1000, 2)
        for person in people:
            person.leave()
        return found


if __name__ == "__main__":
    print(json.dumps(measure(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0)))
