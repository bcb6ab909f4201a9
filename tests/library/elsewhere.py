"""A storage without paths, as an object store is, for tests of what reads and writes files."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import InMemoryStorage, default_storage, storages


class Elsewhere(InMemoryStorage):
    """A storage whose files have no paths, as on S3."""

    def path(self, name: str) -> str:
        raise NotImplementedError

    def _relative_path(self, name: str) -> str:
        return os.path.relpath(super().path(name), self.location)


def use_storage(kind: str, settings: Any, storage_dirs: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """`disk` or `elsewhere`, for this test."""
    settings.DATA_DIR = storage_dirs
    if kind == "elsewhere":
        monkeypatch.setitem(storages._storages, "default", Elsewhere())
        monkeypatch.setattr(default_storage, "_wrapped", storages["default"])
    return kind
