"""Addresses of a master's files that work for one viewer and for a while.

`/library/media/<token>/<path>`: the token stands in the path, so that the relative addresses in HLS and DASH manifests
lead to addresses that carry it too. It names the master, the viewer and the time, signed with the secret key; it
opens no other master, and nothing for another viewer.
"""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac

SALT = "streaming.library.delivery"
# What viewers may have of a master: never its source, never work in progress.
SERVED_PATH = re.compile(r"(?:published-[A-Za-z0-9]+|stills)(?:/[A-Za-z0-9][A-Za-z0-9._-]*)+")
MAX_PATH = 300


class TokenExpiredError(Exception):
    """The address was good once; the player asks for a new one."""


class TokenRefusedError(Exception):
    """Not signed by us, or signed for somebody else."""


@dataclass(frozen=True)
class Grant:
    """What a valid token allows."""

    master_id: UUID
    viewer: str


def viewer_name(*, user: Any, session_key: str | None) -> str:
    """An opaque name for who watches: the account, or the browser session of somebody without one."""
    who = f"user:{user.pk}" if user.is_authenticated else f"session:{session_key or ''}"
    return salted_hmac(SALT, who, algorithm="sha256").hexdigest()[:20]


def session_key_of(request: HttpRequest) -> str | None:
    """The key of the request's session. Someone without an account gets a session: an address must be bound to it."""
    if not request.user.is_authenticated and not request.session.session_key:
        request.session.create()
    return request.session.session_key


def sign(master_id: UUID, viewer: str) -> str:
    return _signer().sign(f"{master_id.hex}.{viewer}")


def address(token: str, path: str) -> str:
    """The address of `path`, relative to the master's folder."""
    return reverse("library:media", args=[token, path])


def check(token: str, viewer: str) -> Grant:
    """Raises `TokenExpiredError` or `TokenRefusedError`."""
    try:
        value = _signer().unsign(token, max_age=settings.MEDIA_ADDRESS_SECONDS)
    except SignatureExpired as error:
        raise TokenExpiredError from error
    except BadSignature as error:
        raise TokenRefusedError from error
    master, _, granted = value.partition(".")
    if granted != viewer:
        raise TokenRefusedError
    return Grant(UUID(hex=master), viewer)


def is_served(path: str) -> bool:
    """Whether `path` is one that viewers may have: in a served folder, of plain names, so that it cannot climb out."""
    return len(path) <= MAX_PATH and bool(SERVED_PATH.fullmatch(path)) and ".." not in path


def _signer() -> TimestampSigner:
    return TimestampSigner(salt=SALT, sep=".")
