"""Loaded before the settings (pyproject: `-p tests.environment`): what tests write goes to a folder of this run."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "PYTEST_DATA_DIR" not in os.environ:
    os.environ["PYTEST_DATA_DIR"] = tempfile.mkdtemp(prefix="vrtraining-test-")
    atexit.register(shutil.rmtree, os.environ["PYTEST_DATA_DIR"], ignore_errors=True)
os.environ["DATA_DIR"] = os.environ["PYTEST_DATA_DIR"]
Path(os.environ["DATA_DIR"]).mkdir(exist_ok=True)
