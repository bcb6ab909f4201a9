"""What the library's pages, the player and other wings read."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from streaming.library.access import access_policy
from streaming.library.delivery import tokens
from streaming.library.errors import error_sentence
from streaming.library.models import (
    Master,
    MasterState,
    Rendition,
    RenditionKind,
    Segment,
    Upload,
    UploadState,
    WorkState,
)
from streaming.library.models.master import WORKING_STATES
from streaming.library.tiled.index import VERSION

# The filter of the list page: a word in the address, and the states that it stands for.
STATE_FILTERS: dict[str, frozenset[str]] = {
    "ready": frozenset({MasterState.PUBLISHED}),
    "working": frozenset(WORKING_STATES),
    "stopped": frozenset({MasterState.FAILED, MasterState.CANCELLED}),
}


EXPORTED = [
    *("id", "title", "file", "owner", "state", "width", "height"),
    *("fps", "seconds", "bytes", "created", "published"),
]


def may_view(user: Any, master: Master) -> bool:
    """Whether `user` may watch this master: as a viewer of a lesson, or because it is theirs to manage."""
    policy = access_policy()
    return policy.may_manage(user, master.owner_id) or policy.may_watch(user, master.id)


def may_view_id(user: Any, master_id: UUID) -> bool:
    master = Master.objects.filter(id=master_id).only("id", "owner_id").first()
    return master is not None and may_view(user, master)


def managed_masters(user: Any) -> QuerySet[Master]:
    """The masters that `user` may manage. The policy decides per owner, so owners are asked about, not masters."""
    policy = access_policy()
    owner_ids = Master.objects.order_by().values_list("owner_id", flat=True).distinct()
    allowed = [owner_id for owner_id in owner_ids if policy.may_manage(user, owner_id)]
    among = Q(owner_id__in=[owner_id for owner_id in allowed if owner_id is not None])
    if None in allowed:
        among |= Q(owner_id__isnull=True)
    return Master.objects.filter(among).select_related("owner")


def filtered_masters(masters: QuerySet[Master], *, search: str = "", state: str = "") -> QuerySet[Master]:
    """`search` in title and file name; `state` is a key of `STATE_FILTERS`, anything else means all."""
    if search:
        masters = masters.filter(Q(title__icontains=search) | Q(original_name__icontains=search))
    if state in STATE_FILTERS:
        masters = masters.filter(state__in=STATE_FILTERS[state])
    return masters


def is_outdated(rendition: Rendition) -> bool:
    """Whether these are tiles of an index version that players refuse: the film plays from its other renditions."""
    return rendition.is_tiled and rendition.settings.get("version") != VERSION


def outdated_tiles() -> list[Rendition]:
    """Such tiles of published films, oldest film first."""
    tiles = Rendition.objects.filter(kind=RenditionKind.TILED, master__state=MasterState.PUBLISHED)
    return [one for one in tiles.select_related("master").order_by("master__created_at") if is_outdated(one)]


def work_counts() -> tuple[dict[str, int], dict[str, int]]:
    """How many films, and how many of their segments, are in each state; for those who watch the queues."""

    def counts(rows: QuerySet[Any], states: list[str]) -> dict[str, int]:
        found = dict(rows.order_by().values_list("state").annotate(Count("pk")))
        return {state: found.get(state, 0) for state in states}

    return counts(Master.objects.all(), MasterState.values), counts(Segment.objects.all(), WorkState.values)


def unfinished_uploads(user: Any) -> QuerySet[Upload]:
    """The uploads that `user` may go on with, newest first."""
    return Upload.objects.filter(owner=user, state=UploadState.RECEIVING, expires_at__gt=timezone.now())


def stills(master: Master, *, user: Any, session_key: str | None) -> dict[str, str]:
    """Signed addresses of the pictures of a master, for those that are there: poster, poster_flat, preview, thumbnails.

    The caller has checked that `user` may see the master.
    """
    token = tokens.sign(master.id, tokens.viewer_name(user=user, session_key=session_key))
    names = {
        "poster": master.poster,
        "poster_flat": master.poster_flat,
        "preview": master.preview_sprite,
        "thumbnails": master.preview_vtt,
    }
    return {key: _address(master, token, name) for key, name in names.items() if name}


def playback(master: Master, *, user: Any, session_key: str | None, lesson: UUID | str = "") -> dict[str, Any]:
    """What a player needs, with addresses that work for this viewer until `expires_at`.

    `{"hls", "dash", "tiled", "poster", "poster_flat", "thumbnails", "projection", "stereo", "duration", "expires_at",
    "tiled_expires_at", "renew"}`; addresses of what is not there yet are None. `tiled` is the index of the tiles
    (docs/tiles.md). `renew` answers the same again as JSON. `session_key` binds the addresses of viewers without an
    account (`delivery.tokens.session_key_of(request)`); `lesson` is in which one they watch. Raises PermissionDenied.
    """
    if not may_view(user, master):
        raise PermissionDenied
    viewer, now = tokens.viewer_name(user=user, session_key=session_key), timezone.now()
    token = tokens.sign(master.id, viewer, lesson=lesson)
    for_tiles = tokens.sign(master.id, viewer, lesson=lesson, tiles=True) if master.tiled else ""
    renew = reverse("library:playback", args=[master.id])
    pictures = stills(master, user=user, session_key=session_key)
    return {
        "hls": _address(master, token, master.hls) if master.hls else None,
        "dash": _address(master, token, master.dash) if master.dash else None,
        "tiled": _address(master, for_tiles, master.tiled) if master.tiled else None,
        "poster": pictures.get("poster"),
        "poster_flat": pictures.get("poster_flat"),
        "thumbnails": pictures.get("thumbnails"),
        "projection": master.projection,
        "stereo": master.stereo,
        "duration": master.duration,
        "expires_at": (now + timedelta(seconds=settings.MEDIA_ADDRESS_SECONDS)).isoformat(),
        "tiled_expires_at": (now + timedelta(seconds=settings.TILES_ADDRESS_SECONDS)).isoformat(),
        "renew": f"{renew}?{urlencode({'lesson': tokens.lesson_label(lesson)})}" if lesson else renew,
    }


def upload_facts(upload: Upload) -> dict[str, Any]:
    """An unfinished upload as the upload page needs it. `offset` is what is known without touching the disk."""
    return {
        "id": str(upload.id),
        "name": upload.original_name,
        "fingerprint": upload.fingerprint,
        "length": upload.length,
        "offset": upload.offset,
        "expires_at": upload.expires_at.isoformat(),
        "url": reverse("library:tus-upload", args=[upload.id]),
    }


def master_facts(master: Master) -> dict[str, Any]:
    """One line of the library: names, codes and numbers, with the error as a sentence in the active language."""
    return {
        "id": str(master.id),
        "title": master.title,
        "original_name": master.original_name,
        "state": master.state,
        "error": error_sentence(master.error_code, master.error_params),
        "projection": master.projection,
        "stereo": master.stereo,
        "width": master.width,
        "height": master.height,
        "fps": round(float(master.fps), 3),
        "duration": master.duration,
        "bytes": master.size,
        "created_at": master.created_at.isoformat(),
        "published_at": master.published_at.isoformat() if master.published_at else None,
        "page": reverse("library:master", args=[master.id]),
    }


def export_rows(masters: QuerySet[Master]) -> Iterator[list[str]]:
    """The list as rows of text: names and codes as they are stored, times in UTC (ISO 8601)."""
    yield EXPORTED
    for master in masters.iterator(chunk_size=500):
        yield [
            str(master.id),
            _cell(master.title),
            _cell(master.original_name),
            _cell(master.owner.get_username() if master.owner else ""),
            master.state,
            str(master.width),
            str(master.height),
            f"{float(master.fps):.3f}",
            f"{master.duration:.3f}",
            str(master.size),
            master.created_at.astimezone(UTC).isoformat(timespec="seconds"),
            master.published_at.astimezone(UTC).isoformat(timespec="seconds") if master.published_at else "",
        ]


def _cell(text: str) -> str:
    """Text that a spreadsheet does not take for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _address(master: Master, token: str, name: str) -> str:
    return tokens.address(token, name.removeprefix(master.storage_prefix))
