"""Firefox on a screen of its own, steered by its remote protocol (Marionette), which needs no driver beside it."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_SECONDS = 120
PREFERENCES = {
    "app.update.auto": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.aboutwelcome.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "webgl.force-enabled": True,
    "dom.webgpu.enabled": False,
    # Firefox decodes HEVC in WebCodecs, but offers it to pages only so.
    "dom.media.webcodecs.h265.enabled": True,
    "devtools.console.stdout.content": True,
}


class Firefox:
    """One browser window. `run` evaluates the body of a function on the page."""

    def __init__(self, port: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self._socket = socket.create_connection(("127.0.0.1", port), timeout=START_SECONDS)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)
        self._rest = b""
        self._number = 0
        self._receive()
        self._command("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"timeouts": {"script": 60_000}}}})

    def open(self, url: str) -> None:
        self._command("WebDriver:Navigate", {"url": url})

    def run(self, script: str, *arguments: Any) -> Any:
        return self._command("WebDriver:ExecuteScript", {"script": script, "args": list(arguments)})["value"]

    def until(self, expression: str, seconds: float = 60) -> None:
        """Waits until an expression is true; it is asked ten times a second."""
        deadline = time.monotonic() + seconds
        while not self.run(f"return Boolean({expression})"):
            assert time.monotonic() < deadline, f"never came true: {expression}"
            time.sleep(0.1)

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """The page lies in the background meanwhile: another tab is in front of it."""
        here = self._command("WebDriver:GetWindowHandle", {})["value"]
        other = self._command("WebDriver:NewWindow", {"type": "tab", "focus": True})["handle"]
        self._command("WebDriver:SwitchToWindow", {"handle": here, "focus": False})
        yield
        self._command("WebDriver:SwitchToWindow", {"handle": other, "focus": False})
        self._command("WebDriver:CloseWindow", {})
        self._command("WebDriver:SwitchToWindow", {"handle": here, "focus": True})

    def close(self) -> None:
        self._socket.close()

    def _command(self, name: str, parameters: dict[str, Any]) -> Any:
        self._number += 1
        text = json.dumps([0, self._number, name, parameters]).encode()
        self._socket.sendall(str(len(text)).encode() + b":" + text)
        _, _, error, result = self._receive()
        assert error is None, f"{error['error']}: {error['message']}"
        return result

    def _receive(self) -> Any:
        while b":" not in self._rest:
            self._rest += self._more()
        length, _, self._rest = self._rest.partition(b":")
        while len(self._rest) < int(length):
            self._rest += self._more()
        text, self._rest = self._rest[: int(length)], self._rest[int(length) :]
        return json.loads(text)

    def _more(self) -> bytes:
        data = self._socket.recv(65536)
        assert data, "Firefox has gone"
        return data


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """Starts Xvfb and Firefox, and ends them."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    assert program, "Firefox is not here: apt-get install firefox-esr"
    port = _free_port()
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    lines.append(f'user_pref("marionette.port", {port});')
    (folder / "user.js").write_text("\n".join(lines))
    read, write = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        display = pipe.readline().strip()
    environment = {**os.environ, "DISPLAY": f":{display}", "MOZ_X11_EGL": "1", "LIBGL_ALWAYS_SOFTWARE": "1"}
    environment.pop("WAYLAND_DISPLAY", None)
    command = [program, "--marionette", "--no-remote", "--profile", str(folder), "--width", "900", "--height", "700"]
    with (folder / "firefox.log").open("w") as log:
        process = subprocess.Popen([*command, "about:blank"], env=environment, stdout=log, stderr=log)
        try:
            browser = Firefox(port)
            yield browser
            browser.close()
        finally:
            for started in (process, screen):
                started.terminate()
            for started in (process, screen):
                try:
                    started.wait(15)
                except subprocess.TimeoutExpired:
                    started.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
