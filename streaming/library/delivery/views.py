"""`GET /library/media/<token>/<path>`: a published file for the viewer whom the token names."""

import asyncio
from typing import Any

import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.files.storage import default_storage
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from streaming.library import selectors
from streaming.library.delivery import files, ranges, tokens
from streaming.library.delivery.watching import first_of_block
from streaming.library.packaging import store

log = structlog.get_logger("library.watch")

# daphne has no back-pressure: what we hand it waits in memory for a slow viewer. A media element that asks
# "from here on" gets this much and asks again (RFC 9110, 15.3.7: a 206 may carry less than was asked for).
OPEN_RANGE_BYTES = 8 * 1024**2


@require_safe
async def media(request: HttpRequest, token: str, path: str) -> HttpResponseBase:
    request.path_to_log = f"/library/media/…/{path}"  # type: ignore[attr-defined]
    # Not `auser`: the middlewares have asked for `user` already, and it would be read from the database again.
    user = request.user
    await sync_to_async(lambda: user.pk)()
    viewer = tokens.viewer_name(user=user, session_key=request.session.session_key)
    try:
        grant = tokens.check(token, viewer)
    except tokens.TokenExpiredError:
        return _refusal(410, "expired", _("This address has expired. Reload the page."))
    except tokens.TokenRefusedError:
        return _refusal(403, "other_viewer", _("This address was made for somebody else. Open the film's own page."))
    if not grant.opens(path):
        return _refusal(403, "no_tiles", _("This address does not open tiles. Reload the page."))
    kind = files.content_type(path)
    if kind is None or not tokens.is_served(path):
        return _missing()
    if files.is_manifest(path):
        if not await sync_to_async(selectors.may_view_id)(user, grant.master_id):
            return _refusal(403, "no_access", _("You may no longer watch this film. Ask your instructor."))
        log.info("watch", master=str(grant.master_id), lesson=grant.lesson, user=user.pk, viewer=viewer, file=path)
    elif grant.tiles and (block := await first_of_block(token, path)):
        log.info(
            "watch_tiles",
            master=str(grant.master_id),
            lesson=grant.lesson,
            user=user.pk,
            viewer=viewer,
            segments=f"{block[0]}-{block[1]}",
        )
    response = await _answer(request, f"masters/{grant.master_id.hex}/{path}", kind)
    response["Cache-Control"] = "private, no-cache" if files.is_manifest(path) else "private, max-age=3600"
    return response


async def _answer(request: HttpRequest, name: str, kind: str) -> HttpResponseBase:
    path = store.local_path(name)
    if path is None:
        return await _from_elsewhere(name, kind)
    if settings.X_ACCEL_PREFIX:
        return HttpResponse(
            content_type=kind, headers={"X-Accel-Redirect": f"{settings.X_ACCEL_PREFIX.rstrip('/')}/{name}"}
        )
    try:
        file, facts = await asyncio.to_thread(files.open_with_facts, path)
    except (FileNotFoundError, NotADirectoryError):
        return _missing()
    response = _from_here(request, file, facts)
    response["ETag"] = facts.etag
    response["Last-Modified"] = facts.last_modified
    response["Accept-Ranges"] = "bytes"
    if response.status_code not in {304, 416}:
        response["Content-Type"] = kind
    return response


def _from_here(request: HttpRequest, file: Any, facts: ranges.Facts) -> HttpResponseBase:
    """200, 206, 304 or 416; owns the open file."""
    if ranges.is_unchanged(request.headers, facts):
        file.close()
        return HttpResponse(status=304)
    try:
        part = ranges.wanted_slice(request.headers, facts)
    except ranges.NotSatisfiableError:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{facts.length}"})
    if part and ranges.is_open_ended(request.headers):
        part = ranges.Slice(part.start, min(part.count, OPEN_RANGE_BYTES))
    sent = part or ranges.Slice(0, facts.length)
    status = 206 if part else 200
    response: HttpResponseBase
    if request.method == "HEAD":
        file.close()
        response = HttpResponse(status=status)
    else:
        response = StreamingHttpResponse(files.pieces(file, sent), status=status)
    response["Content-Length"] = str(sent.count)
    if part:
        response["Content-Range"] = part.content_range(facts.length)
    return response


async def _from_elsewhere(name: str, kind: str) -> HttpResponseBase:
    """From S3: what refers to other files through us, pictures and segments by a redirect to a presigned address."""
    if not files.is_referring(name):
        return HttpResponseRedirect(await sync_to_async(default_storage.url)(name))
    try:
        return HttpResponse(await sync_to_async(_whole)(name), content_type=kind)
    except FileNotFoundError:
        return _missing()


def _whole(name: str) -> bytes:
    with default_storage.open(name) as file:
        return bytes(file.read())


def _missing() -> HttpResponse:
    return _refusal(404, "not_found", _("There is no such file in this film. Reload the page."))


def _refusal(status: int, code: str, sentence: str) -> HttpResponse:
    return JsonResponse({"error": code, "sentence": sentence}, status=status, headers={"Cache-Control": "no-store"})
