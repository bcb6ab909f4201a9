"""measuring -> planned: how a camera turned, so that it can be taken out of whatever is made of its film.

Measured once, in the queue of the transcoders, as it takes about as long as decoding the film.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from streaming.library import queueing
from streaming.library.errors import MediaError
from streaming.library.models import Master, MasterState
from streaming.library.packaging import store
from streaming.library.probe.run import PROGRESS, TURNING, TURNS, run_probe
from streaming.library.services import failures
from streaming.library.services.leases import Stopped, take
from streaming.library.services.planning import make_plan
from streaming.library.services.stages import announce_state, give_back_stage, stage_heart
from streaming.library.steady.track import Track


def turns(master: Master, out: Path, *, beat: Callable[[], None]) -> bool:
    """A look at the film whose probe is in `out`: does its camera turn?"""
    run_probe(store.fetch_source(master.file.name), out, mode="--look", beat=beat)
    return bool(json.loads((out / TURNS).read_text()))


def must_be_measured(master: Master) -> bool:
    """It is to stand still, and nobody knows yet whether or how its camera turned."""
    return master.steady and master.can_be_steadied and "turning" not in master.probe


def begin_measuring(master: Master) -> None:
    """Inside a transaction: put an examined master into the queue. Saves it."""
    master.state, master.stage_progress, master.queued_at = MasterState.MEASURING, 0.0, timezone.now()
    master.save()
    queueing.send_on_commit(queueing.MEASURE, [master.id])
    announce_state(master.id)


def measure_master(master_id: UUID) -> None:
    """Measure how the camera turned, then plan."""
    lease = take(Master.objects.filter(id=master_id, state=MasterState.MEASURING), state=MasterState.MEASURING)
    if lease is None:
        return
    master = Master.objects.get(id=master_id)
    try:
        with (
            store.scratch_directory() as out,
            stage_heart(master_id, lease, lambda: measured(out)) as heart,
        ):
            (out / "probe.json").write_text(json.dumps(master.probe))
            (out / "timeline.npz").write_bytes(store.read(master.timeline_name))
            source = store.fetch_source(master.file.name)
            run_probe(source, out, mode="--turning", pictures=master.frames, beat=heart.beat)
            store.write(master.turning_name, track := (out / TURNING).read_bytes())
        finish_measuring(master_id, lease, Track.from_bytes(track))
    except Stopped:
        give_back_stage(master_id, lease)
    except MediaError as error:
        failures.fail_master(master_id, error, lease=lease)
    except Exception as error:
        failures.stage_failed(master_id, lease, error, queueing.MEASURE)


def measured(out: Path) -> dict[str, Any]:
    """How far the measuring in `out` is, as a master's heart writes it."""
    noted = out / PROGRESS
    return {"stage_progress": float(noted.read_text())} if noted.exists() else {}


def finish_measuring(master_id: UUID, lease: UUID, track: Track) -> None:
    """`probe["turning"]`: degrees a second ("speed") and the farthest from how a shot began ("reach")."""
    with transaction.atomic():
        master = Master.objects.select_for_update().filter(id=master_id, lease=lease).first()
        if master is None:
            return
        speed, reach = track.speed(float(master.fps)), track.reach
        master.probe = {**master.probe, "turning": {"speed": round(speed, 1), "reach": round(reach, 1)}}
        master.lease, master.attempts = None, 0
        make_plan(master)
    announce_state(master_id)
    queueing.send_on_commit(queueing.STILLS, [master_id])
