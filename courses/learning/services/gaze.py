"""Keeping where people look, with their consent, and forgetting it."""

import base64
import binascii
import math
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from courses.catalog.models import Lesson, LessonKind
from courses.learning import gaze
from courses.learning.models import GazeMinute
from courses.learning.permissions import require_learn
from courses.people.limits import Limit
from courses.people.models import ConsentKind, User
from courses.people.selectors import has_consented
from courses.people.services.audit import log_action

# A player sends every ten seconds; this leaves room for jumps and for a second tab.
BATCHES = Limit("gaze-batches", most=40, seconds=60)
LARGEST_BATCH = 600
# A person's newest sittings with a lesson are kept; what nobody would look at any more goes.
MOST_SITTINGS = 20
DAY = 86_400


class TooManyBatchesError(Exception):
    """More batches than any player sends."""


@transaction.atomic
def record_gaze(user: Any, lesson: Lesson, *, sitting: UUID, first: int, samples: str) -> int:
    """Store a batch (base64, see `courses.learning.gaze`) whose first sample is the `first`th fifth of a second.

    Returns how many samples it holds. The same batch twice changes nothing. PermissionDenied: no place in the course,
    or no (valid) consent; ValueError: not a batch, or outside the film; TooManyBatchesError.
    """
    require_learn(user, lesson.module.course)
    if not has_consented(user, ConsentKind.BEHAVIOUR):
        raise PermissionDenied(_("Where you look is not recorded: you have not agreed to it, or have withdrawn."))
    if BATCHES.count(str(user.pk)) > BATCHES.most:
        raise TooManyBatchesError
    if lesson.kind != LessonKind.VIDEO_360 or lesson.master is None:
        raise ValueError("only the sphere has directions")
    batch = gaze.read_batch(_decoded(samples), LARGEST_BATCH)
    length = min(math.ceil(lesson.master.duration or DAY), DAY)
    if first < 0 or first + len(batch) > (length + 1) * gaze.PER_SECOND:
        raise ValueError("the batch lies outside the film")
    for minute, place, part in gaze.cut_into_minutes(first, batch):
        key = {"user": user, "lesson": lesson, "sitting": sitting, "minute": minute}
        row = GazeMinute.objects.select_for_update().filter(**key).first() or GazeMinute(**key)
        row.samples = gaze.lay_over(bytes(row.samples) if row.pk else None, place, part)
        row.save()
    _drop_old_sittings(user, lesson, sitting)
    return len(batch)


def _decoded(samples: str) -> bytes:
    try:
        return base64.b64decode(samples, validate=True)
    except (binascii.Error, TypeError) as wrong:
        raise ValueError("samples are base64") from wrong


def _drop_old_sittings(user: Any, lesson: Lesson, present: UUID) -> None:
    mine = GazeMinute.objects.filter(user=user, lesson=lesson)
    newest = list(dict.fromkeys(mine.order_by("-updated_at").values_list("sitting", flat=True)))
    gone = [sitting for sitting in newest[MOST_SITTINGS:] if sitting != present]
    if gone:
        mine.filter(sitting__in=gone).delete()


@transaction.atomic
def erase_gaze(user: User) -> int:
    """Forget where this person looked, in every lesson. Returns how many minutes there were."""
    removed, _by_model = GazeMinute.objects.filter(user=user).delete()
    log_action(actor=user, action="learning.gaze.erase", target=user, data={"minutes": removed})
    return removed
