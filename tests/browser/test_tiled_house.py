"""A film of the house's own, from its file to tiles on the lesson's page: imported, packaged and served by Django,
with signed addresses that run out. Firefox plays the tiles; Chromium, which has no HEVC here, the ladder."""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests.browser.conftest import Complaints, House
from tests.browser.firefox import Firefox
from tests.browser.media import sphere_picture
from tests.browser.player_page import PlayerPage, nearest_colour
from tests.browser.test_tiled_player import TiledPage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# More than sixteen pictures a second, so that the house makes tiles that go on.
WIDTH, HEIGHT, FPS, SECONDS, RATE = 1024, 512, 20, 14, 48_000
HEADINGS = {0: "NORTH", 90: "EAST", 180: "SOUTH", -90: "WEST"}
# A course with one lesson, of the demo instructor, that shows the film.
MAKE_LESSON = """
from courses.catalog.services import courses, lessons
from courses.people.models import User
from streaming.library.models import Master
owner = User.objects.get(username={owner!r})
master = Master.objects.get(id={master!r})
master.owner = owner
master.save()
course = courses.create_course(owner, title_zh="瓦片", title_en="Tiles", audience="everyone")
module = lessons.add_module(owner, course, title_zh="一", title_en="One")
print("lesson", lessons.add_film_lesson(owner, module, master).id)
"""


@dataclass(frozen=True)
class Lesson:
    id: str
    master: str
    page: str
    """path of its page"""


def write_film(path: Path) -> Path:
    """Every direction has its colour, a spot moves at the zenith, and there is sound."""
    with av.open(str(path), "w") as output:
        video = output.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "16"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio = output.add_stream("aac", rate=RATE, layout="mono")
        picture = sphere_picture(WIDTH, HEIGHT)
        tone = (0.05 * np.sin(2 * np.pi * 440 * np.arange(RATE // FPS) / RATE)).astype(np.float32)
        for index in range(FPS * SECONDS):
            changed = picture.copy()
            changed[:16, index * 16 % WIDTH :][:, :16] = 128
            frame = av.VideoFrame.from_ndarray(changed, "rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            output.mux(video.encode(frame))
            sound = av.AudioFrame.from_ndarray(tone[None, :], "fltp", "mono")
            sound.sample_rate, sound.pts = RATE, index * (RATE // FPS)
            output.mux(audio.encode(sound))
        output.mux(video.encode(None))
        output.mux(audio.encode(None))
    return path


@pytest.fixture(scope="module")
def lesson(house: House, tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    film = write_film(tmp_path_factory.mktemp("house-film") / "bay 3.mp4")
    master = json.loads(house.manage("import_master", str(film), "--wait"))["id"]
    made = json.loads(house.manage("package_master", master, "--tiled", "--grid", "4x2", "--wait"))
    assert (made["grid"], made["segments"]) == ("4x2", SECONDS)
    owner, _ = house.accounts["instructor"]
    printed = house.manage("shell", "-c", MAKE_LESSON.format(owner=owner, master=master))
    found = re.search(r"lesson (\S+)", printed)
    assert found, printed
    return Lesson(found[1], master, f"/lessons/{found[1]}/")


@pytest.fixture(scope="module")
def viewer(fox: Firefox, house: House) -> Firefox:
    """Firefox, in which the instructor is signed in."""
    name, password = house.accounts["instructor"]
    fox.open(f"{house.url}/accounts/login/?next=/me/")
    fox.run(
        "document.querySelector('input[name=login]').value = arguments[0];"
        "document.querySelector('input[name=password]').value = arguments[1];"
        "document.querySelector('main form button[type=submit]').click();",
        name,
        password,
    )
    fox.until("!location.pathname.startsWith('/accounts/login') && document.readyState === 'complete'")
    if fox.run("return location.pathname.includes('/consents/')"):
        fox.run("document.querySelector('button[name=answer][value=yes]').click()")
        fox.until("!location.pathname.includes('/consents/')")
    fox.run("localStorage.setItem('player.preferences', JSON.stringify({ muted: true }))")
    return fox


@pytest.fixture
def watching(viewer: Firefox, house: House, lesson: Lesson) -> Iterator[TiledPage]:
    page = TiledPage(viewer, house.url + lesson.page)
    yield page
    page.do("pause()")


def colour(page: TiledPage) -> str:
    return nearest_colour(page.sample()["colours"][0])


def status_of(page: TiledPage, address: str) -> int:
    return int(page.browser.run("return fetch(arguments[0]).then((answer) => answer.status)", address))


def wait_until_expired(page: TiledPage, address: str) -> None:
    deadline = time.monotonic() + 60
    while status_of(page, address) != 410:
        assert time.monotonic() < deadline, "the address does not run out"
        time.sleep(0.5)


def test_north_is_north_in_tiles_that_the_house_has_made(watching: TiledPage) -> None:
    watching.pause_at(1.5)
    assert watching.get("source.current()")["codec"].startswith("hvc1")
    for yaw, name in HEADINGS.items():
        watching.do(f"view.lookAt({yaw}, 0)")
        assert colour(watching) == name
    watching.do("view.lookAt(0, 80)")
    assert colour(watching) == "UP"
    watching.do("view.lookAt(0, 0)")
    watching.play()
    watching.until("p.video.currentTime > 3")
    assert colour(watching) == "NORTH"
    assert watching.get("source.figures().tiles.broken") == 0
    watching.until("p.source.figures().tiles.view[0] > 0.95", 30)


def test_an_address_that_has_run_out_is_renewed_and_nobody_notices(watching: TiledPage) -> None:
    watching.pause_at(1)
    before = watching.get("address.tiled")
    wait_until_expired(watching, before)
    watching.do("seek(12)")  # nothing of it is there yet
    watching.play()
    watching.until("p.video.currentTime > 12.5")
    after = watching.get("address.tiled")
    assert after != before and status_of(watching, after) == 200
    assert watching.get("tiled") is True
    assert colour(watching) == "NORTH"


def test_by_webcodecs_the_sound_of_the_film_is_the_clock_of_its_pictures(
    viewer: Firefox, house: House, lesson: Lesson
) -> None:
    slow = json.dumps({"tooSlow": [f"grid {WIDTH}x{HEIGHT}"]})
    viewer.run("localStorage.setItem('player.tiles', arguments[0])", slow)
    try:
        page = TiledPage(viewer, house.url + lesson.page)
        assert page.get("stage.drawsAlone") is True
        page.pause_at(1)
        page.play()
        page.until("p.video.currentTime > 3")
        for yaw, name in HEADINGS.items():
            page.do(f"view.lookAt({yaw}, 0)")
            assert colour(page) == name
        page.do("seek(10)")
        page.until("!p.video.seeking && p.video.currentTime > 11")
        assert page.get("tiled") is True and page.get("source.waiting") is False
        page.do("pause()")
    finally:
        viewer.run("localStorage.removeItem('player.tiles')")


def test_who_watches_what_is_logged_and_a_shared_address_opens_nothing(
    watching: TiledPage, house: House, lesson: Lesson, sign_in: Callable[..., Any], complaints: Complaints
) -> None:
    watching.play()
    lines = [line for line in house.log.read_text().splitlines() if "watch_tiles" in line]
    assert any(lesson.id in line and lesson.master in line for line in lines), lines
    address = watching.get("address.tiled")
    assert status_of(watching, address) == 200
    complaints.expect("Failed to load resource")
    elsewhere = sign_in("/me/", "trainee")
    shared = "(address) => fetch(address).then((answer) => answer.status)"
    for name in ("index.json", "q0/seg-00000.m4s"):
        assert elsewhere.evaluate(shared, address.replace("index.json", name)) == 403


def test_who_watches_while_the_title_is_made_anew_keeps_the_old_tiles(
    watching: TiledPage, house: House, lesson: Lesson
) -> None:
    watching.pause_at(1)
    before = watching.get("address.tiled")
    house.manage("package_master", lesson.master, "--tiled", "--grid", "2x2", "--wait")
    wait_until_expired(watching, before)
    watching.do("seek(9)")
    watching.play()
    watching.until("p.video.currentTime > 9.5")
    assert watching.get("tiled") is True
    assert colour(watching) == "NORTH"
    fresh = watching.get("address.tiled")
    assert re.sub(r".*(published-\d+).*", r"\1", fresh) != re.sub(r".*(published-\d+).*", r"\1", before)
    again = TiledPage(watching.browser, house.url + lesson.page)
    again.pause_at(1)
    assert colour(again) == "NORTH"


def test_a_browser_without_hevc_plays_the_ladder_on_the_same_page(lesson: Lesson, sign_in: Callable[..., Any]) -> None:
    player = PlayerPage(sign_in(lesson.page))
    player.page.evaluate("document.querySelector('[data-player]').player.video.muted = true")
    player.play()
    assert player.get("tiled") is False
    assert not player.get("source.figures().codec").startswith("hvc1")
    assert player.colour() == "NORTH"
