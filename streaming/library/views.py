"""The library's pages: the list, the upload page, one master. Thin: services change, selectors read."""

import csv
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from streaming.library import pages, selectors
from streaming.library.access import access_policy
from streaming.library.errors import MediaError, error_sentence
from streaming.library.forms import LayoutForm, TitleForm
from streaming.library.models import Master, MasterState
from streaming.library.progress import progress_of
from streaming.library.services import masters as services

PER_PAGE = 24
View = Callable[..., HttpResponseBase]


def for_people_who_upload(view: View) -> View:
    """Signed out: to the sign-in page. Signed in without the right to bring films: 403."""

    @wraps(view)
    @login_required
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not access_policy().may_upload(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked


def _managed(request: HttpRequest, master_id: UUID) -> Master:
    """The master, or 404: one that belongs to somebody else does not exist for this person."""
    return get_object_or_404(selectors.managed_masters(request.user), id=master_id)


@require_safe
@for_people_who_upload
def masters(request: HttpRequest) -> HttpResponse:
    search, state = request.GET.get("search", "").strip(), request.GET.get("state", "")
    everything = selectors.managed_masters(request.user)
    found = selectors.filtered_masters(everything, search=search, state=state)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "cards": pages.cards(page.object_list, user=request.user, session_key=request.session.session_key),
        "search": search,
        "state": state,
        "is_filtered": bool(search or state in selectors.STATE_FILTERS),
        "unfinished": selectors.unfinished_uploads(request.user),
    }
    template = "library/_masters.html" if getattr(request, "htmx", False) else "library/masters.html"
    return render(request, template, context)


class _Echo:
    """What csv writes to, handed on line by line."""

    def write(self, text: str) -> str:
        return text


@require_safe
@for_people_who_upload
def masters_csv(request: HttpRequest) -> StreamingHttpResponse:
    found = selectors.filtered_masters(
        selectors.managed_masters(request.user),
        search=request.GET.get("search", "").strip(),
        state=request.GET.get("state", ""),
    )

    def lines() -> Iterator[str]:
        yield "\ufeff"  # spreadsheets take UTF-8 for the local code page without it
        writer = csv.writer(_Echo())
        for row in selectors.export_rows(found):
            yield writer.writerow(row)

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="masters.csv"'
    return response


@require_safe
@for_people_who_upload
def upload(request: HttpRequest) -> HttpResponse:
    config = {
        "endpoint": reverse("library:tus"),
        "uploads": reverse("library:api-uploads"),
        "masters": reverse("library:api-masters"),
        "socket": "/ws/library/masters/",
        "chunk": settings.TUS_CHUNK_BYTES // 2,
        "limit": settings.UPLOAD_MAX_BYTES,
    }
    context = {
        "config": config,
        "limit": f"{settings.UPLOAD_MAX_BYTES / 2**30:.3g} GB",
        "days": settings.UPLOAD_EXPIRES_AFTER_HOURS // 24,
    }
    return render(request, "library/upload.html", context)


@require_safe
@for_people_who_upload
def master(request: HttpRequest, master_id: UUID) -> HttpResponse:
    found = _managed(request, master_id)
    return render(request, "library/master.html", _master_context(request, found))


@require_safe
@for_people_who_upload
def story(request: HttpRequest, master_id: UUID) -> HttpResponse:
    """The story alone, as the upload page shows it below a file that has arrived."""
    found = _managed(request, master_id)
    context = {"master": found, "story": pages.story(found), "progress": progress_of(found)}
    return render(request, "library/_arrived.html", context)


def _master_context(request: HttpRequest, found: Master, form: LayoutForm | None = None) -> dict[str, Any]:
    session_key = request.session.session_key
    progress = progress_of(found)
    return {
        "master": found,
        "error": error_sentence(found.error_code, found.error_params),
        "story": pages.story(found),
        "facts": pages.facts(found),
        "layout_source": pages.layout_source(found),
        "summary": pages.summary(found),
        "badge": pages.BADGES.get(MasterState(found.state), ""),
        "progress": progress,
        "renditions": pages.rendition_rows(found, progress),
        "stills": selectors.stills(found, user=request.user, session_key=session_key),
        "layout_form": form or LayoutForm(initial=_layout_of(found)),
        "player": _player_config(found, request) if found.hls else None,
    }


def _layout_of(found: Master) -> dict[str, str]:
    return {"projection": found.projection, "stereo": found.stereo, "steady": "yes" if found.steady else "no"}


def _player_config(found: Master, request: HttpRequest) -> dict[str, Any]:
    """What static/js/player reads from the page."""
    addresses = selectors.playback(found, user=request.user, session_key=request.session.session_key)
    return {
        "id": str(found.id),
        "title": found.title,
        "src": {"hls": addresses["hls"], "dash": addresses["dash"], "tiled": addresses["tiled"]},
        "projection": found.projection,
        "stereo": found.stereo,
        "poster": addresses["poster_flat"] or addresses["poster"],
        "thumbnails": addresses["thumbnails"],
        "captions": [],
        "resume": None,
        "next": None,
        "playbackUrl": addresses["renew"],
        "language": get_language(),
    }


@require_POST
@for_people_who_upload
def rename(request: HttpRequest, master_id: UUID) -> HttpResponse:
    found = _managed(request, master_id)
    form = TitleForm(request.POST)
    if form.is_valid():
        services.rename_master(actor=request.user, master=found, title=form.cleaned_data["title"])
        messages.success(request, _("The title is changed."))
    else:
        messages.error(request, _("The title is empty or longer than 200 characters. Nothing was changed."))
    return redirect("library:master", master_id)


@require_POST
@for_people_who_upload
def layout(request: HttpRequest, master_id: UUID) -> HttpResponse:
    found = _managed(request, master_id)
    form = LayoutForm(request.POST)
    if not form.is_valid():
        return render(request, "library/master.html", _master_context(request, found, form), status=422)
    chosen = form.cleaned_data
    return _changed(
        request,
        found,
        lambda: services.correct_layout(
            actor=request.user,
            master=found,
            projection=chosen["projection"],
            stereo=chosen["stereo"],
            steady=chosen["steady"],
        ),
        _("The layout is changed. The film is made ready again where that is needed."),
    )


@require_POST
@for_people_who_upload
def cancel(request: HttpRequest, master_id: UUID) -> HttpResponse:
    found = _managed(request, master_id)
    return _changed(
        request,
        found,
        lambda: services.cancel_master(actor=request.user, master=found),
        _("The work on this film is stopped. What is done is kept: “Try again” goes on from there."),
    )


@require_POST
@for_people_who_upload
def retry(request: HttpRequest, master_id: UUID) -> HttpResponse:
    found = _managed(request, master_id)
    return _changed(
        request,
        found,
        lambda: services.retry_master(actor=request.user, master=found),
        _("The work on this film goes on."),
    )


def _changed(request: HttpRequest, found: Master, change: Callable[[], object], done: str) -> HttpResponse:
    """Run a service and say how it went, on the master's page."""
    try:
        change()
    except MediaError as error:
        messages.error(request, error_sentence(error.code, error.params))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect("library:master", found.id)


@require_POST
@for_people_who_upload
def delete(request: HttpRequest, master_id: UUID) -> HttpResponse:
    found = _managed(request, master_id)
    services.delete_master(actor=request.user, master=found)
    messages.success(request, _("“%(title)s” and all its files are deleted.") % {"title": found.title})
    return redirect("library:masters")
