"""Changes of a master's state that people ask for: receive, correct, rename, cancel, retry, delete."""

import re
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from streaming.library import announce, queueing
from streaming.library.access import access_policy
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
from streaming.library.models.master import WORKING_STATES
from streaming.library.packaging import store
from streaming.library.services.planning import make_plan, queue_waiting
from streaming.library.services.publishing import advance
from streaming.library.services.stages import announce_state
from streaming.library.services.steadying import must_be_measured

BEFORE_PLANNING = {MasterState.RECEIVED, MasterState.PROBING, MasterState.MEASURING}
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def receive_upload(
    *,
    actor: Any,
    path: Path,
    original_name: str,
    title: str = "",
    start: bool = True,
    keep_source: bool = False,
    copy: bool = False,
) -> Master:
    """Take the finished file at `path` into storage and start examining it.

    Local storage: the file is renamed; with `keep_source` linked; with `copy` copied, so that the person's own file
    and ours are two. `actor` is the owner; None for an import from the command line. The caller has checked
    `may_upload`. Raises `MediaError("disk_full")`; the file at `path` is then still there.
    """
    shown = display_name(original_name)
    master = Master(
        owner=actor,
        title=(title.strip() or Path(shown).stem or _("Untitled film"))[:200],
        original_name=shown,
        size=path.stat().st_size,
        queued_at=timezone.now(),
    )
    name = f"{master.storage_prefix}source/{stored_name(shown)}"
    if copy:
        store.copy_in(path, name)
    else:
        store.take_in(path, name, keep=keep_source)
    try:
        with transaction.atomic():
            master.file.name = name
            master.save(force_insert=True)
            announce.log_action(
                actor=actor,
                action="library.master.receive",
                target=master,
                data={"name": shown, "bytes": master.size},
            )
            if start:
                queueing.send_on_commit(queueing.EXAMINE, [master.id])
    except BaseException:
        if keep_source or copy:
            store.delete_tree(master.storage_prefix)
        raise
    return master


def display_name(name: str) -> str:
    """The file's own name as people see it: without folders and control characters, emoji and all else kept."""
    last = re.split(r"[/\\]", CONTROL.sub("", name))[-1].strip()
    return last[-255:]


def stored_name(name: str) -> str:
    """A name that every file system takes, with the same ending."""
    path = Path(name)
    stem = UNSAFE.sub("_", path.stem).strip("._")[:80] or "master"
    suffix = UNSAFE.sub("", path.suffix)[:10]
    return stem + suffix


def rename_master(*, actor: Any, master: Master, title: str) -> Master:
    """Raises PermissionDenied, or ValidationError for an empty title."""
    _require_manage(actor, master)
    title = title.strip()
    if not title:
        raise ValidationError(_("A film needs a title. Write one, then save."))
    with transaction.atomic():
        announce.log_action(
            actor=actor, action="library.master.rename", target=master, data={"from": master.title, "to": title[:200]}
        )
        master.title = title[:200]
        master.save(update_fields=["title", "updated_at"])
    return master


def correct_layout(*, actor: Any, master: Master, projection: str, stereo: str, steady: bool | None = None) -> Master:
    """Set by hand: projection, stereo layout, and whether the picture stands still when the camera turns (None: as it
    is). A master that was already planned is planned again, once the camera's turns are measured if they never were;
    what is published stays to be watched until the new version is ready. Raises PermissionDenied, ValidationError."""
    _require_manage(actor, master)
    if projection not in {Projection.EQUIRECTANGULAR, Projection.FLAT} or stereo not in Stereo.values:
        raise ValidationError(_("Choose one of the projections and stereo layouts in the list."))
    with transaction.atomic():
        master = Master.objects.select_for_update().get(id=master.id)
        before = {"projection": master.projection, "stereo": master.stereo, "steady": master.steady}
        master.projection, master.stereo = projection, stereo
        master.projection_source = ProjectionSource.HAND
        master.steady = master.steady if steady is None else steady
        announce.log_action(
            actor=actor,
            action="library.master.layout",
            target=master,
            data={"from": before, "to": {"projection": projection, "stereo": stereo, "steady": master.steady}},
        )
        if master.probe and master.state not in BEFORE_PLANNING:
            old = store.building_prefix(master.storage_prefix, master.generation)
            master.lease, master.attempts = None, 0
            if must_be_measured(master):
                examine_again(master)
            else:
                make_plan(master)
                queueing.send_on_commit(queueing.STILLS, [master.id])
            if old != master.published_prefix:
                announce.on_commit(lambda: store.delete_tree(old))
        else:
            master.save()
    announce_state(master.id)
    return master


def examine_again(master: Master) -> None:
    """Inside a transaction: back to the beginning, with what people have set. Saves the master."""
    master.renditions.all().delete()
    master.audio_renditions.all().delete()
    master.state, master.stage_progress, master.queued_at = MasterState.RECEIVED, 0.0, timezone.now()
    master.error_code, master.error_params, master.error_detail = "", {}, ""
    master.save()
    queueing.send_on_commit(queueing.EXAMINE, [master.id])


def cancel_master(*, actor: Any, master: Master) -> Master:
    """Stop the work on a master; what is done stays, so that `retry_master` goes on from there.

    Running segments notice within two seconds. One that is not being worked on is left as it is.
    """
    _require_manage(actor, master)
    with transaction.atomic():
        changed = Master.objects.filter(id=master.id, state__in=sorted(WORKING_STATES)).update(
            state=MasterState.CANCELLED, lease=None, updated_at=timezone.now()
        )
        if changed:
            announce.log_action(actor=actor, action="library.master.cancel", target=master)
    announce_state(master.id)
    master.refresh_from_db()
    return master


def retry_master(*, actor: Any, master: Master) -> Master:
    """Go on with a failed or cancelled master: finished segments stay, the others get fresh attempts."""
    _require_manage(actor, master)
    with transaction.atomic():
        master = Master.objects.select_for_update().get(id=master.id)
        if master.state not in {MasterState.FAILED, MasterState.CANCELLED}:
            return master
        announce.log_action(actor=actor, action="library.master.retry", target=master)
        resume(master)
    announce_state(master.id)
    return master


def resume(master: Master) -> None:
    """Inside a transaction: the state that follows from what is done, and messages for what is not."""
    master.error_code, master.error_params, master.error_detail = "", {}, ""
    master.lease, master.attempts, master.queued_at = None, 0, timezone.now()
    if not master.renditions.exists():
        master.state = MasterState.RECEIVED
        master.save()
        queueing.send_on_commit(queueing.EXAMINE, [master.id])
        return
    master.state = MasterState.PLANNED
    master.save()
    fresh = {"state": WorkState.WAITING, "lease": None, "attempts": 0, "queued_at": timezone.now()}
    Segment.objects.filter(rendition__master=master).exclude(state=WorkState.DONE).update(**fresh, frames_done=0)
    AudioRendition.objects.filter(master=master).exclude(state=WorkState.DONE).update(**fresh)
    drop_segments_without_files(master)
    queue_waiting(master)
    advance(master.id)


def drop_segments_without_files(master: Master) -> None:
    """A folder that somebody cleared must not lead to a film with holes."""
    building = store.building_prefix(master.storage_prefix, master.generation)
    for rendition in Rendition.objects.filter(master=master):
        missing = [
            segment.id
            for segment in rendition.segments.filter(state=WorkState.DONE)
            if not all(store.exists(f"{building}{rendition.name}/{name}") for name in segment.files)
        ]
        if missing:
            Segment.objects.filter(id__in=missing).update(state=WorkState.WAITING, attempts=0, frames_done=0)
            Rendition.objects.filter(id=rendition.id).update(state=WorkState.RUNNING)
    for audio in AudioRendition.objects.filter(master=master, state=WorkState.DONE):
        if not store.exists(f"{building}{audio.name}/init.mp4"):
            AudioRendition.objects.filter(id=audio.id).update(state=WorkState.WAITING, attempts=0)


def delete_master(*, actor: Any, master: Master) -> None:
    """Delete the row and, after the commit, every file of the master. Workers on it stop by themselves."""
    _require_manage(actor, master)
    discard_master(master, actor=actor)


def discard_master(master: Master, *, actor: Any = None) -> None:
    """Delete without asking who: for imports from the command line that came to nothing."""
    prefix = master.storage_prefix
    with transaction.atomic():
        announce.log_action(
            actor=actor,
            action="library.master.delete",
            target=master,
            data={"title": master.title, "name": master.original_name, "bytes": master.size},
        )
        Master.objects.filter(id=master.id).delete()
        announce.on_commit(lambda: store.delete_tree(prefix))


def _require_manage(actor: Any, master: Master) -> None:
    if not access_policy().may_manage(actor, master.owner_id):
        raise PermissionDenied
