"""Workers that reach for the same rows at the same moment: each row goes to exactly one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.library.house import ROOT, house

pytestmark = pytest.mark.slow

WORKERS, ROWS = 4, 60

PREPARE = f"""
import json
from streaming.library.models import Master, Rendition, Segment
master = Master.objects.create(title="x", state="transcoding")
rendition = Rendition.objects.create(master=master, position=0, codec="h264", width=2, height=2)
Segment.objects.bulk_create([Segment(rendition=rendition, index=n, start_frame=n, frames=1) for n in range({ROWS})])
print(json.dumps("ready"))
"""

REACH = """
import json, sys, time
from streaming.library.models import Segment
from streaming.library.services.leases import take, wanted
ids = list(Segment.objects.order_by("id").values_list("id", flat=True))
print("ready", flush=True)
sys.stdin.readline()
mine = [
    row for row in ids
    if take(Segment.objects.filter(wanted("rendition__master__"), id=row, state="waiting"), state="running")
]
print(json.dumps(mine))
"""


def test_each_row_is_taken_by_exactly_one_of_several_workers(tmp_path: Path) -> None:
    with house(tmp_path / "data") as running:
        running.ask(PREPARE)
        workers = [
            subprocess.Popen(
                [sys.executable, "manage.py", "shell", "--no-imports", "-c", REACH],
                cwd=ROOT,
                env=running.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(WORKERS)
        ]
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("\n")
            worker.stdin.flush()
        taken = [json.loads(worker.communicate(timeout=60)[0]) for worker in workers]
        attempts = running.ask(
            "import json; from streaming.library.models import Segment;"
            "print(json.dumps(sorted(set(Segment.objects.values_list('attempts', flat=True)))))"
        )
    everything = [row for mine in taken for row in mine]
    assert len(everything) == len(set(everything)) == ROWS
    assert attempts == [1]
