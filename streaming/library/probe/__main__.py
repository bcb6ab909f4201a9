"""`python -m streaming.library.probe FILE OUT`: examine FILE; write OUT/probe.json and OUT/timeline.npz.
`python -m streaming.library.probe --look FILE OUT`: read OUT/probe.json and timeline; write OUT/turns.json: true for a
camera that turns.
`python -m streaming.library.probe --turning FILE OUT`: read the same; write OUT/turning.npz, how it turned. The part of
it that is done, 0 to 1, is in OUT/progress.
`python -m streaming.library.probe --stills FILE OUT`: read OUT/probe.json, timeline and, if it is there, turning; write
poster and preview.

Exit 0; or 3 with OUT/error.json {"code", "params", "detail"} for a file that we cannot take.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streaming.library.errors import MediaError
from streaming.library.probe.examine import examine, quiet
from streaming.library.probe.run import BAD_INPUT, PROGRESS, TURNING, TURNS
from streaming.library.probe.stills import make_stills
from streaming.library.probe.timeline import Timeline
from streaming.library.steady.measure import is_turning, measure_turning
from streaming.library.steady.track import Track

SECONDS_BETWEEN_NOTES = 0.5


def main(arguments: list[str]) -> int:
    quiet()
    mode, (source, out) = arguments[0], (Path(argument) for argument in arguments[-2:])
    try:
        if mode == "--stills":
            stills(source, out)
        elif mode == "--look":
            (out / TURNS).write_text(json.dumps(is_turning(source, *examined(out))))
        elif mode == "--turning":
            track = measure_turning(source, *examined(out), noting(out / PROGRESS))
            (out / TURNING).write_bytes(track.to_bytes())
        else:
            facts, timeline = examine(source)
            (out / "timeline.npz").write_bytes(timeline.to_bytes())
            (out / "probe.json").write_text(json.dumps(facts))
    except MediaError as error:
        report = {"code": error.code, "params": error.params, "detail": error.detail}
        (out / "error.json").write_text(json.dumps(report))
        return BAD_INPUT
    return 0


def examined(out: Path) -> tuple[dict[str, Any], Timeline]:
    """What an earlier call found."""
    return json.loads((out / "probe.json").read_text()), Timeline.from_bytes((out / "timeline.npz").read_bytes())


def stills(source: Path, out: Path) -> None:
    track = out / TURNING
    make_stills(source, *examined(out), out, Track.from_bytes(track.read_bytes()) if track.exists() else None)


def noting(path: Path) -> Callable[[float], None]:
    """Writes how much is done, whole or not at all, but not for every picture."""
    noted = 0.0

    def note(part: float) -> None:
        nonlocal noted
        if time.monotonic() - noted < SECONDS_BETWEEN_NOTES:
            return
        noted = time.monotonic()
        fresh = path.with_suffix(".part")
        fresh.write_text(f"{part:.4f}")
        fresh.rename(path)

    return note


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
