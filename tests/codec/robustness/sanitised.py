"""Builds the extension with AddressSanitizer and UndefinedBehaviorSanitizer, into ``build/asan``.

``python -m tests.codec.robustness.sanitised`` builds it; ``environment()`` is what a process needs to run it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "codec_native"
TARGET = ROOT / "build" / "asan"
FLAGS = ["-O1", "-g1", "-std=gnu11", "-ffp-contract=off", "-fno-strict-aliasing", "-fPIC", "-pthread",
         "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
         "-DPy_LIMITED_API=0x030b0000"]


def sources() -> list[Path]:
    return sorted((PACKAGE / "src").rglob("*.[ch]"))


def fingerprint() -> str:
    """Changes whenever a source or a flag does."""
    digest = hashlib.sha256(" ".join(FLAGS).encode())
    for path in [*sources(), PACKAGE / "build_ffi.py"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def compile_one(source: Path, folder: Path) -> Path:
    includes = [f"-I{PACKAGE / 'src'}", f"-I{sysconfig.get_paths()['include']}"]
    name = source.relative_to(ROOT).as_posix().replace("/", "_") + ".o"
    subprocess.run(["gcc", *FLAGS, *includes, "-c", str(source), "-o", str(folder / name)], check=True)
    return folder / name


def build() -> Path:
    """The folder to put first in PYTHONPATH; builds only when something changed."""
    package, objects = TARGET / "codec_native", TARGET / "objects"
    stamp, extension = TARGET / "stamp", package / "_codec.abi3.so"
    for folder in (package, objects):
        folder.mkdir(parents=True, exist_ok=True)
    for path in [*PACKAGE.glob("*.py"), PACKAGE / "py.typed"]:
        shutil.copy2(path, package / path.name)
    if extension.exists() and stamp.exists() and stamp.read_text() == fingerprint():
        return TARGET
    generated = objects / "_codec.c"
    code = ("import sys; sys.path.insert(0, sys.argv[1]); import build_ffi; "
            "build_ffi.ffibuilder.emit_c_code(sys.argv[2])")
    subprocess.run([sys.executable, "-c", code, str(PACKAGE), str(generated)], check=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        compiled = list(pool.map(lambda path: compile_one(path, objects),
                                 [generated, *[path for path in sources() if path.suffix == ".c"]]))
    subprocess.run(["gcc", "-shared", *FLAGS, *map(str, compiled), "-lm", "-o", str(extension)], check=True)
    stamp.write_text(fingerprint())
    return TARGET


def environment() -> dict[str, str]:
    """Variables under which Python can load the sanitised extension. Python itself leaks, so leaks are not counted."""
    runtime = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    return {**os.environ, "LD_PRELOAD": runtime.stdout.strip(), "PYTHONPATH": f"{build()}:{ROOT}",
            "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:allocator_may_return_null=1",
            "UBSAN_OPTIONS": "print_stacktrace=1"}


if __name__ == "__main__":
    print(build())
