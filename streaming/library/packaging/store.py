"""Where a master's files are, on any storage of Django's.

On a local disk files are written beside their place, flushed and renamed, so that nobody ever sees half of one. An
object store has that property by itself. Sources are read from disk; from an object store they are fetched once to
each machine.
"""

import errno
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from streaming.library.errors import MediaError

PUBLISHED = re.compile(r"published-([0-9]+)")
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def local_path(name: str) -> Path | None:
    """The file on this machine; None when the storage is elsewhere."""
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:
        return None


@contextmanager
def disk_full_is_media_error() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise MediaError("disk_full", detail=str(error)) from error
        raise


def write(name: str, data: bytes) -> None:
    """Put a file in its place, whole or not at all. Raises `MediaError("disk_full")`."""
    path = local_path(name)
    with disk_full_is_media_error():
        if path is None:
            if default_storage.exists(name):
                default_storage.delete(name)
            default_storage.save(name, ContentFile(data))
        else:
            _write_local(path, data)


def _write_local(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def take_in(source: Path, name: str, *, keep: bool) -> None:
    """Bring a finished file into storage: renamed, or with `keep` linked, else copied. Raises
    `MediaError("disk_full")`, and then leaves `source` alone and nothing half-written behind."""
    path = local_path(name)
    with disk_full_is_media_error():
        if path is None:
            with source.open("rb") as file:
                default_storage.save(name, File(file))
            if not keep:
                source.unlink()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, path) if keep else source.rename(path)
        except OSError as error:
            if error.errno not in {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP}:
                raise
            _copy(source, path)
            if not keep:
                source.unlink()


def copy_in(source: Path, name: str) -> None:
    """As `take_in` with `keep`, but never linked: the person keeps a file of their own to change."""
    path = local_path(name)
    if path is None:
        take_in(source, name, keep=True)
        return
    with disk_full_is_media_error():
        path.parent.mkdir(parents=True, exist_ok=True)
        _copy(source, path)


def _copy(source: Path, path: Path) -> None:
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        shutil.copyfile(source, part)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def read(name: str) -> bytes:
    with default_storage.open(name, "rb") as file:
        return file.read()


def exists(name: str) -> bool:
    return bool(name) and default_storage.exists(name)


def fetch_source(name: str | None) -> Path:
    """The source as a local file. Raises `MediaError("file_missing")`."""
    if not name:
        raise MediaError("file_missing")
    path = local_path(name) or _cached(name)
    if not path.is_file():
        raise MediaError("file_missing")
    return path


def _cached(name: str) -> Path:
    """Fetched once to this machine; two processes that fetch at the same time both succeed."""
    path = cache_directory() / name
    if path.is_file():
        return path
    if not default_storage.exists(name):
        raise MediaError("file_missing")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with disk_full_is_media_error(), default_storage.open(name, "rb") as source, part.open("xb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def cache_directory() -> Path:
    return Path(settings.DATA_DIR) / "cache"


@contextmanager
def scratch_directory() -> Iterator[Path]:
    """A directory of this process's own, gone afterwards."""
    base = Path(settings.DATA_DIR) / "tmp"
    base.mkdir(parents=True, exist_ok=True)
    with disk_full_is_media_error(), tempfile.TemporaryDirectory(dir=base) as name:
        yield Path(name)


def building_prefix(storage_prefix: str, generation: int) -> str:
    """Where segments gather. An object store cannot rename a folder: there it is the final place from the start,
    and nothing points to it before it is published."""
    if local_path(storage_prefix) is None:
        return published_prefix(storage_prefix, generation)
    return f"{storage_prefix}building-{generation}/"


def published_prefix(storage_prefix: str, generation: int) -> str:
    return f"{storage_prefix}published-{generation}/"


def replaced_prefixes(storage_prefix: str, published: str) -> list[str]:
    """The versions that are still there and older than the `published` one. A newer one may be in the making."""
    versions = {name: match for name in list_folders(storage_prefix) if (match := PUBLISHED.fullmatch(name))}
    newest = PUBLISHED.fullmatch(published.removeprefix(storage_prefix).rstrip("/"))
    return [f"{storage_prefix}{name}/" for name, match in versions.items() if newest and int(match[1]) < int(newest[1])]


def reveal(building: str, published: str) -> None:
    """Move the finished folder to its published place in one step; done twice it is the same as once."""
    source, target = local_path(building), local_path(published)
    if source is None or target is None or not source.exists():
        return
    if target.exists():
        shutil.rmtree(target)
    for part in source.rglob("*.part"):
        part.unlink(missing_ok=True)
    source.rename(target)


def carry_over(source: str, target: str) -> None:
    """Have everything under the prefix `source` under `target` too: linked on one disk, else copied. What is there
    already stays, so that it may be done again. Raises `MediaError("disk_full")`."""
    path = local_path(source)
    if path is None:
        _carry_stored(source.rstrip("/"), target.rstrip("/"))
        return
    with disk_full_is_media_error():
        for file in sorted(path.rglob("*")):
            place = local_path(f"{target}{file.relative_to(path).as_posix()}")
            if file.is_file() and place is not None and not place.exists():
                take_in(file, f"{target}{file.relative_to(path).as_posix()}", keep=True)


def _carry_stored(source: str, target: str) -> None:
    folders, files = default_storage.listdir(source)
    for name in files:
        if not default_storage.exists(f"{target}/{name}"):
            with default_storage.open(f"{source}/{name}", "rb") as file:
                default_storage.save(f"{target}/{name}", file)
    for folder in folders:
        if folder:
            _carry_stored(f"{source}/{folder}", f"{target}/{folder}")


def delete_tree(prefix: str) -> None:
    """Delete everything under a prefix of a master. Nothing there is no error."""
    path = local_path(prefix)
    if path is not None:
        shutil.rmtree(path, ignore_errors=True)
        return
    shutil.rmtree(cache_directory() / prefix, ignore_errors=True)
    _delete_stored(prefix.rstrip("/"))


def _delete_stored(prefix: str) -> None:
    folders, files = default_storage.listdir(prefix)
    for name in files:
        default_storage.delete(f"{prefix}/{name}")
    for folder in folders:
        if folder:
            _delete_stored(f"{prefix}/{folder}")


def list_folders(prefix: str) -> list[str]:
    """Names of the folders directly under a prefix."""
    try:
        return [name for name in default_storage.listdir(prefix)[0] if name]
    except FileNotFoundError:
        return []
