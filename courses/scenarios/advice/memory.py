"""How well a skill is remembered and when it fades: FSRS (Ye, Su and Cao 2022, https://doi.org/10.1145/3534678.3539081).

Each run is a review of the skills that it needed. The package `fsrs` holds the method with its published default
parameters; they were fitted to flash cards, not to first aid, so dates are advice and nothing is taken away by them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fsrs import Card, Rating, Scheduler

# A skill counts as kept while it would be shown again with this probability.
KEPT_FROM = 0.9
AGAIN_BELOW, HARD_BELOW, EASY_FROM = 0.4, 0.7, 0.95
# A second run within the day shows that it was understood, not that it was kept.
REVIEW_AFTER = timedelta(days=1)

_scheduler = Scheduler(desired_retention=KEPT_FROM, learning_steps=(), relearning_steps=(), enable_fuzzing=False)


@dataclass(frozen=True)
class Shown:
    """What one run showed of a skill. credit: 0..1. with_hints: a guided run says what to do, so it shows less."""

    skill: str
    at: datetime
    credit: float
    with_hints: bool = False


@dataclass(frozen=True)
class Kept:
    """One skill now. retained: probability 0..1 that it would be shown again. fades_at: when that falls below 0.9.

    streak: how many times in a row it was shown again after a day or more; since: when that row began.
    """

    skill: str
    credit: float
    retained: float
    fades_at: datetime
    stability_days: float
    streak: int
    since: datetime
    last_at: datetime

    @property
    def is_kept(self) -> bool:
        return self.retained >= KEPT_FROM and self.credit >= HARD_BELOW


def rating_of(shown: Shown) -> Rating:
    """again below 0.4, hard below 0.7 and for everything done with hints, easy from 0.95."""
    if shown.credit < AGAIN_BELOW:
        return Rating.Again
    if shown.credit < HARD_BELOW or shown.with_hints:
        return Rating.Hard
    return Rating.Easy if shown.credit >= EASY_FROM else Rating.Good


def remembered(history: Iterable[Shown], now: datetime) -> dict[str, Kept]:
    """Each skill of a history as it stands now; the same history always gives the same."""
    by_skill: dict[str, list[Shown]] = {}
    for shown in sorted(history, key=lambda s: s.at):
        by_skill.setdefault(shown.skill, []).append(shown)
    return {skill: _remember(shown, now.astimezone(UTC)) for skill, shown in by_skill.items()}


def _remember(history: list[Shown], now: datetime) -> Kept:
    first = history[0].at.astimezone(UTC)
    card = Card(card_id=1, due=first)
    streak, since, counted_at = 0, first, None
    for shown in history:
        at, rating = shown.at.astimezone(UTC), rating_of(shown)
        card, _ = _scheduler.review_card(card, rating, review_datetime=at)
        if rating < Rating.Good:
            streak, since, counted_at = 0, at, None
        elif counted_at is None:
            streak, since, counted_at = 1, at, at
        elif at - counted_at >= REVIEW_AFTER:
            streak, counted_at = streak + 1, at
    last = history[-1]
    last_at = last.at.astimezone(UTC)
    return Kept(
        skill=last.skill,
        credit=last.credit,
        retained=_scheduler.get_card_retrievability(card, now),
        fades_at=max(card.due, last_at),
        stability_days=card.stability or 0.0,
        streak=streak,
        since=since,
        last_at=last_at,
    )
