"""People and their roles, for administrators (auditors look on)."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.people import permissions
from courses.people.forms import PeopleFilter, PersonForm, RoleForm
from courses.people.models import User
from courses.people.selectors import people
from courses.people.services import accounts
from courses.people.services.audit import log_action
from courses.people.views.helpers import add_errors, csv_response, needs, page_of


def _filtered(request: HttpRequest) -> tuple[PeopleFilter, object]:
    form = PeopleFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {"q": "", "role": ""}
    return form, people(search=wanted["q"], role=wanted["role"])


@needs(permissions.SEE_PEOPLE)
@require_safe
def people_list(request: HttpRequest) -> HttpResponse:
    form, found = _filtered(request)
    return render(request, "people/people.html", {"form": form, "page": page_of(request, found)})


@needs(permissions.SEE_PEOPLE)
@require_safe
def people_export(request: HttpRequest) -> HttpResponse:
    _form, found = _filtered(request)
    rows = [
        [
            person.username,
            person.display_name,
            person.email,
            person.role,
            "; ".join(cohort.name for cohort in person.cohorts.all()),
            person.language,
            "yes" if person.is_active else "no",
        ]
        for person in found  # type: ignore[attr-defined]
    ]
    log_action(actor=request.user, action="people.export", data={"count": len(rows)})
    heading = ["username", "name", "email", "role", "cohort", "language", "active"]
    return csv_response("people.csv", heading, rows)


@needs(permissions.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def person_add(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = accounts.add_person(actor=request.user, **form.cleaned_data)
        except ValidationError as wrong:
            add_errors(form, wrong)
        else:
            return _with_link(request, person, accounts.sign_in_token(person))
    return render(request, "people/person_add.html", {"form": form}, status=422 if form.errors else 200)


@needs(permissions.SEE_PEOPLE)
@require_safe
def person(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _person_page(request, _find(public_id))


def _find(public_id: UUID) -> User:
    return get_object_or_404(User, public_id=public_id, erased_at=None)


def _person_page(request: HttpRequest, who: User, *, link: str = "", status: int = 200) -> HttpResponse:
    context = {
        "person": who,
        "cohorts": who.cohorts.all(),
        "role_form": RoleForm(initial={"role": who.role}),
        "may_manage": permissions.is_administrator(request.user),
        "link": link,
        "link_days": accounts.SIGN_IN_LINK_DAYS,
    }
    return render(request, "people/person.html", context, status=status)


def _with_link(request: HttpRequest, who: User, token: str) -> HttpResponse:
    link = request.build_absolute_uri(reverse("people:first_password", args=[token]))
    response = _person_page(request, who, link=link)
    response["Cache-Control"] = "no-store"
    return response


@needs(permissions.MANAGE_PEOPLE)
@require_POST
def person_role(request: HttpRequest, public_id: UUID) -> HttpResponse:
    who = _find(public_id)
    try:
        accounts.change_role(actor=request.user, person=who, role=request.POST.get("role", ""))
    except ValidationError as wrong:
        messages.error(request, " ".join(wrong.messages))
    else:
        messages.success(request, _("Saved."))
    return redirect("people:person", public_id=who.public_id)


@needs(permissions.MANAGE_PEOPLE)
@require_POST
def person_active(request: HttpRequest, public_id: UUID) -> HttpResponse:
    who = _find(public_id)
    active = request.POST.get("active") == "yes"
    try:
        accounts.set_active(actor=request.user, person=who, active=active)
    except ValidationError as wrong:
        messages.error(request, " ".join(wrong.messages))
    else:
        messages.success(
            request, _("This person can sign in again.") if active else _("This person can no longer sign in.")
        )
    return redirect("people:person", public_id=who.public_id)


@needs(permissions.MANAGE_PEOPLE)
@require_POST
def person_reset(request: HttpRequest, public_id: UUID) -> HttpResponse:
    who = _find(public_id)
    return _with_link(request, who, accounts.reset_access(actor=request.user, person=who))
