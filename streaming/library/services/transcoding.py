"""planned -> transcoding: one segment of one rendition (of a tiled title: a group of them), or the sound in one codec,
by whichever worker is free."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from streaming.library import announce, queueing
from streaming.library.errors import MediaError
from streaming.library.models import (
    AudioRendition,
    Master,
    MasterState,
    Rendition,
    Segment,
    WorkState,
)
from streaming.library.packaging import store
from streaming.library.packaging.names import INIT_NAME, segment_name
from streaming.library.probe.timeline import Timeline
from streaming.library.quality import psnr
from streaming.library.services import failures
from streaming.library.services.leases import Heart, Stopped, take, wanted
from streaming.library.services.planning import video_settings
from streaming.library.services.publishing import advance
from streaming.library.services.stages import announce_state
from streaming.library.services.tiling import best_quality_sizes, memory_needed, tiled_work
from streaming.library.services.turning import turning_of
from streaming.library.tiled.segment import make_tiled_group
from streaming.library.transcode import memory
from streaming.library.transcode.audio import AudioHeader, AudioWork, make_audio
from streaming.library.transcode.segment import SegmentWork, make_segment

AUDIO_SEGMENT_SECONDS = 4.0
# How long a group of tiles that found no room in memory waits: little beside the minutes that one takes.
NO_ROOM_SECONDS = 30.0


@dataclass(frozen=True)
class Made:
    """What a segment's task has made. `headers` (the same for all segments) and `files`: contents by name below the
    rendition's folder; `details`: what a tiled title's index needs."""

    headers: dict[str, bytes]
    files: dict[str, bytes]
    codecs: str
    sse: float
    wsse: float
    cpu_seconds: float
    wall_seconds: float
    details: dict[str, Any] = field(default_factory=dict)


# --- segments ---------------------------------------------------------------------------------


def transcode_segment(segment_id: int) -> bool:
    """Make one segment if it is waiting. True if this call worked on it.

    Tiles take much memory: a group of them for which this machine has no room goes back into the queue.
    """
    segment = waiting_segment(segment_id).select_related("rendition").first()
    if segment is None:
        return False
    if not segment.rendition.is_tiled:
        return make_if_waiting(segment_id)
    with memory.room(memory_needed(segment.rendition)) as enough:
        if enough:
            return make_if_waiting(segment_id)
    call_again_later(segment)
    return False


def waiting_segment(segment_id: int) -> QuerySet[Segment]:
    return Segment.objects.filter(wanted("rendition__master__"), id=segment_id, state=WorkState.WAITING)


def call_again_later(segment: Segment) -> None:
    """By any machine's worker. A row that says `queued_at` is still to come has such a message on its way already."""
    now = timezone.now()
    unasked = Segment.objects.filter(Q(queued_at__isnull=True) | Q(queued_at__lte=now), id=segment.id)
    if unasked.update(queued_at=now + timedelta(seconds=NO_ROOM_SECONDS)):
        queueing.send_later(queueing.SEGMENT, segment.id, NO_ROOM_SECONDS)


def make_if_waiting(segment_id: int) -> bool:
    lease = take(
        waiting_segment(segment_id),
        state=WorkState.RUNNING,
        frames_done=0,
        wall_seconds=0.0,
        error="",
    )
    if lease is None:
        return False
    segment = Segment.objects.select_related("rendition__master").get(id=segment_id)
    rendition, master = segment.rendition, segment.rendition.master
    begin_transcoding(master, rendition)
    started, done = time.monotonic(), 0

    def rows() -> Any:
        return Segment.objects.filter(wanted("rendition__master__"), id=segment_id, lease=lease)

    def beat_fields() -> dict[str, Any]:
        return {"frames_done": done, "wall_seconds": time.monotonic() - started}

    try:
        with Heart(rows, beat_fields, lambda: announce.progress(master.id)) as heart:

            def progress(count: int) -> None:
                nonlocal done
                done = count
                heart.beat()

            made = make_tiles(segment, progress) if rendition.is_tiled else make_picture(segment, progress)
            heart.beat()
            folder = f"{store.building_prefix(master.storage_prefix, master.generation)}{rendition.name}/"
            for name, data in made.headers.items():
                keep_header(folder + name, data)
            for name, data in made.files.items():
                store.write(folder + name, data)
        finish_segment(segment, lease, made)
    except Stopped:
        release_segment(segment_id, lease)
        failures.clean_up_if_gone(master)
    except MediaError as error:
        release_segment(segment_id, lease, str(error))
        failures.fail_master(master.id, error)
    except Exception as error:
        failures.segment_failed(segment, lease, error)
    return True


def make_picture(segment: Segment, progress: Callable[[int], None]) -> Made:
    """A segment of a rendition that is one whole picture."""
    result = make_segment(segment_work(segment), progress=progress)
    return Made(
        headers={INIT_NAME: result.init},
        files={segment_name(segment.index): result.media},
        codecs=result.codecs,
        sse=result.sse,
        wsse=result.wsse,
        cpu_seconds=result.cpu_seconds,
        wall_seconds=result.wall_seconds,
    )


def make_tiles(segment: Segment, progress: Callable[[int], None]) -> Made:
    """A group of segments of a tiled title: all their qualities."""
    result = make_tiled_group(tiled_work(segment), progress=progress)
    return Made(
        headers=result.headers,
        files=result.files,
        codecs=result.codecs,
        sse=result.sse,
        wsse=result.wsse,
        cpu_seconds=result.cpu_seconds,
        wall_seconds=result.wall_seconds,
        details={"segments": result.segments},
    )


def begin_transcoding(master: Master, rendition: Rendition) -> None:
    Rendition.objects.filter(id=rendition.id, state=WorkState.WAITING).update(state=WorkState.RUNNING)
    if Master.objects.filter(id=master.id, state=MasterState.PLANNED).update(
        state=MasterState.TRANSCODING, started_at=timezone.now(), updated_at=timezone.now()
    ):
        announce_state(master.id)


def segment_work(segment: Segment) -> SegmentWork:
    rendition, master = segment.rendition, segment.rendition.master
    return SegmentWork(
        source=store.fetch_source(master.file.name),
        timeline=Timeline.from_bytes(store.read(master.timeline_name)),
        stream_index=master.probe["stream_index"],
        rotation=master.probe["rotation"],
        settings=video_settings(master, rendition),
        index=segment.index,
        start=segment.start_frame,
        count=segment.frames,
        turning=turning_of(master),
    )


def keep_header(name: str, init: bytes) -> None:
    """All segments of a rendition share one header; an encoder that changes its mind must not be published."""
    if not store.exists(name):
        store.write(name, init)
    elif store.read(name) != init:
        raise RuntimeError("the header of this segment differs from the rendition's")


def finish_segment(segment: Segment, lease: UUID, made: Made) -> None:
    first, *also = made.files
    with transaction.atomic():
        changed = Segment.objects.filter(id=segment.id, lease=lease, state=WorkState.RUNNING).update(
            state=WorkState.DONE,
            lease=None,
            frames_done=segment.frames,
            file=first,
            details={**made.details, "also": also} if also else made.details,
            bytes=sum(map(len, made.files.values())),
            sse=made.sse,
            wsse=made.wsse,
            cpu_seconds=made.cpu_seconds,
            wall_seconds=made.wall_seconds,
            finished_at=timezone.now(),
        )
        if not changed:
            failures.clean_up_if_gone(segment.rendition.master)
            return
        Rendition.objects.filter(id=segment.rendition_id, codecs="").update(codecs=made.codecs)
        if not Segment.objects.filter(rendition=segment.rendition_id).exclude(state=WorkState.DONE).exists():
            finish_rendition(segment.rendition)
    announce.progress(segment.rendition.master_id)
    advance(segment.rendition.master_id)


def finish_rendition(rendition: Rendition) -> None:
    """Sum up a rendition whose last segment is done: size, rates, quality. A tiled title's size is that of all its
    files; its rates and quality are those of its best quality, whole sphere."""
    fps = rendition.master.fps
    sums = rendition.segments.aggregate(frames=Sum("frames"), bytes=Sum("bytes"), sse=Sum("sse"), wsse=Sum("wsse"))
    samples = sums["frames"] * rendition.width * rendition.height
    sizes = [size for segment in rendition.segments.all() for size in seen_sizes(segment, rendition)]
    rates = [size * 8 * float(fps) / frames for size, frames in sizes]
    Rendition.objects.filter(id=rendition.id).update(
        state=WorkState.DONE,
        frames=sums["frames"],
        bytes=sums["bytes"],
        kbps=round(sum(size for size, _ in sizes) * 8 * float(fps) / sums["frames"] / 1000, 1),
        peak_kbps=round(max(rates) / 1000, 1),
        psnr=round(psnr(sums["sse"], samples), 3),
        ws_psnr=round(psnr(sums["wsse"], samples), 3),
    )


def seen_sizes(segment: Segment, rendition: Rendition) -> list[tuple[int, int]]:
    """What a viewer gets at best: (bytes, pictures)."""
    return best_quality_sizes(segment, rendition) if rendition.is_tiled else [(segment.bytes, segment.frames)]


def release_segment(segment_id: int, lease: UUID, error: str = "") -> None:
    """Give a segment back unfinished, as if it had not been tried."""
    Segment.objects.filter(id=segment_id, lease=lease).update(
        state=WorkState.WAITING, lease=None, frames_done=0, attempts=0, error=error
    )


# --- sound ------------------------------------------------------------------------------------


def transcode_audio(audio_id: UUID) -> bool:
    """Make the sound in one codec if it is waiting. True if this call worked on it."""
    lease = take(
        AudioRendition.objects.filter(wanted("master__"), id=audio_id, state=WorkState.WAITING),
        state=WorkState.RUNNING,
        progress=0.0,
        error="",
    )
    if lease is None:
        return False
    audio = AudioRendition.objects.select_related("master").get(id=audio_id)
    master, part = audio.master, 0.0

    def rows() -> Any:
        return AudioRendition.objects.filter(wanted("master__"), id=audio_id, lease=lease)

    try:
        with Heart(rows, lambda: {"progress": part}) as heart:

            def progress(done: float) -> None:
                nonlocal part
                part = done
                heart.beat()

            codecs, segments = write_audio(audio, progress)
        finish_audio(audio, lease, codecs, segments)
    except Stopped:
        AudioRendition.objects.filter(id=audio_id, lease=lease).update(state=WorkState.WAITING, lease=None, attempts=0)
        failures.clean_up_if_gone(master)
    except MediaError as error:
        AudioRendition.objects.filter(id=audio_id, lease=lease).update(
            state=WorkState.WAITING, lease=None, attempts=0, error=str(error)
        )
        failures.fail_master(master.id, error)
    except Exception as error:
        failures.audio_failed(audio, lease, error)
    return True


def write_audio(audio: AudioRendition, progress: Any) -> tuple[str, list[list[int]]]:
    """Write header and segments; returns the codec string and [ticks, bytes] of each segment."""
    master = audio.master
    timeline = Timeline.from_bytes(store.read(master.timeline_name))
    sound = master.probe["audio"]
    work = AudioWork(
        source=store.fetch_source(master.file.name),
        stream_index=sound["stream_index"],
        codec=audio.codec,
        channels=audio.channels,
        kbps=audio.target_kbps,
        start=0.0 if timeline.sequential else float(int(timeline.pts[0]) * timeline.time_base),
        duration=master.frames / float(master.fps),
        segment_seconds=AUDIO_SEGMENT_SECONDS,
        language=sound["language"] or "und",
    )
    folder = f"{store.building_prefix(master.storage_prefix, master.generation)}{audio.name}/"
    codecs = ""
    segments: list[list[int]] = []
    for piece in make_audio(work, progress=progress):
        if isinstance(piece, AudioHeader):
            codecs = piece.codecs
            store.write(folder + INIT_NAME, piece.init)
        else:
            store.write(folder + segment_name(len(segments)), piece.media)
            segments.append([piece.ticks, len(piece.media)])
    return codecs, segments


def finish_audio(audio: AudioRendition, lease: UUID, codecs: str, segments: list[list[int]]) -> None:
    total = sum(size for _, size in segments)
    ticks = sum(length for length, _ in segments)
    changed = AudioRendition.objects.filter(id=audio.id, lease=lease, state=WorkState.RUNNING).update(
        state=WorkState.DONE,
        lease=None,
        progress=1.0,
        codecs=codecs,
        segments=segments,
        samples=ticks,
        bytes=total,
        kbps=round(total * 8 * audio.sample_rate / ticks / 1000, 1),
    )
    if changed:
        advance(audio.master_id)
