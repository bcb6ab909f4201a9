"""assembling -> verifying -> published: manifests over the finished segments, the last look, and the change-over."""

from collections.abc import Callable
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from streaming.library import announce, queueing
from streaming.library.errors import MediaError
from streaming.library.models import (
    AudioRendition,
    Master,
    MasterState,
    RenditionKind,
    Segment,
    WorkState,
)
from streaming.library.packaging import store
from streaming.library.packaging.assemble import HLS_NAME, assemble, public_tracks
from streaming.library.packaging.verify import verify
from streaming.library.services import failures
from streaming.library.services.examining import make_master_stills
from streaming.library.services.leases import Stopped, take
from streaming.library.services.stages import announce_state, give_back_stage, stage_heart
from streaming.library.services.tiling import assemble_tiles
from streaming.library.tiled.index import FOLDER, INDEX_NAME

# Part of the check's time that a tiled title takes.
TILES_SHARE = 0.5


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
            assemble_tiles(master)
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
            check_files(master, progress)
        publish(master_id, lease)
    except Stopped:
        give_back_stage(master_id, lease)
    except MediaError as error:
        failures.fail_master(master_id, error, lease=lease)
    except Exception as error:
        failures.stage_failed(master_id, lease, error, queueing.VERIFY)


def check_files(master: Master, progress: Callable[[float], None]) -> None:
    """Raises `MediaError("verify_failed")`. `progress` hears 0..1 and may raise to stop."""
    prefix, tiles = finished_prefix(master), master.renditions.filter(kind=RenditionKind.TILED).first()
    share = TILES_SHARE if tiles else 0.0
    verify(public_tracks(master), prefix, lambda part: progress(part * (1 - share)))
    if tiles:
        # Needs the codec's C part, which an installation without HEVC does not have.
        from streaming.library.tiled.check import check_title

        folder = f"{prefix}{tiles.name}/"
        check_title(
            lambda path: store.read(folder + path), tiles.frames, lambda part: progress(1 - share + share * part)
        )


def finished_prefix(master: Master) -> str:
    """Where the finished files are: already in their published place if a worker was killed between the renaming
    and the commit."""
    building = store.building_prefix(master.storage_prefix, master.generation)
    if store.exists(building + HLS_NAME):
        return building
    return store.published_prefix(master.storage_prefix, master.generation)


def publish(master_id: UUID, lease: UUID) -> None:
    """Show the new version in one step. What it replaces stays for those who watch it: `sweeping.sweep_replaced`."""
    with transaction.atomic():
        master = (
            Master.objects.select_for_update().filter(id=master_id, lease=lease, state=MasterState.VERIFYING).first()
        )
        if master is None:
            return
        prefix = store.published_prefix(master.storage_prefix, master.generation)
        store.reveal(store.building_prefix(master.storage_prefix, master.generation), prefix)
        master.state, master.lease, master.stage_progress = MasterState.PUBLISHED, None, 1.0
        master.published_prefix, master.published_at = prefix, timezone.now()
        tiled = master.renditions.filter(kind=RenditionKind.TILED).exists()
        master.tiled = f"{prefix}{FOLDER}/{INDEX_NAME}" if tiled else ""
        master.error_code, master.error_params, master.error_detail = "", {}, ""
        master.save()
        announce.log_action(actor=None, action="library.master.publish", target=master, data={"prefix": prefix})
    announce_state(master_id)
