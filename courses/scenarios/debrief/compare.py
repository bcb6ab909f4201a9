"""A run beside earlier ones and beside the group's. Pure arithmetic over stored results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

# Fewer people than this would let one guess whose result is whose.
FEWEST_PEOPLE = 5


@dataclass(frozen=True)
class Result:
    """What is kept of one run for comparing. credits: 0..1 by objective. person: any key that tells people apart."""

    person: str
    at: datetime
    score: float
    passed: bool
    mode: str
    credits: Mapping[str, float] = field(default_factory=dict)
    ccf: float | None = None


@dataclass(frozen=True)
class Change:
    """An objective's credit now against the time before, 0..1."""

    objective: str
    before: float
    now: float

    @property
    def difference(self) -> float:
        return self.now - self.before


@dataclass(frozen=True)
class Standing:
    """A run among the best runs of a group. better_than: share of the others' results that are lower, 0..1.

    credits: the group's mean by objective. people: how many others.
    """

    people: int
    median: float
    better_than: float
    credits: Mapping[str, float]


def earlier(this: Result, others: Sequence[Result]) -> list[Result]:
    """The person's runs before this one, oldest first."""
    return sorted((r for r in others if r.person == this.person and r.at < this.at), key=lambda r: r.at)


def changes(this: Result, before: Result | None) -> list[Change]:
    """What got better or worse by at least a tenth since the run before, the largest change first."""
    if before is None:
        return []
    found = [Change(o, before.credits[o], now) for o, now in this.credits.items() if o in before.credits]
    return sorted((c for c in found if abs(c.difference) >= 0.1), key=lambda c: -abs(c.difference))


def standing(this: Result, group: Sequence[Result]) -> Standing | None:
    """Where a run stands among the best run of every other person of a group, in the same mode.

    None with fewer than FEWEST_PEOPLE others, so that nobody's result can be guessed.
    """
    best: dict[str, Result] = {}
    for result in group:
        if result.mode != this.mode or result.person == this.person:
            continue
        if result.person not in best or result.score > best[result.person].score:
            best[result.person] = result
    if len(best) < FEWEST_PEOPLE:
        return None
    scores = sorted(result.score for result in best.values())
    lower = sum(1 for other in scores if other < this.score) / len(scores)
    means = {
        objective: sum(r.credits.get(objective, 0.0) for r in best.values()) / len(best) for objective in this.credits
    }
    return Standing(len(best), median(scores), lower, means)


def median(ordered: Sequence[float]) -> float:
    """The middle of numbers in their order; of an even count the mean of the two."""
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
