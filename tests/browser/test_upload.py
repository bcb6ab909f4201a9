"""Bringing a film through the page: the connection breaks, the browser is closed, and nothing is lost."""

import hashlib
import random
import re
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Complaints, House
from tests.library.films import make_film

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
CHUNK = 8 * 2**20
BROKEN_NETWORK = r"ERR_CONNECTION|ERR_INTERNET|ERR_FAILED|Failed to load resource"
READY_MS = 120_000


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real little film of 2:1 that 20 MiB of a `free` box make large enough for three pieces."""
    path = make_film(tmp_path_factory.mktemp("film") / "抢救室 bay 3.mp4", frames=24, width=256, height=128)
    ballast = random.Random(7).randbytes(20 * 2**20)
    with path.open("ab") as file:
        file.write(struct.pack(">I4s", len(ballast) + 8, b"free") + ballast)
    return path


def patches_of(page: Page) -> list[int]:
    """The offsets of the pieces that the page sends, as it sends them."""
    offsets: list[int] = []
    page.on(
        "request",
        lambda request: request.method == "PATCH" and offsets.append(int(request.headers["upload-offset"])),
    )
    return offsets


def break_network_after(page: Page, pieces: int) -> None:
    """Let that many pieces through, then lose every connection to the tus server."""
    passed = 0

    def decide(route: Route) -> None:
        nonlocal passed
        if passed >= pieces:
            route.abort("connectionreset")
            return
        passed += route.request.method == "PATCH"
        route.continue_()

    page.route("**/library/tus/**", decide)


def test_a_film_goes_on_where_it_was_after_the_browser_was_closed(
    sign_in: Open, house: House, film: Path, complaints: Complaints
) -> None:
    complaints.expect(BROKEN_NETWORK)
    first = sign_in("/library/upload/")
    break_network_after(first, pieces=1)
    first.set_input_files("[data-files]", str(film))
    card = first.locator(".transfer")
    expect(card).to_contain_text("Trying again in", timeout=30_000)
    first.context.close()

    second = sign_in("/library/upload/")
    offsets = patches_of(second)
    expect(second.locator(".unfinished")).to_contain_text(film.name)
    expect(second.locator(".unfinished")).to_contain_text("% of 20.0 MB have arrived")
    second.set_input_files("[data-files]", str(film))
    expect(second.locator(".unfinished")).to_have_count(0)
    expect(second.get_by_role("link", name=re.compile("Open"))).to_be_visible(timeout=30_000)
    assert offsets[0] == CHUNK, "what had arrived was not sent again"
    stored = [path for path in (house.data_dir / "media" / "masters").glob("*/source/*") if "bay" in path.name]
    assert [hashlib.sha256(path.read_bytes()).digest() for path in stored] == [
        hashlib.sha256(film.read_bytes()).digest()
    ]


def test_the_story_goes_from_received_to_ready_without_a_reload(sign_in: Open, tmp_path: Path) -> None:
    page = sign_in("/library/upload/")
    page.set_input_files("[data-files]", str(make_film(tmp_path / "ward.mp4", frames=24, width=256, height=128)))
    expect(page.get_by_role("link", name="Open the film")).to_be_visible(timeout=READY_MS)
    steps = page.locator(".story__step--done .story__title")
    expect(steps).to_have_count(4)
    page.get_by_role("link", name="Open the film").click()
    expect(page.locator("[data-player] canvas")).to_be_visible(timeout=30_000)
    expect(page.locator("[data-rendition]").first).to_contain_text("dB")


def test_a_lost_connection_is_said_and_ends_by_itself(sign_in: Open, film: Path, complaints: Complaints) -> None:
    complaints.expect(BROKEN_NETWORK)
    page = sign_in("/library/upload/")
    break_network_after(page, pieces=1)
    page.set_input_files("[data-files]", str(film))
    expect(page.locator(".transfer")).to_contain_text("Trying again in", timeout=30_000)
    page.unroute("**/library/tus/**")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.get_by_role("link", name=re.compile("Open"))).to_be_visible(timeout=30_000)


def test_an_upload_is_paused_gone_on_with_and_given_up(sign_in: Open, house: House, film: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.mp4"
    other.write_bytes(film.read_bytes())
    page = sign_in("/library/upload/")
    held: list[Route] = []
    page.route("**/library/tus/**", lambda r: held.append(r) if r.request.method == "PATCH" else r.continue_())
    page.set_input_files("[data-files]", str(other))
    page.get_by_role("button", name="Pause: other.mp4").click()
    expect(page.locator(".transfer")).to_contain_text("Paused at")
    page.get_by_role("button", name="Go on: other.mp4").click()
    expect(page.get_by_role("button", name="Pause: other.mp4")).to_be_visible()
    page.get_by_role("button", name="Give up: other.mp4").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep it").click()
    expect(page.locator(".transfer")).to_have_count(1)
    page.get_by_role("button", name="Give up: other.mp4").click()
    page.get_by_role("dialog").get_by_role("button", name="Give up").click()
    expect(page.locator(".transfer")).to_have_count(0)
    page.reload()
    expect(page.locator(".unfinished")).to_have_count(0)
    assert list((house.data_dir / "uploads").glob("*.part")) == []


def test_a_text_file_named_mp4_is_explained_in_the_readers_language(sign_in: Open, tmp_path: Path) -> None:
    fake = tmp_path / "notes.mp4"
    fake.write_text("Ward round, bed 3\n" * 50)
    page = sign_in("/library/upload/")
    page.set_input_files("[data-files]", str(fake))
    expect(page.locator(".transfer")).to_contain_text("This is not a video file that we can read", timeout=60_000)
    page.get_by_role("link", name="Open its page").click()
    expect(page.get_by_role("alert").first).to_contain_text("Export it as MP4, MOV, MKV or WebM")
