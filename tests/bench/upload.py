"""How fast a film arrives: tus through a real daphne against a plain copy over loopback -> build/bench/upload.json.

    .venv/bin/python tests/bench/upload.py

The plain copy is `shutil.copyfileobj` from a socket into a file on the same disk, flushed once at its end. The upload
is what the page does: pieces of 8 MiB one after the other on a kept connection, each with its SHA-256, each flushed
to the disk before it is acknowledged, with session, permission, CSRF check and the database around it; once more
without checksums. Both run in turn, `ROUNDS` times; the medians are compared. Sender and server share the machine.

`mib_per_second` is time on the clock; `receiver_cpu_seconds_per_gib` is what the receiving side computes (daphne's
process, or the thread that copies), which says the same on a busy machine.
"""

import base64
import hashlib
import json
import os
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.library.server import Daphne, Visitor  # noqa: E402 - found by the line above

MIB = 2**20
PIECE = 8 * MIB
PIECES = 32
ROUNDS = 3


@dataclass(frozen=True)
class Took:
    """Seconds on the clock, and CPU seconds of the receiving side."""

    clock: float
    cpu: float


def plain_copy(data: bytes, folder: Path) -> Took:
    """`PIECES` times `data` from a socket into a file."""
    listener = socket.create_server(("127.0.0.1", 0))
    sender = threading.Thread(target=send_all, args=(listener.getsockname(), data))
    started, cpu = time.perf_counter(), time.thread_time()
    sender.start()
    connection, _ = listener.accept()
    target = folder / "plain"
    with connection, connection.makefile("rb") as source, target.open("wb") as file:
        shutil.copyfileobj(source, file, MIB)
        file.flush()
        os.fsync(file.fileno())
    took = Took(time.perf_counter() - started, time.thread_time() - cpu)
    sender.join()
    listener.close()
    target.unlink()
    return took


def send_all(address: tuple[str, int], data: bytes) -> None:
    with socket.create_connection(address) as connection:
        for _ in range(PIECES):
            connection.sendall(data)


def cpu_of(daphne: Daphne) -> float:
    """User and system seconds of the process so far (proc(5))."""
    assert daphne.process is not None
    fields = Path(f"/proc/{daphne.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def tus_upload(visitor: Visitor, data: bytes, *, with_checksum: bool) -> Took:
    """From creating the upload to the last acknowledged piece but one: the last would start the library."""
    connection = visitor.connection()
    started, cpu = time.perf_counter(), cpu_of(visitor.server)
    path = visitor.started(PIECES * PIECE + 1)
    for number in range(PIECES):
        headers = {"Upload_Offset": str(number * PIECE)}
        if with_checksum:
            headers["Upload_Checksum"] = "sha256 " + base64.b64encode(hashlib.sha256(data).digest()).decode()
        answer = visitor.send("PATCH", path, data, connection, **headers)
        if answer.status != 204:
            raise SystemExit(f"piece {number} was answered {answer.status}: {answer.body!r}")
    took = Took(time.perf_counter() - started, cpu_of(visitor.server) - cpu)
    connection.close()
    visitor.send("DELETE", path)
    return took


def main() -> None:
    data = os.urandom(PIECE)
    with tempfile.TemporaryDirectory(dir=os.environ.get("DATA_DIR")) as folder:
        daphne = Daphne(Path(folder) / "data")
        daphne.start()
        try:
            visitor = daphne.visitor()
            took: dict[str, list[Took]] = {"plain_copy": [], "tus_sha256": [], "tus": []}
            for _ in range(ROUNDS):
                took["plain_copy"].append(plain_copy(data, Path(folder)))
                took["tus_sha256"].append(tus_upload(visitor, data, with_checksum=True))
                took["tus"].append(tus_upload(visitor, data, with_checksum=False))
        finally:
            daphne.kill()
    size_mib = PIECES * PIECE / MIB
    speeds = {name: size_mib / statistics.median(one.clock for one in runs) for name, runs in took.items()}
    cpu = {name: 1024 / size_mib * statistics.median(one.cpu for one in runs) for name, runs in took.items()}
    result = {
        "bytes": PIECES * PIECE,
        "piece": PIECE,
        "rounds": ROUNDS,
        "load_average": round(os.getloadavg()[0], 1),
        "mib_per_second": {name: round(speed, 1) for name, speed in speeds.items()},
        "tus_sha256_to_plain_copy": round(speeds["tus_sha256"] / speeds["plain_copy"], 3),
        "tus_to_plain_copy": round(speeds["tus"] / speeds["plain_copy"], 3),
        "receiver_cpu_seconds_per_gib": {name: round(value, 2) for name, value in cpu.items()},
        "clock_seconds": {name: [round(one.clock, 3) for one in runs] for name, runs in took.items()},
    }
    target = ROOT / "build" / "bench" / "upload.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
