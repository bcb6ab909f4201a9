"""Bringing in many people: upload, dry run, yes, and the sheet of sign-in links."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.people import permissions
from courses.people.forms import ImportForm
from courses.people.models import PeopleImport
from courses.people.services.accounts import sign_in_token
from courses.people.services.audit import log_action
from courses.people.services.import_rows import MAX_BYTES, UnreadableTable
from courses.people.services.imports import ImportRefused, carry_out, dry_run, imported_people_without_password
from courses.people.views.helpers import csv_response, needs, too_often

TEMPLATE_ROWS = [
    ["li.na", "李娜", "li.na@hospital.example", "trainee", "2026 住院医师规培一班", "zh-hans"],
    ["j.smith", "John Smith", "", "instructor", "", "en"],
]


@needs(permissions.IMPORT_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def import_people(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "people/import.html", {"form": ImportForm()})
    refused = too_often(request, action="people_import")
    if refused:
        return refused
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "people/import.html", {"form": form}, status=422)
    table = form.cleaned_data["table"]
    try:
        checked, kept = dry_run(actor=request.user, file_name=table.name, content=table.read(MAX_BYTES + 1))
    except UnreadableTable as wrong:
        form.add_error("table", str(wrong))
        return render(request, "people/import.html", {"form": form}, status=422)
    context = {"checked": checked, "counts": checked.counts, "kept": kept, "file_name": table.name}
    return render(request, "people/import_checked.html", context, status=422 if checked.bad else 200)


@needs(permissions.IMPORT_PEOPLE)
@require_safe
def import_template(request: HttpRequest) -> HttpResponse:
    return csv_response(
        "people-template.csv", ["username", "name", "email", "role", "cohort", "language"], TEMPLATE_ROWS
    )


@needs(permissions.IMPORT_PEOPLE)
@require_POST
def import_commit(request: HttpRequest, pk: UUID) -> HttpResponse:
    kept = get_object_or_404(PeopleImport, pk=pk, created_by=request.user)
    try:
        counts = carry_out(actor=request.user, kept=kept)
    except ImportRefused as refused:
        context = {"checked": refused.dry_run, "counts": refused.dry_run.counts, "file_name": kept.file_name}
        return render(request, "people/import_checked.html", context, status=409)
    if counts:
        messages.success(
            request,
            _("Done: %(new)s new, %(changed)s changed, %(same)s as before.")
            % {"new": counts["new"], "changed": counts["changed"], "same": counts["same"]},
        )
    else:
        messages.info(request, _("This table has been brought in already; nothing was changed."))
    return redirect("people:import_done", pk=kept.pk)


@needs(permissions.IMPORT_PEOPLE)
@require_safe
def import_done(request: HttpRequest, pk: UUID) -> HttpResponse:
    kept = get_object_or_404(PeopleImport, pk=pk, created_by=request.user, committed_at__isnull=False)
    return render(request, "people/import_done.html", {"kept": kept, "people": imported_people_without_password(kept)})


@needs(permissions.IMPORT_PEOPLE)
@require_POST
def import_sheet(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The sheet to hand out: each new person's own link to a first password."""
    kept = get_object_or_404(PeopleImport, pk=pk, created_by=request.user, committed_at__isnull=False)
    rows = [
        [
            person.username,
            person.display_name,
            person.email,
            request.build_absolute_uri(reverse("people:first_password", args=[sign_in_token(person)])),
        ]
        for person in imported_people_without_password(kept)
    ]
    log_action(actor=request.user, action="people.import.sheet", target=kept, data={"count": len(rows)})
    response = csv_response("sign-in-links.csv", ["username", "name", "email", "link"], rows)
    response["Cache-Control"] = "no-store"
    return response
