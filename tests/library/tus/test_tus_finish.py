"""A finished upload becomes a film in the library, once, whatever its name and whenever the server stopped."""

import hashlib

import pytest

from streaming.library.errors import MediaError
from streaming.library.models import Master, Upload, UploadState
from streaming.library.services import masters, uploads

FILM = hashlib.sha256(b"film").digest() * 500


def stored_files(folder):
    return [path for path in (folder / "media").rglob("*") if path.is_file()]


def test_the_last_piece_makes_a_master_and_names_it(tus, storage_dirs, part_of, instructor):
    path = tus.started(len(FILM))
    tus.patch(path, 0, FILM[:5000])
    response = tus.patch(path, 5000, FILM[5000:])
    assert (response.status_code, response["Upload-Offset"]) == (204, str(len(FILM)))
    master = Master.objects.get()
    assert response["Upload-Master"] == str(master.id)
    assert (master.owner, master.original_name, master.size) == (instructor, "ward.mp4", len(FILM))
    assert [path.read_bytes() for path in stored_files(storage_dirs)] == [FILM]
    assert not part_of(path).exists()


def test_a_client_that_missed_the_last_answer_asks_and_is_told(tus):
    path = tus.started(len(FILM))
    tus.patch(path, 0, FILM)
    response = tus.head(path)
    assert response["Upload-Offset"] == response["Upload-Length"]
    assert response["Upload-Master"] == str(Master.objects.get().id)
    assert tus.patch(path, len(FILM), b"x").status_code == 409
    assert tus.send("DELETE", path).status_code == 409
    assert Master.objects.count() == 1


@pytest.mark.parametrize("how", ["head", "sweep", "patch"])
def test_a_server_killed_before_handing_over_does_it_later_and_once(tus, part_of, storage_dirs, how):
    path = tus.started(len(FILM))
    part_of(path).write_bytes(FILM)
    Upload.objects.update(offset=len(FILM))
    if how == "head":
        tus.head(path)
    elif how == "sweep":
        uploads.expire_uploads()
    else:
        tus.patch(path, len(FILM), b"")
    assert Upload.objects.get().state == UploadState.RECEIVED
    uploads.expire_uploads()
    tus.head(path)
    assert Master.objects.count() == 1
    assert len(stored_files(storage_dirs)) == 1


def test_a_library_without_room_keeps_the_upload_until_there_is(tus, monkeypatch, part_of):
    path = tus.started(len(FILM))

    def full(**_):
        raise MediaError("disk_full")

    with monkeypatch.context() as patched:
        patched.setattr(masters, "receive_upload", full)
        response = tus.patch(path, 0, FILM)
    assert (response.status_code, response.json()["error"]) == (507, "disk_full")
    assert part_of(path).read_bytes() == FILM
    assert "Upload-Master" in tus.head(path)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("复苏 🚑 3床.mp4", "复苏 🚑 3床.mp4"),
        ("../../etc/passwd.mp4", "passwd.mp4"),
        ("..\\..\\windows\\x.mov", "x.mov"),
        ("", None),
        ("\x00\x01.mp4", ".mp4"),
        ("a" * 300 + ".mkv", None),
        ("con:*?<>|.mp4", "con:*?<>|.mp4"),
        (".hidden", ".hidden"),
    ],
)
def test_any_name_is_shown_as_it_is_and_stored_inside_the_library(tus, storage_dirs, name, shown):
    response = tus.create(4, name=name)
    path = response["Location"].removeprefix("http://testserver")
    assert tus.patch(path, 0, b"film").status_code == 204
    master = Master.objects.get()
    assert master.title
    if shown is not None:
        assert master.original_name == shown
    (stored,) = stored_files(storage_dirs)
    assert stored.is_relative_to(storage_dirs / "media" / "masters" / master.id.hex / "source")
    assert stored.name.isascii()


def test_an_empty_file_is_received_at_once_so_that_its_owner_is_told_what_is_wrong(tus, part_of):
    response = tus.create(0)
    assert response.status_code == 201
    assert response["Upload-Master"] == str(Master.objects.get().id)
    assert not part_of(response["Location"]).exists()
