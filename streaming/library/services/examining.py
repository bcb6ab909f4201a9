"""received -> probing -> planned (or measuring): what the file is, and what is to be made of it; poster and preview."""

import json
import logging
from typing import Any
from uuid import UUID

from django.db import transaction

from streaming.library import queueing
from streaming.library.errors import MediaError
from streaming.library.models import (
    Master,
    MasterState,
    Projection,
    ProjectionSource,
    Stereo,
)
from streaming.library.packaging import store
from streaming.library.probe.run import TURNING, run_probe
from streaming.library.probe.timeline import Timeline
from streaming.library.services import failures
from streaming.library.services.leases import Stopped, take
from streaming.library.services.planning import make_plan
from streaming.library.services.stages import announce_state, give_back_stage, stage_heart
from streaming.library.services.steadying import begin_measuring, must_be_measured, turns

log = logging.getLogger(__name__)

STILL_NAMES = ("poster.jpg", "poster-flat.jpg", "preview.jpg", "preview.vtt")


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
            store.write(master.timeline_name, index := (out / "timeline.npz").read_bytes())
            apply_facts(master, facts)
            if master.steady and master.can_be_steadied and not turns(master, out, beat=heart.beat):
                facts["turning"] = None
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
            if must_be_measured(master):
                begin_measuring(master)
                return
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
            if master.is_steadied:
                (out / TURNING).write_bytes(store.read(master.turning_name))
            run_probe(store.fetch_source(master.file.name), out, mode="--stills")
            for name in STILL_NAMES:
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
