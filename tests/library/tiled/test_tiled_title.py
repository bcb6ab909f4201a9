"""From a film to a published tiled title in one process, on a local disk and on a storage without paths (as S3 is)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from streaming.library import pages, queueing, selectors
from streaming.library.models import Master, Rendition, Segment
from streaming.library.packaging import store
from streaming.library.progress import progress_of
from streaming.library.queueing import without_broker
from streaming.library.services import examining, leases, masters, publishing, retiling, sweeping, transcoding
from streaming.library.tiled import encode
from streaming.library.tiled.check import decode
from streaming.library.tiled.reader import Pick, TiledTitle
from streaming.library.tiled.segment import TiledResult, TiledWork, make_tiled_group
from streaming.library.transcode import memory
from tests.library.elsewhere import use_storage
from tests.library.films import make_film

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    """No broker, and no heartbeats: the tests' database is one for all threads. Groups so short that a film of seconds
    has two."""
    monkeypatch.setattr(leases, "BEAT_SECONDS", 3600.0)
    monkeypatch.setattr(encode, "GROUP_SECONDS", 4)
    settings.LIBRARY_CODECS = ["h264"]
    with without_broker():
        yield


@pytest.fixture(params=["disk", "elsewhere"])
def storage(request: pytest.FixtureRequest, settings: Any, storage_dirs: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    return use_storage(request.param, settings, storage_dirs, monkeypatch)


@pytest.fixture
def disk(settings: Any, storage_dirs: Path) -> None:
    settings.DATA_DIR = storage_dirs


def work_off(master: Master) -> Master:
    for segment in Segment.objects.filter(rendition__master=master):
        transcoding.transcode_segment(segment.id)
    publishing.advance(master.id)
    publishing.assemble_master(master.id)
    publishing.verify_master(master.id)
    return Master.objects.get(id=master.id)


def published(tmp_path: Path, **film: Any) -> Master:
    """768x384, 36 pictures: a segment of 1 s, and the rest, in one group."""
    path = make_film(tmp_path / "film.mp4", **{"frames": 36, "width": 768, "height": 384, "rate": 24, **film})
    master = masters.receive_upload(actor=None, path=path, original_name="film.mp4", copy=True)
    examining.examine_master(master.id)
    return work_off(master)


def tiled(master: Master) -> Master:
    """The same film with a new version of its tiles in the making."""
    retiling.package_tiles(actor=None, master=master, grid="3x2")
    return Master.objects.get(id=master.id)


# Two groups: four segments of 18 pictures, and one of five.
TWO_GROUPS = {"frames": 77, "rate": 18}


def tasks(master: Master) -> list[Segment]:
    """The tiled title's groups."""
    return list(Segment.objects.filter(rendition__master=master, rendition__kind="tiled").order_by("index"))


def transcoding_half(master: Master, name: str = "q2/seg-00000.m4s") -> str:
    """Makes the first group of the tiles only, and answers one of its files."""
    transcoding.transcode_segment(tasks(master)[0].id)
    return f"{store.building_prefix(master.storage_prefix, master.generation)}tiled/{name}"


def opened(master: Master) -> TiledTitle:
    folder = master.tiled.removesuffix("index.json")
    return TiledTitle(lambda path: store.read(folder + path))


def test_a_published_film_gets_tiles_and_keeps_what_it_has(storage: str, tmp_path: Path) -> None:
    before = published(tmp_path)
    assert (before.state, before.tiled) == ("published", "")
    ladder = {segment.file: segment.finished_at for segment in Segment.objects.filter(rendition__master=before)}
    retiling.package_tiles(actor=None, master=before, grid="3x2")
    during = Master.objects.get(id=before.id)
    assert during.is_watchable and store.exists(during.hls)
    after = work_off(during)
    assert (after.state, after.error_detail) == ("published", "")
    assert after.published_prefix != before.published_prefix
    plain = Segment.objects.filter(rendition__master=after, rendition__kind="plain")
    assert {segment.file: segment.finished_at for segment in plain} == ladder, "nothing was made twice"
    for segment in plain:
        assert store.exists(f"{after.published_prefix}{segment.rendition.name}/{segment.file}")
    title = opened(after)
    assert [segment["frames"] for segment in title.index["segments"]] == [24, 12]
    decode(title.merged(1, [0, 2, 1, 1, 0, 2]), (768, 384), 12, "mixed")
    best, goes_on = [Pick(0)] * 6, [Pick(0, True), Pick(3, True), Pick(1), Pick(0, True), Pick(2), Pick(3)]
    decode(title.played(range(2), [best, goes_on]), (768, 384), 36, "played on")


def test_who_watches_while_tiles_are_made_anew_keeps_the_old_ones_until_their_address_has_run_out(
    storage: str, tmp_path: Path, settings: Any
) -> None:
    first = work_off(tiled(published(tmp_path)))
    second = work_off(tiled(first))
    assert second.tiled != first.tiled
    sweeping.sweep_replaced()
    assert store.exists(first.tiled) and store.exists(first.hls), "addresses to it are still good"
    again = tiled(second)  # on a storage without folders, the next version gathers in its final place
    work = transcoding_half(again)
    Master.objects.update(published_at=timezone.now() - timedelta(seconds=settings.MEDIA_ADDRESS_SECONDS + 60))
    assert sweeping.sweep_replaced() == 2, "the first version, without tiles, and the second"
    assert not store.exists(first.tiled) and not store.exists(first.hls)
    assert store.exists(second.tiled) and store.exists(work), "what is shown and what is being made stay"


def test_tiles_of_an_older_version_are_found_and_made_anew_as_they_were(
    disk: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    current = work_off(tiled(published(tmp_path)))
    master = work_off(tiled(published(tmp_path, frames=20)))
    tiles = master.renditions.get(kind="tiled")
    tiles.settings["version"] = 3
    tiles.save()
    assert selectors.outdated_tiles() == [tiles]
    rows = {row["rendition"].name: row["outdated"] for row in pages.rendition_rows(master, progress_of(master))}
    assert rows == {"tiled": True, "h264-768x384": False}

    call_command("package_master", "--outdated", "--tiled")

    assert [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()] == [str(master.id)]
    assert selectors.outdated_tiles() == []
    assert Master.objects.get(id=master.id).generation == master.generation + 1
    assert Master.objects.get(id=current.id).generation == current.generation
    assert opened(Master.objects.get(id=master.id)).index["grid"]["columns"] == 3


@pytest.mark.parametrize(("seconds", "group", "count"), [(0.5, 8, 3), (1.0, 4, 2)], ids=["half a second", "a second"])
def test_the_index_is_true_to_every_file(disk: None, tmp_path: Path, seconds: float, group: int, count: int) -> None:
    master = published(tmp_path)
    retiling.package_tiles(actor=None, master=master, grid="3x2", seconds=seconds)
    assert len(tasks(master)) == -(-count // group)
    master = work_off(Master.objects.get(id=master.id))
    title = opened(master)
    folder = master.tiled.removesuffix("index.json")
    assert (title.index["segment_s"], title.group, title.index["frames"]) == (seconds, group, 36)
    qualities, stored = range(len(title.index["qualities"])), 0
    for segment, facts in enumerate(title.index["segments"]):
        for quality in qualities:
            for continued in (False, True) if title.continues(segment) else (False,):
                size = default_storage.size(folder + title.path(quality, segment, continued=continued))
                stored += size
                tiles = sum(title.sizes(quality, segment, continued=continued))
                assert size == title.header(segment, continued=continued) + tiles
                found = title.tiles(quality, segment, continued=continued)
                assert [len(units) for units in found] == [facts["frames"]] * 6
        stored += facts["low"]
    sizes = [sum(sum(title.sizes(quality, segment)) for segment in range(count)) for quality in qualities]
    assert [quality["kbps"] for quality in title.index["qualities"]] == [round(size * 8 / 1500, 1) for size in sizes]
    rendition = Rendition.objects.get(master=master, kind="tiled")
    assert rendition.bytes == stored
    assert rendition.kbps == title.index["qualities"][0]["kbps"], "the page shows the rate of the best quality"
    best = [sum(title.sizes(0, at)) * 8 * 24 / facts["frames"] for at, facts in enumerate(title.index["segments"])]
    assert rendition.peak_kbps == round(max(best) / 1000, 1), "of the dearest second, not of the dearest group"
    errors = [quality["ws_psnr"] for quality in title.index["qualities"]]
    assert errors == sorted(errors, reverse=True) and errors[0] > 38


def test_a_title_that_is_not_as_its_index_says_is_not_published(disk: None, tmp_path: Path) -> None:
    master = published(tmp_path)
    retiling.package_tiles(actor=None, master=master, grid="3x2")
    (task,) = tasks(master)
    transcoding.transcode_segment(task.id)
    publishing.advance(master.id)
    task.refresh_from_db()
    task.details["segments"][1]["low"] += 1
    task.save()
    publishing.assemble_master(master.id)
    publishing.verify_master(master.id)
    found = Master.objects.get(id=master.id)
    assert (found.state, found.error_code) == ("failed", "verify_failed")
    assert "low/seg-00001.m4s" in found.error_params["what"]
    assert found.is_watchable and found.tiled == ""


def test_a_group_without_room_in_memory_is_left_to_wait_and_asked_for_once(
    disk: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    master = tiled(published(tmp_path))
    (task,) = tasks(master)
    later: list[Any] = []
    monkeypatch.setattr(queueing, "send_later", lambda *message: later.append(message))
    with memory.room(10**15):
        assert not transcoding.transcode_segment(task.id)
        assert not transcoding.transcode_segment(task.id), "a message that came twice"
    assert later == [(queueing.SEGMENT, task.id, transcoding.NO_ROOM_SECONDS)]
    task.refresh_from_db()
    assert (task.state, task.attempts) == ("waiting", 0)
    assert transcoding.transcode_segment(task.id)


def test_one_task_makes_a_group_and_a_group_that_failed_is_made_again(
    disk: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    master = tiled(published(tmp_path, **TWO_GROUPS))
    first, second = tasks(master)
    assert [(task.start_frame, task.frames) for task in (first, second)] == [(0, 72), (72, 5)]
    seen: list[int] = []

    def falls_down(work: TiledWork, *, progress: Any) -> TiledResult:
        def counted(done: int) -> None:
            seen.append(done)
            progress(done)
            if done == 40:
                raise RuntimeError("the power went")

        return make_tiled_group(work, progress=counted)

    monkeypatch.setattr(transcoding, "make_tiled_group", falls_down)
    assert transcoding.transcode_segment(first.id)
    first.refresh_from_db()
    assert (first.state, first.frames_done, first.attempts) == ("waiting", 0, 1)
    assert seen == list(range(1, 41)), "progress counts pictures, over the segments of the group"
    folder = f"{store.building_prefix(master.storage_prefix, master.generation)}tiled/"
    assert not store.exists(folder + "q0/seg-00000.m4s"), "a group is written when all of it is made"

    monkeypatch.setattr(transcoding, "make_tiled_group", make_tiled_group)
    assert transcoding.transcode_segment(first.id)
    first.refresh_from_db()
    assert (first.state, first.frames_done, first.attempts) == ("done", 72, 2)
    shown = {step["id"]: step["percent"] for step in progress_of(Master.objects.get(id=master.id))["renditions"]}
    assert shown[str(first.rendition_id)] == round(100 * 72 / 77, 1)
    assert set(first.files) == {
        *(f"{kind}{quality}/seg-{at:05d}.m4s" for quality in range(4) for kind in "qc" for at in range(4))
    } - {f"c{quality}/seg-00000.m4s" for quality in range(4)} | {f"low/seg-{at:05d}.m4s" for at in range(4)}
    after = work_off(master)
    assert (after.state, after.error_detail) == ("published", "")
    title = opened(after)
    assert [segment["frames"] for segment in title.index["segments"]] == [18, 18, 18, 18, 5]
    assert [title.continues(segment) for segment in range(5)] == [False, True, True, True, False]


@pytest.mark.parametrize("name", ["q2/seg-00000.m4s", "c3/seg-00002.m4s", "low/seg-00003.m4s"])
def test_trying_again_makes_what_was_cleared_away(disk: None, tmp_path: Path, name: str) -> None:
    master = tiled(published(tmp_path, **TWO_GROUPS))
    path = store.local_path(transcoding_half(master, name))
    Master.objects.filter(id=master.id).update(state="cancelled")
    assert path is not None
    path.unlink()
    with transaction.atomic():
        masters.resume(Master.objects.select_for_update().get(id=master.id))
    waiting = Segment.objects.filter(rendition__master=master, state="waiting")
    assert {segment.rendition.kind for segment in waiting} == {"tiled"} and waiting.count() == 2
    assert work_off(master).state == "published"
