"""Builds the extension with AddressSanitizer and UndefinedBehaviorSanitizer, into ``build/asan``.

``python -m tests.codec.robustness.sanitised`` builds it; ``environment()`` is what a process needs to run it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "codec_native"
TARGET = ROOT / "build" / "asan"
# -O1 comes after the package's own -O3 and wins.
FLAGS = "-O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all"


def build() -> Path:
    """The folder to put first in PYTHONPATH. Only what changed since the last time is compiled."""
    package = TARGET / "codec_native"
    package.mkdir(parents=True, exist_ok=True)
    for path in PACKAGE.glob("*.py"):
        shutil.copy2(path, package / path.name)
    done = subprocess.run(
        [
            sys.executable,
            "setup.py",
            "-q",
            "build_ext",
            "--build-lib",
            str(TARGET),
            "--build-temp",
            str(TARGET / f"objects-{zlib.crc32(FLAGS.encode()):08x}"),
        ],
        cwd=ROOT,
        env={**os.environ, "VR_CODEC_CFLAGS": FLAGS, "VR_CODEC_LDFLAGS": "-fsanitize=address,undefined"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the sanitised build failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return TARGET


def environment() -> dict[str, str]:
    """Variables under which Python can load the sanitised extension. Python itself leaks, so leaks are not counted."""
    runtime = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    return {
        **os.environ,
        "LD_PRELOAD": runtime.stdout.strip(),
        "PYTHONPATH": f"{build()}:{ROOT}",
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "print_stacktrace=1",
    }


if __name__ == "__main__":
    print(build())
