"""Every kernel, every size, every instruction set gives the same bits as plain C.

The inputs are noise and the extremes (all 0, all 255, alternating, chequered); pointers and strides are unaligned; the
buffers end at inaccessible pages, and everything around an output is compared too (see check.h).
"""

from __future__ import annotations

import platform

import pytest

from tests.codec.kernels.build_checks import LEVELS, Checks, build

LUMA = (4, 8, 12, 16, 24, 32, 48, 64)
CHROMA = (2, 4, 6, 8, 12, 16, 24, 32)
ALL = (2, 6, *LUMA)
SQUARE = (4, 8, 16, 32)

INTERP_FORMS = ("hor_8to8", "hor_8to16", "ver_8to8", "ver_8to16", "ver_16to8", "ver_16to16")
KERNELS: dict[str, tuple[int, ...]] = {
    **{f"interp_{form}": LUMA for form in INTERP_FORMS},
    **{f"chroma_{form}": CHROMA for form in INTERP_FORMS},
    **dict.fromkeys(("copy_8to16", "unipred_round", "bipred_avg", "unipred_weight", "bipred_weight"), ALL),
    **dict.fromkeys(("residual", "recon", "copy", "copy_16", "fill", "sad", "sse", "sse_near", "sum_sqr"), ALL),
    **dict.fromkeys(("sad_x3", "sad_x4", "satd", "sse_16"), LUMA),
    "wsse": (*LUMA, 130),
    "downsample_2x2": (1, 3, 8, 15, 16, 17, 32, 33, 48, 50, 64, 97),
    **dict.fromkeys(("dct", "idct", "idct_dc", "quant", "quant_delta", "dequant"), SQUARE),
    **dict.fromkeys(("count_nonzero", "sig_masks", "transpose", "intra_smooth", "intra_pred"), SQUARE),
    **dict.fromkeys(("dst4", "idst4"), (4,)),
    **dict.fromkeys((f"deblock_{c}_{d}" for c in ("luma", "chroma") for d in ("ver", "hor")), (8,)),
    **dict.fromkeys(("sao_edge", "sao_band", "sao_stats_edge", "sao_stats_band"), (4, 9, 16, 20, 32, 48, 64)),
}
CASES = [(kernel, width) for kernel, widths in KERNELS.items() for width in widths]


@pytest.fixture(scope="session")
def native() -> Checks:
    """The kernels as they are shipped."""
    return build()


@pytest.fixture(scope="session")
def emulated() -> Checks:
    """The AVX-512 kernels upon SIMDe, so that their logic is tested on a machine without AVX-512."""
    return build(emulated=True)


@pytest.mark.parametrize("level", ["avx2", "avx512"])
@pytest.mark.parametrize(("kernel", "width"), CASES)
def test_kernel_gives_the_bits_of_c(native: Checks, kernel: str, width: int, level: str) -> None:
    if LEVELS[level] > native.best_level:
        pytest.skip(f"this machine has no {level}")
    assert native.run(kernel, level, width) == (1, "")


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the AVX-512 code is built on x86-64 only")
@pytest.mark.parametrize(("kernel", "width"), CASES)
def test_avx512_kernel_gives_the_bits_of_c_when_emulated(emulated: Checks, kernel: str, width: int) -> None:
    assert emulated.run(kernel, "avx512", width) == (1, "")
