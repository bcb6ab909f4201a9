"""Scripted runs: a file of events, with shorthands for what hands do many times.

{"mode": "exam", "profile": "cn", "roles": {"p1": "leader"}, "events": [
  {"t": 3, "action": "check_response"},
  {"t": 20, "until": 140, "kind": "compress", "rate_cpm": 110, "depth_mm": 54, "recoil": 0.95,
   "breaths": "rescue_breath"},
  {"t": 150, "kind": "repeat", "action": "back_blow", "times": 5, "every_s": 1}]}
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from courses.scenarios.engine.events import LONGEST_RUN_S, BadEvent, Event, event_from, number

# Two breaths of a second each, and the hands' way there and back.
BREATHS_PAUSE_S = 5.0
SHORTHAND = frozenset({"compress", "repeat"})
MOST_REPEATS = 10_000


@dataclass(frozen=True)
class Script:
    """mode and profile are None where the file does not say."""

    events: tuple[Event, ...]
    mode: str | None = None
    profile: str | None = None
    seed: int | None = None
    roles: Mapping[str, str] = field(default_factory=dict)


def read_script(path: Path) -> Script:
    """Raises OSError, json.JSONDecodeError, UnicodeDecodeError, or BadEvent with the place in front of its value."""
    return script_from(json.loads(path.read_text(encoding="utf-8")))


def script_from(document: Any) -> Script:
    """The script of a document: a list of events, or a mapping with `events`. Raises BadEvent."""
    if isinstance(document, list):
        document = {"events": document}
    if not isinstance(document, Mapping) or not isinstance(document.get("events"), list):
        raise BadEvent("no_events")
    roles = document.get("roles", {})
    if not isinstance(roles, Mapping) or not all(isinstance(role, str) for role in roles.values()):
        raise BadEvent("roles", roles)
    counted: dict[str, int] = {}
    events: list[Event] = []
    for index, said in enumerate(document["events"]):
        try:
            for plain in _plain(said):
                actor = plain.setdefault("actor", "learner")
                plain.setdefault("seq", counted.get(actor, 0))
                event = event_from(plain)
                counted[actor] = max(counted.get(actor, 0), event.seq + 1)
                events.append(event)
        except BadEvent as wrong:
            raise BadEvent(wrong.code, f"[{index}] {wrong.value}") from wrong
    seed = document.get("seed")
    return Script(tuple(events), document.get("mode"), document.get("profile"), seed, dict(roles))


def _plain(said: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(said, Mapping):
        raise BadEvent("not_an_object", said)
    kind = said.get("kind", "action" if "action" in said else None)
    if kind == "compress":
        yield from _compress(said)
    elif kind == "repeat":
        times, every_s = int(number(said.get("times"), "times")), number(said.get("every_s", 1), "every_s")
        if not 0 < times <= MOST_REPEATS or every_s <= 0:
            raise BadEvent("times", times)
        start = number(said.get("t"), "time")
        rest = {key: value for key, value in said.items() if key not in {"times", "every_s", "seq"}}
        for i in range(times):
            yield {**rest, "kind": "action", "t": round(start + i * every_s, 3)}
    else:
        yield {**said, "kind": kind}


def _compress(said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Compressions from t until `until`; recoil is the share that is released fully; with breaths by 30 to 2."""
    start, until = number(said.get("t"), "time"), number(said.get("until"), "until")
    rate, recoil = number(said.get("rate_cpm", 110), "rate"), number(said.get("recoil", 1.0), "recoil")
    if not 0 < rate <= 300 or until > LONGEST_RUN_S:
        raise BadEvent("rate", rate)
    base = {"actor": said.get("actor", "learner"), "source": said.get("source", "controller")}
    breaths, ratio = said.get("breaths"), int(number(said.get("ratio", 30), "ratio"))
    t_s, done, released = start, 0, 0
    while t_s < until:
        full = released < recoil * (done + 1) - 1e-9
        released += full
        yield {**base, "kind": "compression", "t": round(t_s, 3), "depth_mm": said.get("depth_mm"), "recoil": full}
        done += 1
        t_s += 60.0 / rate
        if breaths and done % ratio == 0 and t_s + BREATHS_PAUSE_S < until:
            breather = said.get("breaths_by", base["actor"])
            for i in range(2):
                yield {"kind": "action", "action": breaths, "t": round(t_s + 0.8 + 1.4 * i, 3), "actor": breather}
            t_s += BREATHS_PAUSE_S
