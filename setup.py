"""Builds the codec's extension module; everything else about the package stands in pyproject.toml.

``pip install -e .`` or ``python setup.py build_ext --inplace``. Files are compiled side by side on all processors, and
only those whose sources changed.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from setuptools import setup
from setuptools.command.build_ext import build_ext


def is_current(target: Path) -> bool:
    """Is the object newer than all files it was made from, by the list that the compiler left beside it?"""
    notes = target.with_suffix(".d")
    if not target.exists() or not notes.exists():
        return False
    made = target.stat().st_mtime
    prerequisites = notes.read_text().replace("\\\n", " ").partition(":")[2].split()
    return all(Path(name).exists() and Path(name).stat().st_mtime <= made for name in prerequisites)


class BuildInParallel(build_ext):
    """build_ext with a compiler that works on several files at once and keeps what is current."""

    def build_extensions(self) -> None:
        self.compiler.compile = self.compile_files
        super().build_extensions()

    def compile_files(
        self,
        sources,
        output_dir=None,
        macros=None,
        include_dirs=None,
        debug=False,
        extra_preargs=None,
        extra_postargs=None,
        depends=None,
    ):
        compiler = self.compiler
        macros, objects, postargs, options, build = compiler._setup_compile(
            output_dir, macros, include_dirs, sources, depends, extra_postargs
        )
        arguments = compiler._get_cc_args(options, debug, extra_preargs)

        def compile_one(target: str) -> None:
            if target in build and (self.force or not is_current(Path(target))):
                source, extension = build[target]
                compiler._compile(target, source, extension, arguments, [*postargs, "-MMD"], options)

        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            list(pool.map(compile_one, objects))
        return objects


setup(cffi_modules=["codec_native/build_ffi.py:ffibuilder"], cmdclass={"build_ext": BuildInParallel})
