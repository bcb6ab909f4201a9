"""When work does not succeed: try again, or stop the master with a sentence that a person can act on."""

import logging
import traceback
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from streaming.library import announce, queueing
from streaming.library.errors import MediaError
from streaming.library.models import AudioRendition, Master, MasterState, Segment, WorkState
from streaming.library.models.master import WORKING_STATES
from streaming.library.packaging import store
from streaming.library.services.leases import MAX_ATTEMPTS

log = logging.getLogger(__name__)

# Trying again cannot help: what was made so far is of no use and goes.
HOPELESS = {"damaged", "unsupported_projection", "undecodable"}


def fail_master(master_id: UUID, error: MediaError, *, lease: UUID | None = None) -> None:
    """Stop a master that is being worked on. With `lease`, only if that lease still holds it."""
    with transaction.atomic():
        rows = Master.objects.filter(id=master_id, state__in=sorted(WORKING_STATES))
        if lease is not None:
            rows = rows.filter(lease=lease)
        master = rows.select_for_update().first()
        if master is None:
            return
        master.state, master.lease = MasterState.FAILED, None
        master.error_code, master.error_params, master.error_detail = error.code, error.params, error.detail
        master.save()
        announce.log_action(
            actor=None, action="library.master.fail", target=master, data={"code": error.code, **error.params}
        )
        if error.code in HOPELESS:
            forget_segments(master)
    log.warning("master %s failed: %s", master_id, error)
    announce.progress(master_id, at_once=True)


def forget_segments(master: Master) -> None:
    """All is to be made again should anybody ask for it; files go after the commit."""
    Segment.objects.filter(rendition__master=master).update(
        state=WorkState.WAITING, lease=None, frames_done=0, attempts=0
    )
    master.renditions.update(state=WorkState.WAITING)
    master.audio_renditions.update(state=WorkState.WAITING, lease=None, attempts=0)
    prefix = store.building_prefix(master.storage_prefix, master.generation)
    announce.on_commit(lambda: store.delete_tree(prefix))


def segment_failed(segment: Segment, lease: UUID, error: Exception) -> None:
    """An attempt ended with something we did not expect."""
    detail = "".join(traceback.format_exception(error))[-4000:]
    log.error("segment %s failed: %s", segment.id, detail)
    with transaction.atomic():
        mine = Segment.objects.filter(id=segment.id, lease=lease).select_for_update().first()
        if mine is None:
            return
        mine.state, mine.lease, mine.frames_done, mine.error = WorkState.WAITING, None, 0, detail
        mine.queued_at = timezone.now()
        mine.save()
        if mine.attempts < MAX_ATTEMPTS:
            queueing.send_on_commit(queueing.SEGMENT, [mine.id])
            return
    fail_master(segment.rendition.master_id, segment_error("segment_failed", segment, mine.attempts, detail))


def segment_error(code: str, segment: Segment, attempts: int, detail: str = "") -> MediaError:
    master = segment.rendition.master
    seconds = int(segment.start_frame / float(master.fps)) if master.fps_num else 0
    clock = f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if code == "worker_lost":
        return MediaError(code, attempts=attempts, detail=detail)
    return MediaError(code, time=clock, rendition=segment.rendition.name, attempts=attempts, detail=detail)


def audio_failed(audio: AudioRendition, lease: UUID, error: Exception) -> None:
    detail = "".join(traceback.format_exception(error))[-4000:]
    log.error("sound %s failed: %s", audio.id, detail)
    with transaction.atomic():
        mine = AudioRendition.objects.filter(id=audio.id, lease=lease).select_for_update().first()
        if mine is None:
            return
        mine.state, mine.lease, mine.error, mine.queued_at = WorkState.WAITING, None, detail, timezone.now()
        mine.save()
        if mine.attempts < MAX_ATTEMPTS:
            queueing.send_on_commit(queueing.AUDIO, [mine.id])
            return
    fail_master(audio.master_id, MediaError("audio_failed", detail=detail))


def stage_failed(master_id: UUID, lease: UUID, error: Exception, task: str) -> None:
    detail = "".join(traceback.format_exception(error))[-4000:]
    log.error("stage %s of master %s failed: %s", task, master_id, detail)
    with transaction.atomic():
        master = Master.objects.filter(id=master_id, lease=lease).select_for_update().first()
        if master is None:
            return
        if master.attempts < MAX_ATTEMPTS:
            Master.objects.filter(id=master_id).update(lease=None, queued_at=timezone.now())
            queueing.send_on_commit(task, [master_id])
            return
    reference = f"{task.rsplit('.', 1)[-1]}/{master_id.hex[:8]}"
    fail_master(master_id, MediaError("internal", reference=reference, detail=detail), lease=lease)


def clean_up_if_gone(master: Master) -> None:
    """A worker may have written after its master was deleted, planned anew or given up; it sweeps up itself."""
    current = Master.objects.filter(id=master.id).values_list("generation", "state", "error_code").first()
    if current is None:
        store.delete_tree(master.storage_prefix)
    elif current[0] != master.generation or (current[1] == MasterState.FAILED and current[2] in HOPELESS):
        store.delete_tree(store.building_prefix(master.storage_prefix, master.generation))
