"""Making a master ready without a broker: the same services, in processes of our own that look at the rows."""

import multiprocessing
import os
import time
from uuid import UUID

from django.db import connections

from streaming.library.models import AudioRendition, Master, MasterState, Segment, WorkState
from streaming.library.models.master import WORKING_STATES
from streaming.library.queueing import without_broker
from streaming.library.services import examining, publishing, steadying, sweeping, transcoding

WAIT_SECONDS = 0.5


def work_off(master_id: UUID, processes: int | None = None) -> None:
    """Bring a master as far as it goes: published, failed or cancelled. Workers that die are replaced."""
    with without_broker():
        examining.examine_master(master_id)
        steadying.measure_master(master_id)
        examining.make_master_stills(master_id)
        if state(master_id) in {MasterState.PLANNED, MasterState.TRANSCODING}:
            transcode_all(master_id, processes or os.cpu_count() or 1)
        publishing.assemble_master(master_id)
        publishing.verify_master(master_id)


def state(master_id: UUID) -> str:
    return Master.objects.values_list("state", flat=True).get(id=master_id)


def transcode_all(master_id: UUID, processes: int) -> None:
    """Until nothing waits. The master fails by itself if something is tried too often."""
    context = multiprocessing.get_context("fork")
    while state(master_id) in {MasterState.PLANNED, MasterState.TRANSCODING}:
        connections.close_all()
        workers = [context.Process(target=_work, args=(master_id,), daemon=True) for _ in range(processes)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if state(master_id) == MasterState.TRANSCODING:
            # Some were killed, or there is no room in memory for what is left.
            time.sleep(WAIT_SECONDS)
        sweeping.sweep()


def _work(master_id: UUID) -> None:
    """One process: take what waits, one after the other."""
    connections.close_all()
    with without_broker():
        while state(master_id) in WORKING_STATES:
            if not _take_one(master_id):
                return


def _take_one(master_id: UUID) -> bool:
    sounds = AudioRendition.objects.filter(master=master_id, state=WorkState.WAITING)
    for audio_id in sounds.values_list("id", flat=True):
        if transcoding.transcode_audio(audio_id):
            return True
    segments = Segment.objects.filter(rendition__master=master_id, state=WorkState.WAITING)
    for segment_id in segments.order_by("index", "rendition__position").values_list("id", flat=True)[:32]:
        if transcoding.transcode_segment(segment_id):
            return True
    return False
