"""How far measured compressions are from those that were made, by the record's meters and by the client's, in one run.

python tests/bench/motion.py prints a table for docs/motion.md. Signals: courses/scenarios/motion/signals.py.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from courses.scenarios.motion import Source, measure
from courses.scenarios.motion.signals import ISSUE_SIGNALS, Pressing, Signal, record
from tests.scenarios.node import NodeDriver

SEEDS = range(5)
PRESSED = [(110.0, 54.0), (100.0, 50.0), (120.0, 60.0), (95.0, 38.0)]
BOUNDS = {Source.CONTROLLER: (1.0, 0.5), Source.HAND: (4.0, 1.0), Source.PHONE: (2.0, 1.0), Source.SENSOR: (1.0, 0.5)}
Found = tuple[list[tuple[float, float]], float]


def by_record(signal: Signal, source: Source) -> Found:
    measured = measure([(r[0], r[1], r[2], r[3]) for r in signal.samples.tolist()], source)
    return [(c.t_s, c.depth_mm) for c in measured.compressions], measured.summary.rate_cpm


def by_client(driver: NodeDriver, signal: Signal, source: Source) -> Found:
    answer: Any = driver.ask({"samples": signal.samples.tolist(), "source": source.value})
    return [(c["t_s"], c["depth_mm"]) for c in answer["compressions"]], answer["summary"]["rateCpm"]


def main() -> None:
    driver = NodeDriver("client_motion.mjs")
    print("| source | by | mean depth error, mm | bound | largest rate error, cpm | bound | found |")
    print("|---|---|---|---|---|---|---|")
    for source, (depth_bound, rate_bound) in BOUNDS.items():
        rows: dict[str, list[tuple[list[float], float, int]]] = {"record": [], "client": []}
        made = apart = 0.0
        for rate, depth in PRESSED:
            for seed in SEEDS:
                signal = record(Pressing(rate_cpm=rate, depth_mm=depth), ISSUE_SIGNALS[source], seed)
                made += len(signal.truth)
                times = np.array([t for t, _, _ in signal.truth])
                both = {"record": by_record(signal, source), "client": by_client(driver, signal, source)}
                for who, (found, rate_cpm) in both.items():
                    errors = [abs(d - signal.truth[int(np.argmin(np.abs(times - t)))][1]) for t, d in found]
                    rows[who].append((errors, abs(rate_cpm - signal.rate_cpm), len(found)))
                pairs = zip(both["record"][0], both["client"][0], strict=True)
                apart = max([apart, *(abs(a[1] - b[1]) for a, b in pairs)])
        for who, results in rows.items():
            mean = np.mean([error for errors, _, _ in results for error in errors])
            worst = max(error for _, error, _ in results)
            share = sum(n for _, _, n in results) / made
            errors_said = f"{mean:.2f} | {depth_bound:g} | {worst:.2f} | {rate_bound:g}"
            print(f"| {source.value} | {who} | {errors_said} | {share:.1%} |")
        print(f"Largest difference between both, {source.value}: {apart:.2e} mm", file=sys.stderr)
    driver.close()


if __name__ == "__main__":
    main()
