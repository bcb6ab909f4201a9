"""Watching in a headset (emulated by IWER): both eyes, and the controls by controller, by pinch and by finger."""

import io
import time
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from tests.browser.player_page import PLAYER, PlayerPage, nearest_colour
from tests.browser.site import PlayerSite

pytestmark = pytest.mark.browser

Headset = Callable[..., "HeadsetPage"]


class HeadsetPage(PlayerPage):
    def act(self, call: str) -> Any:
        """Does something with the headset: `act("press('play')")`."""
        return self.page.evaluate(f"headset.{call}")

    def eyes(self, across: float = 0.3, down: float = 0.3) -> list[str]:
        """The colour each eye sees at a place of its picture; the left eye's half of the window comes first."""
        picture = self.window()
        half = picture.width // 2
        spots = (
            (int(half * across), int(picture.height * down)),
            (int(half * (1 + across)), int(picture.height * down)),
        )
        return [nearest_colour(picture.getpixel(spot)) for spot in spots]

    def until_eyes(self, left: str, right: str, seconds: float = 30) -> None:
        """Waits until each eye sees its colour: a busy machine draws what was asked for some frames later."""
        deadline = time.monotonic() + seconds
        while (seen := self.eyes()) != [left, right]:
            assert time.monotonic() < deadline, f"the eyes see {seen}, never {[left, right]}"

    def window(self) -> Image.Image:
        self.act("frames(2)")
        return Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")


@pytest.fixture
def put_on(open_page: Callable[..., Any], player_site: PlayerSite) -> Headset:
    def enter(
        kind: str = "sphere", *, at: float = 5, playing: bool = True, layers: bool = False, **config: Any
    ) -> HeadsetPage:
        address = player_site.page(kind, template="headset", **config) + ("?layers" if layers else "")
        page = open_page(address, viewport={"width": 800, "height": 400})
        player = HeadsetPage(page)
        player.pause_at(at)
        page.evaluate("document.querySelector('.player__vr').click()")
        page.wait_for_selector("[data-vr]")
        player.act("frames(4)")
        player.until("!p.video.paused")
        if not playing:
            player.pause_at(at)
            player.act("frames(2)")
        return player

    return enter


def test_both_eyes_see_the_picture_the_right_way_round_and_the_page_goes_on_where_one_looked(put_on: Headset) -> None:
    player = put_on()
    player.until("!p.video.paused")
    player.until_eyes("NORTH", "NORTH")
    player.act("turnHead(90)")
    player.until_eyes("EAST", "EAST")
    player.act("turnHead(-90)")
    player.until_eyes("WEST", "WEST")
    at = player.get("video.currentTime")
    player.page.evaluate(f"{PLAYER}.vr.leave()")
    player.until("!p.vr.isPresenting && Math.abs(p.view.yaw + 90) < 3")
    assert player.get("video.currentTime") >= at, "the video goes on at the same place"
    player.until_colour("WEST")


def test_what_was_in_the_middle_of_the_page_is_in_front_in_the_headset(
    open_page: Callable[..., Any], player_site: PlayerSite
) -> None:
    page = open_page(player_site.page(template="headset"), viewport={"width": 800, "height": 400})
    player = HeadsetPage(page)
    player.look(180)
    page.evaluate("document.querySelector('.player__vr').click()")
    page.wait_for_selector("[data-vr]")
    player.act("frames(4)")
    player.until_eyes("SOUTH", "SOUTH")
    player.act("turnHead(90)")
    player.until_eyes("WEST", "WEST")
    player.page.evaluate(f"{PLAYER}.pause(); {PLAYER}.vr.recentre()")
    player.until_eyes("NORTH", "NORTH")


def test_top_bottom_stereo_shows_each_eye_its_own_picture(put_on: Headset) -> None:
    player = put_on("stereo")
    player.until_eyes("LEFT_EYE", "RIGHT_EYE")
    player.page.evaluate(f"{PLAYER}.vr.leave()")
    player.until("!p.vr.isPresenting")
    player.settle(4)
    player.until_colour("LEFT_EYE")  # on the page one eye's picture is shown


def test_a_headset_with_layers_of_its_own_draws_the_picture_and_the_page_the_rest(put_on: Headset) -> None:
    player = put_on(layers=True)
    assert player.get("stage.picture.visible") is False
    player.until_eyes("NORTH", "NORTH")
    player.act("turnHead(90)")
    player.until_eyes("EAST", "EAST")
    player.page.evaluate(f"{PLAYER}.vr.recentre()")
    player.until_eyes("NORTH", "NORTH")
    player.page.evaluate(f"{PLAYER}.vr.drawByTexture()")
    assert player.get("stage.picture.visible") is True
    player.until_eyes("NORTH", "NORTH")  # the texture goes on at the same place


def test_a_layer_shows_each_eye_its_own_half_of_a_stereo_picture(put_on: Headset) -> None:
    player = put_on("stereo", layers=True)
    assert player.get("stage.picture.visible") is False
    player.until_eyes("LEFT_EYE", "RIGHT_EYE")


def test_a_flat_video_floats_on_a_screen_in_a_dark_room(put_on: Headset) -> None:
    player = put_on("screen")
    picture = player.window()
    eye = picture.crop((0, 0, picture.width // 2, picture.height))
    assert nearest_colour(eye.getpixel((eye.width // 2, eye.height // 2 - 20))) == "FLAT"
    assert max(eye.getpixel((eye.width // 2, 8))) < 40
    player.act("turnHead(180)")
    assert max(player.window().getpixel((picture.width // 4, picture.height // 3))) < 40


def test_the_controls_work_with_a_controllers_ray(put_on: Headset) -> None:
    player = put_on(at=2, playing=False)
    player.act("point('play')")
    assert player.act("panel()") == {"visible": True, "hover": "play", "radius": pytest.approx(1.6)}
    player.act("press('play')")
    player.until("!p.video.paused")
    player.pause_at(15)
    before = player.get("video.currentTime")
    player.act("press('back')")
    player.until(f"Math.abs(p.video.currentTime - {before} + 10) < 0.5")
    player.act("press('seek', 0.25)")
    player.until("Math.abs(p.video.currentTime - 6) < 1")
    player.act("press('captions')")
    player.until("p.captions.language === 'en'")
    player.act("press('exit')")
    player.until("!p.vr.isPresenting")


def test_the_seek_bar_follows_a_ray_that_drags_it(put_on: Headset) -> None:
    player = put_on(at=2, playing=False)
    player.act("point('seek', 0.2)")
    player.act("trigger(true)")
    player.act("point('seek', 0.5)")
    player.act("trigger(false)")
    player.until("Math.abs(p.video.currentTime - 12) < 2")


def test_the_controls_work_with_hands_by_pinch_and_by_finger(put_on: Headset) -> None:
    player = put_on(at=1, playing=False)
    player.act("takeHands()")
    assert player.act("panel().radius") < 0.6, "the panel comes within reach of a finger"
    player.act("pinch('play')")
    player.until("!p.video.paused")
    player.pause_at(3)
    player.act("poke('play')")
    player.until("!p.video.paused")
    player.pause_at(15)
    before = player.get("video.currentTime")
    player.act("poke('back')")
    player.until(f"Math.abs(p.video.currentTime - {before} + 10) < 0.5")
    player.act("pinch('captions')")
    player.until("p.captions.language === 'en'")
    player.act("pinch('seek', 0.5)")
    player.until("Math.abs(p.video.currentTime - 12) < 1")
    player.act("poke('exit')")
    player.until("!p.vr.isPresenting")


def test_the_panel_leaves_while_it_plays_and_comes_back_on_a_press(put_on: Headset) -> None:
    player = put_on(at=1)
    player.page.evaluate("headset.device.controllers.right.quaternion.set(0.7071, 0, 0, 0.7071)")
    player.page.evaluate("headset.device.controllers.left.quaternion.set(0.7071, 0, 0, 0.7071)")
    player.until("!p.stage.scene.getObjectByName('panel').visible")
    player.act("turnHead(60)")
    player.act("trigger(true)")
    player.act("trigger(false)")
    assert player.act("panel().visible") is True
    turned = player.get("stage.scene.getObjectByName('panel').rotation.y")
    assert turned == pytest.approx(-60 * 3.14159 / 180, abs=0.05), "it comes to where one looks"


def test_captions_follow_the_head_slowly(put_on: Headset) -> None:
    player = put_on()
    player.page.evaluate(f"{PLAYER}.chooseCaptions('en')")
    player.until("p.stage.scene.getObjectByName('words').visible")
    player.act("turnHead(8)")
    player.act("frames(10)")
    assert player.act("captionYaw()") == pytest.approx(0, abs=0.5), "a small turn leaves them where they are"
    player.act("turnHead(50)")
    assert player.act("captionYaw()") < 45
    player.page.wait_for_timeout(1500)
    player.until("Math.abs(headset.captionYaw() - 50) < 3")


def test_a_second_session_reacts_once_to_each_press(put_on: Headset) -> None:
    player = put_on(at=5)
    player.page.evaluate(f"{PLAYER}.vr.leave()")
    player.until("!p.vr.isPresenting")
    player.page.evaluate("document.querySelector('.player__vr').click()")
    player.until("p.vr.isPresenting && 'vr' in p.host.dataset && !p.video.paused")
    player.act("frames(4)")
    player.pause_at(4)
    player.act("press('play')")
    player.until("!p.video.paused")
    player.act("frames(6)")
    assert player.get("video.paused") is False
