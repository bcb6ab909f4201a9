"""The catalogue and the studio in a real browser: what only JavaScript, style and pointers can show."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import House

pytestmark = pytest.mark.browser

PHONE, LAPTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
LESSONS = "[data-module]:first-of-type [data-lesson] a"


def sign_in(page: Any, house: House, role: str) -> None:
    """Signs in, accepting the terms where the house asks for them; the page stays English."""
    name, password = house.accounts[role]
    page.goto(f"{house.url}/accounts/login/?next=/courses/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile("/courses/|/consents/"))
    if "/consents/" in page.url:
        page.click("button[name=answer][value=yes]")
        page.wait_for_url("**/courses/")
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": house.url}])


@pytest.fixture
def outline(house: House, open_page: Callable[..., Any]) -> Any:
    """The instructor's page of the public demo course."""
    page = open_page(f"{house.url}/", locale="en-GB", viewport=LAPTOP)
    sign_in(page, house, "instructor")
    page.goto(f"{house.url}/studio/")
    page.get_by_role("link", name="First aid in ten minutes").click()
    page.wait_for_selector("[data-outline]")
    page.wait_for_load_state()
    return page


def titles(page: Any) -> list[str]:
    return [link.strip() for link in page.locator(LESSONS).all_inner_texts()]


def test_the_chosen_appearance_is_there_from_the_first_frame_of_the_next_page(house, open_page):
    page = open_page(f"{house.url}/", locale="en-GB", color_scheme="light")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("[data-appearance] summary").click()
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light != dark
    assert 'data-theme="dark"' in page.request.get(f"{house.url}/courses/").text()
    page.goto(f"{house.url}/courses/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_filtering_changes_the_results_and_the_address_without_a_new_page(house, open_page):
    page = open_page(f"{house.url}/courses/", locale="en-GB")
    page.evaluate("window.sameFrame = true")
    assert page.locator(".course-card").count() == 2
    page.get_by_label("For whom").select_option("resident")
    page.locator(".course-card").nth(1).wait_for(state="detached")
    assert "audience=resident" in page.url
    page.get_by_label("Search courses").press_sequentially("nothing like this")
    page.get_by_text("No course fits").wait_for()
    assert page.evaluate("window.sameFrame") is True


def test_one_tap_leads_from_home_to_the_first_step_without_an_account(house, open_page):
    page = open_page(f"{house.url}/", locale="zh-CN", viewport=PHONE, has_touch=True)
    page.get_by_role("link", name="有人噎住了。").tap()
    page.wait_for_url("**/lessons/*/")
    assert page.locator("h1").inner_text() == "有人噎住了"
    assert page.get_by_text("5 次背部叩击").first.is_visible()


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_no_page_is_wider_than_the_screen_and_every_target_is_large_enough(house, open_page, size):
    page = open_page(f"{house.url}/", locale="en-GB", viewport=size)
    sign_in(page, house, "instructor")
    course = page.locator(".course-card a").first.get_attribute("href")
    for address in ("/", "/courses/", course, "/studio/", f"/studio{course}", f"/studio{course}details/"):
        page.goto(house.url + address)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
        small = page.evaluate(
            """[...document.querySelectorAll("button, .btn, .input, .select, .site-nav__link, .tab")]
            .filter((one) => one.offsetParent && !one.closest("dialog"))
            .map((one) => [one.className, Math.round(one.getBoundingClientRect().height)])
            .filter(([, height]) => height < 40)"""
        )
        assert small == [], address


@pytest.mark.parametrize("role", ["administrator", "instructor"])
def test_every_word_of_the_navigation_stands_on_one_line(house, open_page, role):
    page = open_page(f"{house.url}/", locale="en-GB", viewport=LAPTOP)
    sign_in(page, house, role)
    for width in (390, 832, 1024, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        broken = page.evaluate(
            """[...document.querySelectorAll(".site-nav__link span, .site-tools .btn__word")]
            .filter((word) => word.offsetWidth > 1)
            .filter((word) => word.offsetHeight > 1.7 * parseFloat(getComputedStyle(word).fontSize))
            .map((word) => word.textContent)"""
        )
        assert broken == [], width
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width


def test_a_lesson_is_dragged_to_another_place_and_stays_there(outline):
    before = titles(outline)
    grips = outline.locator("[data-lesson] [data-grip]")
    start, end = grips.nth(0).bounding_box(), grips.nth(2).bounding_box()
    outline.mouse.move(start["x"] + 8, start["y"] + 20)
    outline.mouse.down()
    for step in range(1, 11):
        outline.mouse.move(end["x"] + 8, start["y"] + 20 + (end["y"] + 14 - start["y"]) * step / 10)
    with outline.expect_response("**/order/"):
        outline.mouse.up()
    outline.reload()
    assert titles(outline) == [before[1], before[2], before[0], *before[3:]]


def test_a_lesson_is_moved_by_keyboard_and_the_focus_stays_with_it(outline):
    before = titles(outline)
    down = outline.get_by_role("button", name=f"Move {before[0]} down")
    for _ in range(2):
        down.focus()
        with outline.expect_response("**/move/"):
            outline.keyboard.press("Enter")
        outline.locator("[id^='down-']:focus").wait_for()
    assert titles(outline) == [before[1], before[2], before[0], *before[3:]]
    assert outline.evaluate("document.activeElement.textContent").strip() == f"Move {before[0]} down"


def test_a_row_can_be_moved_again_in_the_moment_it_is_drawn_anew(outline):
    """Not before its form is htmx's: the browser itself would send it, and load the page anew."""
    before = titles(outline)
    outline.evaluate(
        """(name) => {
            const buttons = () => [...document.querySelectorAll("[id^=down-]")];
            const press = () => buttons().find((one) => one.textContent.includes(name)).click();
            document.body.addEventListener("htmx:afterRequest", press, { once: true });
            window.sameFrame = true;
            press();
        }""",
        before[0],
    )
    for place, title in enumerate([before[1], before[2], before[0]]):
        outline.locator(LESSONS).nth(place).filter(has_text=title).wait_for()
    assert outline.evaluate("window.sameFrame") is True


def test_deleting_asks_first_and_escape_keeps_everything(outline):
    before = titles(outline)
    opener = outline.get_by_role("button", name=f"Delete {before[0]}")
    opener.click()
    dialog = outline.get_by_role("dialog")
    assert dialog.is_visible()
    outline.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert opener.evaluate("(button) => button === document.activeElement")
    assert titles(outline) == before


def test_the_panorama_rests_for_those_who_ask_for_less_motion(house, open_page):
    """The rule itself: no animation is longer than a blink when the device says so."""
    page = open_page(f"{house.url}/courses/", reduced_motion="reduce")
    page.evaluate("""document.querySelector(".cover").innerHTML = '<img class="cover__panorama" alt="">'""")
    assert page.evaluate("getComputedStyle(document.querySelector('.cover__panorama')).animationName") == "none"
