"""An instructor writes a scenario in a real browser, under the house's content security policy."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright

from courses.people.models import Role, User
from courses.scenarios.models import Scenario
from tests.conftest import CHROMIUM
from tests.scenarios.rooms import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PATIENT_S = 60_000


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread, which Django would take for an async view.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def ward() -> Scenario:
    client = Client()
    client.force_login(person("writer", Role.INSTRUCTOR))
    client.post("/scenarios/editor/new/", {"key": "ward"})
    return Scenario.objects.get(key="ward")


def opened(browser: Browser, address: str, user: str, complaints: list[str], **options: Any) -> Page:
    client = Client()
    client.force_login(User.objects.get(username=user))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(
        **{"viewport": {"width": 1440, "height": 900}, "extra_http_headers": {"Accept-Language": "en"}, **options}
    )
    context.set_default_timeout(PATIENT_S)
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address.split("/scenarios/")[0]}]
    )
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda entry: entry.type == "error" and complaints.append(entry.text))
    page.goto(address)
    expect(page.locator("[data-problems]")).to_contain_text("No errors", timeout=PATIENT_S)
    return page


def go_to_text(page: Page, text: str) -> None:
    """Puts the cursor behind a text of the source."""
    page.locator(".cm-line", has_text=text).first.click()
    page.keyboard.press("End")


def test_writing_trying_out_saving_publishing_and_a_conflict(
    browser: Browser, live_server: Any, ward: Scenario
) -> None:
    complaints: list[str] = []
    address = f"{live_server.url}/scenarios/editor/ward/"
    page = opened(browser, address, "writer", complaints)

    # The graph shows the states; one is chosen and the text goes there.
    expect(page.locator(".sced-node")).to_have_count(3)
    page.locator(".sced-node", has_text="No response").click()
    expect(page.locator(".cm-activeLine")).to_contain_text("arrest:")

    # A fault is told at its line, in the list and in the graph.
    go_to_text(page, 'title: {zh-hans: "没有反应"')
    page.keyboard.press("Enter")
    page.keyboard.type("colour: red")
    expect(page.locator(".sced-problem--error")).to_contain_text("colour", timeout=PATIENT_S)
    expect(page.locator(".sced-node--faulty")).to_have_count(1)
    page.keyboard.press("Shift+Home")
    page.keyboard.press("Backspace")

    # The schema's hints come while one writes, with the definition's own names.
    page.keyboard.type("prompts: [fa")
    page.locator(".cm-tooltip-autocomplete li", has_text="falls").click()
    page.keyboard.type("]")
    expect(page.locator("[data-problems]")).to_contain_text("No errors", timeout=PATIENT_S)

    # Trying out: an action leads on, the slider leads back.
    page.get_by_role("tab", name="Try out").click()
    page.get_by_role("button", name="Tap the shoulders").click()
    expect(page.locator(".sced-try__facts")).to_contain_text("No response")
    page.get_by_role("button", name="+5 s").click()
    page.get_by_role("button", name="Call the emergency number").click()
    page.get_by_role("button", name="30 compressions").click()
    expect(page.locator(".sced-try__clock")).to_contain_text("21.4")
    page.locator(".sced-try__slider").fill("0")
    expect(page.locator(".sced-try__facts")).to_contain_text("No response")
    page.get_by_role("button", name="+30 s").click()
    expect(page.locator(".sced-try__lines")).to_contain_text("compressions.start")

    # Texts in both languages go into the source and nothing else changes.
    page.get_by_role("tab", name="Texts").click()
    field = page.get_by_role("textbox", name="states › arrest › title: English")
    field.fill("Nobody answers")
    field.press("Tab")
    expect(page.locator("[data-status]")).to_contain_text("Not saved yet")

    # Meanwhile somebody else saves; both texts are shown, and both are kept.
    other = Client()
    other.force_login(person("other", Role.INSTRUCTOR))
    theirs = ward.versions.get(number=1).source.replace('en: "New scenario"', 'en: "Theirs"')
    saved = other.post(f"/scenarios/editor/{ward.key}/save/", {"source": theirs, "base": 1}, "application/json")
    assert saved.status_code == 201
    page.get_by_role("button", name="Save as new version").click()
    expect(page.locator(".sced-conflict")).to_contain_text("other saved version 2")
    expect(page.locator(".sced-diff__theirs")).not_to_have_count(0)
    page.get_by_role("button", name="Keep mine").click()
    expect(page.locator("[data-status]")).to_contain_text("Version 3 is saved")
    source = ward.versions.get(number=3).source
    title = '    title: {zh-hans: "没有反应", en: "Nobody answers"}'
    assert f"{title}\n    prompts: [falls]\n    transitions:" in source

    page.get_by_role("button", name="Publish version 3").click()
    expect(page.locator("[data-state]")).to_have_text("Published")
    ward.refresh_from_db()
    assert ward.current is not None
    assert ward.current.number == 3
    # The one refusal is the conflict itself.
    assert [line for line in complaints if "409" not in line] == []


def test_text_that_was_not_saved_is_there_after_the_tab_was_closed(
    browser: Browser, live_server: Any, ward: Scenario
) -> None:
    complaints: list[str] = []
    address = f"{live_server.url}/scenarios/editor/ward/"
    page = opened(browser, address, "writer", complaints)
    go_to_text(page, "version: 1")
    page.keyboard.type("\n# a thought")
    expect(page.locator("[data-status]")).to_contain_text("Not saved yet")
    again = page.context.new_page()
    page.close()
    again.goto(address)
    expect(again.locator(".cm-content")).to_contain_text("# a thought")
    again.get_by_role("button", name="Take version 1 instead").click()
    expect(again.locator(".cm-content")).not_to_contain_text("# a thought")
    assert complaints == []
