"""How fast the catalogue page comes: p50, p95 and requests per second -> build/bench/catalogue.json.

    .venv/bin/python tests/bench/catalogue.py

A whole `serve` with the demo courses, anonymous visitors on loopback, 1 and 8 at a time, keep-alive. The client runs
on the same two cores, so the figures are what a small machine gives while it is also the load.
"""

import http.client
import json
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.front_door.house import House  # noqa: E402 - found by the line above

REQUESTS = 400
PATHS = {"home": "/", "catalogue": "/courses/"}


def visit(port: int, path: str, count: int, took: list[float]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(count):
        started = time.perf_counter()
        connection.request("GET", path, headers={"Accept-Language": "zh-CN"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")
        took.append(time.perf_counter() - started)


def measure(port: int, path: str, visitors: int) -> dict[str, float]:
    took: list[float] = []
    threads = [threading.Thread(target=visit, args=(port, path, REQUESTS // visitors, took)) for _ in range(visitors)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started
    cuts = statistics.quantiles(took, n=100)
    return {
        "visitors": visitors,
        "requests": len(took),
        "p50_ms": round(cuts[49] * 1000, 1),
        "p95_ms": round(cuts[94] * 1000, 1),
        "requests_per_second": round(len(took) / elapsed, 1),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        centre = House(Path(folder) / "data", "--courses-only")
        try:
            centre.wait_ready()
            visit(centre.port, "/courses/", 20, [])
            rows = [
                {"page": page, **measure(centre.port, path, visitors)}
                for page, path in PATHS.items()
                for visitors in (1, 8)
            ]
        finally:
            centre.end()
    out = ROOT / "build" / "bench" / "catalogue.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(rows, indent=1) + "\n")
    for row in rows:
        print(row)


if __name__ == "__main__":
    main()
