"""First frame after pressing play: from the press to the first picture on screen, in Chromium with software drawing.

Writes build/bench/first_frame.json. Three ways to come: the page had time to load the beginning (as a person who reads
the title first), play is pressed as soon as the button is there, and after a seek into a part that is not loaded.
"""

import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from tests.browser.conftest import CHROMIUM_ARGUMENTS  # noqa: E402
from tests.browser.media import SPHERE, write_hls  # noqa: E402
from tests.browser.player_page import PLAYER  # noqa: E402
from tests.browser.site import PlayerSite  # noqa: E402
from tests.conftest import CHROMIUM  # noqa: E402

ROUNDS = 5
# The first picture that is presented after the press (one that waited on screen does not count), as
# requestVideoFrameCallback tells it.
PRESS = f"""(start) => new Promise((done) => {{
    const player = {PLAYER};
    const {{ video }} = player;
    if (start !== null) video.currentTime = start;
    const pressed = performance.now();
    const goal = start ?? video.currentTime;
    const seen = (now, frame) => {{
      const isNew = frame.presentationTime >= pressed && frame.mediaTime >= goal;
      if (isNew && !video.paused) done(frame.presentationTime - pressed);
      else video.requestVideoFrameCallback(seen);
    }};
    video.requestVideoFrameCallback(seen);
    player.play();
}})"""


def measure(browser: Browser, site: PlayerSite, *, wait_ready: bool, start: float | None) -> list[float]:
    """Milliseconds of each round."""
    times = []
    for _ in range(ROUNDS):
        context = browser.new_context(viewport={"width": 960, "height": 540})
        page = context.new_page()
        page.goto(site.page())
        page.wait_for_selector("[data-player][data-ready]" if wait_ready else ".player__big-play")
        times.append(page.evaluate(PRESS, start))
        context.close()
    return times


def main() -> None:
    if not CHROMIUM:
        print("first_frame: not measured, no Chromium here (Debian: apt-get install chromium)")
        return
    report: dict[str, Any] = {"rounds": ROUNDS, "unit": "ms", "browser": "Chromium, software GL, loopback HTTP"}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        write_hls(Path(folder) / "sphere", SPHERE, "sphere")
        site = PlayerSite(Path(folder), "default-src 'self'; media-src 'self' blob:; img-src 'self' data:")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        for name, wait_ready, start in (("loaded", True, None), ("at_once", False, None), ("after_seek", True, 17.0)):
            times = measure(browser, site, wait_ready=wait_ready, start=start)
            report[name] = {"median": round(statistics.median(times), 1), "all": [round(time, 1) for time in times]}
        browser.close()
        site.close()
    target = ROOT / "build" / "bench" / "first_frame.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
