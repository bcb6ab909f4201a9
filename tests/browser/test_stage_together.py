"""Several people in one run, each in a browser of their own: roles that are taken in the room, and voices."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.conftest import House
from tests.browser.test_catalogue import sign_in

pytestmark = pytest.mark.browser

# Connections are kept where a test can ask them what they hear.
LISTEN = """
window.wires = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...given) { super(...given); wires.push(this); }
};
window.heard = async () => {
  let energy = 0;
  for (const wire of wires) for (const part of (await wire.getStats()).values())
    if (part.type === 'inbound-rtp' && part.kind === 'audio') energy += part.totalAudioEnergy ?? 0;
  return energy;
};
"""
POST = """
async ([address, body]) => {
  const token = document.cookie.match(/csrftoken=([^;]+)/)?.[1] ?? '';
  const answer = await fetch(address, { method: 'POST', body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', 'X-CSRFToken': token } });
  return [answer.status, await answer.json()];
}
"""


@pytest.fixture
def enter(house: House, chromium: Any) -> Iterator[Callable[..., Any]]:
    """`enter(role, address, **body)`: a browser of that person, in the run that the address makes or joins."""
    contexts = []

    def come(account: str, address: str, **body: Any) -> tuple[Any, dict[str, Any]]:
        context = chromium.new_context(viewport={"width": 900, "height": 560}, locale="en-GB")
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(LISTEN)
        sign_in(page, house, account)
        status, card = page.evaluate(POST, [f"/scenarios/api/{address}", body])
        assert status < 300, card
        page.goto(f"{house.url}/scenarios/runs/{card['id']}/")
        opened(page)
        return page, card

    yield come
    for context in contexts:
        context.close()


def until(page: Any, expression: str, seconds: float = 60) -> None:
    """The house's policy forbids what playwright's own waiting does."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"never came true: {expression}"
        page.wait_for_timeout(100)


def opened(page: Any) -> None:
    """The stage is there and connected; pictures are drawn seldom, for machines without a graphics chip."""
    until(page, "document.querySelector('[data-stage]')?.stage?.link.team.length > 0", 120)
    page.evaluate("window.stage = document.querySelector('[data-stage]').stage; stage.drawEvery = 200")


def hears(page: Any, seconds: float = 60) -> None:
    """Louder than before: something new was heard."""
    before = page.evaluate("heard()")
    until(page, f"(async () => (await heard()) > {before} + 1e-6)()", seconds)


def test_the_instructor_talks_the_trainee_answers_and_a_page_loaded_anew_hears_both_again(
    enter: Callable[..., Any],
) -> None:
    trainee, card = enter("trainee", "runs/", scenario="hospital-arrest", mode="practice", team=True, role="leader")
    instructor, _ = enter("instructor", "runs/join/", code=card["code"], role="instructor")
    until(trainee, "stage.link.team.length === 2")
    instructor.click("[data-do=talk]")
    hears(trainee)
    trainee.click("[data-do=talk]")
    hears(instructor)
    trainee.reload()
    opened(trainee)
    hears(trainee)
    # Silent again, and heard once more.
    instructor.click("[data-do=talk]")
    until(instructor, "!stage.talk.on")
    instructor.click("[data-do=talk]")
    hears(trainee)


def test_whoever_came_by_the_code_takes_a_role_in_the_room_and_may_then_do_what_it_may(
    enter: Callable[..., Any],
) -> None:
    leader, card = enter("trainee", "runs/", scenario="hospital-arrest", mode="practice", team=True, role="leader")
    other, _ = enter("instructor", "runs/join/", code=card["code"], name="Ben")
    leader.click("[data-do=begin]")
    other.wait_for_selector("[data-choice='role.compressor']")
    assert other.locator("[data-choice=assign_roles]").count() == 0
    other.click("[data-choice='role.compressor']")
    other.wait_for_selector("[data-choice=swap_compressor]")
    until(leader, "stage.link.team.some(({ name, role }) => name === 'Ben' && role === 'compressor')")
    assert "Ben · Compressor" in leader.inner_text(".stage__team")
    leader.click("[data-choice=roles]")
    leader.click("[data-choice='role.compressor']")
    until(other, "stage.link.role === 'leader'")
    other.wait_for_selector("[data-choice=assign_roles]")
    leader.wait_for_selector("[data-choice=assign_roles]", state="detached")
