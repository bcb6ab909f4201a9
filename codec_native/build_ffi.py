"""Describes the extension module ``codec_native._codec`` to cffi (API mode, stable ABI).

All C files under ``codec_native/src`` go into one module; ``pip install`` compiles it through ``setup.py``.

Environment variables, for developers and CI:

``VR_CODEC_CFLAGS``
    more compiler flags, e.g. ``-fsanitize=address,undefined -g -O1`` for the sanitised build;
``VR_CODEC_LDFLAGS``
    more linker flags.

The C declarations that Python sees are cut out of the public headers themselves, so they cannot drift apart.
"""

import os
import re
import shlex
from pathlib import Path

from cffi import FFI

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SOURCE = HERE / "src"
HEADERS = (
    "include/vr_codec.h",
    "bitstream/bitstream.h",
    "ratecontrol/ratecontrol.h",
    "kernels/bench/bench.h",
    "sphere/sphere.h",
)

COMPILE_FLAGS = [
    "-O3",
    "-std=gnu11",
    "-ffp-contract=off",
    "-fno-strict-aliasing",
    "-fvisibility=hidden",
    "-pthread",
    "-Wall",
    "-Wextra",
]
LINK_FLAGS = ["-pthread", "-lm"]


def declarations(header: Path) -> str:
    """The declarations of a header as cffi's parser wants them: no preprocessor, numbers for the macros."""
    text = re.sub(r"/\*.*?\*/", "", header.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"#ifdef __cplusplus\n.*?\n#endif\n", "", text, flags=re.DOTALL)
    macros = dict(re.findall(r"^#define[ \t]+(\w+)[ \t]+(\d+)[ \t]*$", text, flags=re.MULTILINE))
    products = re.findall(r"^#define[ \t]+(\w+)[ \t]+\((\w+) \* (\w+)\)[ \t]*$", text, flags=re.MULTILINE)
    macros.update({name: str(int(macros[a]) * int(macros[b])) for name, a, b in products})
    text = re.sub(r"^[ \t]*#.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\[(\w+) \+ (\d+)\]", lambda m: f"[{int(macros[str(m[1])]) + int(str(m[2]))}]", text)
    for name, value in macros.items():
        text = re.sub(rf"\b{name}\b", value, text)
    constants = "\n".join(f"#define {name} {value}" for name, value in macros.items())
    return f"{constants}\n{text}"


# Kernels stay opaque: Python only hands their table on to the lookahead, and asks what this machine can do.
FIRST_DECLARATIONS = """
typedef struct vr_kernels vr_kernels;
"""

EXTRA_DECLARATIONS = """
const vr_kernels *vr_ffi_kernels(void);
const char *vr_ffi_simd_name(void);
int vr_ffi_simd_available(int level);
double vr_ffi_row_weighted_sse(const uint8_t *a, ptrdiff_t a_stride, const uint8_t *b, ptrdiff_t b_stride,
                               int width, int height, const double *row_weight);
"""

EXTRA_SOURCE = """
#include "include/vr_codec.h"
#include "bitstream/bitstream.h"
#include "ratecontrol/ratecontrol.h"
#include "kernels/bench/bench.h"
#include "ffi/ffi.h"
#include "sphere/sphere.h"
"""

ffibuilder = FFI()
ffibuilder.cdef(
    "\n".join([FIRST_DECLARATIONS, *[declarations(SOURCE / header) for header in HEADERS], EXTRA_DECLARATIONS])
)
ffibuilder.set_source(
    "codec_native._codec",
    EXTRA_SOURCE,
    # setuptools wants paths relative to setup.py
    sources=[str(path.relative_to(ROOT)) for path in sorted(SOURCE.rglob("*.c"))],
    depends=[str(path.relative_to(ROOT)) for path in sorted(SOURCE.rglob("*.h"))],
    include_dirs=[str(SOURCE.relative_to(ROOT))],
    extra_compile_args=COMPILE_FLAGS + shlex.split(os.environ.get("VR_CODEC_CFLAGS", "")),
    extra_link_args=LINK_FLAGS + shlex.split(os.environ.get("VR_CODEC_LDFLAGS", "")),
    py_limited_api=True,
)

if __name__ == "__main__":
    os.chdir(ROOT)
    ffibuilder.compile(verbose=True)
