"""Every scenario that ships, from its page to its debrief: the expert's script through the list, the keys, the sensor.

What the page does is what the engine plays: the same script, with what keys can tell of compressions, has the same
outcome and the same score in Python, and the server, which plays the log once more, finds no difference.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from math import hypot
from typing import Any

import pytest

from courses.scenarios.engine.events import Event
from courses.scenarios.engine.log import replay
from courses.scenarios.engine.script import read_script
from courses.scenarios.language.load import load
from courses.scenarios.scoring.score import report
from tests.browser.conftest import House
from tests.browser.stage_page import StagePage, rehearse
from tests.browser.test_catalogue import sign_in
from tests.scenarios.runs import file_of, script_file

pytestmark = pytest.mark.browser

MODE, PROFILE = "practice", "cn"
# The sites that the list names (static/js/stage/play/doings.js), metres from the middle of the sternum.
SITES = {"siteRightClavicle": (-0.08, 0.09), "siteLeftArmpit": (0.165, -0.08), "siteMiddle": (0.0, 0.0)}


@pytest.fixture(scope="module")
def trainee(house: House, chromium: Any) -> Iterator[Any]:
    """A page on which the trainee is signed in; stages that it opens go by the tests' clock."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, locale="en-GB")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda entry: entry.type == "error" and complaints.append(entry.text))
    sign_in(page, house, "trainee")
    rehearse(page)
    yield page
    context.close()
    assert complaints == []


def expert(scenario: str) -> list[Event]:
    """What the expert does, as one person at a keyboard does it: keys know neither depth nor release."""
    events = sorted(read_script(script_file(scenario, "expert")).events, key=lambda event: event.t_s)
    blind = {"depth_mm": None, "recoil": None, "source": "controller"}
    return [
        replace(event, actor="learner", seq=seq, data=blind if event.kind == "compression" else event.data)
        for seq, event in enumerate(events)
    ]


def as_said(event: Event) -> dict[str, Any]:
    """For the driver; a pad goes to the site that the list names for its place."""
    said: dict[str, Any] = {"t": event.t_s, "kind": event.kind, **event.data}
    if said.get("do") == "pad":
        x, y = said["x_m"], said["y_m"]
        near = min(SITES, key=lambda site: hypot(SITES[site][0] - x, SITES[site][1] - y))
        said["site"] = "siteBack" if said.get("back") else near
    return said


def open_stage(page: Any, house: House, scenario: str) -> StagePage:
    page.goto(f"{house.url}/scenarios/{scenario}/offline/?mode={MODE}&profile={PROFILE}")
    return StagePage(page)


def hand_over(page: Any) -> dict[str, Any]:
    """Lets the run end by its own clock if it has not; answers what the server said to its log."""
    with page.expect_response(lambda answer: "/offline-runs/" in answer.url) as handed:
        page.evaluate("rehearsal.until(rehearsal.stage.link.table.duration_s + 1)")
    answer: dict[str, Any] = handed.value.json()
    assert answer["differences"] == []
    return answer


def read_debrief(page: Any, score: float) -> None:
    """From the last card to the debrief, which says the same score."""
    assert page.inner_text(".stage__score") == f"Score {score:.0f} of 100"
    page.click(".stage__card a[href*='/debrief/']")
    page.wait_for_url("**/debrief/")
    assert page.inner_text(".score-ring__number").split() == ["Score", f"{score:.0f}", "/", "100"]
    assert page.locator(".timeline__time").count() > 0
    assert page.locator(".sentence__words").first.inner_text().strip()


@pytest.mark.parametrize(
    "scenario",
    [
        "adult-metro-aed",
        "aed-no-shock",
        "child-collapse",
        "choking-adult",
        "choking-infant",
        "hospital-arrest",
        "limb-bleeding",
    ],
)
def test_the_experts_run_on_a_laptop_ends_and_scores_as_the_engine_says(
    house: House, trainee: Any, scenario: str
) -> None:
    stage = open_stage(trainee, house, scenario)
    trainee.click("[data-do=begin]")
    events = expert(scenario)
    done = trainee.evaluate("events => rehearsal.perform(events)", [as_said(event) for event in events])
    said = hand_over(trainee)
    performed = [replace(events[index], seq=seq) for seq, index in enumerate(done)]
    assert {event.data.get("action") for event in performed} == {event.data.get("action") for event in events}
    run = replay(load(file_of(scenario)), performed, mode=MODE, profile=PROFILE, seed=said["run"]["seed"])
    wanted = report(run)
    assert said["run"]["outcome"] == wanted["outcome"] in {"recovered", "improved", "handover"}, stage.entries[-6:]
    assert said["run"]["score"] == pytest.approx(wanted["score"], abs=0.5)
    # Chance has its part: a patient whose heart does not start again is handed over, and keys know no depth.
    assert said["run"]["passed"] == wanted["passed"]
    assert wanted["passed"] or wanted["outcome"] == "handover"
    stage.until("document.querySelector('.stage__card a[href*=\"/debrief/\"]') !== null")
    read_debrief(trainee, said["run"]["score"])


def test_alone_at_home_with_120_on_the_line_and_the_phone_on_the_chest(house: House, chromium: Any) -> None:
    context = chromium.new_context(
        viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True, locale="en-GB"
    )
    page = context.new_page()
    rehearse(page)
    stage = open_stage(page, house, "adult-home-phone")
    stage.until("document.querySelector('[data-do=beginPhone]') !== null")
    page.evaluate("void rehearsal.stage.beginPhone()")
    stage.do("shake(1)")
    stage.until("rehearsal.stage.playing")
    for event in expert("adult-home-phone"):
        if event.kind == "action":
            page.evaluate(
                "t => { if (t > 38) rehearsal.shakeUntil(Math.min(t, 420), 108); rehearsal.until(t); }", event.t_s
            )
            page.evaluate("said => rehearsal.perform([said])", as_said(event))
    answer = hand_over(page)
    assert answer["run"]["passed"], answer["run"]
    hands = page.evaluate("rehearsal.compressions()")
    assert {source for *_, source in hands} == {"phone"}
    assert len(hands) > 600
    stage.until("document.querySelector('.stage__card a[href*=\"/debrief/\"]') !== null")
    read_debrief(page, answer["run"]["score"])
    assert re.search(r"phone", page.inner_text(".debrief-body"), re.IGNORECASE), "what is measured is named"
    context.close()
