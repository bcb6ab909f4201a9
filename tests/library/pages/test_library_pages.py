"""The library's pages, for each kind of person and each state of a film."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from streaming.library.models import (
    Codec,
    Master,
    MasterState,
    Projection,
    Rendition,
    RenditionKind,
    Segment,
    Upload,
    WorkState,
)
from streaming.library.tiled.index import VERSION

PAGES = ["/library/", "/library/upload/", "/library/masters.csv", "/library/api/uploads/", "/library/api/masters/"]
PROBE = {
    "codec": "hevc",
    "profile": "Main 10",
    "bit_depth": 10,
    "bit_rate": 98_400_000,
    "rotation": 90,
    "hdr": True,
    "constant_rate": False,
    "audio": {"codec": "aac", "channels": 2, "sample_rate": 48000},
}


@pytest.fixture
def browser_of(policy, storage_dirs):
    def sign_in(user=None, language="en"):
        client = Client(headers={"accept-language": language})
        if user:
            client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def master(instructor):
    return Master.objects.create(owner=instructor, title="Bay 3", original_name="bay3.insv.mp4", size=5_000_000)


def planned(master, state=MasterState.TRANSCODING):
    master.state, master.probe, master.frames = state, PROBE, 300
    master.width, master.height, master.fps_num, master.duration = 7680, 3840, 30, 10.0
    master.projection, master.projection_source = Projection.EQUIRECTANGULAR, "shape"
    master.save()
    rendition = Rendition.objects.create(
        master=master, position=0, codec=Codec.AV1, width=3840, height=1920, frames=300, state=WorkState.RUNNING
    )
    for index, (progress, work) in enumerate([(150, WorkState.DONE), (30, WorkState.RUNNING)]):
        Segment.objects.create(
            rendition=rendition,
            index=index,
            start_frame=150 * index,
            frames=150,
            state=work,
            frames_done=progress,
            wall_seconds=30.0 if work == WorkState.DONE else 0.0,
        )
    return rendition


@pytest.mark.parametrize("path", PAGES)
def test_only_people_who_upload_see_the_library(browser_of, instructor, administrator, trainee, path):
    assert browser_of(instructor).get(path).status_code == 200
    assert browser_of(administrator).get(path).status_code == 200
    assert browser_of(trainee).get(path).status_code == 403
    signed_out = browser_of().get(path)
    if "/api/" in path:
        assert signed_out.status_code == 403
    else:
        assert signed_out.status_code == 302
        assert signed_out["Location"].startswith("/accounts/login/")


ONE_FILM = ["", "story/"]
CHANGES = ["rename/", "layout/", "cancel/", "retry/", "delete/"]


def test_a_film_exists_only_for_who_manages_it(browser_of, master, instructor, other_instructor, administrator):
    base = f"/library/{master.id}/"
    for path in ONE_FILM:
        assert browser_of(instructor).get(base + path).status_code == 200
        assert browser_of(administrator).get(base + path).status_code == 200
        assert browser_of(other_instructor).get(base + path).status_code == 404
    assert browser_of(other_instructor).get(f"/library/api/masters/{master.id}/").status_code == 404
    for path in CHANGES:
        assert browser_of(other_instructor).post(base + path).status_code == 404
        assert browser_of(instructor).get(base + path).status_code == 405
    assert Master.objects.filter(id=master.id).exists()


def test_trainees_and_strangers_change_nothing(browser_of, master, trainee):
    for path in CHANGES:
        assert browser_of(trainee).post(f"/library/{master.id}/{path}").status_code == 403
        assert browser_of().post(f"/library/{master.id}/{path}").status_code == 302
    master.refresh_from_db()
    assert (master.state, master.title) == (MasterState.RECEIVED, "Bay 3")


def test_an_empty_library_says_what_will_be_here(browser_of, instructor):
    page = browser_of(instructor).get("/library/").content.decode()
    assert "Your films will be here" in page
    assert "/library/upload/" in page
    chinese = browser_of(instructor, "zh-hans").get("/library/").content.decode()
    assert "您的影片会出现在这里" in chinese


def test_search_and_state_find_films(browser_of, instructor, master):
    Master.objects.create(owner=instructor, title="Airway", original_name="clip.mp4", state=MasterState.FAILED)
    browser = browser_of(instructor)

    def titles(query):
        found = browser.get(f"/library/?{query}", headers={"HX-Request": "true"}).content.decode()
        return [title for title in ("Bay 3", "Airway") if title in found]

    assert titles("") == ["Bay 3", "Airway"]
    assert titles("search=bay3.insv") == ["Bay 3"]
    assert titles("search=AIR") == ["Airway"]
    assert titles("state=working") == ["Bay 3"]
    assert titles("state=stopped") == ["Airway"]
    assert titles("state=ready") == []
    assert titles("state=nonsense") == ["Bay 3", "Airway"]
    assert "Nothing fits" in browser.get("/library/?search=xyz").content.decode()


def test_the_list_does_not_ask_more_for_more_films(browser_of, instructor, django_assert_max_num_queries):
    for number in range(20):
        Master.objects.create(owner=instructor, title=f"Film {number}", state=MasterState.PUBLISHED)
    browser = browser_of(instructor)
    with django_assert_max_num_queries(12):
        browser.get("/library/")


def test_many_films_come_in_pages_that_keep_the_search(browser_of, instructor):
    for number in range(30):
        Master.objects.create(owner=instructor, title=f"Film {number:02}", state=MasterState.PUBLISHED)
    first = browser_of(instructor).get("/library/?search=Film").content.decode()
    assert first.count("film-card__title") == 24
    assert "?page=2&amp;search=Film" in first
    assert browser_of(instructor).get("/library/?search=Film&page=2").content.decode().count("film-card__title") == 6


def test_the_export_holds_what_the_list_shows_and_no_formulas(browser_of, instructor, other_instructor, master):
    Master.objects.create(owner=instructor, title="=cmd()", original_name="+x.mp4", state=MasterState.FAILED)
    Master.objects.create(owner=other_instructor, title="Not mine")
    response = browser_of(instructor).get("/library/masters.csv")
    text = b"".join(response).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert response["Content-Disposition"].startswith("attachment")
    assert sorted(row["title"] for row in rows) == ["'=cmd()", "Bay 3"]
    assert {row["file"] for row in rows} == {"'+x.mp4", "bay3.insv.mp4"}
    only = b"".join(browser_of(instructor).get("/library/masters.csv?state=stopped")).decode("utf-8-sig")
    assert [row["title"] for row in csv.DictReader(io.StringIO(only))] == ["'=cmd()"]


def test_a_film_under_way_shows_its_plan_and_progress_after_a_reload(browser_of, instructor, master):
    planned(master)
    page = browser_of(instructor).get(f"/library/{master.id}/").content.decode()
    assert "3840 × 1920" in page
    assert 'value="60.0"' in page, "150 of 150 and 30 of 150 frames are 60 %"
    status = browser_of(instructor).get(f"/library/api/masters/{master.id}/").json()["progress"]
    assert status["renditions"][0]["percent"] == 60.0
    assert status["percent"] == pytest.approx(55.2)
    assert status["seconds_left"] == 24, "120 frames at 0.2 s each, one segment at a time"
    assert status["fps"] == 5.0


def test_probe_results_are_said_in_words(browser_of, instructor, master):
    planned(master)
    english = browser_of(instructor).get(f"/library/{master.id}/").content.decode()
    for words in ("7680 × 3840", "turned by 90°", "HDR", "HEVC · Main 10 · 10 bit · 98.4 Mbit/s", "AAC · two channels"):
        assert words in english
    assert "made steady (the recording varies)" in english
    assert "Guessed from the shape of the picture. Please check it." in english
    chinese = browser_of(instructor, "zh-hans").get(f"/library/{master.id}/").content.decode()
    assert "根据画面比例推测，请核对。" in chinese


def test_a_failed_film_says_why_in_both_languages_and_offers_to_try_again(browser_of, instructor, master):
    master.state, master.error_code = MasterState.FAILED, "index_missing"
    master.save()
    for language, words in (("en", "The file has no index"), ("zh-hans", "文件缺少索引")):
        page = browser_of(instructor, language).get(f"/library/{master.id}/").content.decode()
        assert words in page
        assert f"/library/{master.id}/retry/" in page
        assert words in browser_of(instructor, language).get("/library/").content.decode()


def test_a_published_film_can_be_played_and_used(browser_of, instructor, master):
    planned(master, MasterState.PUBLISHED)
    Master.objects.update(published_prefix=f"{master.storage_prefix}published-1/", published_at=timezone.now())
    Rendition.objects.update(state=WorkState.DONE, psnr=45.21, ws_psnr=44.1, kbps=9120.0)
    page = browser_of(instructor).get(f"/library/{master.id}/").content.decode()
    assert 'id="player-config"' in page
    assert "45.2 / 44.1 dB" in page
    assert "9.12 Mbit/s" in page
    assert f"?master={master.id}" in page


@pytest.mark.parametrize(("version", "told"), [(VERSION, False), (VERSION - 1, True), (None, True)])
def test_a_film_whose_tiles_are_not_played_any_more_says_so(browser_of, instructor, master, version, told):
    planned(master, MasterState.PUBLISHED)
    Rendition.objects.create(
        master=master,
        position=1,
        kind=RenditionKind.TILED,
        codec=Codec.HEVC,
        width=7680,
        height=3840,
        state=WorkState.DONE,
        settings={"grid": {"columns": 12, "rows": 6}} | ({"version": version} if version else {}),
    )
    for language, words in (("en", "Made by an older version"), ("zh-hans", "由旧版本制作")):
        page = browser_of(instructor, language).get(f"/library/{master.id}/").content.decode()
        assert (words in page) is told


def test_cancelling_retrying_and_deleting_work_from_the_page(browser_of, instructor, master, storage_dirs):
    planned(master)
    browser = browser_of(instructor)
    browser.post(f"/library/{master.id}/cancel/")
    master.refresh_from_db()
    assert master.state == MasterState.CANCELLED
    browser.post(f"/library/{master.id}/retry/")
    master.refresh_from_db()
    assert master.state != MasterState.CANCELLED
    answer = browser.post(f"/library/{master.id}/delete/", follow=True)
    assert "“Bay 3” and all its files are deleted." in answer.content.decode()
    assert not Master.objects.exists()


def test_the_title_can_be_changed_but_not_emptied(browser_of, instructor, master):
    browser = browser_of(instructor)
    browser.post(f"/library/{master.id}/rename/", {"title": "复苏室 3 床 🚑"})
    master.refresh_from_db()
    assert master.title == "复苏室 3 床 🚑"
    for bad in ("", "   ", "x" * 201):
        answer = browser.post(f"/library/{master.id}/rename/", {"title": bad}, follow=True)
        assert "Nothing was changed" in answer.content.decode()
    master.refresh_from_db()
    assert master.title == "复苏室 3 床 🚑"


def test_the_layout_can_be_corrected_and_only_to_what_we_can_show(browser_of, instructor, master):
    browser = browser_of(instructor)
    browser.post(f"/library/{master.id}/layout/", {"projection": "equirectangular", "stereo": "top-bottom"})
    master.refresh_from_db()
    assert (master.projection, master.stereo, master.projection_source) == ("equirectangular", "top-bottom", "hand")
    answer = browser.post(f"/library/{master.id}/layout/", {"projection": "unsupported", "stereo": "mono"})
    assert answer.status_code == 422
    master.refresh_from_db()
    assert master.projection == "equirectangular"


def test_the_page_says_how_the_camera_turned_and_lets_one_keep_it(browser_of, instructor, master):
    planned(master)
    master.probe = {**PROBE, "turning": {"speed": 9.2, "reach": 41.7}}
    master.save()
    browser = browser_of(instructor)
    assert "Turns (9.2° a second, 42° at most); taken out" in browser.get(f"/library/{master.id}/").content.decode()
    browser.post(f"/library/{master.id}/layout/", {"projection": "equirectangular", "stereo": "mono", "steady": "no"})
    page = browser.get(f"/library/{master.id}/").content.decode()
    assert "Turns (9.2° a second, 42° at most); shown as filmed" in page
    assert '<option value="no" selected>' in page
    Master.objects.filter(id=master.id).update(probe={**PROBE, "turning": None})
    assert "Stands still" in browser.get(f"/library/{master.id}/").content.decode()


def test_how_far_the_measuring_of_turns_is_shows_on_the_page(browser_of, instructor, master):
    Master.objects.filter(id=master.id).update(state=MasterState.MEASURING, stage_progress=0.42)
    chinese = browser_of(instructor, "zh-hans").get(f"/library/{master.id}/").content.decode()
    assert "正在测量摄像机的转动：42%" in chinese


def test_unfinished_uploads_are_offered_to_their_owner_in_any_browser(browser_of, instructor, other_instructor):
    soon = timezone.now() + timedelta(days=1)
    Upload.objects.create(
        owner=instructor, original_name="a.mp4", length=100, offset=40, fingerprint="f", expires_at=soon
    )
    Upload.objects.create(owner=instructor, original_name="old.mp4", length=1, expires_at=timezone.now())
    mine = browser_of(instructor).get("/library/api/uploads/").json()["results"]
    assert [(one["name"], one["offset"], one["fingerprint"]) for one in mine] == [("a.mp4", 40, "f")]
    assert browser_of(other_instructor).get("/library/api/uploads/").json()["results"] == []
    assert "1 upload is unfinished." in browser_of(instructor).get("/library/").content.decode()


def test_fresh_addresses_are_given_to_viewers_only(browser_of, master, trainee, policy):
    path = f"/library/{master.id}/playback/"
    for person in (None, trainee):
        assert browser_of(person).get(path).status_code == 404
    policy.public.add(master.id)
    Master.objects.update(state=MasterState.PUBLISHED, published_prefix=f"{master.storage_prefix}published-1/")
    anonymous = browser_of()
    answer = anonymous.get(path)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert "sessionid" in anonymous.cookies, "an address is bound to a session, so there must be one"
    assert anonymous.get(answer.json()["hls"]).status_code == 404, "signed for this session; the file is not there"
    assert browser_of().get(answer.json()["hls"]).status_code == 403


def test_no_page_has_inline_style_or_script(browser_of, instructor, master):
    planned(master, MasterState.PUBLISHED)
    for path in ("/library/", "/library/upload/", f"/library/{master.id}/", f"/library/{master.id}/story/"):
        page = browser_of(instructor).get(path).content.decode()
        assert " style=" not in page
        assert " onclick=" not in page
        for script in page.split("<script")[1:]:
            assert 'src="' in script.split(">")[0] or 'type="application/json"' in script.split(">")[0]
