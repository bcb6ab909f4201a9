"""The front end's unit tests run under Node; here they join the suite."""

import shutil
import subprocess

import pytest

from tests.browser.site import ROOT


def test_the_unit_tests_of_the_front_end_pass() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.fail("Node is not here: `make setup` brings it")
    files = sorted(str(path) for path in (ROOT / "static" / "js").rglob("*.test.js"))
    assert files
    done = subprocess.run([node, "--test", *files], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]
