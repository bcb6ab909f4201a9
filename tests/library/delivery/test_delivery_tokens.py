"""A media address opens one master, for one viewer, for a while."""

import json
import logging
import time

import pytest
from django.core.exceptions import PermissionDenied

from streaming.library import selectors
from streaming.library.delivery import tokens
from streaming.library.models import Master, MasterState


def whole(response):
    return b"".join(response) if response.streaming else response.content


def test_addresses_in_a_manifest_carry_the_token(viewer, published):
    """Relative addresses resolve below the same token, so segments need no rewriting."""
    manifest = viewer.addresses(published)["hls"]
    assert whole(viewer.get(manifest)).startswith(b"#EXTM3U")
    folder = manifest.rpartition("/")[0]
    assert whole(viewer.get(f"{folder}/h264-1920x960/init.mp4")) == b"ftyp"


def test_playback_names_what_is_there_and_nothing_else(viewer, published):
    found = viewer.addresses(published)
    assert found["poster"].endswith("/stills/poster.jpg")
    assert found["dash"].endswith("/published-1/manifest.mpd")
    assert found["thumbnails"] is None
    Master.objects.update(state=MasterState.TRANSCODING)
    published.refresh_from_db()
    assert viewer.addresses(published)["hls"], "what is published stays watchable while it is made anew"
    Master.objects.update(published_prefix="")
    published.refresh_from_db()
    assert viewer.addresses(published)["hls"] is None


def test_playback_is_refused_to_who_may_not_watch(published, viewer_of, trainee, policy):
    stranger = viewer_of(trainee)
    with pytest.raises(PermissionDenied):
        stranger.addresses(published)
    policy.viewers.add((trainee.pk, published.id))
    assert stranger.get(stranger.addresses(published)["hls"]).status_code == 200


def test_an_address_does_not_work_for_somebody_else(viewer, published, viewer_of, administrator, policy):
    policy.public.add(published.id)
    for other in (viewer_of(administrator), viewer_of()):
        response = other.get(viewer.addresses(published)["hls"])
        assert (response.status_code, response.json()["error"]) == (403, "other_viewer")


def test_a_session_without_account_watches_a_public_film_with_its_own_address_only(published, viewer_of, policy):
    policy.public.add(published.id)
    one, two = viewer_of(), viewer_of()
    address = one.addresses(published)["hls"]
    assert one.get(address).status_code == 200
    assert two.get(address).status_code == 403


@pytest.mark.parametrize("position", [0, 20, 40, 60, -1, -10, -40])
def test_a_changed_token_is_refused(viewer, published, position):
    token = tokens.sign(published.id, tokens.viewer_name(user=viewer.user, session_key=None))
    changed = list(token)
    changed[position] = "A" if changed[position] != "A" else "B"
    response = viewer.get(f"/library/media/{''.join(changed)}/published-1/master.m3u8")
    assert response.status_code == 403


def test_a_token_for_another_master_does_not_open_this_one(viewer, published, instructor, storage_dirs):
    other = Master.objects.create(owner=instructor, title="Other", state=MasterState.PUBLISHED)
    token = tokens.sign(other.id, tokens.viewer_name(user=instructor, session_key=None))
    path = f"/library/media/{token}/../{published.id.hex}/published-1/master.m3u8"
    assert viewer.get(path).status_code == 404
    assert viewer.get(f"/library/media/{token}/published-1/master.m3u8").status_code == 404


def test_an_expired_address_says_so_and_renewing_gives_a_good_one(viewer, published, settings, monkeypatch):
    address = viewer.addresses(published)["hls"]
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + settings.MEDIA_ADDRESS_SECONDS + 2)
    response = viewer.get(address)
    assert (response.status_code, response.json()["error"]) == (410, "expired")
    renewed = viewer.addresses(published)["hls"]
    assert renewed != address
    assert viewer.get(renewed).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "source/original.mp4",
        "work/seg.m4s",
        "published-1/notes.txt",
        "published-1/../source/original.mp4",
        "published-1/%2e%2e/source/original.mp4",
        "published-1/..%2fsource/original.mp4",
        "published-1\\..\\source\\original.mp4",
        "published-1//master.m3u8",
        "/etc/passwd",
        "published-1/h264-1920x960",
        "published-1/h264-1920x960/.m4s",
        "published-1/missing.m4s",
        "published-1/master.m3u8%00.m4s",
        "published-1/" + "a" * 400 + ".m4s",
    ],
)
def test_nothing_but_published_files_can_be_had(viewer, published, path):
    response = viewer.get(viewer.folder(published) + path)
    assert response.status_code == 404
    assert b"original" not in whole(response)


def test_someone_who_may_no_longer_watch_gets_no_manifest(published, viewer_of, trainee, policy):
    policy.viewers.add((trainee.pk, published.id))
    person = viewer_of(trainee)
    address = person.addresses(published)["hls"]
    policy.viewers.clear()
    response = person.get(address)
    assert (response.status_code, response.json()["error"]) == (403, "no_access")


def test_who_opened_what_is_logged_without_the_token(viewer, published, caplog, instructor):
    address = viewer.addresses(published)["hls"]
    with caplog.at_level(logging.INFO):
        viewer.get(address)
    said = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    watched = [event for event in said if event.get("event") == "watch"]
    assert [(event["master"], event["user"]) for event in watched] == [(str(published.id), instructor.pk)]
    token = address.split("/")[3]
    assert token not in json.dumps(said, default=str)


def test_only_reading_is_allowed(viewer, published):
    address = viewer.addresses(published)["hls"]
    for method in ("post", "put", "delete", "patch"):
        assert getattr(viewer.client, method)(address).status_code == 405


def test_who_manages_sees_their_masters_and_no_others(published, instructor, other_instructor, administrator, trainee):
    Master.objects.create(owner=other_instructor, title="Bay 4")
    Master.objects.create(owner=None, title="Demo")
    found = {
        person.username: sorted(master.title for master in selectors.managed_masters(person))
        for person in (instructor, other_instructor, administrator, trainee)
    }
    assert found == {"chen": ["Bay 3"], "wang": ["Bay 4"], "zhao": ["Bay 3", "Bay 4", "Demo"], "li": []}


def test_a_segment_costs_no_more_than_reading_the_session_and_the_person(
    viewer, published, django_assert_max_num_queries
):
    address = viewer.folder(published) + "published-1/h264-1920x960/seg-1.m4s"
    with django_assert_max_num_queries(2):
        assert viewer.get(address).status_code == 200
