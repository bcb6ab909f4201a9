"""Times every kernel in every instruction set of this machine: ``python -m codec_native bench kernels``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO, TypedDict

from codec_native._codec import ffi, lib
from codec_native.i18n import gettext as _

RUNS = 30


class KernelTimes(TypedDict):
    """One kernel at one block size; nanoseconds per call, None where the machine lacks the instruction set."""

    kernel: str
    width: int
    height: int
    c_ns: float | None
    """C as built: -O3, the compiler vectorises."""
    c_novec_ns: float | None
    """C with auto-vectorisation off."""
    avx2_ns: float | None
    avx512_ns: float | None


def measure(runs: int = RUNS) -> Iterator[KernelTimes]:
    """Yields kernel after kernel: the least time of ``runs`` runs, in each of which all columns take their turn."""
    row = ffi.new("vr_bench_row *")
    for index in range(lib.vr_bench_kernels_count()):
        if lib.vr_bench_kernel(index, runs, row) != 0:
            raise IndexError(index)
        yield {
            "kernel": ffi.string(row.kernel).decode("ascii"),
            "width": row.width,
            "height": row.height,
            "c_ns": _time(row.c_ns),
            "c_novec_ns": _time(row.c_novec_ns),
            "avx2_ns": _time(row.avx2_ns),
            "avx512_ns": _time(row.avx512_ns),
        }


def _time(nanoseconds: float) -> float | None:
    return round(nanoseconds, 2) if nanoseconds >= 0 else None


def _cell(value: float | None, width: int, digits: int = 1) -> str:
    return f"{value:{width}.{digits}f}" if value is not None else "-".rjust(width)


def _ratio(slow: float | None, fast: float | None) -> float | None:
    return slow / fast if slow is not None and fast is not None else None


def _line(times: KernelTimes) -> str:
    size = f"{times['width']}x{times['height']}"
    cells = [
        _cell(times["c_ns"], 10),
        _cell(times["c_novec_ns"], 10),
        _cell(times["avx2_ns"], 9),
        _cell(times["avx512_ns"], 9),
        _cell(_ratio(times["c_ns"], times["avx2_ns"]), 7),
        _cell(_ratio(times["c_ns"], times["avx512_ns"]), 9),
        _cell(_ratio(times["avx2_ns"], times["avx512_ns"]), 12, 2),
    ]
    return f"{times['kernel']:<20}{size:>6}" + "".join(cells)


def run(json_path: str | Path | None = None, *, runs: int = RUNS, out: TextIO = sys.stdout) -> list[KernelTimes]:
    """Prints the table of times, and writes the rows as JSON to ``json_path`` when one is given."""
    print(_("Nanoseconds per call, the least of {runs} runs").format(runs=runs), file=out)
    heads = [f"{'C':>10}", f"{'C novec':>10}", f"{'AVX2':>9}", f"{'AVX-512':>9}", f"{'C/AVX2':>7}", f"{'C/AVX512':>9}"]
    print(f"{'kernel':<20}{'size':>6}" + "".join(heads) + f"{'AVX2/AVX512':>12}", file=out)
    rows = []
    for times in measure(runs):
        rows.append(times)
        print(_line(times), file=out, flush=True)
    if json_path is not None:
        path = Path(json_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return rows
