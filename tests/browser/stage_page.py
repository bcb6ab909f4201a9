"""A page with a stage on it, as tests drive it: the clock goes by pictures (tests/browser/pages/stage.js)."""

import json
import re
import struct
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from courses.scenarios.compile import compile_shipped
from courses.scenarios.engine import script
from tests.browser.site import HERE, ROOT

METRO = "adult-metro-aed"
TABLES = "/media/token-1/tables"


def write_tables(folder: Path) -> None:
    """Compiled scenarios, a log to be shown again, and the emulator's synthetic room."""
    for scenario in (METRO, "aed-no-shock", "choking-infant", "limb-bleeding"):
        table = json.dumps(compile_shipped(scenario), ensure_ascii=False)
        (folder / f"{scenario}.json").write_text(table, encoding="utf-8")
    _write_log(folder, METRO)
    # The room names its own parts by package; bundled, a page can load it.
    bundle = (
        "import { build } from 'esbuild'; await build({ entryPoints: ['node_modules/@iwer/sem/build/es/index.js'],"
        f" bundle: true, format: 'esm', target: 'es2022', outfile: '{folder}/room.js' }});"
    )
    subprocess.run(["node", "--input-type=module", "-e", bundle], cwd=ROOT, check=True)


def _write_log(folder: Path, scenario: str) -> None:
    """The log of the expert's scripted run, as the server keeps it, and where the head was for ten seconds."""
    runs = Path(script.__file__).parent.parent / "definitions" / "runs"
    events = [
        {"n": n, "actor": "p1", "seq": event.seq, "t": event.t_s, "kind": event.kind, **event.data}
        for n, event in enumerate(script.read_script(runs / f"{scenario}.expert.json").events)
    ]
    # A pose record: kind, flags (head known), run time, head, and two hands that are not known.
    head = struct.Struct("<BBHf7h14h")
    poses = [head.pack(1, 1, 0, 20 + i / 10, 700, 1100 + i, 200, 0, 0, 0, 32767, *[0] * 14) for i in range(100)]
    (folder / f"{scenario}.poses").write_bytes(b"".join(poses))
    member = {"actor": "p1", "slot": 1, "role": "", "name": "Wang", "kind": "team"}
    run = {"table": f"{TABLES}/{scenario}.json", "mode": "exam", "profile": "cn", "seed": 1, "team": [member], "t": 161}
    track = {"actor": "p1", "kind": "pose", "n": 0, "from_s": 20, "to_s": 30, "url": f"{TABLES}/{scenario}.poses"}
    log = {"run": run, "events": events, "holds": [], "tracks": [track], "report": {"ended_s": 161.0}}
    (folder / f"{scenario}.log.json").write_text(json.dumps(log), encoding="utf-8")


def rehearse(page: Any) -> None:
    """From now on stages that this page opens are those of the tests: an emulated headset and a clock of pictures."""
    driver = (HERE / "pages" / "stage.js").read_text(encoding="utf-8")
    emulator = (ROOT / "node_modules" / "iwer" / "build" / "iwer.module.js").read_text(encoding="utf-8")

    def answer(route: Any) -> None:
        address = route.request.url
        if "rehearsed" in address:
            route.continue_()
        else:
            # The page's own script under another address, asked for by the driver once the headset is there.
            real = address + ("&" if "?" in address else "?") + "rehearsed"
            module = driver.replace('new URL(import.meta.url).searchParams.get("stage")', f'"{real}"')
            route.fulfill(body=module, content_type="text/javascript")

    page.route(re.compile(r"/static/dist/stage(\.\w+)?\.js"), answer)
    page.route("**/node_modules/iwer/**", lambda route: route.fulfill(body=emulator, content_type="text/javascript"))


class StagePage:
    """Wraps a playwright page that holds a stage."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.until("window.rehearsal !== undefined")

    def do(self, call: str) -> Any:
        return self.page.evaluate(f"rehearsal.{call}")

    def until(self, expression: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not self.page.evaluate(expression):
            assert time.monotonic() < deadline, f"never came true: {expression}"
            self.page.wait_for_timeout(80)

    def put_on(self, mode: str = "vr") -> None:
        self.until(f"document.querySelector('[data-do=begin{mode.title()}]') !== null")
        self.page.evaluate(f"document.querySelector('[data-do=begin{mode.title()}]').click()")
        self.until("rehearsal.stage.immersion.active && rehearsal.stage.playing")
        self.do("frames(4)")

    @property
    def state(self) -> dict[str, Any]:
        return dict(self.do("state()"))

    @property
    def entries(self) -> list[str]:
        return list(self.do("entries()"))

    @property
    def compressions(self) -> list[list[Any]]:
        return list(self.do("compressions()"))

    def wait_for(self, expression: str, at_most_s: float) -> None:
        """Lets run time pass until something is true of the state `s`."""
        for _ in range(int(at_most_s / 5)):
            if self.page.evaluate(f"(() => {{ const s = rehearsal.state(); return {expression}; }})()"):
                return
            self.do("wait(5)")
        pytest.fail(f"{expression} did not come true in {at_most_s} s of the run; entries: {self.entries[-12:]}")
