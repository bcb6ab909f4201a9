"""The player as a test sees it: what is on screen, and a few ways to ask and to wait."""

import io
import time
from typing import Any

from PIL import Image

from tests.browser import media

COLOURS = {
    name: getattr(media, name)
    for name in ("NORTH", "EAST", "SOUTH", "WEST", "UP", "DOWN", "LEFT_EYE", "RIGHT_EYE", "FLAT")
}
PLAYER = "document.querySelector('[data-player]').player"


def nearest_colour(pixel: tuple[int, ...], tolerance: int = 60) -> str:
    """The name of the made colour that a pixel shows; its own numbers where it is none of them."""

    def distance(name: str) -> float:
        return sum((a - b) ** 2 for a, b in zip(pixel, COLOURS[name], strict=False)) ** 0.5

    best = min(COLOURS, key=distance)
    return best if distance(best) < tolerance else str(pixel[:3])


class PlayerPage:
    """Wraps a playwright page that holds a player."""

    def __init__(self, page: Any, *, ready: bool = True) -> None:
        self.page = page
        if ready:
            page.wait_for_selector("[data-player][data-ready]")

    def get(self, expression: str) -> Any:
        """A value of the player: `get("video.currentTime")`."""
        return self.page.evaluate(f"{PLAYER}.{expression}")

    def until(self, expression: str, seconds: float = 30) -> None:
        """Waits until an expression about the player `p` is true. (The page's policy forbids playwright's own way.)"""
        deadline = time.monotonic() + seconds
        while not self.page.evaluate(f"(() => {{ const p = {PLAYER}; return {expression}; }})()"):
            assert time.monotonic() < deadline, f"never came true: {expression}"
            self.page.wait_for_timeout(60)

    def until_colour(self, name: str, seconds: float = 30) -> None:
        """Waits until the picture shows this colour."""
        deadline = time.monotonic() + seconds
        while (seen := self.colour()) != name:
            assert time.monotonic() < deadline, f"shows {seen}, never {name}"
            self.page.wait_for_timeout(60)

    def play(self) -> None:
        before = self.get("video.currentTime")
        self.page.evaluate(f"void {PLAYER}.play()")
        self.until(f"p.video.currentTime > {before} + 0.3")

    def pause_at(self, seconds: float) -> None:
        self.page.evaluate(f"(() => {{ const p = {PLAYER}; p.pause(); p.seek({seconds}); }})()")
        self.until(f"!p.video.seeking && p.video.readyState >= 2 && Math.abs(p.video.currentTime - {seconds}) < 0.3")

    def look(self, yaw: float, pitch: float = 0) -> None:
        self.page.evaluate(f"{PLAYER}.view.lookAt({yaw}, {pitch})")
        self.settle()

    def settle(self, frames: int = 3) -> None:
        """Until some frames have passed, so that what was asked for is on screen."""
        self.page.evaluate(
            "(n) => new Promise((go) => { const step = () => (n-- ? requestAnimationFrame(step) : go()); step(); })",
            frames,
        )

    def picture(self) -> Image.Image:
        """What the person sees of the player, without the controls."""
        self.page.evaluate("document.querySelector('[data-player]').dataset.asleep = ''")
        self.settle(2)
        box = self.page.locator("[data-player]").bounding_box()
        return Image.open(io.BytesIO(self.page.screenshot(clip=box, animations="disabled"))).convert("RGB")

    def colour(self, across: float = 0.3, down: float = 0.35) -> str:
        """The made colour at a place, given in shares of width and height."""
        picture = self.picture()
        return nearest_colour(picture.getpixel((int(picture.width * across), int(picture.height * down))))
