"""Tiles for a film that is ready: what is published is carried over into a new version, only the tiles are made."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from streaming.library import announce
from streaming.library.access import access_policy
from streaming.library.encoders.base import available
from streaming.library.models import Codec, Master, MasterState, Projection, Rendition, RenditionKind
from streaming.library.packaging import store
from streaming.library.services.planning import queue_waiting
from streaming.library.services.stages import announce_state
from streaming.library.services.tiling import SEGMENT_SECONDS, asked_grid, plan_tiles
from streaming.library.tiled.grid import Grid


class NoTilesError(Exception):
    """Why a film gets no tiles, and what to do: an English sentence for whoever operates the house."""


def package_tiles(*, actor: Any, master: Master, grid: str = "", seconds: float = SEGMENT_SECONDS) -> Rendition:
    """Plan (again) the tiled title of a published film, and put it into the queue. The film can be watched meanwhile.

    `grid`: columns x rows such as `12x6`; empty: what suits the film. `actor`: None for the command line. Raises
    PermissionDenied, `NoTilesError`, `MediaError("disk_full")`.
    """
    if actor is not None and not access_policy().may_manage(actor, master.owner_id):
        raise PermissionDenied
    cut = require_grid(master, grid)
    generation = master.generation + 1
    building = store.building_prefix(master.storage_prefix, generation)
    folders = [rendition.name for rendition in master.renditions.filter(kind=RenditionKind.PLAIN)]
    folders += [audio.name for audio in master.audio_renditions.all()]
    for folder in folders:
        store.carry_over(f"{master.published_prefix}{folder}/", f"{building}{folder}/")
    with transaction.atomic():
        master = Master.objects.select_for_update().get(id=master.id)
        if master.generation != generation - 1 or master.state != MasterState.PUBLISHED:
            raise NoTilesError("Somebody else began to work on the film just now. Wait until that is done.")
        master.renditions.filter(kind=RenditionKind.TILED).delete()
        master.generation, master.state, master.stage_progress = generation, MasterState.PLANNED, 0.0
        master.lease, master.attempts, master.queued_at = None, 0, timezone.now()
        master.save()
        rendition = plan_tiles(master, cut, seconds)
        queue_waiting(master)
        announce.log_action(
            actor=actor,
            action="library.master.tiles",
            target=master,
            data={"grid": f"{cut.columns}x{cut.rows}", "seconds": seconds},
        )
    announce_state(master.id)
    return rendition


def require_grid(master: Master, text: str) -> Grid:
    """The grid for a film that can have tiles. Raises `NoTilesError`."""
    if master.state != MasterState.PUBLISHED:
        raise NoTilesError(f"The film is {master.state}. Wait until it is published, or press 'Try again' on its page.")
    if Codec.HEVC not in available():
        raise NoTilesError("The HEVC encoder is not built here. Run 'make setup', then try again.")
    if master.projection != Projection.EQUIRECTANGULAR:
        raise NoTilesError("The film is not equirectangular: there is no sphere to cut into tiles.")
    try:
        grid = asked_grid(master, text)
    except ValueError as error:
        raise NoTilesError(f"The film cannot be cut so: {error}. Choose another grid.") from error
    if grid is None:
        raise NoTilesError(
            f"A film of {master.width}x{master.height} ({master.stereo}) gains nothing from tiles, or cannot be cut "
            "into them. To have them anyway, name a grid: --grid 6x3."
        )
    return grid
