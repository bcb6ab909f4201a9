"""From what the probe found to rows: renditions, their segments, and the sound."""

from django.conf import settings
from django.utils import timezone

from streaming.library import queueing
from streaming.library.encoders.base import VideoSettings, available, backend
from streaming.library.models import AudioRendition, Master, MasterState, Rendition, Segment
from streaming.library.services.tiling import plan_tiles, tiles_by_itself
from streaming.library.transcode.ladder import cut, plan_ladder

AUDIO_KBPS = {"aac": {1: 96, 2: 160}, "opus": {1: 64, 2: 128}}


def make_plan(master: Master) -> None:
    """Plan (again) what is to be made of a probed master, and put it into the queue. Saves the master.

    Runs inside the caller's transaction. What an earlier plan has made is dropped; what is published stays until
    the new version replaces it.
    """
    master.renditions.all().delete()
    master.audio_renditions.all().delete()
    master.generation += 1
    master.state, master.stage_progress = MasterState.PLANNED, 0.0
    master.error_code, master.error_params, master.error_detail = "", {}, ""
    master.save()
    now = timezone.now()
    for position, step in enumerate(
        plan_ladder(
            width=master.width,
            height=master.height,
            fps=master.fps,
            projection=master.projection,
            stereo=master.stereo,
            codecs=codecs_wanted(),
        )
    ):
        rendition = Rendition.objects.create(
            master=master,
            position=position,
            codec=step.codec,
            width=step.width,
            height=step.height,
            max_kbps=step.max_kbps,
            frames=master.frames,
            settings={"gop": step.gop, "options": backend(step.codec).options(step.max_kbps, step.gop)},
        )
        Segment.objects.bulk_create(
            [
                Segment(rendition=rendition, index=index, start_frame=start, frames=count, queued_at=now)
                for index, (start, count) in enumerate(cut(master.frames, master.fps))
            ],
            batch_size=500,
        )
    grid = tiles_by_itself(master)
    if grid:
        plan_tiles(master, grid)
    if master.probe.get("audio"):
        channels = min(2, max(1, master.probe["audio"]["channels"]))
        for codec, rates in AUDIO_KBPS.items():
            AudioRendition.objects.create(
                master=master, codec=codec, channels=channels, target_kbps=rates[channels], queued_at=now
            )
    queue_waiting(master)


def codecs_wanted() -> list[str]:
    """Codecs of the ladder: those that the installation asks for and that can be encoded here."""
    return [codec for codec in settings.LIBRARY_CODECS if codec in available()]


def queue_waiting(master: Master) -> None:
    """Messages for all that waits: the beginning of the film first, in every rendition."""
    segments = Segment.objects.filter(rendition__master=master, state="waiting").order_by(
        "index", "rendition__position"
    )
    sounds = master.audio_renditions.filter(state="waiting")
    queueing.send_on_commit(queueing.AUDIO, sounds.values_list("id", flat=True))
    queueing.send_on_commit(queueing.SEGMENT, segments.values_list("id", flat=True))


def video_settings(master: Master, rendition: Rendition) -> VideoSettings:
    """What the encoder of a rendition's segments is told."""
    return VideoSettings(
        codec=rendition.codec,
        width=rendition.width,
        height=rendition.height,
        fps=master.fps,
        gop=rendition.settings["gop"],
        max_kbps=rendition.max_kbps,
        options=dict(rendition.settings["options"]),
        color=master.color,
        projection=master.projection,
        stereo=master.stereo,
        threads=settings.LIBRARY_ENCODER_THREADS,
    )
