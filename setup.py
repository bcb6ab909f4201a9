"""Builds the codec's extension module; everything else about the package stands in pyproject.toml."""

from setuptools import setup

setup(cffi_modules=["codec_native/build_ffi.py:ffibuilder"])
