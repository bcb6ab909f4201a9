"""Every status and header that tus 1.0.0 promises a client."""

import base64
import hashlib
from email.utils import parsedate_to_datetime

import pytest
from django.utils import timezone

FILM = bytes(range(256)) * 40


def test_options_tells_version_extensions_algorithms_and_limits(tus, settings):
    response = tus.send("OPTIONS", "/library/tus/", Tus_Resumable="")
    assert response.status_code == 204
    assert response["Tus-Version"] == "1.0.0"
    assert set(response["Tus-Extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "checksum",
        "termination",
        "expiration",
    }
    assert set(response["Tus-Checksum-Algorithm"].split(",")) == {"sha1", "md5", "sha256"}
    assert response["Tus-Max-Size"] == str(settings.UPLOAD_MAX_BYTES)
    assert f"max-append-size={settings.TUS_CHUNK_BYTES}" in response["Upload-Limit"]


def test_creation_answers_location_offset_and_expiry(tus):
    response = tus.create(len(FILM))
    assert response.status_code == 201
    assert response["Location"].startswith("http://testserver/library/tus/")
    assert response["Upload-Offset"] == "0"
    assert response["Tus-Resumable"] == "1.0.0"
    assert parsedate_to_datetime(response["Upload-Expires"]) > timezone.now()


def test_head_tells_offset_length_and_metadata_and_is_never_cached(tus):
    path = tus.started(len(FILM))
    tus.patch(path, 0, FILM[:100])
    response = tus.head(path)
    assert response.status_code == 200
    assert response["Upload-Offset"] == "100"
    assert response["Upload-Length"] == str(len(FILM))
    assert response["Upload-Metadata"] == "filename " + base64.b64encode(b"ward.mp4").decode()
    assert response["Cache-Control"] == "no-store"
    assert response.content == b""


def test_pieces_arrive_byte_for_byte(tus, part_of):
    path = tus.started(len(FILM) + 1)
    for start in range(0, len(FILM), 3000):
        response = tus.patch(path, start, FILM[start : start + 3000])
        assert response.status_code == 204
        assert response["Upload-Offset"] == str(min(start + 3000, len(FILM)))
        assert "Upload-Expires" in response
    assert part_of(path).read_bytes() == FILM


def test_an_empty_piece_changes_nothing(tus):
    path = tus.started(10)
    response = tus.patch(path, 0, b"")
    assert (response.status_code, response["Upload-Offset"]) == (204, "0")


@pytest.mark.parametrize("version", ["", "0.9.0", "1.0.1", "one"])
def test_another_version_is_refused_with_ours(tus, version):
    path = tus.started(10)
    for method in ("HEAD", "PATCH", "DELETE"):
        response = tus.send(method, path, Upload_Offset="0", Tus_Resumable=version)
        assert response.status_code == 412
        assert response["Tus-Version"] == "1.0.0"
    assert tus.offset(path) == 0


@pytest.mark.parametrize("length", ["", "-1", "1.5", "abc", "0x10", " 12", "१२", "9" * 20])
def test_creation_needs_a_length_that_is_a_number(tus, length):
    response = tus.create(0, Upload_Length=length)
    assert response.status_code == 400
    assert response.json()["error"] == "bad_length"


def test_a_length_to_be_told_later_is_refused(tus):
    response = tus.create(0, Upload_Length="", Upload_Defer_Length="1")
    assert (response.status_code, response.json()["error"]) == (400, "deferred_length")


def test_a_file_over_the_limit_is_refused_with_the_limit(tus, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    response = tus.create(1001)
    assert response.status_code == 413
    assert response["Tus-Max-Size"] == "1000"
    assert tus.create(1000).status_code == 201


def test_a_piece_over_the_limit_is_refused_and_the_limit_told(tus, settings):
    settings.TUS_CHUNK_BYTES = 100
    path = tus.started(1000)
    response = tus.patch(path, 0, b"x" * 101)
    assert response.status_code == 413
    assert "max-append-size=100" in response["Upload-Limit"]
    assert tus.offset(path) == 0
    assert tus.patch(path, 0, b"x" * 100).status_code == 204


def test_a_piece_beyond_the_length_is_refused(tus, part_of):
    path = tus.started(10)
    response = tus.patch(path, 0, b"x" * 11)
    assert (response.status_code, response.json()["error"]) == (413, "beyond_length")
    assert part_of(path).read_bytes() == b""


@pytest.mark.parametrize("offset", [1, 99, 101, 5000])
def test_a_piece_for_another_place_is_refused_and_told_where_to_go_on(tus, offset):
    path = tus.started(len(FILM))
    tus.patch(path, 0, FILM[:100])
    response = tus.patch(path, offset, FILM[offset : offset + 50])
    assert (response.status_code, response.json()["offset"]) == (409, 100)
    assert tus.offset(path) == 100


@pytest.mark.parametrize("offset", ["", "-1", "x", "1e3"])
def test_a_piece_without_a_sensible_offset_is_refused(tus, offset):
    path = tus.started(10)
    response = tus.send("PATCH", path, b"abc", Upload_Offset=offset)
    assert (response.status_code, response.json()["error"]) == (400, "bad_offset")


def test_a_piece_of_another_type_is_refused(tus):
    path = tus.started(10)
    assert tus.patch(path, 0, b"abc", Content_Type="application/octet-stream").status_code == 415


@pytest.mark.parametrize("algorithm", ["sha1", "md5", "sha256"])
def test_a_piece_with_the_right_checksum_is_kept(tus, algorithm, part_of):
    path = tus.started(len(FILM))
    digest = base64.b64encode(hashlib.new(algorithm, FILM[:500]).digest()).decode()
    response = tus.patch(path, 0, FILM[:500], Upload_Checksum=f"{algorithm} {digest}")
    assert (response.status_code, response["Upload-Offset"]) == (204, "500")
    assert part_of(path).read_bytes() == FILM[:500]


@pytest.mark.parametrize("algorithm", ["sha1", "md5", "sha256"])
def test_a_piece_with_a_wrong_checksum_is_refused_and_nothing_of_it_kept(tus, algorithm, part_of):
    path = tus.started(len(FILM))
    tus.patch(path, 0, FILM[:100])
    digest = base64.b64encode(hashlib.new(algorithm, b"something else").digest()).decode()
    response = tus.patch(path, 100, FILM[100:600], Upload_Checksum=f"{algorithm} {digest}")
    assert (response.status_code, response.json()["error"]) == (460, "checksum")
    assert part_of(path).read_bytes() == FILM[:100]
    assert tus.offset(path) == 100
    assert tus.patch(path, 100, FILM[100:600]).status_code == 204


@pytest.mark.parametrize("header", ["sha512 AAAA", "sha1", "sha1 ???", "sha1 AAAA", "crc32 AAAAAA==", "SHA1 AAAA"])
def test_a_checksum_that_cannot_be_checked_is_refused(tus, header):
    path = tus.started(10)
    response = tus.patch(path, 0, b"abc", Upload_Checksum=header)
    assert (response.status_code, response.json()["error"]) == (400, "bad_checksum")
    assert tus.offset(path) == 0


def test_creation_can_bring_the_first_piece(tus, part_of):
    response = tus.send("POST", "/library/tus/", FILM[:300], Upload_Length="1000")
    assert (response.status_code, response["Upload-Offset"]) == (201, "300")
    assert part_of(response["Location"]).read_bytes() == FILM[:300]


def test_a_creation_whose_first_piece_is_damaged_leaves_nothing(tus, storage_dirs):
    wrong = base64.b64encode(hashlib.sha1(b"no").digest()).decode()
    response = tus.send("POST", "/library/tus/", FILM[:300], Upload_Length="1000", Upload_Checksum=f"sha1 {wrong}")
    assert response.status_code == 460
    assert list((storage_dirs / "uploads").iterdir()) == []


def test_termination_frees_the_space_and_the_address_is_gone(tus, part_of):
    path = tus.started(1000)
    tus.patch(path, 0, b"x" * 500)
    assert tus.send("DELETE", path).status_code == 204
    assert not part_of(path).exists()
    assert tus.head(path).status_code == 410
    assert tus.patch(path, 500, b"x").status_code == 410
    assert tus.send("DELETE", path).status_code == 410
    assert not part_of(path).exists()


def test_a_client_without_patch_can_override_the_method(tus):
    path = tus.started(10)
    response = tus.send("POST", path, b"abc", Upload_Offset="0", X_HTTP_Method_Override="PATCH")
    assert (response.status_code, response["Upload-Offset"]) == (204, "3")


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_other_methods_are_refused_with_the_allowed_ones(tus, method):
    path = tus.started(10)
    response = tus.send(method, path)
    assert response.status_code == 405
    assert "PATCH" in response["Allow"]


def test_every_refusal_is_a_sentence_in_the_readers_language(tus):
    path = tus.started(10)
    english = tus.patch(path, 5, b"x", Accept_Language="en").json()["sentence"]
    chinese = tus.patch(path, 5, b"x", Accept_Language="zh-hans").json()["sentence"]
    assert english.startswith("This piece does not fit: the server has 0 bytes.")
    assert any("\u4e00" <= char <= "\u9fff" for char in chinese)
