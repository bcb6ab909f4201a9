"""What workers are called for. Thin: each task hands its id to a service, which does it only if the rows say so."""

from uuid import UUID

from celery import shared_task

from streaming.library.services import examining, publishing, steadying, sweeping, transcoding, uploads

# A pool process that hangs in a decoder for this long is killed; its lease has run out long before.
HOURS = 3600


@shared_task(name="streaming.library.tasks.light_examine", time_limit=2 * HOURS)
def light_examine(master_id: str) -> None:
    examining.examine_master(UUID(master_id))


@shared_task(name="streaming.library.tasks.measure_turning", time_limit=24 * HOURS)
def measure_turning(master_id: str) -> None:
    steadying.measure_master(UUID(master_id))


@shared_task(name="streaming.library.tasks.light_make_stills", time_limit=HOURS)
def light_make_stills(master_id: str) -> None:
    examining.make_master_stills(UUID(master_id))


@shared_task(name="streaming.library.tasks.light_assemble", time_limit=HOURS)
def light_assemble(master_id: str) -> None:
    publishing.assemble_master(UUID(master_id))


@shared_task(name="streaming.library.tasks.verify_master", time_limit=12 * HOURS)
def verify_master(master_id: str) -> None:
    publishing.verify_master(UUID(master_id))


@shared_task(name="streaming.library.tasks.transcode_segment", time_limit=2 * HOURS)
def transcode_segment(segment_id: str) -> None:
    transcoding.transcode_segment(int(segment_id))


@shared_task(name="streaming.library.tasks.transcode_audio", time_limit=6 * HOURS)
def transcode_audio(audio_id: str) -> None:
    transcoding.transcode_audio(UUID(audio_id))


@shared_task(name="streaming.library.tasks.light_sweep_stalled")
def light_sweep_stalled() -> None:
    sweeping.sweep()


@shared_task(name="streaming.library.tasks.light_sweep_replaced")
def light_sweep_replaced() -> None:
    sweeping.sweep_replaced()


@shared_task(name="streaming.library.tasks.light_expire_uploads")
def light_expire_uploads() -> None:
    uploads.expire_uploads()
