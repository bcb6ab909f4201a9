"""The debrief in a real browser: the time line by pointer and keys, on a laptop and on a phone."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import House
from tests.browser.site import ROOT
from tests.browser.test_catalogue import LAPTOP, PHONE, sign_in

pytestmark = pytest.mark.browser

MAKE_RUN = """
import django
django.setup()
from courses.people.models import User
from tests.scenarios.finished import finished
print(finished(User.objects.get(username="trainee"), who="beginner").pk)
"""


@pytest.fixture(scope="module")
def run_id(house: House) -> str:
    """A beginner's run of the metro hall, by the trainee of the house."""
    environment = {**house.environment, "DJANGO_SETTINGS_MODULE": "vrtraining.settings", "PYTHONPATH": str(ROOT)}
    for key in ("PYTEST_DATA_DIR", "PYTEST_CURRENT_TEST"):
        environment.pop(key, None)
    done = subprocess.run(
        [sys.executable, "-c", MAKE_RUN], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = re.search(r"[0-9a-f-]{36}", done.stdout)
    assert found, done.stdout
    return found[0]


def test_the_time_line_is_walked_by_keys_zoomed_and_pointed_at(
    house: House, run_id: str, open_page: Callable[..., Any]
) -> None:
    page = open_page(f"{house.url}/", locale="en-GB", viewport=LAPTOP)
    sign_in(page, house, "trainee")
    page.goto(f"{house.url}/scenarios/runs/{run_id}/debrief/")
    view, words = page.locator(".timeline__view"), page.locator(".timeline__words")
    view.focus()
    page.keyboard.press("End")
    assert words.inner_text().startswith("5:40 Handed over")
    page.keyboard.press("Home")
    for _ in range(20):
        if "Give water or medicine" in words.inner_text():
            break
        page.keyboard.press("ArrowRight")
    assert "0:40 Give water or medicine" in words.inner_text()
    strokes = page.evaluate("document.querySelectorAll('.timeline__time').length")
    page.keyboard.press("+")
    page.keyboard.press("+")
    shown = page.locator(".timeline__time").all_text_contents()
    # A quarter of the run around the chosen event: closer marks, later ones gone.
    assert "5:00" not in shown and strokes != len(shown)
    page.get_by_role("button", name="Whole run").click()
    assert "5:00" in page.locator(".timeline__time").all_text_contents()
    view.scroll_into_view_if_needed()
    box = view.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 160 / 340, box["y"] + 80)
    assert re.search(r"2:4\d Compression · 42 mm · 138 a minute", words.inner_text()), words.inner_text()
    page.mouse.move(box["x"] + box["width"] * 225 / 340, box["y"] + 80)
    assert "Pause of 106 s, of which 79 s count" in words.inner_text()


def test_everything_fits_a_phone_and_the_numbers_are_one_tap_away(
    house: House, run_id: str, open_page: Callable[..., Any]
) -> None:
    page = open_page(f"{house.url}/", locale="en-GB", viewport=PHONE)
    sign_in(page, house, "trainee")
    for address in (
        f"runs/{run_id}/debrief/",
        "",
        "adult-metro-aed/",
        "training/",
        "training/story/",
        "training/board/",
    ):
        page.goto(f"{house.url}/scenarios/{address}")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
    page.goto(f"{house.url}/scenarios/runs/{run_id}/debrief/")
    page.get_by_text("The same in numbers").click()
    assert page.get_by_role("cell", name="Give water or medicine").is_visible()
    with page.expect_response(re.compile(r"debrief\.pdf$")) as answer:
        page.evaluate(f"fetch('/scenarios/runs/{run_id}/debrief.pdf')")
    assert answer.value.headers["content-type"] == "application/pdf"
