"""A title in tiles in a real browser: Firefox decodes merged HEVC through MSE, WebGL draws it, and the pixels say which
tile stands where and in which quality. Chromium, which has no HEVC here, plays the ladder."""

import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser import tiled_title
from tests.browser.conftest import content_security_policy
from tests.browser.firefox import Firefox, firefox
from tests.browser.media import SPHERE, write_hls
from tests.browser.player_page import PlayerPage
from tests.browser.site import PlayerSite
from tests.conftest import BROWSERS_REQUIRED

pytestmark = pytest.mark.browser

PLAYER = "document.querySelector('[data-player]').player"
# Pays for every tile in the lowest quality and about eight of them in another one.
CAP_KBPS = 215
SAMPLE = """
const [points] = arguments;
const player = document.querySelector('[data-player]').player;
const { stage, source, video } = player;
return new Promise((done) => {
  const before = stage.onDrawn;
  stage.onDrawn = () => {
    before();
    stage.onDrawn = before;
    const gl = stage.renderer.getContext();
    const pixel = new Uint8Array(4);
    const colours = points.map(([x, y]) => {
      const [left, bottom] = [Math.floor(x * gl.drawingBufferWidth), Math.floor((1 - y) * gl.drawingBufferHeight)];
      gl.readPixels(left, bottom, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
      return [pixel[0], pixel[1], pixel[2]];
    });
    const picks = source.picks.get(Math.floor(video.currentTime + 1e-3));
    done({ colours, time: video.currentTime, picks: picks ? [...picks] : null });
  };
  requestAnimationFrame(() => stage.refresh());
});
"""


class TiledPage:
    """The player's page in Firefox."""

    def __init__(self, browser: Firefox, url: str, *, tiled: bool = True) -> None:
        self.browser = browser
        browser.open(url)
        browser.until("document.querySelector('[data-player][data-ready]')")
        if tiled:
            assert self.get("tiled") is True

    def get(self, expression: str) -> Any:
        return self.browser.run(f"return {PLAYER}.{expression}")

    def do(self, call: str) -> None:
        self.browser.run(f"void {PLAYER}.{call}")

    def until(self, expression: str, seconds: float = 40) -> None:
        self.browser.until(f"(() => {{ const p = {PLAYER}; return {expression}; }})()", seconds)

    def pause_at(self, seconds: float) -> None:
        self.do("pause()")
        self.do(f"seek({seconds})")
        self.until(f"!p.video.seeking && p.video.readyState >= 2 && Math.abs(p.video.currentTime - {seconds}) < 0.3")

    def play(self) -> None:
        before = self.get("video.currentTime")
        self.do("play()")
        self.until(f"p.video.currentTime > {before} + 0.2")

    def look_at_tile(self, tile: int) -> None:
        """At a tile's middle."""
        row, column = divmod(tile, tiled_title.COLUMNS)
        yaw = (column + 0.5) * 360 / tiled_title.COLUMNS - 180
        pitch = 90 - (row + 0.5) * 180 / tiled_title.ROWS
        self.do(f"view.lookAt({yaw}, {pitch})")

    def sample(self, points: list[tuple[float, float]] | None = None) -> dict[str, Any]:
        """What is drawn at places of the canvas (shares of width and height), the middle without any."""
        found = self.browser.run(SAMPLE, points or [(0.5, 0.5)])
        found["tiles"] = [tiled_title.tile_shown(colour) for colour in found["colours"]]
        return found  # type: ignore[no-any-return]

    def shown_in_the_middle(self) -> tuple[int, int]:
        """(tile, quality)"""
        return self.sample()["tiles"][0]  # type: ignore[no-any-return]

    def wait_for_full_quality(self, tile: int, seconds: float = 30) -> None:
        """Until a tile in the middle of the view is in the best quality: a spent budget comes back with time."""
        deadline = time.monotonic() + seconds
        while (shown := self.shown_in_the_middle()) != (tile, 0):
            assert time.monotonic() < deadline, f"the middle of the view shows {shown}"
            time.sleep(0.3)

    def settle(self) -> None:
        """Until nothing more is asked for: the view is as good as it gets."""
        self.until("p.source.figures().bitrate !== null")
        self.browser.run("return new Promise((go) => setTimeout(go, 2500))")


@pytest.fixture(scope="module")
def tiled_site(front_end: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlayerSite]:
    media = tmp_path_factory.mktemp("tiled-media")
    write_hls(media / "tiles", SPHERE[:1], "sphere")
    tiled_title.write_title(media / "tiles" / "tiled")
    site = PlayerSite(media, content_security_policy())
    yield site
    site.close()


@pytest.fixture(scope="module")
def fox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    if shutil.which("firefox-esr") is None and shutil.which("firefox") is None:
        missing = "Firefox is not here (Debian: apt-get install firefox-esr)"
        pytest.fail(missing) if BROWSERS_REQUIRED else pytest.skip(missing)
    folder = tmp_path_factory.mktemp("firefox")
    with firefox(folder) as browser:
        yield browser


def address_of(site: PlayerSite) -> str:
    tiled = {"hls": site.address("tiles", "master.m3u8"), "tiled": site.address("tiles", "tiled/index.json")}
    return site.page("tiles", src=tiled, thumbnails=None, captions=[], resume={"position": 0, "url": None})


@pytest.fixture
def visit(fox: Firefox, tiled_site: PlayerSite) -> Callable[..., TiledPage]:
    tiled_site.reset()

    def go(cap: int = CAP_KBPS, refused: tuple[str, ...] = (), tiled: bool = True) -> TiledPage:
        url = address_of(tiled_site)
        fox.open(url)
        fox.run(
            "localStorage.clear();"
            "localStorage.setItem('player.preferences', JSON.stringify({ tilesCap: arguments[0], muted: true }));"
            "localStorage.setItem('player.tiles', JSON.stringify({ tooSlow: arguments[1] }));",
            cap,
            list(refused),
        )
        return TiledPage(fox, url, tiled=tiled)

    return go


def test_every_tile_stands_in_its_place_and_the_view_is_in_the_chosen_quality(visit: Callable[..., TiledPage]) -> None:
    page = visit()
    page.pause_at(2.5)
    seen = {}
    for tile in range(tiled_title.TILES):
        page.look_at_tile(tile)
        seen[tile] = page.shown_in_the_middle()
    assert {tile: shown for tile, (shown, _) in seen.items()} == {tile: tile for tile in seen}
    page.look_at_tile(15)
    page.settle()
    page.wait_for_full_quality(15)
    points = [(x / 8, y / 8) for x in range(1, 8) for y in range(1, 8)]
    found = page.sample(points)
    assert found["tiles"][24] == (15, 0), "the middle of the view is in full quality"
    wrong = [(tile, quality) for tile, quality in found["tiles"] if found["picks"][tile] != quality]
    assert len(wrong) <= 2, f"not as chosen: {wrong}"  # a spot or an edge may lie under a point


def test_while_it_plays_a_turn_finds_no_hole_and_soon_the_full_quality(
    visit: Callable[..., TiledPage],
) -> None:
    page = visit()
    page.look_at_tile(14)
    page.play()
    page.until("p.video.currentTime > 4.3")
    page.look_at_tile(17)
    found = page.sample()
    assert found["tiles"][0][0] == 17, "no hole: what was not looked at is there in some quality"
    assert max(found["picks"]) == tiled_title.LOW - 1, "the budget does not pay for everything"
    page.until("p.video.currentTime > 7.6")
    found = page.sample()
    assert found["tiles"] == [(17, 0)], found
    page.look_at_tile(14)
    assert page.shown_in_the_middle()[0] == 14
    assert page.get("video.paused") is False


def test_after_a_seek_the_right_tiles_are_shown(visit: Callable[..., TiledPage], tiled_site: PlayerSite) -> None:
    page = visit()
    page.look_at_tile(20)
    page.play()
    page.do("seek(6.3)")
    page.until("!p.video.seeking && p.video.currentTime > 6.4")
    assert page.shown_in_the_middle()[0] == 20
    page.do("seek(1.2)")
    page.until("!p.video.seeking && p.video.currentTime > 1.3 && p.video.currentTime < 5")
    assert page.shown_in_the_middle()[0] == 20


def test_a_lossy_network_costs_quality_and_never_the_picture(
    visit: Callable[..., TiledPage], tiled_site: PlayerSite
) -> None:
    page = visit()
    answers = iter(range(1_000_000))

    def damage(name: str, data: bytes) -> bytes | int | None:
        if not name.endswith(".m4s") or "/q2/" in name:
            return None
        return {0: 404, 1: data[: len(data) // 2], 2: 503, 3: bytes(len(data)), 4: data[::-1]}.get(next(answers) % 6)

    tiled_site.tamper = damage
    page.play()
    for tile in (14, 21, 9):
        page.look_at_tile(tile)
        page.browser.run("return new Promise((go) => setTimeout(go, 1200))")
        assert page.shown_in_the_middle()[0] == tile
    page.until("p.video.currentTime > 5 && p.video.readyState >= 3")
    assert page.get("tiled") is True
    assert page.get("source.figures().tiles.broken") > 0
    assert page.browser.run("return document.querySelector('.player__card:not([hidden])')?.innerText ?? ''") == ""


def test_a_token_that_runs_out_in_mid_play_is_renewed(visit: Callable[..., TiledPage], tiled_site: PlayerSite) -> None:
    page = visit()
    tiled_site.expire_token()  # the first two seconds are there, the rest is not
    page.play()
    page.do("seek(5)")
    page.until("p.video.currentTime > 5.4 && !p.video.paused")
    assert tiled_site.renewals == 1
    assert page.get("tiled") is True


def test_a_packed_picture_carries_its_own_map(visit: Callable[..., TiledPage], tiled_site: PlayerSite) -> None:
    page = visit(refused=(f"grid {tiled_title.WIDTH}x{tiled_title.HEIGHT}",))
    assert page.get("source.figures().tiles.packed") is True
    assert page.get("video.videoHeight") < tiled_title.HEIGHT
    page.pause_at(2.5)
    page.look_at_tile(15)
    page.settle()
    page.wait_for_full_quality(15)
    seen = {}
    for tile in range(tiled_title.TILES):
        page.look_at_tile(tile)
        seen[tile] = page.shown_in_the_middle()
    assert {tile: shown for tile, (shown, _) in seen.items()} == {tile: tile for tile in seen}
    assert {quality for _, quality in seen.values()} >= {0, tiled_title.LOW}
    page.play()
    for tile in (8, 28, 12):
        page.look_at_tile(tile)
        assert page.shown_in_the_middle()[0] == tile
        page.browser.run("return new Promise((go) => setTimeout(go, 900))")
        assert page.shown_in_the_middle()[0] == tile


def test_an_index_that_lies_is_not_believed_and_the_ladder_plays(
    visit: Callable[..., TiledPage], tiled_site: PlayerSite
) -> None:
    def lie(name: str, data: bytes) -> bytes | None:
        return data.replace(b'"frames": 16,', b'"frames": 15,', 3) if name.endswith("index.json") else None

    tiled_site.tamper = lie
    page = visit(tiled=False)
    page.play()
    assert page.get("tiled") is False
    assert page.get("source.figures().codec").startswith("avc1")


def test_a_browser_without_hevc_plays_the_ladder_from_the_start(
    open_page: Callable[..., Any], tiled_site: PlayerSite
) -> None:
    tiled_site.reset()
    player = PlayerPage(open_page(address_of(tiled_site), viewport={"width": 720, "height": 480}))
    player.play()
    assert player.get("tiled") is False
    assert player.get("source.figures().codec").startswith("avc1")
    assert player.colour() == "NORTH"
