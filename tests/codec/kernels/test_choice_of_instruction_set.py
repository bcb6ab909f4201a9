"""Which kernels run: the best the machine has, or what VR_CODEC_SIMD asks for, or none where that is impossible."""

from __future__ import annotations

import ctypes

import pytest

from tests.codec.kernels.build_checks import LEVELS, build

AUTO = 3


@pytest.fixture(scope="module")
def library() -> ctypes.CDLL:
    library = build().library
    library.vr_kernels_get.restype = ctypes.c_void_p
    return library


def level_of(table: int) -> int:
    """The first member of the table of kernels."""
    return ctypes.cast(table, ctypes.POINTER(ctypes.c_int))[0]


def test_nothing_asked_for_gives_the_best_level(library: ctypes.CDLL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VR_CODEC_SIMD", raising=False)
    assert level_of(library.vr_kernels_get(AUTO)) == library.vr_cpu_best_level()


@pytest.mark.parametrize("name", LEVELS)
def test_the_environment_chooses_a_level_that_the_machine_has(
    library: ctypes.CDLL, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("VR_CODEC_SIMD", name)
    table = library.vr_kernels_get(AUTO)
    if LEVELS[name] <= library.vr_cpu_best_level():
        assert level_of(table) == LEVELS[name]
    else:
        assert table is None


@pytest.mark.parametrize("name", ["sse9", "AVX2", "2"])
def test_an_unknown_name_in_the_environment_gives_no_kernels(
    library: ctypes.CDLL, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("VR_CODEC_SIMD", name)
    assert library.vr_kernels_get(AUTO) is None


def test_a_level_by_number_does_not_ask_the_environment(library: ctypes.CDLL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VR_CODEC_SIMD", "sse9")
    assert level_of(library.vr_kernels_get(LEVELS["c"])) == LEVELS["c"]


@pytest.mark.parametrize("level", [-1, 4, 99])
def test_a_number_that_is_no_level_gives_no_kernels(library: ctypes.CDLL, level: int) -> None:
    assert library.vr_kernels_get(level) is None
