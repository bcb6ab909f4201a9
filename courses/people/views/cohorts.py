"""Cohorts: list, make, change, members."""

from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.people import permissions
from courses.people.forms import CohortForm, MembersForm
from courses.people.models import Cohort, User
from courses.people.permissions import require
from courses.people.selectors import cohort_members, cohorts_visible_to
from courses.people.services import cohorts as services
from courses.people.views.helpers import csv_response, needs, page_of


def _find(request: HttpRequest, pk: UUID, permission: str) -> Cohort:
    cohort = get_object_or_404(Cohort, pk=pk)
    require(request.user, permission, cohort)
    return cohort


@needs(permissions.SEE_COHORTS)
@require_safe
def cohort_list(request: HttpRequest) -> HttpResponse:
    context = {
        "page": page_of(request, cohorts_visible_to(request.user)),
        "may_create": permissions.is_instructor(request.user) or permissions.is_administrator(request.user),
    }
    return render(request, "people/cohorts.html", context)


@needs(permissions.SEE_COHORTS)
@require_safe
def cohorts_export(request: HttpRequest) -> HttpResponse:
    rows = [
        [cohort.name, cohort.description, cohort.owner.username if cohort.owner else "", cohort.member_count]
        for cohort in cohorts_visible_to(request.user)
    ]
    return csv_response("cohorts.csv", ["cohort", "description", "leader", "members"], rows)


@needs(permissions.CREATE_COHORT)
@require_http_methods(["GET", "HEAD", "POST"])
def cohort_create(request: HttpRequest) -> HttpResponse:
    form = CohortForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            cohort = services.create_cohort(actor=request.user, **form.cleaned_data)
        except IntegrityError:
            form.add_error("name", _("A cohort of this name exists. Choose another name."))
        else:
            messages.success(request, _("The cohort is there. Now add its members."))
            return redirect("people:cohort", pk=cohort.pk)
    return render(request, "people/cohort_form.html", {"form": form}, status=422 if form.errors else 200)


@needs(permissions.SEE_COHORTS)
@require_safe
def cohort(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _cohort_page(request, _find(request, pk, permissions.SEE_COHORT), MembersForm())


def _cohort_page(request: HttpRequest, found: Cohort, form: MembersForm, status: int = 200) -> HttpResponse:
    context = {
        "cohort": found,
        "page": page_of(request, cohort_members(found)),
        "form": form,
        "may_change": request.user.has_perm(permissions.CHANGE_COHORT, found),
        "may_see_people": request.user.has_perm(permissions.SEE_PEOPLE),
    }
    return render(request, "people/cohort.html", context, status=status)


@needs(permissions.SEE_COHORTS)
@require_safe
def cohort_export(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _find(request, pk, permissions.SEE_COHORT)
    rows = [
        [person.username, person.display_name, person.email, person.role, found.name, person.language]
        for person in cohort_members(found)
    ]
    return csv_response("cohort.csv", ["username", "name", "email", "role", "cohort", "language"], rows)


@needs(permissions.SEE_COHORTS)
@require_http_methods(["GET", "HEAD", "POST"])
def cohort_change(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _find(request, pk, permissions.CHANGE_COHORT)
    form = CohortForm(request.POST or None, initial={"name": found.name, "description": found.description})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_cohort(actor=request.user, cohort=found, **form.cleaned_data)
        except IntegrityError:
            found.refresh_from_db()
            form.add_error("name", _("A cohort of this name exists. Choose another name."))
        else:
            messages.success(request, _("Saved."))
            return redirect("people:cohort", pk=found.pk)
    context = {"form": form, "cohort": found}
    return render(request, "people/cohort_form.html", context, status=422 if form.errors else 200)


@needs(permissions.SEE_COHORTS)
@require_POST
def cohort_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _find(request, pk, permissions.CHANGE_COHORT)
    services.delete_cohort(actor=request.user, cohort=found)
    messages.success(request, _("The cohort “%(name)s” is gone; its members stay.") % {"name": found.name})
    return redirect("people:cohorts")


@needs(permissions.SEE_COHORTS)
@require_POST
def members_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _find(request, pk, permissions.CHANGE_COHORT)
    form = MembersForm(request.POST)
    if not form.is_valid():
        return _cohort_page(request, found, form, status=422)
    outcome = services.add_members(actor=request.user, cohort=found, names=form.cleaned_data["names"])
    if outcome.added:
        count = len(outcome.added)
        messages.success(
            request, ngettext("%(count)s person added.", "%(count)s people added.", count) % {"count": count}
        )
    elif outcome.already:
        messages.info(request, _("They are members already."))
    if not outcome.unknown:
        return redirect("people:cohort", pk=found.pk)
    left = MembersForm({"names": "\n".join(outcome.unknown)})
    left.is_valid()
    left.add_error(
        "names", _("Nobody has these names. Check the spelling, or ask an administrator to add the people first.")
    )
    return _cohort_page(request, found, left, status=422)


@needs(permissions.SEE_COHORTS)
@require_POST
def member_remove(request: HttpRequest, pk: UUID, public_id: UUID) -> HttpResponse:
    found = _find(request, pk, permissions.CHANGE_COHORT)
    person = get_object_or_404(User, public_id=public_id)
    services.remove_member(actor=request.user, cohort=found, person=person)
    messages.success(request, _("%(name)s is no longer a member.") % {"name": person})
    return redirect("people:cohort", pk=found.pk)
