"""The film as a map: regions are drawn, moved, taken back and saved; the heat map shows where people looked."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser

MONITOR = {
    "id": "1",
    "name": "Monitor",
    "title_zh": "监护仪",
    "title_en": "Monitor",
    "start": 0.0,
    "end": 3.0,
    "keyframes": [{"t": 0.0, "yaw": -90.0, "pitch": 0.0, "width": 40.0, "height": 30.0}],
}


@pytest.fixture
def open_flat(player_site, open_page):
    def visit(template: str, size: tuple[int, int] = (1280, 900), language: str = "en", **config: Any) -> Any:
        film = {
            "hls": player_site.address("sphere", "master.m3u8"),
            "playbackUrl": "/playback/sphere",
            "poster": None,
            "stereo": "mono",
            "duration": 4.0,
        }
        address = player_site.page(template=template, language=language, film=film, **config)
        return open_page(address, viewport={"width": size[0], "height": size[1]})

    return visit


def boxes(page: Any) -> list[list[float]]:
    """x, y, width and height in degrees of what is drawn on the picture."""
    script = "all => all.map(box => ['x', 'y', 'width', 'height'].map(side => Number(box.getAttribute(side))))"
    return page.locator(".flat__box").evaluate_all(script)


def test_a_region_is_drawn_moved_by_keys_taken_back_and_saved(player_site, open_flat):
    page = open_flat("regions", regions=[MONITOR], most=20)
    layer = page.locator(".flat__layer").bounding_box()
    assert boxes(page) == [[-110, -15, 40, 30]]

    def at(yaw: float, pitch: float) -> tuple[float, float]:
        return layer["x"] + (yaw + 180) / 360 * layer["width"], layer["y"] + (90 - pitch) / 180 * layer["height"]

    page.mouse.move(*at(60, 20))
    page.mouse.down()
    page.mouse.move(*at(80, 0))
    page.mouse.move(*at(100, -20))
    page.mouse.up()
    drawn = boxes(page)[1]
    assert drawn == pytest.approx([60, -20, 40, 40], abs=1)
    page.get_by_label("Name in English").fill("Wound")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Region Wound. Arrows move it.").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowUp")
    assert boxes(page)[1] == pytest.approx([drawn[0] + 5, drawn[1] - 1, 40, 40], abs=0.2)
    page.get_by_role("button", name="Undo").click()
    assert boxes(page)[1] == pytest.approx([drawn[0] + 5, drawn[1], 40, 40], abs=0.2)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.", exact=True).wait_for()
    assert player_site.reports


def test_a_moving_region_follows_its_waypoints(open_flat):
    page = open_flat("regions", regions=[MONITOR], most=20)
    page.get_by_role("button", name="Monitor 0:00").click()
    page.get_by_role("button", name="Add a waypoint here").click()
    slider = page.get_by_label("Moment of the film")
    slider.fill("2")
    page.get_by_role("button", name="Add a waypoint here").click()
    page.get_by_label("Right, degrees").fill("-30")
    page.keyboard.press("Enter")
    assert boxes(page)[0][0] == pytest.approx(-50, abs=0.5)
    slider.fill("1")
    page.wait_for_function("document.querySelector('.flat__box').getAttribute('x') < -70")
    assert boxes(page)[0][0] == pytest.approx(-80, abs=3)


def test_the_heat_map_shows_a_moment_says_it_in_words_and_hides_what_few_have_seen(open_flat):
    page = open_flat("heat-map", regions=[MONITOR], grid="/pages/looks.json", least=3)
    page.get_by_text("12 people. Most looked at: 25° to the right, 5° up").wait_for()
    assert page.get_by_text("Monitor: 0 % of the looks").is_visible()
    shown = "document.querySelector('.flat__heat').getContext('2d').getImageData({x}, 255, 1, 1).data[3]"
    assert page.evaluate(shown.format(x=615)) > 150
    assert page.evaluate(shown.format(x=900)) == 0
    page.get_by_label("Moment of the film").fill("2.5")
    page.get_by_text("Too few people have seen this stretch to be shown.").wait_for()
    page.get_by_label("The whole film").check()
    page.get_by_text("Most looked at: 105° to the right").wait_for()


@pytest.mark.parametrize("template", ["regions", "heat-map"])
def test_on_a_phone_nothing_is_wider_than_the_screen(open_flat, template):
    page = open_flat(
        template, size=(390, 844), language="zh-hans", regions=[MONITOR], most=20, grid="/pages/looks.json"
    )
    page.locator(".flat__picture").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
