"""From a file to a published film in one process, on a local disk and on a storage without paths (as S3 is)."""

import io
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from django.core.files.storage import default_storage

from streaming.library.encoders.base import luma
from streaming.library.models import AudioRendition, Master, Segment
from streaming.library.packaging import store
from streaming.library.packaging.verify import Joined, playlist_files
from streaming.library.queueing import without_broker
from streaming.library.services import examining, leases, masters, publishing, steadying, transcoding
from tests.library.elsewhere import use_storage
from tests.library.films import make_film, number_of
from tests.library.steady.turning import film_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No broker, and no heartbeats: the tests' database is one for all threads."""
    monkeypatch.setattr(leases, "BEAT_SECONDS", 3600.0)
    with without_broker():
        yield


@pytest.fixture(params=["disk", "elsewhere"])
def storage(request: pytest.FixtureRequest, settings: Any, storage_dirs: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    return use_storage(request.param, settings, storage_dirs, monkeypatch)


def work_off(master: Master) -> Master:
    examining.examine_master(master.id)
    steadying.measure_master(master.id)
    examining.make_master_stills(master.id)
    for audio in AudioRendition.objects.filter(master=master):
        transcoding.transcode_audio(audio.id)
    for segment in Segment.objects.filter(rendition__master=master):
        transcoding.transcode_segment(segment.id)
    publishing.assemble_master(master.id)
    publishing.verify_master(master.id)
    return Master.objects.get(id=master.id)


def receive(tmp_path: Path, **film: Any) -> Master:
    path = make_film(tmp_path / "film.mp4", **{"frames": 40, "width": 320, "height": 160, **film})
    return masters.receive_upload(actor=None, path=path, original_name="film.mp4", copy=True)


def numbers(master: Master, rendition: str) -> list[int]:
    folder = f"{master.published_prefix}{rendition}/"
    with av.open(Joined(playlist_files(folder))) as container:
        return [number_of(frame) for frame in container.decode(video=0)]


def test_a_film_is_published_with_everything_that_its_manifests_name(storage: str, tmp_path: Path) -> None:
    master = work_off(receive(tmp_path, click_at=0.5))
    assert (master.state, master.error_code) == ("published", "")
    for rendition in ("h264-320x160", "av1-320x160"):
        assert numbers(master, rendition) == list(range(40))
    for name in (master.hls, master.dash, master.poster, master.poster_flat, master.preview_sprite, master.preview_vtt):
        assert default_storage.exists(name)
    variants = [line for line in store.read(master.hls).decode().splitlines() if line.endswith("index.m3u8")]
    assert len(variants) == 2
    assert all(default_storage.exists(master.published_prefix + line) for line in variants)
    assert store.read(master.poster)[:2] == b"\xff\xd8"


VARIABLE = [Fraction(n, 30) if n < 12 else Fraction(12, 30) + Fraction(n - 12, 15) for n in range(18)]


@pytest.mark.parametrize(
    ("film", "size", "shown"),
    [
        ({}, (320, 160), list(range(24))),
        ({"width": 321, "height": 161, "pixel_format": "yuv444p"}, (320, 160), list(range(24))),
        ({"pixel_format": "yuv420p10le"}, (320, 160), list(range(24))),
        ({"pixel_format": "yuv444p"}, (320, 160), list(range(24))),
        ({"frames": 18, "times": VARIABLE}, (320, 160), [*range(12), *(12 + n // 2 for n in range(11))]),
        ({"width": 320, "height": 180, "rotation": 180}, (320, 180), None),
        ({"width": 320, "height": 180, "rotation": 90}, (180, 320), None),
    ],
    ids=["index at the end", "odd size", "ten bits", "4:4:4", "variable rate", "upside down", "on its side"],
)
def test_an_unusual_film_is_published_with_every_picture(
    film: dict[str, Any],
    size: tuple[int, int],
    shown: list[int] | None,
    storage_dirs: Path,
    tmp_path: Path,
    settings: Any,
) -> None:
    settings.LIBRARY_CODECS = ["h264"]
    master = receive(tmp_path, **{"frames": 24, **film})
    data = store.read(master.file.name)
    assert data.index(b"mdat") < data.index(b"moov")
    master = work_off(master)
    assert (master.state, master.error_code) == ("published", "")
    best = master.renditions.earliest("position")
    assert (best.width, best.height) == size
    assert best.psnr > 30
    assert best.ws_psnr > 30
    if shown is None:
        assert best.frames == 24
    else:
        assert numbers(master, best.name) == shown


def test_a_layout_corrected_later_replaces_what_was_published(
    storage: str, tmp_path: Path, instructor: Any, policy: Any
) -> None:
    first = work_off(receive(tmp_path))
    Master.objects.filter(id=first.id).update(owner=instructor)
    masters.correct_layout(actor=instructor, master=Master.objects.get(id=first.id), projection="flat", stereo="mono")
    between = Master.objects.get(id=first.id)
    assert between.published_prefix == first.published_prefix
    assert default_storage.exists(between.hls)
    second = work_off(between)
    assert second.state == "published"
    assert second.published_prefix != first.published_prefix
    assert default_storage.exists(first.hls), "who watches it now goes on"
    assert b"sv3d" not in store.read(f"{second.published_prefix}h264-320x160/init.mp4")


def best_luma(master: Master) -> list[np.ndarray]:
    folder = f"{master.published_prefix}{master.renditions.earliest('position').name}/"
    with av.open(Joined(playlist_files(folder))) as container:
        return [luma(frame).copy() for frame in container.decode(video=0)]


def moved(pictures: list[np.ndarray]) -> float:
    return float(np.abs(pictures[-1].astype(int) - pictures[0]).mean())


def receive_turning(tmp_path: Path) -> Master:
    path = film_of(tmp_path / "film.mp4", frames=30, width=320)
    return masters.receive_upload(actor=None, path=path, original_name="film.mp4", copy=True)


def set_layout(master: Master, instructor: Any, **layout: Any) -> Master:
    Master.objects.filter(id=master.id).update(owner=instructor)
    given = {"projection": "equirectangular", "stereo": "mono", **layout}
    masters.correct_layout(actor=instructor, master=Master.objects.get(id=master.id), **given)
    return Master.objects.get(id=master.id)


def test_a_film_whose_camera_turns_is_published_standing_still_or_as_filmed_as_one_likes(
    storage: str, tmp_path: Path, instructor: Any, policy: Any, settings: Any
) -> None:
    settings.LIBRARY_CODECS = ["h264"]
    master = work_off(receive_turning(tmp_path))
    assert master.probe["turning"]["speed"] == pytest.approx(13, abs=3)
    assert moved(best_luma(master)) < 5
    assert store.read(master.poster)[:2] == b"\xff\xd8"
    master = work_off(set_layout(master, instructor, steady=False))
    assert moved(best_luma(master)) > 10
    master = set_layout(master, instructor, steady=True)
    assert master.state == "planned", "how it turned is known: nothing is measured twice"
    assert moved(best_luma(work_off(master))) < 5


def test_a_sphere_that_was_taken_for_flat_is_looked_at_for_turns_when_it_is_corrected(
    storage_dirs: Path, tmp_path: Path, instructor: Any, policy: Any, settings: Any
) -> None:
    settings.LIBRARY_CODECS = ["h264"]
    master = receive_turning(tmp_path)
    Master.objects.filter(id=master.id).update(projection="flat", stereo="mono", projection_source="hand")
    master = work_off(master)
    assert "turning" not in master.probe
    assert moved(best_luma(master)) > 10
    before = master.published_prefix
    master = set_layout(master, instructor)
    assert (master.state, master.published_prefix) == ("received", before), "what is published can be watched meanwhile"
    master = work_off(master)
    assert (master.state, master.projection, master.projection_source) == ("published", "equirectangular", "hand")
    assert moved(best_luma(master)) < 5


def test_the_published_header_tells_a_player_that_it_is_a_sphere(storage_dirs: Path, tmp_path: Path) -> None:
    master = work_off(receive(tmp_path))
    header = store.read(f"{master.published_prefix}h264-320x160/init.mp4")
    stream = header + store.read(f"{master.published_prefix}h264-320x160/seg-00000.m4s")
    with av.open(io.BytesIO(stream)) as container:
        frame = next(container.decode(video=0))
    assert "SPHERICAL" in {data.type.name for data in frame.side_data}


def test_a_segment_that_was_spoiled_on_disk_is_not_published(storage_dirs: Path, tmp_path: Path) -> None:
    master = receive(tmp_path)
    examining.examine_master(master.id)
    for segment in Segment.objects.filter(rendition__master=master):
        transcoding.transcode_segment(segment.id)
    building = store.building_prefix(master.storage_prefix, 1)
    store.write(f"{building}h264-320x160/seg-00000.m4s", b"")
    publishing.assemble_master(master.id)
    publishing.verify_master(master.id)
    master.refresh_from_db()
    assert (master.state, master.error_code, master.published_prefix) == ("failed", "verify_failed", "")


def test_a_kill_between_renaming_and_commit_is_made_good(storage_dirs: Path, tmp_path: Path) -> None:
    master = work_off(receive(tmp_path))
    # As the database stands when the worker died before its commit: the files are already in their place.
    Master.objects.filter(id=master.id).update(state="verifying", published_prefix="", published_at=None)
    publishing.verify_master(master.id)
    again = Master.objects.get(id=master.id)
    assert (again.state, again.published_prefix) == ("published", master.published_prefix)
    assert numbers(again, "h264-320x160") == list(range(40))


def test_a_film_of_another_projection_fails_with_its_name_until_it_is_set_by_hand(
    storage_dirs: Path, tmp_path: Path, instructor: Any, policy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from streaming.library.probe import spherical

    cube = spherical.Layout("cubemap", "mono", "v2")
    probe = examining.run_probe

    def as_cubemap(*args: Any, **more: Any) -> dict[str, Any]:
        return {**probe(*args, **more), "layout": {"projection": cube.projection, "stereo": "mono", "source": "v2"}}

    monkeypatch.setattr(examining, "run_probe", as_cubemap)
    master = receive(tmp_path)
    examining.examine_master(master.id)
    master.refresh_from_db()
    assert (master.state, master.error_code) == ("failed", "unsupported_projection")
    assert master.error_params == {"projection": "cubemap"}
    Master.objects.filter(id=master.id).update(owner=instructor)
    master.refresh_from_db()
    masters.correct_layout(actor=instructor, master=master, projection="flat", stereo="mono")
    assert Master.objects.get(id=master.id).state == "planned"
