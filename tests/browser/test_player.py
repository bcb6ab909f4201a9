"""Watching a lesson on the page: looking around, playing, words, quality, trouble and its way out."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.player_page import PLAYER, PlayerPage
from tests.browser.site import PlayerSite

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
SMALL = {"viewport": {"width": 720, "height": 480}}
NETWORK_COMPLAINTS = r"ERR_EMPTY_RESPONSE|ERR_CONNECTION|Failed to load resource|ERR_SOCKET"


@pytest.fixture
def watch(open_page: Open, player_site: PlayerSite) -> Callable[..., PlayerPage]:
    def visit(kind: str = "sphere", context: dict[str, Any] | None = None, **config: Any) -> PlayerPage:
        return PlayerPage(open_page(player_site.page(kind, **config), **(SMALL | (context or {}))))

    return visit


# --- looking around ---------------------------------------------------------------------------


def test_each_direction_shows_its_own_part_of_the_picture(watch: Callable[..., PlayerPage]) -> None:
    player = watch()
    seen = {}
    for name, yaw, pitch in (
        ("NORTH", 0, 0),
        ("EAST", 90, 0),
        ("SOUTH", 180, 0),
        ("WEST", -90, 0),
        ("UP", 0, 89),
        ("DOWN", 0, -89),
    ):
        player.look(yaw, pitch)
        seen[name] = player.colour()
    assert seen == {name: name for name in seen}


def test_the_edge_between_north_and_east_lies_at_45_degrees(watch: Callable[..., PlayerPage]) -> None:
    player = watch()
    player.look(45)
    picture = player.picture()
    row = int(picture.height * 0.7)
    reds = [x for x in range(picture.width) if picture.getpixel((x, row))[0] > 120]
    assert abs(max(reds) - picture.width / 2) <= 3


def test_the_seam_behind_the_viewer_cannot_be_seen(watch: Callable[..., PlayerPage]) -> None:
    player = watch()
    player.look(180)
    picture = player.picture()
    row = int(picture.height * 0.7)
    middle = [picture.getpixel((x, row)) for x in range(picture.width // 2 - 40, picture.width // 2 + 40)]
    assert max(abs(a - b) for one in middle for a, b in zip(one, middle[0], strict=True)) <= 6


def test_dragging_the_picture_to_the_right_turns_the_view_to_the_left(watch: Callable[..., PlayerPage]) -> None:
    player = watch()
    mouse = player.page.mouse
    mouse.move(200, 120)
    mouse.down()
    mouse.move(420, 120, steps=6)
    held = player.get("view.yaw")
    assert held < -15
    mouse.up()


def test_a_quick_drag_glides_on(watch: Callable[..., PlayerPage]) -> None:
    player = watch()
    devtools = player.page.context.new_cdp_session(player.page)
    start = time.time()
    # The events carry their own times, so that the drag is quick on a busy machine too.
    for kind, x, after in (("Pressed", 200, 0), ("Moved", 240, 0.02), ("Moved", 280, 0.04), ("Released", 280, 0.05)):
        event = {"type": f"mouse{kind}", "x": x, "y": 120, "button": "left", "buttons": 1, "clickCount": 1}
        devtools.send("Input.dispatchMouseEvent", {**event, "timestamp": start + after})
    dragged = player.get("view.yaw")
    player.until(f"p.view.yaw < {dragged} - 3")


def test_nothing_glides_for_people_who_asked_for_less_motion(watch: Callable[..., PlayerPage]) -> None:
    player = watch(context={"reduced_motion": "reduce"})
    mouse = player.page.mouse
    mouse.move(200, 120)
    mouse.down()
    mouse.move(420, 120, steps=6)
    mouse.up()
    let_go = player.get("view.yaw")
    player.page.wait_for_timeout(300)
    assert player.get("view.yaw") == let_go


def test_arrow_keys_turn_and_plus_and_minus_zoom(watch: Callable[..., PlayerPage]) -> None:
    player = watch()
    keyboard = player.page.keyboard
    keyboard.down("ArrowRight")
    player.until("p.view.yaw > 10")
    keyboard.up("ArrowRight")
    keyboard.down("ArrowUp")
    player.until("p.view.pitch > 5")
    keyboard.up("ArrowUp")
    before = player.get("view.fov")
    for _ in range(3):
        keyboard.press("+")
    player.until(f"p.view.fov < {before} - 20")
    for _ in range(30):
        keyboard.press("-")
    player.until("p.view.fov === 100")
    keyboard.press("0")
    player.until("p.view.yaw === 0 && p.view.pitch === 0 && p.view.fov === 90")


def test_the_wheel_zooms_between_30_and_100_degrees(watch: Callable[..., PlayerPage]) -> None:
    player = watch()
    player.page.mouse.move(300, 150)
    for _ in range(12):
        player.page.mouse.wheel(0, -400)
    player.until("p.view.fov === 30")
    for _ in range(20):
        player.page.mouse.wheel(0, 400)
    player.until("p.view.fov === 100")


def test_north_stays_north_when_one_seeks_and_when_the_quality_changes(watch: Callable[..., PlayerPage]) -> None:
    player = watch()
    player.pause_at(13)
    player.settle(6)
    player.until_colour("NORTH")
    for word, width in (("light", 960), ("clear", 1920)):
        player.page.evaluate(f"{PLAYER}.chooseQuality('{word}')")
        player.play()
        player.until(f"p.video.videoWidth === {width}")
        player.page.evaluate(f"{PLAYER}.pause()")
        player.settle(6)
        player.until_colour("NORTH")
    player.look(90)
    player.until_colour("EAST")


def test_the_compass_follows_and_brings_one_back(watch: Callable[..., PlayerPage]) -> None:
    player = watch()
    player.look(120, 10)
    compass = player.page.locator(".player__compass")
    compass.focus()
    assert "120° to the right" in (compass.get_attribute("aria-label") or "")
    turned = player.page.evaluate("document.querySelector('.player__compass g').transform.baseVal.getItem(0).angle")
    assert turned == pytest.approx(120, abs=0.5)
    compass.click()
    player.until("p.view.yaw === 0 && p.view.pitch === 0")


def test_on_a_phone_fingers_zoom_and_the_gyroscope_leads(watch: Callable[..., PlayerPage]) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 1}
    player = watch(context=phone)
    devtools = player.page.context.new_cdp_session(player.page)

    def fingers(kind: str, *points: tuple[int, int]) -> None:
        touches = [{"x": x, "y": y, "id": index} for index, (x, y) in enumerate(points)]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    before = player.get("view.fov")
    fingers("touchStart", (180, 150), (220, 150))
    for reach in (30, 50, 70, 90):
        fingers("touchMove", (200 - reach, 150), (200 + reach, 150))
    fingers("touchEnd")
    player.until(f"p.view.fov < {before} - 20")

    def hold_phone(alpha: float, beta: float) -> None:
        devtools.send("DeviceOrientation.setDeviceOrientationOverride", {"alpha": alpha, "beta": beta, "gamma": 0})

    hold_phone(0, 90)
    player.page.get_by_label("Look by moving the phone").click()
    player.until("p.gyroscope.active")
    hold_phone(10, 90)
    player.page.wait_for_timeout(400)
    start = player.get("view.yaw")
    hold_phone(330, 110)
    player.until(f"Math.abs(p.view.yaw - ({start} + 40)) < 2 && Math.abs(p.view.pitch - 20) < 2")
    player.page.get_by_label("Stop looking by moving the phone").click()
    assert player.get("gyroscope.active") is False


# --- playing ----------------------------------------------------------------------------------


def test_the_big_button_plays_and_the_keyboard_pauses_skips_and_changes_speed_and_sound(
    watch: Callable[..., PlayerPage],
) -> None:
    player = watch()
    page = player.page
    page.get_by_label("Play", exact=True).last.click()
    player.until("!p.video.paused && p.video.currentTime > 0.3")
    page.keyboard.press("k")
    player.until("p.video.paused")
    at = player.get("video.currentTime")
    page.keyboard.press("l")
    player.until(f"Math.abs(p.video.currentTime - {at} - 10) < 0.5")
    page.keyboard.press("j")
    player.until(f"Math.abs(p.video.currentTime - {at}) < 0.5")
    page.keyboard.press(">")
    player.until("p.video.playbackRate === 1.25")
    page.keyboard.press("m")
    player.until("p.video.muted")
    page.reload()
    player.until("p.video.playbackRate === 1.25 && p.video.muted")


def test_the_time_line_seeks_by_pointer_and_keys_and_shows_a_small_picture(watch: Callable[..., PlayerPage]) -> None:
    player = watch()
    page = player.page
    line = page.get_by_role("slider", name="Place in the video")
    box = line.bounding_box()
    with page.expect_response(re.compile("thumbnails.jpg")):
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
    assert page.locator(".player__thumbnail-time").inner_text() == "0:12"
    assert page.locator(".player__thumbnail-picture").is_visible()
    page.mouse.down()
    page.mouse.up()
    player.until("Math.abs(p.video.currentTime - 12) < 0.5")
    line.focus()
    page.keyboard.press("ArrowRight")
    player.until("Math.abs(p.video.currentTime - 17) < 0.5")
    player.until("document.querySelector('.player__seek').ariaValueText === '0:17 of 0:24'")
    page.keyboard.press("Home")
    player.until("p.video.currentTime === 0")


def test_the_settings_sheet_changes_quality_speed_and_captions_by_keyboard(watch: Callable[..., PlayerPage]) -> None:
    player = watch()
    page = player.page
    page.get_by_label("Settings").first.click()
    sheet = page.get_by_role("dialog", name="Settings")
    assert sheet.get_by_role("radio", name=re.compile("^Clear")).count() == 1
    sheet.get_by_role("radio", name=re.compile("^Saves data")).focus()
    page.keyboard.press("Space")
    player.until("p.preferences.quality === 'light'")
    sheet.get_by_role("radio", name="1.5×").check(force=True)
    player.until("p.video.playbackRate === 1.5")
    page.keyboard.press("Escape")
    assert sheet.is_hidden()


def test_captions_show_the_words_of_the_moment_in_the_chosen_language_and_size(
    watch: Callable[..., PlayerPage],
) -> None:
    player = watch()
    box = player.page.locator(".player__captions")
    assert box.inner_text() == ""
    player.page.keyboard.press("c")
    player.pause_at(2)
    player.until("document.querySelector('.player__captions').innerText === 'Check for a response'")
    player.pause_at(9)
    player.until("document.querySelector('.player__captions').innerText === 'Call 120 & get the AED'")
    small = player.page.evaluate("parseFloat(getComputedStyle(document.querySelector('.player__captions')).fontSize)")
    player.page.evaluate(f"{PLAYER}.setCaptionSize('large')")
    large = player.page.evaluate("parseFloat(getComputedStyle(document.querySelector('.player__captions')).fontSize)")
    assert large > small * 1.2
    player.page.evaluate(f"{PLAYER}.chooseCaptions('zh-Hans')")
    player.until("document.querySelector('.player__captions').innerText === '判断意识，拨打 120'")


def test_the_info_panel_tells_the_true_figures(watch: Callable[..., PlayerPage]) -> None:
    player = watch()
    player.page.evaluate(f"{PLAYER}.chooseQuality('clear')")
    player.play()
    player.until("p.video.videoWidth === 1920")
    player.page.keyboard.press("i")
    text = player.page.locator(".player__figures").inner_text()
    assert "1920 × 960" in text
    assert "H.264 (avc1.42c028)" in text
    assert "3.0 Mbit/s" in text


def test_the_controls_leave_while_it_plays_and_come_back(watch: Callable[..., PlayerPage]) -> None:
    player = watch()
    player.page.mouse.move(300, 100)
    player.play()
    player.page.wait_for_selector("[data-asleep]", timeout=15_000)
    player.until("getComputedStyle(document.querySelector('.player__bar')).visibility === 'hidden'")
    player.page.mouse.move(320, 120)
    player.page.wait_for_selector("[data-player]:not([data-asleep])")


def test_at_the_end_the_next_lesson_is_offered(watch: Callable[..., PlayerPage]) -> None:
    player = watch(next={"title": "Choking", "url": "/next-lesson"})
    player.pause_at(23.2)
    player.page.evaluate(f"void {PLAYER}.play()")
    link = player.page.get_by_role("link", name="Next: Choking")
    link.wait_for(timeout=20_000)
    assert link.get_attribute("href") == "/next-lesson"
    player.page.get_by_role("button", name="Watch again").click()
    player.until("!p.video.paused && p.video.currentTime < 10")
    link.wait_for(state="hidden", timeout=5_000)


def test_the_page_can_be_read_in_chinese(watch: Callable[..., PlayerPage]) -> None:
    player = watch(language="zh-hans")
    page = player.page
    assert page.get_by_label("播放", exact=True).count() == 2
    assert page.get_by_role("region", name="视频播放器：有人在街头倒下").count() == 1
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="快捷键").get_by_text("回到正前方").is_visible()


def test_every_control_has_a_name_and_a_touchable_size_on_a_phone(watch: Callable[..., PlayerPage]) -> None:
    player = watch(context={"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True})
    controls = player.page.evaluate(
        """() => [...document.querySelectorAll('[data-player] :is(button, a, [role=slider], [role=application])')]
            .filter((e) => e.checkVisibility({ visibilityProperty: true }))
            .map((e) => ({ name: e.getAttribute('aria-label') || e.innerText, w: e.offsetWidth, h: e.offsetHeight,
                           right: e.getBoundingClientRect().right }))"""
    )
    assert len(controls) >= 8
    assert [c for c in controls if not c["name"].strip()] == []
    assert [c for c in controls if c["w"] < 44 or c["h"] < 44] == []
    assert [c for c in controls if c["right"] > 390] == []


def test_a_flat_video_is_shown_as_it_is(watch: Callable[..., PlayerPage]) -> None:
    player = watch("screen")
    player.play()
    assert player.colour(0.5, 0.4) == "FLAT"
    assert player.page.locator(".player__compass").count() == 0


# --- going on where one left --------------------------------------------------------------------


def reported_beyond(player: PlayerPage, site: PlayerSite, sitting: str, position: float) -> dict[str, str]:
    """The first report of a sitting from a place further on than this. (A page that was left before may still tell.)"""
    deadline = time.monotonic() + 30
    while True:
        told = [report for report in site.reports if report["session"] == sitting]
        for report in told:
            if float(report["position"]) > position:
                return report
        assert time.monotonic() < deadline, f"nothing was told of what comes after {position}: {told}"
        player.page.wait_for_timeout(60)


def test_a_person_with_an_account_goes_on_where_the_house_says(
    watch: Callable[..., PlayerPage], player_site: PlayerSite
) -> None:
    player = watch(resume={"position": 11.5, "url": "/progress"})
    player.until("Math.abs(p.video.currentTime - 11.5) < 0.6")
    player.play()
    player.page.get_by_text("Continued at 0:11.").wait_for()
    player.page.evaluate(f"{PLAYER}.pause()")
    sitting = player.get("progress.sitting")
    report = reported_beyond(player, player_site, sitting, 11.5)
    assert float(report["duration"]) == pytest.approx(24, abs=0.5)
    assert report["csrfmiddlewaretoken"] == "known-token"
    player.play()
    player.page.goto("about:blank")
    reported_beyond(player, player_site, sitting, float(report["position"]))


def test_without_an_account_this_browser_remembers(watch: Callable[..., PlayerPage]) -> None:
    player = watch(resume={"position": 0, "url": None})
    player.pause_at(9)
    player.play()
    player.page.evaluate(f"{PLAYER}.pause()")
    left = player.get("video.currentTime")
    player.page.reload()
    player.until(f"p.video.readyState >= 2 && Math.abs(p.video.currentTime - {left}) < 0.6")
    player.page.evaluate(f"void {PLAYER}.play()")
    player.page.get_by_role("button", name="Start from the beginning").click()
    player.until("p.video.currentTime < 5")


# --- trouble --------------------------------------------------------------------------------------


def test_a_token_that_ran_out_is_renewed_and_the_video_goes_on(
    watch: Callable[..., PlayerPage], player_site: PlayerSite, complaints: Any
) -> None:
    complaints.expect("410")
    player_site.hold_segments(4)
    player = watch()
    player.play()
    player_site.change(token=player_site.token + 1)
    player.page.evaluate(f"{PLAYER}.seek(16)")
    player.until("p.video.currentTime > 16.4 && !p.video.paused")
    assert player_site.renewals == 1
    assert player.page.locator(".player__card").first.is_hidden()


def test_when_the_house_says_no_the_way_out_is_shown(
    watch: Callable[..., PlayerPage], player_site: PlayerSite, complaints: Any
) -> None:
    complaints.expect("403")
    player_site.hold_segments(4)
    player = watch()
    player.play()
    player_site.change(media_status=403)
    player.page.evaluate(f"{PLAYER}.seek(18)")
    card = player.page.get_by_role("alert").filter(has_text="not open to you any more")
    card.wait_for()
    assert card.get_by_role("button", name="Reload the page").is_visible()


def test_the_video_goes_on_by_itself_when_the_network_comes_back(
    watch: Callable[..., PlayerPage], player_site: PlayerSite, complaints: Any
) -> None:
    complaints.expect(NETWORK_COMPLAINTS)
    player_site.hold_segments(4)
    player = watch()
    player.play()
    player_site.change(offline=True)
    player.page.evaluate(f"{PLAYER}.seek(17)")
    card = player.page.get_by_role("alert").filter(has_text="The connection is gone")
    card.wait_for(timeout=30_000)
    player_site.offline = False
    player.until("p.video.currentTime > 17.3 && !p.video.paused", seconds=60)
    card.wait_for(state="hidden")


def test_a_film_that_could_not_be_opened_begins_at_its_place_when_the_network_is_back(
    open_page: Open, player_site: PlayerSite, complaints: Any
) -> None:
    complaints.expect(NETWORK_COMPLAINTS)
    player_site.offline = True
    address = player_site.page(resume={"position": 11.5, "url": "/progress"})
    player = PlayerPage(open_page(address, **SMALL), ready=False)
    player.page.wait_for_selector(".player__card")
    player.page.evaluate(f"void {PLAYER}.play()")
    player.page.get_by_role("alert").filter(has_text="The connection is gone").wait_for()
    player_site.offline = False
    player.until("p.video.currentTime > 11.8 && !p.video.paused", seconds=60)


def test_a_codec_that_only_promises_to_play_is_left_for_h264(
    watch: Callable[..., PlayerPage], player_site: PlayerSite
) -> None:
    """The manifest says AV1, the segments are none: the decoder fails, and the H.264 rendition plays."""
    player = watch(src={"hls": player_site.address("sphere", "liar.m3u8")})
    player.play()
    assert player.get("source.figures().codec").startswith("avc1")
    player.until_colour("NORTH")


def test_a_browser_without_the_decoders_is_told_so(open_page: Open, player_site: PlayerSite, complaints: Any) -> None:
    address = player_site.page()
    page = open_page("about:blank", **SMALL)
    page.add_init_script(
        """MediaSource.isTypeSupported = () => false;
        HTMLMediaElement.prototype.canPlayType = () => '';"""
    )
    page.goto(address)
    page.get_by_role("alert").filter(has_text="This browser cannot play the video").wait_for()


def test_without_webgl_the_whole_picture_is_shown_flat_with_a_word_about_it(
    open_page: Open, player_site: PlayerSite, complaints: Any
) -> None:
    complaints.expect("WebGL")
    address = player_site.page()
    page = open_page("about:blank", **SMALL)
    page.add_init_script(
        """const real = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
          return kind.startsWith('webgl') ? null : real.call(this, kind, ...rest);
        };"""
    )
    page.goto(address)
    player = PlayerPage(page)
    player.play()
    assert page.get_by_text("WebGL is off").is_visible()
    assert player.colour(0.5, 0.4) == "NORTH"


def test_when_the_browser_forbids_playing_the_big_button_asks(open_page: Open, player_site: PlayerSite) -> None:
    address = player_site.page()
    page = open_page("about:blank", **SMALL)
    page.add_init_script(
        """const real = HTMLMediaElement.prototype.play;
        let asked = 0;
        HTMLMediaElement.prototype.play = function () {
          return asked++ ? real.call(this) : Promise.reject(new DOMException('no gesture', 'NotAllowedError'));
        };"""
    )
    page.goto(address)
    player = PlayerPage(page)
    big = page.locator(".player__big-play")
    page.evaluate(f"void {PLAYER}.play()")
    big.wait_for()
    big.click()
    player.until("!p.video.paused && p.video.currentTime > 0.2")
    assert big.is_hidden()


def test_the_picture_comes_back_after_the_graphics_context_was_lost(
    watch: Callable[..., PlayerPage], complaints: Any
) -> None:
    complaints.expect("Context Lost|context")
    player = watch()
    player.page.evaluate(
        f"""() => {{
            const lose = {PLAYER}.stage.renderer.getContext().getExtension('WEBGL_lose_context');
            lose.loseContext();
            setTimeout(() => lose.restoreContext(), 500);
        }}"""
    )
    player.page.get_by_text("graphics chip was taken away").wait_for()
    player.until("!p.stage.renderer.getContext().isContextLost()")
    player.look(90)
    player.until_colour("EAST")


# --- the frame loop -------------------------------------------------------------------------------


def test_the_frame_loop_makes_no_garbage_of_its_own(
    open_page: Open, player_site: PlayerSite, readable_player: Path
) -> None:
    """V8 samples what is allocated while the view turns. Our modules may box a number or two until the compiler has
    warmed up (16 bytes each); an object, a string or a closure in each frame would show."""
    page = open_page("about:blank", viewport={"width": 360, "height": 340})
    page.route(
        "**/static/dist/player.js", lambda route: route.fulfill(path=readable_player, content_type="text/javascript")
    )
    page.goto(player_site.page())
    player = PlayerPage(page)
    devtools = page.context.new_cdp_session(page)
    turn = f"""(n) => new Promise((done) => {{
        const {{ view, stage }} = {PLAYER};
        view.hold(1, 0);
        const step = () => {{
          if (n-- > 0) return requestAnimationFrame(step);
          view.hold(0, 0);
          done(stage.renderer.info.render.frame);
        }};
        step();
    }})"""
    before = page.evaluate(turn, 150)
    devtools.send("HeapProfiler.enable")
    sampling = {"includeObjectsCollectedByMajorGC": True, "includeObjectsCollectedByMinorGC": True}
    devtools.send("HeapProfiler.startSampling", {"samplingInterval": 64, **sampling})
    drawn = page.evaluate(turn, 300) - before
    profile = devtools.send("HeapProfiler.stopSampling")["profile"]
    ours = own_bytes(profile["head"], readable_player.read_text().splitlines())
    assert drawn >= 250
    assert sum(ours.values()) / drawn < 600, ours
    assert player.get("view.yaw") != 0


def own_bytes(head: dict[str, Any], lines: list[str]) -> dict[str, int]:
    """Sampled bytes of the functions of the player's drawing modules, by name."""
    owners: list[str] = []
    owner = ""
    for line in lines:
        if line.startswith("// "):
            owner = line[3:]
        owners.append(owner)
    drawing = ("stage.js", "view.js", "projection.js", "sphere.js", "compass.js")
    found: dict[str, int] = {}
    nodes = [head]
    while nodes:
        node = nodes.pop()
        nodes += node["children"]
        frame = node["callFrame"]
        place = owners[frame["lineNumber"]] if frame["url"].endswith("/player.js") else ""
        if place.startswith("static/js/player") and place.endswith(drawing):
            found[frame["functionName"]] = found.get(frame["functionName"], 0) + node["selfSize"]
    return found
