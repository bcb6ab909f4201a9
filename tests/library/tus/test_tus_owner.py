"""Who may start, see and go on with an upload."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from streaming.library.models import Upload
from streaming.library.services import uploads


def test_nobody_uploads_without_signing_in(tus_of, db):
    response = tus_of(None).create(10)
    assert (response.status_code, response.json()["error"]) == (403, "signed_out")


def test_a_trainee_may_not_upload(tus_of, trainee):
    response = tus_of(trainee).create(10)
    assert (response.status_code, response.json()["error"]) == (403, "not_allowed")
    assert not Upload.objects.exists()


def test_nobody_uploads_when_no_policy_is_registered(instructor, settings, tmp_path, tus_of, policy):
    from streaming.library import access

    access.register_access_policy(access.DenyAll())
    assert tus_of(instructor).create(10).status_code == 403


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_to_somebody_else_an_upload_does_not_exist(tus, tus_of, other_instructor, administrator, method):
    path = tus.started(10)
    missing = path.replace(path.split("/")[-2], "00000000-0000-4000-8000-000000000000")
    for person in (other_instructor, administrator):
        stranger = tus_of(person)
        theirs = stranger.send(method, path, b"abc", Upload_Offset="0")
        nobodys = stranger.send(method, missing, b"abc", Upload_Offset="0")
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.content == nobodys.content
    assert tus.offset(path) == 0


def test_someone_who_signed_out_is_told_so_and_goes_on_after_signing_in(tus, tus_of, instructor):
    path = tus.started(10)
    tus.patch(path, 0, b"abc")
    tus.client.logout()
    assert tus.patch(path, 3, b"def").json()["error"] == "signed_out"
    assert tus_of(instructor).patch(path, 3, b"def")["Upload-Offset"] == "6"


def test_someone_who_may_no_longer_upload_cannot_go_on(tus, instructor):
    path = tus.started(10)
    instructor.role = "trainee"
    instructor.save()
    assert tus.patch(path, 0, b"abc").json()["error"] == "not_allowed"


def test_a_foreign_page_cannot_upload(tus, instructor):
    client = Client(enforce_csrf_checks=True)
    client.force_login(instructor)
    response = client.post("/library/tus/", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "5"})
    assert response.status_code == 403
    assert not Upload.objects.exists()


def test_too_many_starts_in_a_minute_are_slowed_down(tus, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_STARTED_PER_MINUTE", 3)
    for _ in range(3):
        assert tus.create(10).status_code == 201
    response = tus.create(10)
    assert (response.status_code, response["Retry-After"]) == (429, "60")
    Upload.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    assert tus.create(10).status_code == 201


def test_too_many_unfinished_uploads_are_refused(tus, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_UNFINISHED", 2)
    first = tus.started(10)
    tus.started(10)
    assert tus.create(10).status_code == 429
    tus.send("DELETE", first)
    assert tus.create(10).status_code == 201
