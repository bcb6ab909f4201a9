"""Answers of the tus server. The views are synchronous: under ASGI each request has its own thread, so writing to
the disk never holds up the event loop."""

from collections.abc import Callable
from datetime import UTC
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import http_date

from streaming.library.models import Upload, UploadState
from streaming.library.services import uploads
from streaming.library.tus import protocol
from streaming.library.tus.problems import UploadError

Answer = Callable[..., HttpResponse]


def collection(request: HttpRequest) -> HttpResponse:
    """`/library/tus/`: OPTIONS tells what the server can do, POST starts an upload."""
    return _answer(request, {"OPTIONS": _capabilities, "POST": _create})


def item(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """`/library/tus/<id>/`: HEAD tells the offset, PATCH appends, DELETE gives up."""
    methods: dict[str, Answer] = {
        "OPTIONS": _capabilities,
        "HEAD": _head,
        "PATCH": _append,
        "DELETE": _terminate,
    }
    return _answer(request, methods, upload_id=upload_id)


def _answer(request: HttpRequest, methods: dict[str, Answer], **kwargs: Any) -> HttpResponse:
    method = request.headers.get("X-HTTP-Method-Override", request.method or "").upper()
    answer = methods.get(method)
    try:
        if answer is None:
            response = HttpResponse(status=405, headers={"Allow": ", ".join(methods)})
        elif method != "OPTIONS" and request.headers.get("Tus-Resumable") != protocol.VERSION:
            raise UploadError("version")
        else:
            response = answer(request, **kwargs)
    except protocol.BadHeaderError as error:
        response = _refusal(UploadError(error.code))
    except UploadError as problem:
        response = _refusal(problem)
    response["Tus-Resumable"] = protocol.VERSION
    response["Cache-Control"] = "no-store"
    return response


def _refusal(problem: UploadError) -> HttpResponse:
    response = JsonResponse(
        {"error": problem.code, "sentence": problem.sentence, **_offset_of(problem)}, status=problem.status
    )
    match problem.code:
        case "version":
            response["Tus-Version"] = protocol.VERSION
        case "file_too_large" | "chunk_too_large":
            _announce_limits(response)
        case "too_many":
            response["Retry-After"] = "60"
    return response


def _offset_of(problem: UploadError) -> dict[str, int]:
    return {"offset": problem.params["offset"]} if "offset" in problem.params else {}


def _announce_limits(response: HttpResponse) -> None:
    """tus names only the whole file's limit; the one of a piece is said as in draft-ietf-httpbis-resumable-upload."""
    response["Tus-Max-Size"] = str(settings.UPLOAD_MAX_BYTES)
    response["Upload-Limit"] = f"max-size={settings.UPLOAD_MAX_BYTES}, max-append-size={settings.TUS_CHUNK_BYTES}"


def _capabilities(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    response = HttpResponse(status=204)
    response["Tus-Version"] = protocol.VERSION
    response["Tus-Extension"] = ",".join(protocol.EXTENSIONS)
    response["Tus-Checksum-Algorithm"] = ",".join(protocol.CHECKSUM_ALGORITHMS)
    _announce_limits(response)
    return response


def _create(request: HttpRequest) -> HttpResponse:
    length = protocol.upload_length(request.headers)
    metadata = protocol.upload_metadata(request.headers)
    first_size = _chunk_size(request) if request.content_type == protocol.CHUNK_TYPE else 0
    checksum = protocol.upload_checksum(request.headers)
    upload = uploads.start_upload(actor=request.user, length=length, metadata=metadata)
    if first_size:
        try:
            upload = uploads.append_chunk(
                actor=request.user,
                upload_id=upload.id,
                offset=0,
                chunk=cast(Any, request),
                size=first_size,
                checksum=checksum,
            )
        except UploadError:
            uploads.terminate_upload(actor=request.user, upload_id=upload.id)
            raise
    response = HttpResponse(status=201)
    response["Location"] = request.build_absolute_uri(reverse("library:tus-upload", args=[upload.id]))
    return _describe(response, upload)


def _head(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    upload = uploads.find_upload(actor=request.user, upload_id=upload_id)
    response = HttpResponse(status=200)
    response["Upload-Length"] = str(upload.length)
    if upload.metadata:
        response["Upload-Metadata"] = upload.metadata
    return _describe(response, upload)


def _append(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    if request.content_type != protocol.CHUNK_TYPE:
        raise UploadError("media_type")
    upload = uploads.append_chunk(
        actor=request.user,
        upload_id=upload_id,
        offset=protocol.upload_offset(request.headers),
        chunk=cast(Any, request),
        size=_chunk_size(request),
        checksum=protocol.upload_checksum(request.headers),
    )
    return _describe(HttpResponse(status=204), upload)


def _terminate(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    uploads.terminate_upload(actor=request.user, upload_id=upload_id)
    return HttpResponse(status=204)


def _chunk_size(request: HttpRequest) -> int:
    """Bytes of the body. The ASGI handler has spooled it, so its length is known even when no header told it."""
    stream = cast(Any, request)._stream
    if hasattr(stream, "seekable") and stream.seekable():
        position = stream.tell()
        size = int(stream.seek(0, 2))
        stream.seek(position)
    else:
        size = protocol.integer(request.headers.get("Content-Length", "0"), "bad_length")
    if size > settings.TUS_CHUNK_BYTES:
        raise UploadError("chunk_too_large", limit=f"{settings.TUS_CHUNK_BYTES // 2**20} MiB")
    return size


def _describe(response: HttpResponse, upload: Upload) -> HttpResponse:
    response["Upload-Offset"] = str(upload.offset)
    if upload.state == UploadState.RECEIVING:
        response["Upload-Expires"] = http_date(upload.expires_at.astimezone(UTC).timestamp())
    if upload.master_id:
        response["Upload-Master"] = str(upload.master_id)
    return response
