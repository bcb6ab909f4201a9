"""Builds the C checks together with the kernels into shared libraries under build/."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
SOURCES = ROOT / "codec_native" / "src"
OUTPUT = ROOT / "build" / "tests" / "kernels"

FLAGS = [
    *("-O2", "-g", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-ffp-contract=off", "-fno-strict-aliasing"),
    *("-fPIC", "-shared", "-pthread"),
]
LEVELS = {"c": 0, "avx2": 1, "avx512": 2}


@dataclass(frozen=True)
class Checks:
    """One built library: the plain kernels and those under test."""

    library: ctypes.CDLL

    @property
    def best_level(self) -> int:
        return int(self.library.check_best_level())

    def run(self, kernel: str, level: str, width: int, seed: int = 1) -> tuple[int, str]:
        """Returns (1, ""), (0, what differs) or (-1, "") when there is no such check or level."""
        message = ctypes.create_string_buffer(400)
        result = self.library.check_kernel(
            kernel.encode(), LEVELS[level], width, ctypes.c_ulonglong(seed), message, len(message)
        )
        return int(result), message.value.decode()


def compiler() -> str:
    """The C compiler, which building the codec needs as well."""
    found = shutil.which("gcc") or shutil.which("cc")
    if found is None:
        raise RuntimeError("no C compiler found: install gcc")
    return found


def build(name: str, *extra: str) -> Checks:
    """Compiles kernels and checks into build/tests/kernels/NAME.so, unless that is newer than every source."""
    sources = [*sorted((SOURCES / "kernels").glob("*.c")), SOURCES / "common" / "cpu.c", *sorted(HERE.glob("*.c"))]
    headers = [*(SOURCES / "kernels").glob("*.h"), SOURCES / "common" / "cpu.h", *HERE.glob("*.h"), Path(__file__)]
    target = OUTPUT / f"{name}.so"
    if not target.exists() or target.stat().st_mtime < max(p.stat().st_mtime for p in [*sources, *headers]):
        OUTPUT.mkdir(parents=True, exist_ok=True)
        command = [compiler(), *FLAGS, *extra, f"-I{SOURCES}", f"-I{HERE}", *map(str, sources), "-o", str(target)]
        subprocess.run(command, check=True)
    return Checks(ctypes.CDLL(str(target)))
