"""How departments stand in a team challenge: by the share of people who can do it, never by names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

# With fewer members a number would be about somebody.
FEWEST_MEMBERS = 3


@dataclass(frozen=True)
class Try:
    """A run of the challenge's scenario by a member, in its time."""

    person: int
    at: datetime
    passed: bool


@dataclass(frozen=True)
class Standing:
    """able: members whose last try was passed. share: able of all members, 0..1; None where members are too few."""

    cohort: str
    members: int
    tried: int
    able: int
    share: float | None
    rank: int | None


def standings(members: Mapping[str, Sequence[int]], tries: Sequence[Try]) -> list[Standing]:
    """Cohorts by the share of members who can do it, the best first; equal shares have equal ranks.

    The last try counts, not the best: what one can do now. A small department is not at a disadvantage, and nobody
    gains by trying a hundred times.
    """
    last: dict[int, Try] = {}
    for one in sorted(tries, key=lambda t: t.at):
        last[one.person] = one
    rows = [_row(cohort, people, last) for cohort, people in members.items()]
    shares = sorted((row.share for row in rows if row.share is not None), reverse=True)
    ranked = [
        Standing(r.cohort, r.members, r.tried, r.able, r.share, None if r.share is None else shares.index(r.share) + 1)
        for r in rows
    ]
    return sorted(ranked, key=lambda row: (row.rank is None, row.rank or 0, row.cohort))


def _row(cohort: str, people: Sequence[int], last: Mapping[int, Try]) -> Standing:
    mine = [last[person] for person in people if person in last]
    able = sum(1 for one in mine if one.passed)
    share = able / len(people) if len(people) >= FEWEST_MEMBERS else None
    return Standing(cohort, len(people), len(mine), able, share, None)
