"""The action log and the consent documents, for those who answer for the centre."""

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.people import permissions
from courses.people.forms import AuditFilter, ConsentDocumentForm
from courses.people.models import ActionLogEntry, ConsentDocument
from courses.people.selectors import actions, consent_counts, names_of_actors
from courses.people.services.audit import log_action
from courses.people.services.consents import publish_document
from courses.people.services.verify import verify_log
from courses.people.templatetags.people_ui import action_labels
from courses.people.views.helpers import csv_response, needs, page_of

EXPORT_LIMIT = 100_000


def _filtered(request: HttpRequest) -> tuple[AuditFilter, object]:
    form = AuditFilter(request.GET)
    return form, actions(**(form.cleaned_data if form.is_valid() else {}))


@needs(permissions.SEE_AUDIT)
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    form, entries = _filtered(request)
    page = page_of(request, entries)
    names = names_of_actors(entry.actor for entry in page)
    rows = [(entry, names.get(entry.actor)) for entry in page]
    query = request.GET.copy()
    query.pop("page", None)
    context = {"form": form, "page": page, "rows": rows, "query": query.urlencode(), "labels": action_labels()}
    return render(request, "people/audit.html", context, status=422 if form.errors else 200)


@needs(permissions.SEE_AUDIT)
@require_POST
def audit_verify(request: HttpRequest) -> HttpResponse:
    """Check the whole chain now and say the result."""
    verdict = verify_log()
    if verdict.is_good:
        messages.success(request, _("The action log is whole: %(count)s entries.") % {"count": verdict.entries})
    else:
        messages.error(
            request,
            _("The action log is broken at entry %(seq)s: %(reason)s")
            % {"seq": verdict.broken_at, "reason": verdict.reason},
        )
    return redirect("people:audit")


@needs(permissions.SEE_AUDIT)
@require_safe
def audit_export(request: HttpRequest) -> HttpResponse:
    _form, entries = _filtered(request)
    found = list(entries[:EXPORT_LIMIT])  # type: ignore[index]
    log_action(actor=request.user, action="people.audit.export", data={"count": len(found)})
    heading = ["seq", "time", "who", "role", "action", "thing", "id", "data", "hash"]
    return csv_response("action-log.csv", heading, _export_rows(found))


def _export_rows(entries: list[ActionLogEntry]) -> Iterator[list[object]]:
    names = names_of_actors(entry.actor for entry in entries)
    for entry in entries:
        person = names.get(entry.actor)  # type: ignore[arg-type]
        yield [
            entry.seq,
            timezone.localtime(entry.at).isoformat(timespec="seconds"),
            person.username if person else entry.actor,
            entry.actor_role,
            entry.action,
            entry.target_type,
            entry.target_id,
            entry.data_json,
            entry.hash,
        ]


@needs(permissions.SEE_CONSENTS)
@require_safe
def consents(request: HttpRequest) -> HttpResponse:
    counts = consent_counts()
    documents = [
        (document, counts.get(str(document.pk), {"yes": 0, "no": 0})) for document in ConsentDocument.objects.all()
    ]
    context = {"documents": documents, "may_publish": permissions.is_administrator(request.user)}
    return render(request, "people/consents.html", context)


@needs(permissions.SEE_CONSENTS)
@require_safe
def consents_export(request: HttpRequest) -> HttpResponse:
    counts = consent_counts()
    rows = []
    for document in ConsentDocument.objects.all():
        tally = counts.get(str(document.pk), {"yes": 0, "no": 0})
        published = timezone.localtime(document.published_at).isoformat(timespec="seconds")
        rows.append([document.kind, document.version, document.title_en, published, tally["yes"], tally["no"]])
    return csv_response("consents.csv", ["kind", "version", "title", "published", "yes", "no"], rows)


@needs(permissions.PUBLISH_CONSENT)
@require_http_methods(["GET", "HEAD", "POST"])
def consent_publish(request: HttpRequest) -> HttpResponse:
    form = ConsentDocumentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        document = publish_document(actor=request.user, **form.cleaned_data)
        messages.success(request, _("Published: version %(version)s.") % {"version": document.version})
        return redirect("people:consents")
    return render(request, "people/consent_form.html", {"form": form}, status=422 if form.errors else 200)
