"""A scenario on the stage: by controllers, by bare hands, in one's own room, on a laptop, on a phone, and together.

The stage's clock is moved on by pictures (tests/browser/pages/stage.js), so that a machine that draws five a second
measures the same compressions as a headset that draws 72.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.site import PlayerSite
from tests.browser.stage_page import METRO, TABLES, StagePage

pytestmark = pytest.mark.browser


@pytest.fixture
def on_stage(open_page: Callable[..., Any], stage_site: PlayerSite) -> Callable[..., StagePage]:
    def enter(scenario: str = METRO, *, mode: str = "guided", real_room: bool = False, **context: Any) -> StagePage:
        address = stage_site.page(
            template="stage",
            mode="offline",
            table=stage_site.address("tables", f"{scenario}.json"),
            choice={"mode": mode, "profile": "cn", "seed": 1, "lesson": None},
            handIn=None,
            realRoom=stage_site.address("tables", "room.js") if real_room else None,
        )
        return StagePage(open_page(address, **{"viewport": {"width": 640, "height": 400}, **context}))

    return enter


def test_with_controllers_somebody_saves_the_passenger_in_the_metro_hall(on_stage: Callable[..., StagePage]) -> None:
    stage = on_stage()
    stage.put_on()
    for action in ("check_safety", "check_response", "check_breathing", "ask_for_call", "ask_for_aed"):
        stage.do(f"choose('{action}')")
        assert f"action {action}" in stage.entries
    stage.do("press(14)")
    pressed = stage.compressions
    assert len(pressed) == 14
    assert all(source == "controller" and recoil for _, _, recoil, source in pressed)
    assert sum(depth for _, depth, _, _ in pressed) / 14 == pytest.approx(54, abs=1)
    assert 60 * 13 / (pressed[-1][0] - pressed[0][0]) == pytest.approx(110, abs=0.5)
    stage.wait_for("s.scene.state === 'aed_arrives'", 120)
    stage.do("wait(4)")
    stage.do("reach('right', rehearsal.spot('aed.power'))")
    stage.do("click()")
    assert stage.state["aed"]["phase"] == "pads"
    stage.do("choose('bare_chest')")
    _place_pad(stage, "right", -0.08, 0.09)
    _place_pad(stage, "left", 0.02, 0.0)
    assert stage.state["aed"]["placed"] == ["right"], "in the middle of the chest the left pad is wrong"
    assert "aed pad_left_wrong" in stage.entries
    _place_pad(stage, "left", 0.155, -0.08)
    assert stage.state["aed"]["phase"] == "analysing"
    calls, triangles = stage.page.evaluate(
        "(() => { const { stage } = rehearsal; stage.renderer.render(stage.scene, stage.scene.camera);"
        " const { calls, triangles } = stage.renderer.info.render; return [calls, triangles]; })()"
    )
    assert calls < 100
    assert triangles < 150_000
    stage.wait_for("s.aed.phase === 'ready'", 40)
    stage.do("choose('order_clear')")
    stage.do("reach('right', rehearsal.spot('aed.shock'))")
    stage.do("click()")
    assert stage.state["aed"]["shocks"] == 1
    stage.do("press(6)")
    stage.wait_for("s.scene.state === 'crew'", 420)
    stage.do("choose('hand_over')")
    assert stage.state["clock"]["outcome"] in {"recovered", "handover"}
    stage.page.evaluate("void rehearsal.stage.immersion.leave()")
    stage.until("document.querySelector('.stage__score') !== null")


def _place_pad(stage: StagePage, side: str, x_m: float, y_m: float) -> None:
    stage.do(f"reach('right', rehearsal.spot('pad.{side}'))")
    stage.do("squeeze('right', true)")
    stage.do(f"reach('right', rehearsal.chestPlace({x_m}, {y_m}))")
    stage.do("squeeze('right', false)")
    _hands_off(stage)


def _hands_off(stage: StagePage) -> None:
    """An AED that analyses waits for that."""
    stage.page.evaluate(
        "const { controllers, hands } = rehearsal.device; for (const inputs of [controllers, hands]) {"
        " inputs.left.position.set(-0.3, 1, 0); inputs.right.position.set(0.3, 1, 0); }"
    )
    stage.do("frames(2)")


def test_bare_hands_press_and_choose_and_nothing_is_said_of_release(on_stage: Callable[..., StagePage]) -> None:
    stage = on_stage()
    stage.put_on()
    stage.page.evaluate("rehearsal.device.primaryInputMode = 'hand'")
    stage.do("frames(6)")
    stage.do("choose('check_response')")
    assert "action check_response" in stage.entries
    stage.do("press(8)")
    pressed = stage.compressions
    assert len(pressed) == 8
    assert all(source == "hand" and recoil is None for _, _, recoil, source in pressed)
    assert sum(depth for _, depth, _, _ in pressed) / 8 == pytest.approx(54, abs=2)


@pytest.mark.slow
def test_bare_hands_follow_an_aed_that_advises_no_shock_until_the_crew_is_there(
    on_stage: Callable[..., StagePage],
) -> None:
    stage = on_stage("aed-no-shock", mode="practice")
    stage.put_on()
    stage.page.evaluate("rehearsal.device.primaryInputMode = 'hand'")
    stage.do("frames(6)")
    for action in ("check_safety", "check_response", "check_breathing", "ask_for_call", "ask_for_aed"):
        stage.do(f"choose('{action}')")
    stage.do("press(6)")
    stage.wait_for("s.scene.state === 'aed_arrives'", 150)
    stage.do("wait(4)")
    stage.do("reach('right', rehearsal.spot('aed.power'))")
    stage.do("click()")
    assert stage.state["aed"]["phase"] == "pads"
    stage.do("choose('bare_chest')")
    _place_pad(stage, "right", -0.08, 0.09)
    _place_pad(stage, "left", 0.155, -0.08)
    assert set(stage.state["aed"]["placed"]) == {"right", "left"}, "pinched, carried and let go by a bare hand"
    stage.wait_for("s.aed.advice === 'no_shock' || s.scene.state === 'cycle'", 40)
    stage.do("press(6)")
    assert {source for *_, source in stage.compressions} == {"hand"}
    stage.wait_for("s.scene.state === 'crew'", 480)
    stage.do("choose('hand_over')")
    assert stage.state["aed"]["shocks"] == 0
    assert stage.state["clock"]["outcome"] == "handover"
    stage.page.evaluate("void rehearsal.stage.immersion.leave()")
    stage.until("document.querySelector('.stage__score') !== null")


@pytest.mark.slow
def test_in_ones_own_room_a_bleeding_leg_is_dressed_to_the_end(on_stage: Callable[..., StagePage]) -> None:
    stage = on_stage("limb-bleeding", mode="practice", real_room=True, viewport={"width": 240, "height": 160})
    stage.put_on("ar")
    stage.do("frames(8)")
    stage.do("click()")
    assert stage.page.evaluate("rehearsal.stage.immersion.moving.placed")
    for action in (
        "machine_off", "gloves_on", "direct_pressure", "ask_for_call", "tourniquet_place", "tourniquet_tighten",
        "note_time", "pack_wound", "hold_packing", "keep_warm", "reassure",
    ):  # fmt: skip
        stage.do(f"choose('{action}')")
        assert f"action {action}" in stage.entries
    worn = "(({ tourniquet, blanket }) => [tourniquet.visible, blanket.visible])(rehearsal.stage.scene.patient)"
    assert stage.page.evaluate(worn) == [True, True]
    stage.wait_for("s.scene.state === 'crew'", 100)
    stage.do("choose('hand_over')")
    assert stage.state["clock"]["outcome"] == "improved"
    stage.page.evaluate("void rehearsal.stage.immersion.leave()")
    stage.until("document.querySelector('.stage__score') !== null")
    assert stage.page.evaluate("rehearsal.stage.scene.room.visible"), "back on the page the room is there again"


def test_in_ones_own_room_the_patient_lies_where_the_floor_was_chosen(on_stage: Callable[..., StagePage]) -> None:
    stage = on_stage(real_room=True, viewport={"width": 240, "height": 160})
    stage.put_on("ar")
    assert stage.page.evaluate("rehearsal.stage.scene.room.visible") is False
    stage.do("frames(8)")
    stage.do("click()")
    height = stage.page.evaluate("rehearsal.stage.scene.site.position.y")
    assert height == pytest.approx(0, abs=0.1)
    stage.do("press(3)")
    assert len(stage.compressions) == 3


def test_the_chest_comes_to_a_pillow_that_is_higher_than_the_floor(on_stage: Callable[..., StagePage]) -> None:
    stage = on_stage()
    stage.put_on()
    stage.do("choose('menu')")
    stage.do("choose('calibrate')")
    stage.do("choose('pillow')")
    stage.page.evaluate(
        "for (const side of ['left', 'right']) { const at = rehearsal.device.controllers[side].position;"
        " at.set(side === 'left' ? -0.02 : 0.02, 0.41, -0.5); }"
    )
    stage.do("frames(220)")
    stage.do("press(6)")
    pressed = stage.compressions
    assert [source for *_, source in pressed] == ["controller"] * 6
    assert all(recoil for _, _, recoil, _ in pressed), "released to the height that was taken"


def test_on_a_laptop_the_space_bar_presses_and_people_can_be_pressed(on_stage: Callable[..., StagePage]) -> None:
    stage = on_stage(viewport={"width": 1280, "height": 720})
    stage.until("document.querySelector('[data-do=begin]') !== null")
    stage.page.click("[data-do=begin]")
    for _ in range(8):
        stage.do("tick(545)")
        stage.page.keyboard.press(" ")
    pressed = stage.compressions
    assert len(pressed) == 8
    assert {depth for _, depth, _, _ in pressed} == {None}, "a key knows nothing of depth"
    assert stage.state["hands"]["rate_cpm"] == pytest.approx(110, abs=0.5)
    stage.until("document.querySelector('.stage__rate strong').textContent === '110'")
    x, y = stage.do("onScreen('face')")
    stage.page.mouse.click(x, y)
    offered = stage.page.evaluate("[...document.querySelectorAll('[data-choice]')].map((b) => b.dataset.choice)")
    assert offered[:2] == ["check_breathing", "open_airway"]
    stage.page.keyboard.press("1")
    assert "action check_breathing" in stage.entries
    stage.page.keyboard.press("Escape")
    stage.until("rehearsal.stage.link.phase === 'paused'")
    stage.page.click("[data-do=resume]")
    assert stage.page.evaluate("rehearsal.stage.playing")


def test_a_phone_on_the_chest_feels_the_compressions(on_stage: Callable[..., StagePage]) -> None:
    stage = on_stage(viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True)
    stage.until("document.querySelector('[data-do=beginPhone]') !== null")
    stage.page.evaluate("void rehearsal.stage.beginPhone()")
    stage.do("shake(1)")
    stage.until("rehearsal.stage.playing")
    stage.do("shake(20)")
    pressed = stage.compressions
    assert 18 <= len(pressed) <= 20
    assert all(source == "phone" and recoil is None for _, _, recoil, source in pressed)
    assert sum(depth for _, depth, _, _ in pressed) / len(pressed) == pytest.approx(52, abs=3)


def test_a_conscious_infant_is_not_pressed_and_each_part_offers_what_can_be_done_there(
    on_stage: Callable[..., StagePage],
) -> None:
    stage = on_stage("choking-infant", viewport={"width": 1280, "height": 720})
    stage.until("document.querySelector('[data-do=begin]') !== null")
    stage.page.click("[data-do=begin]")
    assert stage.page.is_hidden(".stage__press")
    stage.page.keyboard.press(" ")
    assert stage.compressions == []
    x, y = stage.do("onScreen('face')")
    stage.page.mouse.click(x, y)
    offered = stage.page.evaluate("[...document.querySelectorAll('[data-choice]')].map((b) => b.dataset.choice)")
    assert "look_in_mouth" in offered
    assert "call_emergency" not in offered


def test_a_finished_run_is_shown_again_from_any_moment_forth_and_back(
    open_page: Callable[..., Any], stage_site: PlayerSite
) -> None:
    address = stage_site.page(template="stage", mode="replay", log=f"{TABLES}/{METRO}.log.json")
    stage = StagePage(open_page(address, viewport={"width": 1000, "height": 600}))
    stage.page.evaluate("rehearsal.stage.seek(120)")
    assert stage.state["aed"]["phase"] == "analysing"
    assert stage.page.evaluate("rehearsal.stage.scene.aed.pads.right.where") == "placed"
    assert stage.page.evaluate("rehearsal.stage.scene.aedIsHere")
    stage.page.evaluate("rehearsal.stage.seek(25)")
    assert stage.state["aed"]["phase"] == "off"
    assert stage.page.evaluate("rehearsal.stage.scene.aed.pads.right.where") == "tray"
    assert not stage.page.evaluate("rehearsal.stage.scene.aedIsHere")
    stage.until("rehearsal.stage.link.posesAt(25).size === 1")
    stage.page.evaluate("rehearsal.stage.seek(25.5)")
    stage.page.select_option(".stage__replay select", label="Watch from Wang")
    stage.page.evaluate("rehearsal.tick(400)")
    stage.until("Math.abs(rehearsal.stage.scene.camera.position.x - 0.7) < 0.01")
    stage.page.evaluate("rehearsal.stage.link.pause()")
    stage.page.click(".stage__replay [data-do=play]")
    stage.do("tick(3000)")
    stage.until("rehearsal.stage.link.t > 28")
    assert stage.page.is_hidden(".stage__press")
