"""A title in tiles in a real browser: Firefox decodes merged HEVC through MSE, WebGL draws it, and the pixels say which
tile stands where and in which quality. Chromium, which has no HEVC here, plays the ladder."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser import tiled_title
from tests.browser.conftest import content_security_policy
from tests.browser.firefox import Firefox
from tests.browser.media import SPHERE, write_hls
from tests.browser.player_page import PlayerPage
from tests.browser.site import PlayerSite

pytestmark = pytest.mark.browser

GRID = f"grid {tiled_title.WIDTH}x{tiled_title.HEIGHT}"
PACKED = f"packed {tiled_title.packed_size()}"
# Layouts that this browser is told to be too slow for by MSE: then WebCodecs decodes.
NO_MSE = (GRID, PACKED)
PLAYER = "document.querySelector('[data-player]').player"
# Pays for every tile in the lowest quality and about eight of them in another one.
CAP_KBPS = 215
# Seconds of the picture that is drawn, where WebCodecs decodes.
DRAWN = "p.stage.picture.children[0].material.uniforms.picture.value.image.timestamp / 1e6"
# Shares of the canvas: a grid over the whole view, its middle among them.
POINTS = [(x / 8, y / 8) for x in range(1, 8) for y in range(1, 8)]
SAMPLE = """
const [points] = arguments;
const player = document.querySelector('[data-player]').player;
const { stage, source, video } = player;
// The quality whose colours a tile has: that of the segment in which it was entered, however it went on since.
const coloursIn = (segment) => [...(source.given.get(segment)?.picks ?? [])].map((_, tile) => {
  let entered = segment;
  while (source.given.get(entered).continued[tile]) entered--;
  return source.given.get(entered).picks[tile];
});
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
    const segment = Math.floor(video.currentTime + 1e-3);
    const { picks, continued } = source.given.get(segment) ?? { picks: [], continued: [] };
    const given = { picks: [...picks], continued: [...continued], expected: coloursIn(segment) };
    done({ colours, time: video.currentTime, ...given });
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
    (media / "tiles-2").symlink_to("tiles")
    site = PlayerSite(media, content_security_policy())
    yield site
    site.close()


def address_of(site: PlayerSite) -> str:
    tiled = {"hls": site.address("tiles", "master.m3u8"), "tiled": site.address("tiles", "tiled/index.json")}
    return site.page("tiles", src=tiled, thumbnails=None, captions=[], resume={"position": 0, "url": None})


@pytest.fixture
def visit(fox: Firefox, tiled_site: PlayerSite) -> Callable[..., TiledPage]:
    tiled_site.reset()

    def go(cap: int = CAP_KBPS, refused: tuple[str, ...] = (), tiled: bool = True, expired: bool = False) -> TiledPage:
        url = address_of(tiled_site)
        fox.open(f"{tiled_site.url}/nothing")  # of the same origin, for what the browser remembers
        fox.run(
            "localStorage.clear();"
            "localStorage.setItem('player.preferences', JSON.stringify({ tilesCap: arguments[0], muted: true }));"
            "localStorage.setItem('player.tiles', JSON.stringify({ tooSlow: arguments[1] }));",
            cap,
            list(refused),
        )
        if expired:
            tiled_site.expire_token()
        return TiledPage(fox, url, tiled=tiled)

    return go


def check_colours(found: dict[str, Any]) -> None:
    """Each tile in the colours of the quality in which it was entered, however it went on."""
    wrong = [(tile, quality) for tile, quality in found["tiles"] if found["expected"][tile] != quality]
    assert len(wrong) <= 2, f"not as chosen: {wrong}"  # a spot or an edge may lie under a point


def look_at_every_tile(page: TiledPage) -> set[int]:
    """The qualities that are seen, after it was made sure that every tile stands in its place."""
    seen = {}
    for tile in range(tiled_title.TILES):
        page.look_at_tile(tile)
        seen[tile] = page.shown_in_the_middle()
    assert {tile: shown for tile, (shown, _) in seen.items()} == {tile: tile for tile in seen}
    return {quality for _, quality in seen.values()}


def test_every_tile_stands_in_its_place_and_the_view_is_in_the_chosen_quality(visit: Callable[..., TiledPage]) -> None:
    page = visit()
    page.pause_at(2.5)
    look_at_every_tile(page)
    page.look_at_tile(15)
    page.settle()
    page.wait_for_full_quality(15)
    found = page.sample(POINTS)
    assert found["tiles"][24] == (15, 0), "the middle of the view is in full quality"
    check_colours(found)


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


@pytest.mark.parametrize("refused", [(), NO_MSE], ids=["mse", "webcodecs"])
def test_what_is_looked_at_goes_on_and_what_was_left_keeps_its_picture(
    visit: Callable[..., TiledPage], tiled_site: PlayerSite, refused: tuple[str, ...]
) -> None:
    page = visit(refused=refused)
    page.look_at_tile(14)
    page.play()
    went_on, kept = 0, 0
    turns = iter((15, 14, 16))
    while (time := page.get("video.currentTime")) < 8:
        # Not while the start is made better, and not where one segment's pictures give way to the next one's.
        if time > 1 and 0.2 < time % 1 < 0.6:
            found = page.sample(POINTS)
            check_colours(found)
            went_on += sum(found["continued"])
            kept += sum(pick > colour for pick, colour in zip(found["picks"], found["expected"], strict=True))
            page.until(f"p.video.currentTime % 1 > 0.6 || p.video.currentTime > {time} + 1")
            if time > 2.2 and int(time) % 2 == 0:
                page.look_at_tile(next(turns))
        page.browser.run("return new Promise((go) => setTimeout(go, 50))")
    assert went_on > tiled_title.TILES, "most tiles go on in most segments"
    assert kept > 0, "a tile that is looked at no longer goes on in the lowest quality, and keeps its picture"
    assert any(name.split("/")[-2].startswith("c") for name, *_ in tiled_site.ranges)
    assert page.get("tiled") is True


@pytest.mark.parametrize("refused", [(), NO_MSE], ids=["mse", "webcodecs"])
def test_a_seek_into_the_middle_of_a_group_and_back_shows_what_was_given(
    visit: Callable[..., TiledPage], refused: tuple[str, ...]
) -> None:
    page = visit(refused=refused)
    page.look_at_tile(20)
    page.play()
    page.until("p.video.currentTime > 2.3")
    for seconds in (6.4, 7.5, 6.6, 1.3, 2.7, 5.5):
        page.pause_at(seconds)
        page.settle()
        found = page.sample(POINTS)
        assert found["tiles"][24][0] == 20
        check_colours(found)
        page.play()
        page.until(f"Math.abs(p.video.currentTime - {int(seconds) + 1.45}) < 0.2")
        found = page.sample(POINTS)
        assert found["tiles"][24][0] == 20
        check_colours(found)
    assert page.get("tiled") is True


@pytest.mark.parametrize("refused", [(), NO_MSE], ids=["mse", "webcodecs"])
def test_a_step_back_plays_what_is_there_from_the_beginning_of_its_group(
    visit: Callable[..., TiledPage], refused: tuple[str, ...]
) -> None:
    page = visit(refused=refused)
    page.look_at_tile(20)
    page.play()
    page.until("p.video.currentTime > 5.85")
    page.do("seek(5.2)")
    page.until("!p.video.seeking && p.video.currentTime > 5.3 && p.video.currentTime < 5.8")
    found = page.sample(POINTS)
    assert sum(found["continued"]) > 0, "nothing was fetched anew"
    check_colours(found)
    page.until("p.video.currentTime > 7.3")
    check_colours(page.sample(POINTS))


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
        if not is_better_tile(name):
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
    page = visit(refused=(GRID,))
    assert page.get("source.figures().tiles.packed") is True
    assert page.get("video.videoHeight") < tiled_title.HEIGHT
    page.pause_at(2.5)
    page.look_at_tile(15)
    page.settle()
    page.wait_for_full_quality(15)
    assert look_at_every_tile(page) >= {0, tiled_title.LOW}
    page.play()
    for tile in (8, 28, 12):
        page.look_at_tile(tile)
        assert page.shown_in_the_middle()[0] == tile
        page.browser.run("return new Promise((go) => setTimeout(go, 900))")
        assert page.shown_in_the_middle()[0] == tile


def test_by_webcodecs_every_tile_stands_in_its_place_too(visit: Callable[..., TiledPage]) -> None:
    page = visit(refused=NO_MSE)
    assert page.get("stage.drawsAlone") is True and page.get("video.videoWidth") == 0
    page.pause_at(2.5)
    look_at_every_tile(page)
    page.look_at_tile(15)
    page.settle()
    page.wait_for_full_quality(15)
    page.play()
    page.until("p.video.currentTime > 4.2")
    page.look_at_tile(17)
    assert page.shown_in_the_middle()[0] == 17, "no hole"
    page.until("p.video.currentTime > 7.6")
    page.wait_for_full_quality(17)
    page.do("seek(1.2)")
    page.until("!p.video.seeking && p.video.currentTime > 1.3 && p.video.currentTime < 5")
    assert page.shown_in_the_middle()[0] == 17
    page.until("p.video.ended")
    assert page.get("tiled") is True


def test_by_webcodecs_the_picture_is_the_one_of_its_moment(visit: Callable[..., TiledPage]) -> None:
    page = visit(refused=NO_MSE)
    for seconds in (0.5, 6.75, 3.0, 8.5):
        page.pause_at(seconds)
        page.until(f"Math.abs({DRAWN} - {seconds}) <= 1 / {tiled_title.FPS}")
    page.pause_at(2)
    page.play()
    for _ in range(8):
        page.browser.run("return new Promise((go) => setTimeout(go, 300))")
        shown, clock = page.browser.run(f"const p = {PLAYER}; return [{DRAWN}, p.video.currentTime]")
        assert -0.05 < clock - shown < 0.35, "picture and sound go together"


def test_by_webcodecs_the_clock_waits_for_a_picture_that_is_late(
    visit: Callable[..., TiledPage], tiled_site: PlayerSite
) -> None:
    page = visit(refused=NO_MSE)
    tiled_site.hold_segments(4)
    page.play()
    page.do("seek(5)")
    page.until("p.source.waiting && !p.video.seeking")
    assert page.get("video.currentTime") < 5.3 and page.get("video.paused") is False
    tiled_site.change()
    page.until("!p.source.waiting && p.video.currentTime > 5.5")
    assert page.get("tiled") is True


def test_by_webcodecs_a_packed_picture_carries_its_own_map_too(visit: Callable[..., TiledPage]) -> None:
    page = visit(refused=(*NO_MSE, f"{GRID} by frames"))
    assert page.get("source.figures().tiles.packed") is True and page.get("stage.drawsAlone") is True
    page.pause_at(2.5)
    page.look_at_tile(15)
    page.settle()
    page.wait_for_full_quality(15)
    assert look_at_every_tile(page) >= {0, tiled_title.LOW}


def test_a_title_that_is_made_anew_goes_on_with_its_new_files_when_the_old_ones_are_gone(
    visit: Callable[..., TiledPage], tiled_site: PlayerSite
) -> None:
    page = visit()
    page.pause_at(1)
    tiled_site.replace("tiles", "tiles-2")
    page.do("seek(5)")
    page.play()
    page.until("p.video.currentTime > 5.4")
    assert tiled_site.renewals == 1
    assert page.get("tiled") is True
    assert "/tiles-2/tiled/" in page.get("address.tiled")
    page.look_at_tile(20)
    assert page.shown_in_the_middle()[0] == 20


def test_a_page_that_stood_open_past_its_address_renews_it_first(
    visit: Callable[..., TiledPage], tiled_site: PlayerSite
) -> None:
    page = visit(expired=True)
    assert tiled_site.renewals == 1
    page.play()
    assert page.get("tiled") is True


def card(page: TiledPage) -> str:
    """What the player says over the picture."""
    text = page.browser.run("return document.querySelector('.player__card:not([hidden])')?.innerText ?? ''")
    return str(text)


def is_floor(name: str) -> bool:
    """In the lowest quality, entered or continuing."""
    return name.endswith(".m4s") and name.split("/")[-2] in {"q2", "c2"}


def is_better_tile(name: str) -> bool:
    return name.endswith(".m4s") and not is_floor(name)


def is_late_floor(name: str) -> bool:
    return is_floor(name) and int(name[-9:-4]) >= 4


def truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


def first_slice(data: bytes) -> int:
    """Where it begins in a range: behind the boxes of an entry tile, or at once."""
    return (data.index(b"mdat") + 4 if b"mdat" in data else 0) + 4


def with_other_parameter_sets(data: bytes) -> bytes:
    """A tile whose first slice names another picture parameter set: the four bits behind its NAL header."""
    at = first_slice(data) + 2
    return data[:at] + bytes([data[at] & 0xC0 | 0x04]) + data[at + 1 :]


def of_another_unit(data: bytes) -> bytes:
    """A parameter set where a slice should be."""
    at = first_slice(data)
    return data[:at] + bytes([33 << 1]) + data[at + 1 :]


@pytest.mark.parametrize("harm", [truncated, with_other_parameter_sets, of_another_unit])
def test_a_better_tile_that_is_not_what_it_should_be_stays_in_the_lower_quality(
    visit: Callable[..., TiledPage], tiled_site: PlayerSite, harm: Callable[[bytes], bytes]
) -> None:
    page = visit()
    tiled_site.tamper = lambda name, data: harm(data) if is_better_tile(name) else None
    page.look_at_tile(20)
    page.do("seek(4)")
    page.play()
    page.until("p.video.currentTime > 5.5 && p.source.figures().tiles.broken > 0")
    assert page.shown_in_the_middle() == (20, tiled_title.LOW - 1)
    assert page.get("tiled") is True and card(page) == ""


@pytest.mark.parametrize("harm", [truncated, with_other_parameter_sets, of_another_unit])
def test_a_lowest_tile_that_is_not_what_it_should_be_hands_over_to_the_ladder(
    visit: Callable[..., TiledPage], tiled_site: PlayerSite, harm: Callable[[bytes], bytes]
) -> None:
    page = visit()
    tiled_site.tamper = lambda name, data: harm(data) if is_late_floor(name) else None
    page.play()
    page.until("!p.tiled && p.video.currentTime > 1 && p.video.readyState >= 3")
    assert page.get("source.figures().codec").startswith("avc1")
    assert card(page) == ""


def test_an_index_that_lies_about_sizes_hands_over_to_the_ladder(
    visit: Callable[..., TiledPage], tiled_site: PlayerSite
) -> None:
    def lie(name: str, data: bytes) -> bytes | None:
        if not name.endswith("index.json"):
            return None
        index = json.loads(data)
        index["segments"][4]["header"] += 8
        return json.dumps(index).encode()

    tiled_site.tamper = lie
    page = visit()
    page.play()
    page.until("!p.tiled && p.video.currentTime > 1 && p.video.readyState >= 3")
    assert card(page) == ""


@pytest.mark.parametrize("refused", [(), NO_MSE], ids=["mse", "webcodecs"])
def test_without_a_network_the_player_says_so_and_goes_on_by_itself(
    visit: Callable[..., TiledPage], tiled_site: PlayerSite, refused: tuple[str, ...]
) -> None:
    page = visit(refused=refused)
    tiled_site.offline = True  # the first two seconds are there, the rest is not
    page.do("seek(6)")
    page.do("play()")
    page.until("p.host.dataset.trouble === 'network'")
    assert card(page) != ""
    tiled_site.offline = False
    page.until("p.video.currentTime > 6.3 && !p.host.dataset.trouble")
    assert page.get("tiled") is True and card(page) == ""


def test_slow_answers_cost_quality_and_never_the_picture(
    visit: Callable[..., TiledPage], tiled_site: PlayerSite
) -> None:
    page = visit()
    tiled_site.segment_delay = 0.7
    page.play()
    page.browser.run(f"{PLAYER}.video.addEventListener('waiting', () => window.waits = (window.waits ?? 0) + 1)")
    page.until("p.video.currentTime > 6")
    page.look_at_tile(9)
    assert page.shown_in_the_middle()[0] == 9
    assert page.browser.run("return window.waits ?? 0") <= 1, "the start may wait"
    assert page.get("tiled") is True


def test_a_higher_cap_makes_what_follows_better(visit: Callable[..., TiledPage]) -> None:
    page = visit()
    page.play()
    page.until("p.video.currentTime > 3")
    before = page.sample()["expected"]
    page.do(f"chooseTilesCap({100 * CAP_KBPS})")
    page.until("p.video.currentTime > 7")
    assert sum(page.sample()["expected"]) < sum(before), "a lower number is a better quality"


def test_a_hidden_tab_fetches_only_the_lowest_quality_until_it_is_seen_again(
    visit: Callable[..., TiledPage], tiled_site: PlayerSite
) -> None:
    page = visit()
    page.look_at_tile(20)
    page.play()
    with page.browser.hidden():
        page.until("document.visibilityState === 'hidden' && p.video.currentTime > 2.5")
        tiled_site.ranges.clear()
        page.until("p.video.currentTime > 5")
        assert all(is_floor(name) for name, *_ in tiled_site.ranges)
    page.until("document.visibilityState === 'visible'")
    page.wait_for_full_quality(20)


def test_an_index_that_lies_is_not_believed_and_the_ladder_plays(
    visit: Callable[..., TiledPage], tiled_site: PlayerSite
) -> None:
    def lie(name: str, data: bytes) -> bytes | None:
        return data.replace(b'"frames": 20,', b'"frames": 19,', 3) if name.endswith("index.json") else None

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
