"""Builds the C checks together with the kernels into shared libraries under build/."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
SOURCES = ROOT / "codec_native" / "src"
OUTPUT = ROOT / "build" / "tests" / "kernels"

FLAGS = [
    *("-O2", "-g", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-ffp-contract=off", "-fno-strict-aliasing"),
    *("-fPIC", "-pthread"),
]
# SIMDe as real functions: inlined, its lane-by-lane code would take minutes to compile.
EMULATION = [
    "-DVR_AVX512_EMULATED",
    "-DSIMDE_ENABLE_NATIVE_ALIASES",
    "-DSIMDE_NO_INLINE",
    "-O1",
    "-g0",
    "-w",
    "-Wno-psabi",
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


def newest(paths: Iterable[Path]) -> float:
    """The time of the latest change among files."""
    return max(path.stat().st_mtime for path in paths)


def compile_object(source: Path, headers: list[Path], suffix: str, flags: list[str]) -> Path:
    """Compiles one file to build/tests/kernels, unless the object is newer than the source and all headers."""
    target = OUTPUT / f"{source.stem}{suffix}.o"
    if not target.exists() or target.stat().st_mtime < newest([source, *headers]):
        OUTPUT.mkdir(parents=True, exist_ok=True)
        command = [compiler(), *FLAGS, *flags, f"-I{SOURCES}", f"-I{HERE}", "-c", str(source), "-o", str(target)]
        subprocess.run(command, check=True)
    return target


def build(*, emulated: bool = False) -> Checks:
    """Builds the library of checks. With `emulated`, the AVX-512 files stand upon SIMDe instead of the processor."""
    kernels = sorted((SOURCES / "kernels").glob("*.c"))
    sources = [*kernels, SOURCES / "common" / "cpu.c", *sorted(HERE.glob("*.c"))]
    headers = [*(SOURCES / "kernels").glob("*.h"), SOURCES / "common" / "cpu.h", *HERE.glob("*.h"), Path(__file__)]
    objects = []
    for source in sources:
        stands_upon_emulation = emulated and ("avx512" in source.stem or source.stem == "check")
        suffix, flags = ("_emulated", EMULATION) if stands_upon_emulation else ("", [])
        objects.append(compile_object(source, headers, suffix, flags))
    target = OUTPUT / f"{'emulated' if emulated else 'native'}.so"
    if not target.exists() or target.stat().st_mtime < newest(objects):
        subprocess.run([compiler(), "-shared", "-pthread", *map(str, objects), "-o", str(target)], check=True)
    return Checks(ctypes.CDLL(str(target)))
