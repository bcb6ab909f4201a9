"""Remembering where somebody is in a lesson (SessionLog and SummaryLog, after Kolibri's logger)."""

import math
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from courses.catalog.models import Lesson
from courses.learning.models import SessionLog, SummaryLog
from courses.learning.permissions import require_learn
from courses.people.services.audit import log_action

# A film counts as seen from here on: the rest is credits.
DONE_FROM = 0.95
DAY = 86_400.0
# The player reports every 10 s; more than this between two reports was not watching.
LONGEST_STEP_SECONDS = 30.0


# After a longer silence a report begins a new sitting.
SITTING_ENDS_AFTER = timedelta(minutes=30)


@transaction.atomic
def record_position(user: Any, lesson: Lesson, *, position: float, duration: float) -> SummaryLog:
    """Note the place in a film, both in seconds. Going back keeps the progress reached; repeating adds no time.

    duration: the player's; the master's own counts where it is known. Time spent grows by the time since the
    sitting's last report, at most LONGEST_STEP_SECONDS. ValueError for numbers that no film has.
    """
    require_learn(user, lesson.module.course)
    duration = (lesson.master.duration if lesson.master else 0.0) or duration
    if not (math.isfinite(position) and math.isfinite(duration) and 0 <= position <= DAY and 0 < duration <= DAY):
        raise ValueError("position and duration must lie within a day")
    summary = _locked_summary(user, lesson)
    spent = _note_sitting(user, lesson, position)
    reached = min(position / duration, 1.0)
    summary.position = 0.0 if reached >= DONE_FROM else position
    summary.progress = max(summary.progress, reached)
    summary.seconds += spent
    if reached >= DONE_FROM:
        _complete(user, lesson, summary)
    summary.save()
    return summary


def _note_sitting(user: Any, lesson: Lesson, position: float) -> float:
    """Carry the present sitting on, or begin one; returns the seconds that this report adds."""
    now = timezone.now()
    recent = SessionLog.objects.filter(user=user, lesson=lesson, last_at__gt=now - SITTING_ENDS_AFTER)
    sitting = recent.order_by("-last_at").first()
    if sitting is None:
        SessionLog.objects.create(user=user, lesson=lesson, last_at=now, position=position)
        return 0.0
    moved = sitting.position != position
    spent = min((now - sitting.last_at).total_seconds(), LONGEST_STEP_SECONDS) if moved else 0.0
    sitting.last_at, sitting.position, sitting.seconds = now, position, sitting.seconds + spent
    sitting.save(update_fields=["last_at", "position", "seconds"])
    return spent


@transaction.atomic
def mark_done(user: Any, lesson: Lesson) -> SummaryLog:
    """The reader says that an article is read."""
    require_learn(user, lesson.module.course)
    summary = _locked_summary(user, lesson)
    _complete(user, lesson, summary)
    summary.save()
    return summary


def _locked_summary(user: Any, lesson: Lesson) -> SummaryLog:
    SummaryLog.objects.get_or_create(user=user, lesson=lesson)
    return SummaryLog.objects.select_for_update().get(user=user, lesson=lesson)


def _complete(user: Any, lesson: Lesson, summary: SummaryLog) -> None:
    summary.progress = 1.0
    if summary.completed_at is None:
        summary.completed_at = timezone.now()
        log_action(actor=user, action="learning.lesson.complete", target=lesson)
