"""What is left after kills, full disks, two windows at once, and time."""

import errno
import fcntl
import os
import shutil
import signal
from collections import namedtuple
from datetime import timedelta

import pytest
from django.utils import timezone

from streaming.library.models import Upload, UploadState
from streaming.library.services import uploads
from streaming.library.tus import parts


def test_bytes_after_the_last_checked_offset_are_cut_off(tus, part_of):
    """A kill -9 between writing a piece and noting it leaves an unchecked tail."""
    path = tus.started(1000)
    tus.patch(path, 0, b"a" * 100)
    with part_of(path).open("ab") as part:
        part.write(b"torn")
    assert tus.offset(path) == 100
    assert tus.patch(path, 100, b"b" * 50)["Upload-Offset"] == "150"
    assert part_of(path).read_bytes() == b"a" * 100 + b"b" * 50


def test_lost_bytes_are_asked_for_again(tus, part_of):
    path = tus.started(1000)
    tus.patch(path, 0, b"a" * 100)
    os.truncate(part_of(path), 60)
    assert tus.offset(path) == 60
    assert tus.patch(path, 100, b"b").status_code == 409
    assert tus.patch(path, 60, b"b" * 40)["Upload-Offset"] == "100"


def test_a_lost_part_starts_again_from_nothing(tus, part_of):
    path = tus.started(1000)
    tus.patch(path, 0, b"a" * 100)
    part_of(path).unlink()
    assert tus.offset(path) == 0
    assert tus.patch(path, 0, b"a" * 100)["Upload-Offset"] == "100"


def test_two_windows_at_once_do_not_mix(tus, part_of):
    path = tus.started(1000)
    with part_of(path).open("r+b") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        assert tus.patch(path, 0, b"abc").status_code == 423
        assert tus.send("DELETE", path).status_code == 423
        assert tus.offset(path) == 0
    assert tus.patch(path, 0, b"abc").status_code == 204


def test_the_lock_dies_with_its_holder(tus, part_of):
    path = tus.started(1000)
    ready, done = os.pipe()
    child = os.fork()
    if child == 0:
        descriptor = os.open(part_of(path), os.O_RDWR)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.write(done, b"1")
        signal.pause()
    os.read(ready, 1)
    assert tus.patch(path, 0, b"abc").status_code == 423
    os.kill(child, 9)
    os.waitpid(child, 0)
    assert tus.patch(path, 0, b"abc").status_code == 204


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_keeps_what_arrived_and_says_so(tus, part_of, monkeypatch, number):
    path = tus.started(1000)
    tus.patch(path, 0, b"a" * 100)

    def half_then_full(descriptor, data, position):
        os.pwrite(descriptor, data[: len(data) // 2], position)
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(parts, "_write_all", half_then_full)
        response = tus.patch(path, 100, b"b" * 100)
    assert (response.status_code, response.json()["error"]) == (507, "disk_full")
    assert part_of(path).read_bytes() == b"a" * 100
    assert tus.patch(path, 100, b"b" * 100)["Upload-Offset"] == "200"


def test_a_file_for_which_there_is_no_room_is_refused_at_once(tus, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 0, uploads.RESERVED_BYTES + 1000))
    assert tus.create(1001).status_code == 507
    tus.started(600)
    assert tus.create(600).json()["error"] == "no_room", "room promised to one upload was given to another"
    assert tus.create(400).status_code == 201


def test_an_upload_that_nobody_goes_on_with_expires(tus, part_of):
    path, fresh = tus.started(1000), tus.started(1000)
    tus.patch(path, 0, b"abc")
    Upload.objects.filter(original_name="ward.mp4", offset=3).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert tus.head(path).status_code == 410
    assert tus.patch(path, 3, b"x").status_code == 410
    uploads.expire_uploads()
    assert not part_of(path).exists()
    assert tus.head(path).status_code == 410
    assert tus.offset(fresh) == 0


def test_the_sweep_expires_and_each_piece_puts_expiry_off(tus, part_of):
    path = tus.started(1000)
    Upload.objects.update(expires_at=timezone.now() + timedelta(seconds=5))
    tus.patch(path, 0, b"abc")
    assert Upload.objects.get().expires_at > timezone.now() + timedelta(hours=1)
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert uploads.expire_uploads() == 1
    assert uploads.expire_uploads() == 0
    assert Upload.objects.get().state == UploadState.EXPIRED
    assert not part_of(path).exists()


def test_the_sweep_leaves_an_upload_alone_that_is_being_written(tus, part_of):
    path = tus.started(1000)
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with part_of(path).open("r+b") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        assert uploads.expire_uploads() == 0
        assert part_of(path).exists()


def test_parts_without_an_upload_are_removed_when_they_are_old(tus, storage_dirs):
    path = tus.started(10)
    folder = storage_dirs / "uploads"
    (folder / "old.part").write_bytes(b"x")
    (folder / "new.part").write_bytes(b"x")
    os.utime(folder / "old.part", (0, 0))
    os.utime(folder / f"{path.split('/')[-2].replace('-', '')}.part", (0, 0))
    uploads.expire_uploads()
    assert not (folder / "old.part").exists()
    assert (folder / "new.part").exists()
    assert tus.offset(path) == 0
