"""The next exercise: the scenario that trains most of what is weakest, in the mode that the person is ready for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from courses.scenarios.advice.memory import Kept
from courses.scenarios.advice.skills import weights_by_skill
from courses.scenarios.language.model import MODES

# What was never tried is needed less than what was tried and failed, and more than what is known.
NEED_OF_UNKNOWN = 0.4
# Doing the same scenario again at once teaches the scenario rather than the skill.
JUST_PLAYED = 0.5


@dataclass(frozen=True)
class Candidate:
    """A scenario that the person may play. results: (mode, passed) of their runs of it, oldest first."""

    key: str
    document: Mapping[str, Any]
    results: Sequence[tuple[str, bool]] = ()


@dataclass(frozen=True)
class Step:
    """Play `key` in `mode`. skill: the weakest of those it trains. kept: what is known of that skill, if anything."""

    key: str
    mode: str
    skill: str
    kept: Kept | None
    need: float


def need_of(kept: Kept | None) -> float:
    """0..1: how much a skill needs practice, by what was shown last and how much of it is likely still there."""
    return NEED_OF_UNKNOWN if kept is None else 1.0 - kept.credit * kept.retained


def next_step(candidates: Sequence[Candidate], skills: Mapping[str, Kept], last_played: str = "") -> Step | None:
    """The candidate whose points lie most where the need is. None where nothing may be played."""
    best: Step | None = None
    for candidate in candidates:
        weights = weights_by_skill(candidate.document)
        if not weights:
            continue
        need = sum(weight * need_of(skills.get(skill)) for skill, weight in weights.items()) / sum(weights.values())
        need *= JUST_PLAYED if candidate.key == last_played and len(candidates) > 1 else 1.0
        skill = max(weights, key=lambda name: (need_of(skills.get(name)) * weights[name], name))
        if best is None or need > best.need:
            mode = ready_for(candidate.results, tuple(candidate.document["modes"]))
            best = Step(candidate.key, mode, skill, skills.get(skill), need)
    return best


def ready_for(results: Sequence[tuple[str, bool]], offered: Sequence[str]) -> str:
    """One mode harder than the hardest one passed; the last mode tried, where that was not passed."""
    modes = [mode for mode in MODES if mode in offered]
    passed = [modes.index(mode) for mode, is_passed in results if is_passed and mode in modes]
    harder = min(max(passed) + 1, len(modes) - 1) if passed else 0
    return modes[harder]


def weakest(skills: Mapping[str, Kept]) -> Kept | None:
    """The skill that needs practice most; None without any run."""
    return max(skills.values(), key=need_of, default=None)
