"""Addresses of a master's files that work for one viewer and for a while.

`/library/media/<token>/<path>`: the token stands in the path, so that the relative addresses in HLS and DASH manifests
lead to addresses that carry it too. It names the master, the viewer, the lesson and the time, signed with the secret
key; it opens no other master, and nothing for another viewer. Tiles need a token of their own, which is short-lived: a
client that puts tiles together renews it without a pause, which a media element cannot do.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, Signer, TimestampSigner
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac

SALT = "streaming.library.delivery"
# What viewers may have of a master: never its source, never work in progress.
SERVED_PATH = re.compile(r"(?:published-[A-Za-z0-9]+|stills)(?:/[A-Za-z0-9][A-Za-z0-9._-]*)+")
TILES_PATH = re.compile(r"published-[A-Za-z0-9]+/tiled/")
MAX_PATH = 300
TILES_MARK = "tiles"


class TokenExpiredError(Exception):
    """The address was good once; the player asks for a new one."""


class TokenRefusedError(Exception):
    """Not signed by us, or signed for somebody else."""


@dataclass(frozen=True)
class Grant:
    """What a valid token allows. `lesson`: in which one the film is watched, empty outside of any."""

    master_id: UUID
    viewer: str
    lesson: str = ""
    tiles: bool = False

    def opens(self, path: str) -> bool:
        return self.tiles or not TILES_PATH.match(path)


def viewer_name(*, user: Any, session_key: str | None) -> str:
    """An opaque name for who watches: the account, or the browser session of somebody without one."""
    who = f"user:{user.pk}" if user.is_authenticated else f"session:{session_key or ''}"
    return salted_hmac(SALT, who, algorithm="sha256").hexdigest()[:20]


def session_key_of(request: HttpRequest) -> str | None:
    """The key of the request's session. Someone without an account gets a session: an address must be bound to it."""
    if not request.user.is_authenticated and not request.session.session_key:
        request.session.create()
    return request.session.session_key


def sign(master_id: UUID, viewer: str, *, lesson: UUID | str = "", tiles: bool = False) -> str:
    """A token for the master's files; with `tiles` for its tiles too, and then for a shorter while."""
    parts = [master_id.hex, viewer, str(lesson), TILES_MARK if tiles else ""]
    return _signer().sign(".".join(parts).rstrip("."))


def lesson_label(lesson: UUID | str) -> str:
    """The lesson in an address that a client hands back, so that nobody can name another."""
    return Signer(salt=SALT).sign(str(lesson))


def lesson_of(label: str) -> str:
    """The lesson of a label of ours; empty for anything else."""
    try:
        return Signer(salt=SALT).unsign(label)
    except BadSignature:
        return ""


def address(token: str, path: str) -> str:
    """The address of `path`, relative to the master's folder."""
    return reverse("library:media", args=[token, path])


def check(token: str, viewer: str) -> Grant:
    """Raises `TokenExpiredError` or `TokenRefusedError`."""
    try:
        value = _signer().unsign(token, max_age=settings.MEDIA_ADDRESS_SECONDS)
        master, granted, lesson, mark, *_ = [*value.split("."), "", "", ""]
        if mark == TILES_MARK:
            _signer().unsign(token, max_age=timedelta(seconds=settings.TILES_ADDRESS_SECONDS))
    except SignatureExpired as error:
        raise TokenExpiredError from error
    except BadSignature as error:
        raise TokenRefusedError from error
    if granted != viewer:
        raise TokenRefusedError
    return Grant(UUID(hex=master), viewer, lesson, mark == TILES_MARK)


def is_served(path: str) -> bool:
    """Whether `path` is one that viewers may have: in a served folder, of plain names, so that it cannot climb out."""
    return len(path) <= MAX_PATH and bool(SERVED_PATH.fullmatch(path)) and ".." not in path


def _signer() -> TimestampSigner:
    return TimestampSigner(salt=SALT, sep=".")
