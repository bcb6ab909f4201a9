"""What a process loads when it starts: the first page waits for it, whatever the machine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.front_door.house import ROOT

# Each is needed by a few requests only, or by none of that process, and takes about a tenth of a second to load.
PAPER = {"fpdf", "fontTools", "matplotlib"}
PICTURES = {"numpy", "av", "codec_native", "vrtraining.demo.render"}
DEFINITIONS = {"jsonschema"}
SERVERS = {"daphne", "autobahn"}

WEB = "from vrtraining.serve import web; web.load()"
SERVE = "import django; django.setup(); import vrtraining.management.commands.serve"
WORKER = "import django; django.setup()"


@pytest.mark.parametrize(
    ("start", "unwanted"),
    [(WEB, PAPER), (SERVE, PAPER | PICTURES | DEFINITIONS | SERVERS), (WORKER, PAPER | DEFINITIONS | SERVERS)],
    ids=["web", "serve", "every process"],
)
def test_a_start_does_not_wait_for_what_few_requests_need(start: str, unwanted: set[str], tmp_path: Path) -> None:
    code = f"import os, sys, json; os.environ['DJANGO_SETTINGS_MODULE'] = 'vrtraining.settings'; {start}; "
    code += "print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "DATA_DIR": str(tmp_path)},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "django" in loaded
    assert loaded & unwanted == set()
