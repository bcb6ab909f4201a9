"""What a client says that somebody did. Shape is checked here; whether it was possible, the run decides."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from courses.scenarios.motion.sources import Source
from courses.scenarios.rhythm.synthesis import Rhythm

KINDS = frozenset({"action", "compression", "aed", "tracking", "role", "direct"})
AED_DOINGS = frozenset({"power", "pad", "touch", "clear", "shock"})
LONGEST_RUN_S = 86_400.0
# What an instructor may set in a patient; the values are those of the language's effects.
RHYTHMS = frozenset(rhythm.value for rhythm in Rhythm)
BREATHINGS = frozenset({"normal", "agonal", "none", "laboured"})
AIRWAYS = frozenset({"clear", "partial", "blocked"})
FASTEST_BLEEDING_ML_MIN = 5_000.0


class BadEvent(ValueError):
    """An event that is none. `code` names what is wrong, `value` what was said."""

    def __init__(self, code: str, value: object = "") -> None:
        super().__init__(f"{code}: {value}")
        self.code, self.value = code, value


@dataclass(frozen=True)
class Event:
    """seq: the client's own number, unique for an actor. t_s: the client's time since the run began, seconds."""

    seq: int
    t_s: float
    actor: str
    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def order(self) -> tuple[float, str, int]:
        """Events count in this order, whenever they arrive."""
        return self.t_s, self.actor, self.seq


def event_from(said: Any) -> Event:
    """The event in a client's message. Raises BadEvent."""
    if not isinstance(said, Mapping):
        raise BadEvent("not_an_object", said)
    seq, actor, kind = said.get("seq"), said.get("actor", "learner"), said.get("kind")
    if not isinstance(seq, int) or isinstance(seq, bool) or seq < 0:
        raise BadEvent("seq", seq)
    if not isinstance(actor, str) or not 0 < len(actor) <= 80:
        raise BadEvent("actor", actor)
    t_s = number(said.get("t"), "time")
    if not 0.0 <= t_s <= LONGEST_RUN_S:
        raise BadEvent("time", t_s)
    return Event(seq, t_s, actor, str(kind), _data(kind, said))


def number(value: Any, code: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadEvent(code, value)
    return float(value)


def _data(kind: Any, said: Mapping[str, Any]) -> dict[str, Any]:
    if kind == "action":
        if not isinstance(said.get("action"), str):
            raise BadEvent("action", said.get("action"))
        return {"action": said["action"]}
    if kind == "compression":
        return _compression(said)
    if kind == "aed":
        return _aed(said)
    if kind == "tracking":
        if not isinstance(said.get("lost"), bool):
            raise BadEvent("tracking", said.get("lost"))
        return {"lost": said["lost"]}
    if kind == "role":
        return {"role": _name(said.get("role"), "role")}
    if kind == "direct":
        return _direct(said)
    raise BadEvent("kind", kind)


def _compression(said: Mapping[str, Any]) -> dict[str, Any]:
    depth, recoil = said.get("depth_mm"), said.get("recoil")
    if recoil is not None and not isinstance(recoil, bool):
        raise BadEvent("recoil", recoil)
    try:
        source = Source(said.get("source", "controller"))
    except ValueError as wrong:
        raise BadEvent("source", said.get("source")) from wrong
    # A laptop's space bar knows when, not how deep: then depth is not given.
    return {"depth_mm": None if depth is None else number(depth, "depth"), "recoil": recoil, "source": source.value}


def _aed(said: Mapping[str, Any]) -> dict[str, Any]:
    if said.get("do") not in AED_DOINGS:
        raise BadEvent("aed", said.get("do"))
    if said["do"] != "pad":
        return {"do": said["do"]}
    if said.get("pad") not in {"right", "left"}:
        raise BadEvent("pad", said.get("pad"))
    place = {axis: number(said.get(axis), "pad_place") for axis in ("x_m", "y_m")}
    return {"do": "pad", "pad": said["pad"], "back": said.get("back") is True, **place}


def _direct(said: Mapping[str, Any]) -> dict[str, Any]:
    """What an instructor makes happen."""
    if said.get("do") == "state":
        return {"do": "state", "to": _name(said.get("to"), "state")}
    if said.get("do") == "distractor":
        return {"do": "distractor", "id": _name(said.get("id"), "distractor")}
    if said.get("do") != "effect":
        raise BadEvent("direct", said.get("do"))
    effect = said.get("effect")
    if not isinstance(effect, Mapping) or len(effect) != 1:
        raise BadEvent("effect", effect)
    ((name, value),) = effect.items()
    return {"do": "effect", "effect": {name: _effect_value(name, value)}}


def _effect_value(name: Any, value: Any) -> Any:
    choices = {"rhythm": RHYTHMS, "breathing": BREATHINGS, "airway": AIRWAYS}.get(name)
    if choices is not None and isinstance(value, str) and value in choices:
        return value
    if name == "conscious" and isinstance(value, bool):
        return value
    if name == "bleeding_ml_min" and 0.0 <= number(value, "effect") <= FASTEST_BLEEDING_ML_MIN:
        return float(value)
    if name == "oxygen" and 0.0 <= number(value, "effect") <= 100.0:
        return float(value)
    if name in {"prompt", "fact"}:
        return _name(value, "effect")
    raise BadEvent("effect", f"{name}: {value}")


def _name(value: Any, code: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 80:
        raise BadEvent(code, value)
    return value
