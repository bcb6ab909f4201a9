"""How long a first start takes: `serve` on an empty DATA_DIR -> build/bench/start.json.

    .venv/bin/python tests/bench/start.py

From the call to the first page and to /readyz/, with the demo's 360 master rendered behind it, `ROUNDS` times. CPU
seconds are those of all processes of the house until then; they say the same on a busy machine.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.front_door.house import House, cpu_seconds_of  # noqa: E402 - found by the line above

ROUNDS = 3
LOOK_AGAIN_SECONDS = 0.02
AT_MOST_SECONDS = 120


def start_once(folder: Path) -> dict[str, float]:
    started = time.monotonic()
    centre = House(folder / "data")
    took: dict[str, float] = {}
    try:
        for name, path in (("first_page", "/"), ("ready", "/readyz/")):
            while centre.get(path)[0] != 200:
                if time.monotonic() - started > AT_MOST_SECONDS:
                    raise SystemExit(f"{path} does not come:\n{centre.output()}")
                time.sleep(LOOK_AGAIN_SECONDS)
            took[f"{name}_seconds"] = round(time.monotonic() - started, 2)
            took[f"{name}_cpu_seconds"] = round(cpu_seconds_of(centre.data_dir), 2)
    finally:
        centre.end()
    return took


def main() -> None:
    load = os.getloadavg()[0]
    rounds = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(start_once(Path(folder)))
    report: dict[str, Any] = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    report |= {"rounds": rounds, "machine": {"cores": os.cpu_count(), "load_before": round(load, 2)}}
    target = ROOT / "build" / "bench" / "start.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
