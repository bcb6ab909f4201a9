"""Our kernels against x265's, turn by turn in one run: ratios that a busy or throttled machine does not bend.

``python tests/bench/kernels_x265.py`` compiles kernels_x265.c with our kernels and x265's static library (Debian:
libx265-dev), prints a table and writes build/bench/kernels_x265.json. x265 is a yardstick; the encoder never calls it.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from codec_native.build_ffi import COMPILE_FLAGS, ROOT, SOURCE

PROGRAM = Path(__file__).with_suffix(".c")
OUTPUT = ROOT / "build" / "bench"
OBJECTS = OUTPUT / "kernels_x265"


def newest(paths: list[Path]) -> float:
    return max(path.stat().st_mtime for path in paths)


def compile_object(compiler: str, source: Path, headers: list[Path]) -> Path:
    """Compiles one file as the package does, unless the object is newer than the source and all headers."""
    target = OBJECTS / f"{source.stem}.o"
    if not target.exists() or target.stat().st_mtime < newest([source, *headers]):
        subprocess.run([compiler, *COMPILE_FLAGS, f"-I{SOURCE}", "-c", str(source), "-o", str(target)], check=True)
    return target


def build(compiler: str, library: str) -> Path:
    OBJECTS.mkdir(parents=True, exist_ok=True)
    sources = [*sorted((SOURCE / "kernels").glob("*.c")), SOURCE / "common" / "cpu.c", PROGRAM]
    headers = [*(SOURCE / "kernels").glob("*.h"), SOURCE / "common" / "cpu.h"]
    objects = [str(compile_object(compiler, source, headers)) for source in sources]
    program = OBJECTS / "kernels_x265"
    subprocess.run([compiler, "-pthread", *objects, library, "-o", str(program)], check=True)
    return program


def find_library(compiler: str) -> str | None:
    """x265's static library, where the compiler looks for libraries; it answers with the bare name if there is none."""
    name = "libx265.a"
    answer = subprocess.run([compiler, f"-print-file-name={name}"], capture_output=True, text=True, check=True)
    found = answer.stdout.strip()
    return found if found != name else None


def cell(value: float | None) -> str:
    return f"{value:.1f}" if value is not None else "-"


def ratio(over: float | None, under: float | None) -> str:
    return f"{over / under:.2f}" if over is not None and under is not None else "-"


def table(rows: list[dict[str, Any]]) -> None:
    heads = ["kernel", "size", "AVX2", "AVX-512", "x265 AVX2", "x265 AVX-512", "AVX2 / AVX-512", "the same of x265"]
    heads.append("AVX-512, ours / x265")
    print("| " + " | ".join(heads) + " |")
    print("|---" * len(heads) + "|")
    for row in rows:
        ours, theirs = (row["avx2_ns"], row["avx512_ns"]), (row["x265_avx2_ns"], row["x265_avx512_ns"])
        best_set = row["x265_avx512_uses"]
        note = "" if best_set == "avx512" else f" ({best_set})"
        cells = [
            f"`{row['kernel']}`",
            f"{row['width']}x{row['height']}",
            *(cell(ns) for ns in (*ours, theirs[0])),
            cell(theirs[1]) + note,
            ratio(*ours),
            ratio(*theirs),
            ratio(ours[1], theirs[1]),
        ]
        print("| " + " | ".join(cells) + " |")


def main() -> None:
    compiler = shutil.which("gcc")
    if compiler is None:
        print("No gcc found: x265's kernels cannot be measured beside ours.")
        return
    library = find_library(compiler)
    if library is None:
        print("No libx265.a found (Debian: libx265-dev): x265's kernels cannot be measured beside ours.")
        return
    run = subprocess.run([str(build(compiler, library))], stdout=subprocess.PIPE, text=True, check=True)
    rows = json.loads(run.stdout)
    (OUTPUT / "kernels_x265.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    table(rows)


if __name__ == "__main__":
    main()
