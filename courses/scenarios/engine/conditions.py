"""Whether a condition of the language holds in a run now."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from courses.scenarios.language.model import Condition, facts_of
from courses.scenarios.motion.compression import PAUSE_FROM_S

if TYPE_CHECKING:
    from courses.scenarios.engine.run import Run

QUALITY_WINDOW_S = 60.0


def holds(condition: Condition, run: "Run") -> bool:
    """A list holds when all of it does."""
    if isinstance(condition, list):
        return all(holds(part, run) for part in condition)
    ((kind, argument),) = condition.items()
    return _HOLDS[kind](argument, run)


def _did(argument: Any, run: "Run") -> bool:
    return any(run.times_of(fact) for fact in facts_of(argument))


def _did_here(argument: Any, run: "Run") -> bool:
    return any(run.count_here(fact) > 0 for fact in facts_of(argument))


def _count(argument: Mapping[str, Any], run: "Run") -> bool:
    fact = argument["fact"]
    done = run.count_here(fact) if argument.get("here") else len(run.times_of(fact))
    return done >= int(argument["min"])


def _since(argument: Mapping[str, Any], run: "Run") -> bool:
    times = run.times_of(argument["fact"])
    return bool(times) and run.t_s - times[-1] >= argument["s"]


def _quality(argument: Mapping[str, Any], run: "Run") -> bool:
    value = quality(argument["of"], argument.get("window_s", QUALITY_WINDOW_S), run)
    return value is not None and _within(argument, value)


def quality(of: str, window_s: float, run: "Run") -> float | None:
    """A measure of the compressions of the last window_s seconds; None while there is nothing to measure."""
    recent = [c for c in run.compressions if c.t_s > run.t_s - window_s]
    if of == "compressions":
        return float(len(recent))
    if of == "pause_s":
        return run.t_s - run.compressions[-1].t_s if run.compressions else None
    if not recent:
        return None
    if of == "credit":
        return sum(c.credit for c in recent) / len(recent)
    if of == "rate_cpm":
        intervals = [c.interval_s for c in recent if c.interval_s is not None and c.interval_s < PAUSE_FROM_S]
        return 60.0 * len(intervals) / sum(intervals) if intervals else None
    if of == "depth_mm":
        depths = [c.depth_mm for c in recent if c.depth_mm is not None]
        return sum(depths) / len(depths) if depths else None
    if of == "recoil":
        judged = [c.recoil for c in recent if c.recoil is not None]
        return sum(judged) / len(judged) if judged else None
    length = min(window_s, run.t_s - run.compressions[0].t_s)
    gaps = [c.interval_s for c in recent[1:] if c.interval_s is not None]
    still = sum(gap for gap in gaps if gap >= PAUSE_FROM_S) + max(0.0, run.t_s - recent[-1].t_s - PAUSE_FROM_S)
    return max(0.0, 1.0 - still / length) if length > 0 else None


def _vital(argument: Mapping[str, Any], run: "Run") -> bool:
    value = getattr(run.patient, argument["of"])
    if "is" in argument:
        return bool(value == argument["is"])
    if "in" in argument:
        return value in argument["in"]
    return _within(argument, float(value))


def _within(argument: Mapping[str, Any], value: float) -> bool:
    return bool(argument.get("min", float("-inf")) <= value <= argument.get("max", float("inf")))


_HOLDS: dict[str, Callable[[Any, "Run"], bool]] = {
    "did": _did,
    "did_here": _did_here,
    "count": _count,
    "since": _since,
    "after_s": lambda seconds, run: bool(run.t_s - run.state_since_s >= seconds),
    "clock_s": lambda seconds, run: bool(run.t_s >= seconds),
    "quality": _quality,
    "vital": _vital,
    "aed": lambda phase, run: run.aed is not None and run.aed.phase == phase,
    "mode": lambda modes, run: run.mode in modes,
    "profile": lambda profiles, run: run.profile.id in profiles,
    "any": lambda parts, run: any(holds(part, run) for part in parts),
    "all": lambda parts, run: all(holds(part, run) for part in parts),
    "not": lambda part, run: not holds(part, run),
}
