"""What makes the headset bearable, and what hands feel there: one session in an emulated Quest 3 for all tests."""

import math
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.site import PlayerSite
from tests.browser.stage_page import METRO, StagePage

pytestmark = pytest.mark.browser

# Every pulse of a controller's motor is written down on its way.
FEEL = """
window.felt = [];
for (const side of ['left', 'right'])
  rehearsal.device.controllers[side].inputSource.gamepad.hapticActuators[0].pulse = (strength, ms) => {
    felt.push([side, strength, ms]);
    return Promise.resolve(true);
  };
"""


@pytest.fixture(scope="module")
def headset(chromium: Any, stage_site: PlayerSite) -> Iterator[StagePage]:
    context = chromium.new_context(viewport={"width": 480, "height": 320})
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda entry: entry.type == "error" and complaints.append(entry.text))
    page.goto(_address(stage_site, "practice"))
    stage = StagePage(page)
    stage.put_on()
    page.evaluate(FEEL)
    yield stage
    context.close()
    assert complaints == []


def _address(site: PlayerSite, mode: str) -> str:
    choice = {"mode": mode, "profile": "cn", "seed": 1, "lesson": None}
    table = site.address("tables", f"{METRO}.json")
    return site.page(template="stage", mode="offline", table=table, choice=choice, handIn=None)


@pytest.fixture(autouse=True)
def settled(headset: StagePage) -> Iterator[None]:
    """Each test finds hands at rest, the board's first page and the comfort as it comes."""
    yield
    headset.page.evaluate(
        "rehearsal.stage.immersion.setComfort({ seated: false, leftHanded: false, narrow: true, turn: 45 });"
        "for (const side of ['left', 'right']) { rehearsal.device.controllers[side].updateAxes('thumbstick', 0, 0);"
        " rehearsal.device.controllers[side].position.set(side === 'left' ? -0.3 : 0.3, 0.9, -0.2); }"
    )
    headset.do("frames(3)")


def _eyes(headset: StagePage) -> tuple[float, float]:
    x, z = headset.page.evaluate("(({ x, z }) => [x, z])(rehearsal.stage.immersion.head)")
    return x, z


def _heading(headset: StagePage) -> float:
    return float(headset.page.evaluate("rehearsal.stage.scene.rig.rotation.y * 180 / Math.PI"))


def _push(headset: StagePage, side: str, x: float, y: float) -> None:
    headset.page.evaluate(f"rehearsal.device.controllers.{side}.updateAxes('thumbstick', {x}, {y})")
    headset.do("frames(3)")


def _go_to(headset: StagePage, side: str, x: float, z: float) -> None:
    headset.page.evaluate(f"window.goal = rehearsal.stage.scene.camera.position.clone().set({x}, 0, {z})")
    headset.do(f"aim('{side}', goal)")
    _push(headset, side, 0, -1)
    assert headset.page.evaluate("rehearsal.stage.scene.getObjectByName('goal').visible"), "the goal is not shown"
    _push(headset, side, 0, 0)


def test_one_stands_where_the_stick_hand_pointed_when_the_stick_is_let_go(headset: StagePage) -> None:
    _go_to(headset, "left", 1.2, 0.9)
    assert _eyes(headset) == pytest.approx((1.2, 0.9), abs=0.05)
    assert not headset.page.evaluate("rehearsal.stage.scene.getObjectByName('goal').visible")
    before = _eyes(headset)
    headset.page.evaluate("window.goal = rehearsal.stage.scene.camera.position.clone().set(0, 9, 0)")
    headset.do("aim('left', goal)")
    _push(headset, "left", 0, -1)
    _push(headset, "left", 0, 0)
    assert _eyes(headset) == pytest.approx(before, abs=0.01), "a ray into the air leads nowhere"


def test_the_view_turns_in_steps_around_ones_own_head(headset: StagePage) -> None:
    eyes, heading = _eyes(headset), _heading(headset)
    _push(headset, "right", 1, 0)
    headset.do("frames(6)")
    assert _heading(headset) == pytest.approx(heading - 45), "one push is one step, however long it is held"
    assert _eyes(headset) == pytest.approx(eyes, abs=0.01)
    _push(headset, "right", 0, 0)
    headset.page.evaluate("rehearsal.stage.immersion.setComfort({ turn: 30 })")
    _push(headset, "right", -1, 0)
    assert _heading(headset) == pytest.approx(heading - 15)
    _push(headset, "right", 0, 0)
    _push(headset, "left", 1, 0)
    assert _heading(headset) == pytest.approx(heading - 15), "the other stick walks"


def test_left_handed_the_sticks_change_places(headset: StagePage) -> None:
    _choose_in_menu(headset, "hand")
    heading = _heading(headset)
    _push(headset, "left", 1, 0)
    assert _heading(headset) == pytest.approx(heading - 45)
    _push(headset, "left", 0, 0)
    _go_to(headset, "right", 0.9, 0.6)
    assert _eyes(headset) == pytest.approx((0.9, 0.6), abs=0.05)


def _choose_in_menu(headset: StagePage, row: str) -> None:
    headset.do("choose('menu')")
    headset.do(f"choose('{row}')")
    if headset.page.evaluate("rehearsal.stage.immersion.board.placeOf('resume') === null"):
        headset.do("choose('menu')")


def test_seated_the_patient_comes_up_and_is_pressed_there(headset: StagePage) -> None:
    chest = "rehearsal.stage.scene.rig.worldToLocal(rehearsal.spot('chest')).y"
    before = headset.page.evaluate(chest)
    _choose_in_menu(headset, "seated")
    headset.do("frames(3)")
    assert headset.page.evaluate(chest) == pytest.approx(before + 0.42, abs=0.02)
    done = len(headset.compressions)
    headset.do("press(4)")
    assert len(headset.compressions) == done + 4


def test_the_view_darkens_when_one_is_moved_and_narrows_only_if_wanted(headset: StagePage) -> None:
    seen = "rehearsal.stage.immersion.veil.children.map(({ visible }) => visible)"
    assert headset.page.evaluate(seen) == [False, False]
    moved = (
        "(async (narrow) => { const { immersion } = rehearsal.stage; immersion.setComfort({ narrow });"
        " const seen = []; rehearsal.watch(() => seen.push(immersion.veil.children.map((part) => part.visible)));"
        " rehearsal.device.controllers.right.updateAxes('thumbstick', 1, 0); await rehearsal.frames(24);"
        " rehearsal.device.controllers.right.updateAxes('thumbstick', 0, 0); await rehearsal.frames(2);"
        " rehearsal.watch(null); return seen; })"
    )
    narrowed = headset.page.evaluate(f"{moved}(true)")
    assert [True, True] in narrowed and narrowed[-1] == [False, False]
    open_view = headset.page.evaluate(f"{moved}(false)")
    assert [True, False] in open_view and [True, True] not in open_view
    kept = headset.page.evaluate("Object.values(localStorage).some((text) => text.includes('\"narrow\":false'))")
    assert kept, "the next session begins as this one was left"


def test_a_pause_from_the_board_or_by_taking_the_headset_off_stops_the_clock(headset: StagePage) -> None:
    headset.do("choose('menu')")
    headset.do("choose('pause')")
    headset.until("rehearsal.stage.link.phase === 'paused'")
    t = headset.page.evaluate("rehearsal.stage.link.t")
    headset.do("frames(10)")
    headset.do("press(1)")
    assert headset.page.evaluate("rehearsal.stage.link.t") == t
    headset.do("choose('resume')")
    headset.until("rehearsal.stage.link.phase === 'running'")
    headset.page.evaluate("rehearsal.device.updateVisibilityState('hidden')")
    headset.until("rehearsal.stage.link.phase === 'paused'")
    headset.page.evaluate("rehearsal.device.updateVisibilityState('visible')")
    headset.do("frames(3)")
    headset.do("choose('resume')")
    headset.until("rehearsal.stage.link.phase === 'running'")
    assert headset.page.evaluate("rehearsal.stage.link.t") >= t


def test_hands_feel_what_they_touch_and_each_compression(headset: StagePage) -> None:
    headset.page.evaluate("felt.length = 0")
    headset.do("choose('menu')")
    headset.do("choose('menu')")
    assert headset.page.evaluate("felt.length") == 2
    assert headset.page.evaluate("felt.every(([side, strength, ms]) => side === 'right' && strength > 0 && ms > 0)")
    headset.page.evaluate("felt.length = 0")
    done = len(headset.compressions)
    headset.do("press(5, { sides: ['left'] })")
    assert len(headset.compressions) == done + 5
    assert headset.page.evaluate("felt.map(([side]) => side)") == ["left"] * 5


def test_a_hand_that_is_lost_in_mid_compression_is_told_and_found_again(headset: StagePage) -> None:
    headset.do("press(3)")
    told = len([line for line in headset.entries if "tracking" in line])
    headset.page.evaluate(
        "window.stopped = (async () => { const { device } = rehearsal; const late = rehearsal.press(5);"
        " await rehearsal.frames(90); device.controllers.left.connected = false;"
        " device.controllers.right.connected = false; await rehearsal.frames(6);"
        " device.controllers.left.connected = true; device.controllers.right.connected = true; await late; })()"
    )
    headset.page.evaluate("stopped")
    headset.do("press(2)")
    lines = [line for line in headset.entries if "tracking" in line][told:]
    assert lines[:2] == ["fact tracking.lost", "fact tracking.found"], lines


def test_a_headset_that_sees_no_hands_says_so_and_goes_on_when_there_are_some(headset: StagePage) -> None:
    connect = "for (const side of ['left', 'right']) rehearsal.device.controllers[side].connected"
    headset.page.evaluate(f"{connect} = false")
    headset.do("wait(4)")
    headset.do("frames(12)")
    assert headset.page.inner_text(".stage__captions").startswith("No controller and no hand is seen.")
    headset.page.evaluate(f"{connect} = true")
    headset.do("frames(6)")
    headset.do("choose('check_response')")
    assert "action check_response" in headset.entries


def test_in_an_exam_nothing_pauses(headset: StagePage, stage_site: PlayerSite) -> None:
    page = headset.page.context.new_page()
    page.goto(_address(stage_site, "exam"))
    stage = StagePage(page)
    stage.put_on()
    page.evaluate("rehearsal.device.updateVisibilityState('hidden')")
    stage.do("frames(3)")
    page.evaluate("rehearsal.device.updateVisibilityState('visible')")
    stage.do("frames(3)")
    stage.do("choose('menu')")
    assert stage.page.evaluate("rehearsal.stage.link.phase") == "running"
    rows = stage.page.evaluate("rehearsal.stage.immersion.board.areas.map(({ row }) => row.id)")
    assert "pause" not in rows and "vrLeave" in rows
    page.close()


def test_directions_are_right_so_that_nobody_is_turned_the_wrong_way(headset: StagePage) -> None:
    look = (
        "(() => { const { camera } = rehearsal.stage.scene; const { x, z } ="
        " camera.getWorldDirection(camera.position.clone()); return [x, z]; })()"
    )
    headset.do("frames(2)")
    before = headset.page.evaluate(look)
    _push(headset, "right", 1, 0)
    _push(headset, "right", 0, 0)
    after = headset.page.evaluate(look)
    # Seen from above (z towards the viewer), a turn to the right takes x towards z.
    cross = before[0] * after[1] - before[1] * after[0]
    assert math.degrees(math.asin(cross / (math.hypot(*before) * math.hypot(*after)))) == pytest.approx(45, abs=1)
