"""The way of a master from received to published: each stage one function, called by a task or by `standalone`.

received -> probing -> planned -> transcoding -> assembling -> verifying -> published

Every stage may be called any number of times, by any worker, in any order: it does something only if the rows say
that it is its turn.
"""

import json
import logging
import time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from streaming.library import announce, queueing
from streaming.library.errors import MediaError
from streaming.library.models import (
    AudioRendition,
    Master,
    MasterState,
    Projection,
    ProjectionSource,
    Rendition,
    Segment,
    Stereo,
    WorkState,
)
from streaming.library.packaging import store
from streaming.library.packaging.assemble import assemble, public_tracks
from streaming.library.packaging.names import INIT_NAME, segment_name
from streaming.library.packaging.verify import verify
from streaming.library.probe.run import run_probe
from streaming.library.probe.timeline import Timeline
from streaming.library.quality import psnr
from streaming.library.services import failures
from streaming.library.services.leases import Heart, Stopped, take, wanted
from streaming.library.services.planning import make_plan, video_settings
from streaming.library.transcode.audio import AudioHeader, AudioWork, make_audio
from streaming.library.transcode.segment import SegmentWork, make_segment

log = logging.getLogger(__name__)

PROBE_FILES = ("poster.jpg", "poster-flat.jpg", "preview.jpg", "preview.vtt")
AUDIO_SEGMENT_SECONDS = 4.0


# --- examine ----------------------------------------------------------------------------------


def examine_master(master_id: UUID) -> None:
    """Probe the file, then plan. A file that we cannot take fails the master with its sentence."""
    lease = take(
        Master.objects.filter(id=master_id, state__in=[MasterState.RECEIVED, MasterState.PROBING]),
        state=MasterState.PROBING,
    )
    if lease is None:
        return
    master = Master.objects.get(id=master_id)
    announce_state(master_id)
    try:
        with stage_heart(master_id, lease) as heart, store.scratch_directory() as out:
            facts = run_probe(store.fetch_source(master.file.name), out, beat=heart.beat)
            index = (out / "timeline.npz").read_bytes()
        store.write(master.timeline_name, index)
        finish_examination(master_id, lease, facts, Timeline.from_bytes(index))
    except Stopped:
        give_back_stage(master_id, lease)
    except MediaError as error:
        failures.fail_master(master_id, error, lease=lease)
    except Exception as error:
        failures.stage_failed(master_id, lease, error, queueing.EXAMINE)


def finish_examination(master_id: UUID, lease: UUID, facts: dict[str, Any], timeline: Timeline) -> None:
    with transaction.atomic():
        master = Master.objects.select_for_update().filter(id=master_id, lease=lease).first()
        if master is None:
            return
        apply_facts(master, facts)
        if master.projection == Projection.UNSUPPORTED:
            master.save()
        else:
            master.lease, master.attempts = None, 0
            make_plan(master)
    if master.projection == Projection.UNSUPPORTED:
        raise MediaError("unsupported_projection", projection=facts["layout"]["projection"])
    announce_state(master_id)
    queueing.send_on_commit(queueing.STILLS, [master_id])


def apply_facts(master: Master, facts: dict[str, Any]) -> None:
    """Copy what the rest of the library asks for from the probe; a layout set by hand stays."""
    master.probe = facts
    master.width, master.height = facts["width"], facts["height"]
    master.fps_num, master.fps_den = facts["fps"]
    master.frames, master.duration = facts["frames"], facts["duration"]
    if master.projection_source == ProjectionSource.HAND:
        return
    layout = facts["layout"]
    known = layout["projection"] in {Projection.EQUIRECTANGULAR, Projection.FLAT}
    master.projection = layout["projection"] if known else Projection.UNSUPPORTED
    master.stereo = layout["stereo"] if layout["stereo"] in Stereo.values else Stereo.MONO
    master.projection_source = layout["source"]


def make_master_stills(master_id: UUID) -> None:
    """Poster and preview strip. A film without them is still worth publishing, so a failure is only logged."""
    master = Master.objects.filter(id=master_id).exclude(probe={}).first()
    if master is None or not master.projection:
        return
    facts = {**master.probe, "layout": {"projection": master.projection, "stereo": master.stereo}}
    folder = f"{master.storage_prefix}stills/"
    try:
        with store.scratch_directory() as out:
            (out / "probe.json").write_text(json.dumps(facts))
            (out / "timeline.npz").write_bytes(store.read(master.timeline_name))
            run_probe(store.fetch_source(master.file.name), out, stills=True)
            for name in PROBE_FILES:
                store.write(folder + name, (out / name).read_bytes())
    except (MediaError, OSError) as error:
        log.warning("no stills for master %s: %s", master_id, error)
        return
    Master.objects.filter(id=master_id).update(
        poster=folder + "poster.jpg",
        poster_flat=folder + "poster-flat.jpg",
        preview_sprite=folder + "preview.jpg",
        preview_vtt=folder + "preview.vtt",
    )
    announce_state(master_id)


# --- segments ---------------------------------------------------------------------------------


def transcode_segment(segment_id: int) -> bool:
    """Make one segment if it is waiting. True if this call worked on it."""
    lease = take(
        Segment.objects.filter(wanted("rendition__master__"), id=segment_id, state=WorkState.WAITING),
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

            result = make_segment(segment_work(segment), progress=progress)
            heart.beat()
            folder = f"{store.building_prefix(master.storage_prefix, master.generation)}{rendition.name}/"
            keep_header(folder + INIT_NAME, result.init)
            store.write(folder + segment_name(segment.index), result.media)
        finish_segment(segment, lease, result)
    except Stopped:
        release_segment(segment_id, lease)
        failures.clean_up_if_gone(master)
    except MediaError as error:
        release_segment(segment_id, lease, str(error))
        failures.fail_master(master.id, error)
    except Exception as error:
        failures.segment_failed(segment, lease, error)
    return True


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
    )


def keep_header(name: str, init: bytes) -> None:
    """All segments of a rendition share one header; an encoder that changes its mind must not be published."""
    if not store.exists(name):
        store.write(name, init)
    elif store.read(name) != init:
        raise RuntimeError("the header of this segment differs from the rendition's")


def finish_segment(segment: Segment, lease: UUID, result: Any) -> None:
    with transaction.atomic():
        changed = Segment.objects.filter(id=segment.id, lease=lease, state=WorkState.RUNNING).update(
            state=WorkState.DONE,
            lease=None,
            frames_done=segment.frames,
            file=segment_name(segment.index),
            bytes=len(result.media),
            sse=result.sse,
            wsse=result.wsse,
            cpu_seconds=result.cpu_seconds,
            wall_seconds=result.wall_seconds,
            finished_at=timezone.now(),
        )
        if not changed:
            return
        Rendition.objects.filter(id=segment.rendition_id, codecs="").update(codecs=result.codecs)
        if not Segment.objects.filter(rendition=segment.rendition_id).exclude(state=WorkState.DONE).exists():
            finish_rendition(segment.rendition)
    announce.progress(segment.rendition.master_id)
    advance(segment.rendition.master_id)


def finish_rendition(rendition: Rendition) -> None:
    """Sum up a rendition whose last segment is done: size, rates, quality."""
    fps = rendition.master.fps
    sums = rendition.segments.aggregate(frames=Sum("frames"), bytes=Sum("bytes"), sse=Sum("sse"), wsse=Sum("wsse"))
    samples = sums["frames"] * rendition.width * rendition.height
    rates = [size * 8 * float(fps) / frames for size, frames in rendition.segments.values_list("bytes", "frames")]
    Rendition.objects.filter(id=rendition.id).update(
        state=WorkState.DONE,
        frames=sums["frames"],
        bytes=sums["bytes"],
        kbps=round(sums["bytes"] * 8 * float(fps) / sums["frames"] / 1000, 1),
        peak_kbps=round(max(rates) / 1000, 1),
        psnr=round(psnr(sums["sse"], samples), 3),
        ws_psnr=round(psnr(sums["wsse"], samples), 3),
    )


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


# --- assemble, verify, publish ----------------------------------------------------------------


def advance(master_id: UUID) -> None:
    """Once nothing is unfinished, go on to putting together."""
    with transaction.atomic():
        if is_unfinished(master_id):
            return
        changed = Master.objects.filter(id=master_id, state__in=[MasterState.PLANNED, MasterState.TRANSCODING]).update(
            state=MasterState.ASSEMBLING,
            lease=None,
            attempts=0,
            stage_progress=0.0,
            queued_at=timezone.now(),
            updated_at=timezone.now(),
        )
        if changed:
            queueing.send_on_commit(queueing.ASSEMBLE, [master_id])
    announce_state(master_id)


def is_unfinished(master_id: UUID) -> bool:
    return (
        Segment.objects.filter(~Q(state=WorkState.DONE), rendition__master=master_id).exists()
        or AudioRendition.objects.filter(~Q(state=WorkState.DONE), master=master_id).exists()
    )


def assemble_master(master_id: UUID) -> None:
    """Write the manifests over the finished segments."""
    lease = take(Master.objects.filter(id=master_id, state=MasterState.ASSEMBLING), stage_progress=0.0)
    if lease is None:
        return
    try:
        with stage_heart(master_id, lease):
            master = Master.objects.get(id=master_id)
            if not master.poster:
                # The worker that was to make them is gone.
                make_master_stills(master_id)
            assemble(master)
        changed = Master.objects.filter(id=master_id, lease=lease, state=MasterState.ASSEMBLING).update(
            state=MasterState.VERIFYING,
            lease=None,
            attempts=0,
            stage_progress=0.0,
            queued_at=timezone.now(),
            updated_at=timezone.now(),
        )
        if changed:
            queueing.send_on_commit(queueing.VERIFY, [master_id])
            announce_state(master_id)
    except MediaError as error:
        failures.fail_master(master_id, error, lease=lease)
    except Exception as error:
        failures.stage_failed(master_id, lease, error, queueing.ASSEMBLE)


def verify_master(master_id: UUID) -> None:
    """Decode everything that is to be published; publish it if all of it is right."""
    lease = take(Master.objects.filter(id=master_id, state=MasterState.VERIFYING), stage_progress=0.0)
    if lease is None:
        return
    part = 0.0
    try:
        with stage_heart(master_id, lease, lambda: {"stage_progress": part}) as heart:

            def progress(done: float) -> None:
                nonlocal part
                part = done
                heart.beat()

            master = Master.objects.get(id=master_id)
            verify(public_tracks(master), store.building_prefix(master.storage_prefix, master.generation), progress)
        publish(master_id, lease)
    except Stopped:
        give_back_stage(master_id, lease)
    except MediaError as error:
        failures.fail_master(master_id, error, lease=lease)
    except Exception as error:
        failures.stage_failed(master_id, lease, error, queueing.VERIFY)


def publish(master_id: UUID, lease: UUID) -> None:
    """Show the new version in one step; what it replaces is deleted after the commit."""
    with transaction.atomic():
        master = (
            Master.objects.select_for_update().filter(id=master_id, lease=lease, state=MasterState.VERIFYING).first()
        )
        if master is None:
            return
        before = master.published_prefix
        prefix = store.published_prefix(master.storage_prefix, master.generation)
        store.reveal(store.building_prefix(master.storage_prefix, master.generation), prefix)
        master.state, master.lease, master.stage_progress = MasterState.PUBLISHED, None, 1.0
        master.published_prefix, master.published_at = prefix, timezone.now()
        master.error_code, master.error_params, master.error_detail = "", {}, ""
        master.save()
        announce.log_action(actor=None, action="library.master.publish", target=master, data={"prefix": prefix})
        if before and before != prefix:
            announce.on_commit(lambda: store.delete_tree(before))
    announce_state(master_id)


# --- shared -----------------------------------------------------------------------------------


def stage_heart(master_id: UUID, lease: UUID, fields: Any = dict) -> Heart:
    def rows() -> Any:
        return Master.objects.filter(wanted(""), id=master_id, lease=lease)

    return Heart(rows, fields, lambda: announce.progress(master_id))


def give_back_stage(master_id: UUID, lease: UUID) -> None:
    Master.objects.filter(id=master_id, lease=lease).update(lease=None, attempts=0)


def announce_state(master_id: UUID) -> None:
    """After the commit, whether or not something was announced just before."""
    announce.on_commit(lambda: announce.progress(master_id, at_once=True))
