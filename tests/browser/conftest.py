"""Browsers, and houses for them to visit: a small one for the player alone and a whole centre."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.browser.firefox import Firefox, firefox
from tests.browser.media import SCREEN, SPHERE, STEREO, write_hls
from tests.browser.site import ROOT, PlayerSite
from tests.conftest import BROWSERS_REQUIRED, CHROMIUM

# Chromium without a graphics chip, and without talking to its maker.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--autoplay-policy=no-user-gesture-required",
    "--enable-precise-memory-info",
    # A microphone that beeps, and addresses that two pages of one machine can reach each other by.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]
HOUSE_START_SECONDS = 180  # CI has two cores


@pytest.fixture(scope="session")
def front_end() -> None:
    """The bundles, built when a source is newer."""
    built = ROOT / "static" / "dist" / "player.js"
    sources = [path for folder in ("js", "css") for path in (ROOT / "static" / folder).rglob("*") if path.is_file()]
    if built.exists() and built.stat().st_mtime >= max(path.stat().st_mtime for path in sources):
        return
    subprocess.run(["node", "static/build.mjs"], cwd=ROOT, check=True)


@pytest.fixture(scope="session")
def readable_player(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The player's bundle with its own names and with each module's path above it, for measurements."""
    folder = tmp_path_factory.mktemp("readable")
    script = (
        "import { build } from 'esbuild'; await build({ entryPoints: ['static/js/player/index.js'], bundle: true,"
        f" format: 'esm', target: 'es2022', outfile: '{folder}/player.js', loader: {{ '.svg': 'text' }} }});"
    )
    subprocess.run(["node", "--input-type=module", "-e", script], cwd=ROOT, check=True)
    return folder / "player.js"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One Chromium for a module: playwright's loop must not outlive it, or asyncio tests elsewhere cannot run."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def fox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    if shutil.which("firefox-esr") is None and shutil.which("firefox") is None:
        missing = "Firefox is not here (Debian: apt-get install firefox-esr)"
        pytest.fail(missing) if BROWSERS_REQUIRED else pytest.skip(missing)
    folder = tmp_path_factory.mktemp("firefox")
    with firefox(folder) as browser:
        yield browser


@dataclass
class Complaints:
    """What a page's console held against it. Expected ones are named by the test."""

    found: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        self.expected.append(pattern)

    def unexpected(self) -> list[str]:
        return [line for line in self.found if not any(re.search(pattern, line) for pattern in self.expected)]


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def open_page(chromium: Any, complaints: Complaints) -> Iterator[Callable[..., Any]]:
    """`open_page(url, **context)`: a fresh browser context on that page. Console errors fail the test at its end."""
    contexts = []

    def visit(url: str, **options: Any) -> Any:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 720}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.found.append(f"page: {error}"))
        page.on("console", lambda entry: entry.type == "error" and complaints.found.append(f"console: {entry.text}"))
        page.goto(url)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints.unexpected() == []


def content_security_policy() -> str:
    """The house's own policy, so that the player's test pages are held to it."""
    from django.conf import settings

    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    return "; ".join(f"{name} {' '.join(values)}" for name, values in directives.items())


@pytest.fixture(scope="session")
def player_media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("player-media")
    for kind, renditions in (("sphere", SPHERE), ("stereo", STEREO), ("screen", SCREEN)):
        write_hls(folder / kind, renditions, kind)
    return folder


@pytest.fixture(scope="session")
def _player_site(front_end: None, player_media: Path) -> Iterator[PlayerSite]:
    site = PlayerSite(player_media, content_security_policy())
    yield site
    site.close()


@pytest.fixture
def player_site(_player_site: PlayerSite) -> PlayerSite:
    _player_site.reset()
    return _player_site


@pytest.fixture(scope="session")
def stage_site(front_end: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlayerSite]:
    """Pages with nothing but a stage, and the tables of scenarios."""
    from tests.browser.stage_page import write_tables  # asks Django's models, which are not ready when this is read

    folder = tmp_path_factory.mktemp("stage")
    (folder / "tables").mkdir()
    write_tables(folder / "tables")
    site = PlayerSite(folder, content_security_policy())
    yield site
    site.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class House:
    """A centre that runs on its own data."""

    url: str
    data_dir: Path
    environment: dict[str, str]
    accounts: dict[str, tuple[str, str]]
    """role -> (user name, password), as printed at the first start"""
    log: Path
    """what its processes print"""

    def manage(self, *arguments: str) -> str:
        """Runs a management command on this house's data and answers its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def house(front_end: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """`manage.py serve` with demo people and courses, without the demo master."""
    folder = tmp_path_factory.mktemp("house")
    port = free_port()
    kept = {key: value for key, value in os.environ.items() if key not in {"REDIS_URL", "DATABASE_URL"}}
    environment = {
        **kept,
        "DATA_DIR": str(folder / "data"),
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "PYTHONUNBUFFERED": "1",
        # So short that a test can wait for the end of it.
        "TILES_ADDRESS_SECONDS": "12",
    }
    log = folder / "serve.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--courses-only"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://localhost:{port}"
    try:
        _wait_until_open(process, url, log)
        yield House(url, folder / "data", environment, _accounts(log.read_text()), log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture
def sign_in(open_page: Callable[..., Any], house: House) -> Callable[..., Any]:
    """`sign_in(path, role)`: that page of the house, as the demo account of that role sees it."""

    def visit(path: str, role: str = "instructor", **options: Any) -> Any:
        page = open_page(f"{house.url}/accounts/login/?next={path}", locale="en", **options)
        name, password = house.accounts[role]
        page.fill("input[name=login]", name)
        page.fill("input[name=password]", password)
        page.click("main form button[type=submit]")
        page.wait_for_url(re.compile(f"{re.escape(path)}|/consents/"))
        if "/consents/" in page.url:
            page.click("button[name=answer][value=yes]")
            page.wait_for_url(re.compile(re.escape(house.url + path)))
        page.context.add_cookies([{"name": "django_language", "value": "en", "url": house.url}])
        page.goto(house.url + path)
        return page

    return visit


def _wait_until_open(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + HOUSE_START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz/", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    pytest.fail(f"the house did not open:\n{log.read_text()[-4000:]}")


def _accounts(printed: str) -> dict[str, tuple[str, str]]:
    rows = re.findall(r"^  (\w+)\s+(\S+)\s+(\S+)$", printed.partition("Demo accounts")[2], re.MULTILINE)
    return {role: (name, password) for role, name, password in rows}
