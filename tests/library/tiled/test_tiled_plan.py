"""Which films get tiles by themselves. Nothing is encoded here."""

from typing import Any

import pytest

from streaming.library import queueing
from streaming.library.models import Master, Rendition
from streaming.library.services import planning, retiling, tiling
from streaming.library.tiled.encode import CRF, GROUP_SECONDS, OFFSETS
from streaming.library.tiled.grid import make_grid

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_messages(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(queueing, "send_on_commit", lambda task, ids: None)
    settings.LIBRARY_CODECS = ["h264", "hevc"]


def planned(**facts: Any) -> Master:
    """A probed film of 20.2 s."""
    shape = {"width": 7680, "height": 3840, "projection": "equirectangular", "stereo": "mono", **facts}
    master = Master(title="Ward 3", **{"fps_num": 30, "fps_den": 1, "frames": 606, "duration": 20.2, **shape})
    master.probe = {"stream_index": 0, "rotation": 0, "color": {"primaries": 9, "transfer": 0, "matrix": 9}}
    planning.make_plan(master)
    return master


def tiled(master: Master) -> Rendition | None:
    return Rendition.objects.filter(master=master, kind="tiled").first()


def test_an_8k_film_gets_tiles_with_its_plan() -> None:
    found = tiled(planned())
    assert found is not None
    assert (found.settings["grid"]["columns"], found.settings["grid"]["rows"]) == (12, 6)
    assert found.settings["crf"] == CRF
    assert found.settings["offsets"] == list(OFFSETS)
    assert (found.settings["gop"], found.settings["group"]) == (30, GROUP_SECONDS)
    tasks = list(found.segments.values_list("index", "start_frame", "frames"))
    assert tasks == [(0, 0, 480), (1, 480, 126)], "one task a group of sixteen seconds, the rest as it comes"
    assert found.master.renditions.filter(kind="plain").exists()


def test_every_quality_is_coded_twice_in_one_pass_where_it_goes_on() -> None:
    assert 2 * len(OFFSETS) <= 8, "what the encoder takes"


@pytest.mark.parametrize(
    ("fps", "seconds", "lengths"),
    [(16, 0.5, [8] * 75 + [6]), (30, 0.5, [480, 126]), (24, 1.0, [384, 222])],
    ids=["eight pictures do not go on", "fifteen do", "24 a second"],
)
def test_a_task_is_a_group_of_segments(fps: int, seconds: float, lengths: list[int]) -> None:
    master = planned(fps_num=fps, width=3840, height=1920)
    rendition = tiling.plan_tiles(master, make_grid(3840, 1920, 6, 3), seconds)
    assert list(rendition.segments.values_list("frames", flat=True)) == lengths
    assert rendition.settings["gop"] * rendition.settings["group"] == lengths[0]
    assert tiling.tiled_settings(rendition).group == rendition.settings["group"]


@pytest.mark.parametrize(
    "facts",
    [
        {"width": 3840, "height": 1920},
        {"projection": "flat"},
        {"stereo": "left-right"},
    ],
    ids=["4K", "flat", "side by side"],
)
def test_other_films_get_none(facts: dict[str, Any]) -> None:
    assert tiled(planned(**facts)) is None


def test_a_house_can_do_without(settings: Any) -> None:
    settings.LIBRARY_TILES_FROM_WIDTH = 0
    assert tiled(planned()) is None
    settings.LIBRARY_TILES_FROM_WIDTH, settings.LIBRARY_CODECS = 5120, ["h264"]
    assert tiled(planned()) is None


@pytest.mark.parametrize(
    ("facts", "grid", "reason"),
    [
        ({"state": "transcoding"}, "", "Wait until it is published"),
        ({"state": "published", "projection": "flat"}, "", "not equirectangular"),
        ({"state": "published", "width": 1920, "height": 960}, "", "name a grid"),
        ({"state": "published"}, "24x6", "at most 20 columns"),
        ({"state": "published"}, "twelve", "looks like 12x6"),
    ],
)
def test_a_film_that_cannot_have_tiles_is_told_why(facts: dict[str, Any], grid: str, reason: str) -> None:
    shape = {"width": 7680, "height": 3840, "projection": "equirectangular", **facts}
    master = Master(title="Ward 3", fps_num=30, frames=300, **shape)
    with pytest.raises(retiling.NoTilesError, match=reason):
        retiling.require_grid(master, grid)
