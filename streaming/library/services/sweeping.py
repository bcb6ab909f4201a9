"""Finding work that fell down: workers that were killed, messages that were lost, stages that nobody called.

Beat calls `sweep` every ten seconds. Everything it does is safe while the work is in fact going on.
"""

from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from streaming.library import queueing
from streaming.library.errors import MediaError
from streaming.library.models import AudioRendition, Master, MasterState, Segment, WorkState
from streaming.library.packaging import store
from streaming.library.services import failures
from streaming.library.services.leases import MAX_ATTEMPTS, is_stale, wanted
from streaming.library.services.publishing import advance

# A message that was sent this long ago, while no worker does anything, was lost.
LOST_AFTER = timedelta(seconds=60)
# While workers are busy the queue may be long; a message this old was lost nevertheless.
SURELY_LOST_AFTER = timedelta(hours=2)

Row = TypeVar("Row", bound=Model)

STAGES = {
    MasterState.RECEIVED: queueing.EXAMINE,
    MasterState.PROBING: queueing.EXAMINE,
    MasterState.MEASURING: queueing.MEASURE,
    MasterState.ASSEMBLING: queueing.ASSEMBLE,
    MasterState.VERIFYING: queueing.VERIFY,
}


def sweep() -> dict[str, int]:
    """Returns how many segments, sounds and stages were put back into the queue."""
    counts = {
        "segments": sum(free_segment(row) for row in stale(Segment.objects.select_related("rendition__master"))),
        "sounds": sum(free_audio(row) for row in stale(AudioRendition.objects.select_related("master"))),
        "stages": sum(free_stage(row) for row in stale(Master.objects.all())),
    }
    counts["segments"] += resend_segments()
    counts["sounds"] += resend_sounds()
    counts["stages"] += resend_stages()
    for master_id in Master.objects.filter(state=MasterState.TRANSCODING).values_list("id", flat=True):
        advance(master_id)
    return counts


def stale(rows: QuerySet[Row]) -> list[Row]:
    return list(rows.filter(is_stale())[:500])


def free_segment(segment: Segment) -> int:
    """Take a segment from a worker that is gone. One that was lost too often is what kills the workers."""
    changed = Segment.objects.filter(is_stale(), id=segment.id, lease=segment.lease).update(
        state=WorkState.WAITING, lease=None, frames_done=0, queued_at=timezone.now()
    )
    if not changed:
        return 0
    if segment.attempts >= MAX_ATTEMPTS:
        failures.fail_master(
            segment.rendition.master_id, failures.segment_error("worker_lost", segment, segment.attempts)
        )
        return 0
    queueing.send_on_commit(queueing.SEGMENT, [segment.id])
    return 1


def free_audio(audio: AudioRendition) -> int:
    changed = AudioRendition.objects.filter(is_stale(), id=audio.id, lease=audio.lease).update(
        state=WorkState.WAITING, lease=None, queued_at=timezone.now()
    )
    if not changed:
        return 0
    if audio.attempts >= MAX_ATTEMPTS:
        failures.fail_master(audio.master_id, MediaError("worker_lost", attempts=audio.attempts))
        return 0
    queueing.send_on_commit(queueing.AUDIO, [audio.id])
    return 1


def free_stage(master: Master) -> int:
    changed = Master.objects.filter(is_stale(), id=master.id, lease=master.lease).update(
        lease=None, queued_at=timezone.now()
    )
    if not changed or master.state not in STAGES:
        return 0
    if master.attempts >= MAX_ATTEMPTS:
        failures.fail_master(master.id, MediaError("worker_lost", attempts=master.attempts))
        return 0
    queueing.send_on_commit(STAGES[MasterState(master.state)], [master.id])
    return 1


def lost() -> Q:
    """Rows whose message is gone: never sent, or sent long ago while nobody works, or sent very long ago."""
    now = timezone.now()
    working = Segment.objects.filter(state=WorkState.RUNNING).exists()
    patience = SURELY_LOST_AFTER if working else LOST_AFTER
    return Q(queued_at__isnull=True) | Q(queued_at__lt=now - patience)


def resend_segments() -> int:
    with transaction.atomic():
        ids = list(
            Segment.objects.filter(lost(), wanted("rendition__master__"), state=WorkState.WAITING)
            .order_by("queued_at", "index", "rendition__position")
            .values_list("id", flat=True)[:1000]
        )
        Segment.objects.filter(id__in=ids).update(queued_at=timezone.now())
        queueing.send_on_commit(queueing.SEGMENT, ids)
    return len(ids)


def resend_sounds() -> int:
    with transaction.atomic():
        ids = list(
            AudioRendition.objects.filter(lost(), wanted("master__"), state=WorkState.WAITING).values_list(
                "id", flat=True
            )[:1000]
        )
        AudioRendition.objects.filter(id__in=ids).update(queued_at=timezone.now())
        queueing.send_on_commit(queueing.AUDIO, ids)
    return len(ids)


def resend_stages() -> int:
    count = 0
    for state, task in STAGES.items():
        with transaction.atomic():
            ids = list(
                Master.objects.filter(lost(), state=state, lease__isnull=True).values_list("id", flat=True)[:1000]
            )
            Master.objects.filter(id__in=ids).update(queued_at=timezone.now())
            queueing.send_on_commit(task, ids)
        count += len(ids)
    return count


def sweep_replaced() -> int:
    """Delete the versions that a newer one has replaced, once no address leads to them any more. Returns how many.

    Every address that was given out before the newest version came has expired `MEDIA_ADDRESS_SECONDS` after it, and
    `renew` answers with the newest.
    """
    expired = timezone.now() - timedelta(seconds=settings.MEDIA_ADDRESS_SECONDS)
    # The first plan is generation 1: a film that was planned once has nothing to replace.
    published = Master.objects.filter(generation__gt=1, published_at__lt=expired).exclude(published_prefix="")
    count = 0
    for master in published.iterator():
        for prefix in store.replaced_prefixes(master.storage_prefix, master.published_prefix):
            store.delete_tree(prefix)
            count += 1
    return count
