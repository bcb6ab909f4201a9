"""A film whose camera turns: how it turned is measured once, and taken out of whatever is made of the film."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from streaming.library.models import Master
from streaming.library.packaging import store
from streaming.library.probe.run import PROGRESS, TURNING, run_probe
from streaming.library.steady.track import Track


def measure_turning(master: Master, out: Path, *, beat: Callable[[], None]) -> dict[str, float] | None:
    """Measure how the camera turned, beside what the probe has left in `out`, and keep it. Returns degrees a second
    ("speed") and the farthest from how a shot began ("reach"); None: the camera stood."""
    run_probe(store.fetch_source(master.file.name), out, mode="--turning", pictures=master.frames, beat=beat)
    if not (out / TURNING).exists():
        return None
    data = (out / TURNING).read_bytes()
    store.write(master.turning_name, data)
    track = Track.from_bytes(data)
    return {"speed": round(track.speed(float(master.fps)), 1), "reach": round(track.reach, 1)}


def measured(out: Path) -> dict[str, Any]:
    """How far the measuring in `out` is, as a master's heart writes it."""
    noted = out / PROGRESS
    return {"stage_progress": float(noted.read_text())} if noted.exists() else {}


def turning_of(master: Master) -> Track | None:
    """How the camera turned, where that is taken out."""
    return Track.from_bytes(store.read(master.turning_name)) if master.is_steadied else None
