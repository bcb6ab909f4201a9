"""The kernel bench lists every kernel with a time for each instruction set of the machine, and nothing for others."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from codec_native import bench_kernels
from codec_native._codec import lib

PAPER = ("interp_hor_8to8", "interp_hor_8to16", "interp_ver_16to8", "sad", "sad_x3", "sad_x4", "sse")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[bench_kernels.KernelTimes], Path, str]:
    path = tmp_path_factory.mktemp("bench") / "deep" / "kernels.json"
    out = io.StringIO()
    return bench_kernels.run(path, runs=1, out=out), path, out.getvalue()


def test_rows_cover_the_papers_kernels_from_8_to_64(
    bench: tuple[list[bench_kernels.KernelTimes], Path, str],
) -> None:
    rows, _path, _text = bench
    sizes = {name: [r["width"] for r in rows if r["kernel"] == name] for name in PAPER}
    assert sizes == {name: [8, 16, 32, 64] for name in PAPER}
    assert all(row["width"] == row["height"] for row in rows)


def test_times_are_there_for_what_the_machine_has_and_null_for_the_rest(
    bench: tuple[list[bench_kernels.KernelTimes], Path, str],
) -> None:
    rows, _path, _text = bench
    for row in rows:
        assert row["c_ns"] is not None and row["c_ns"] > 0
        assert row["c_novec_ns"] is not None and row["c_novec_ns"] > 0
        assert (row["avx2_ns"] is not None) == bool(lib.vr_ffi_simd_available(1))
        assert (row["avx512_ns"] is not None) == bool(lib.vr_ffi_simd_available(2))


def test_the_file_holds_the_rows_and_the_table_a_line_for_each(
    bench: tuple[list[bench_kernels.KernelTimes], Path, str],
) -> None:
    rows, path, text = bench
    assert json.loads(path.read_text(encoding="utf-8")) == rows
    assert len(text.splitlines()) == len(rows) + 2
