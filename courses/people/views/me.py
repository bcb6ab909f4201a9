"""One's own page: profile, consents, data; and the first password."""

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.people.adapter import remember_language
from courses.people.forms import EraseForm, FirstPasswordForm, ProfileForm
from courses.people.middleware import PENDING
from courses.people.models import ConsentDocument
from courses.people.selectors import consent_overview, current_document, has_consented, pending_required
from courses.people.services.accounts import change_profile, person_of_token, set_first_password
from courses.people.services.consents import decide
from courses.people.services.erasure import erase_personal_data, export_personal_data
from courses.people.views.helpers import add_errors


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    user = request.user
    initial = {
        "display_name": user.display_name,
        "email": user.email,
        "language": user.language or translation.get_language(),
    }
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_profile(user=user, **form.cleaned_data)
        except ValidationError as wrong:
            user.refresh_from_db()
            add_errors(form, wrong)
        else:
            with translation.override(form.cleaned_data["language"]):
                messages.success(request, _("Saved."))
            response = redirect("people:me")
            remember_language(response, form.cleaned_data["language"])
            return response
    factors = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    context = {
        "form": form,
        "consents": consent_overview(user),
        "has_totp": Authenticator.Type.TOTP in factors,
        "passkeys": factors.count(Authenticator.Type.WEBAUTHN),
        "cohorts": user.cohorts.all(),
    }
    return render(request, "people/me.html", context, status=422 if form.errors else 200)


# --- consents ----------------------------------------------------------------------------------------


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else "/"


@login_required
@require_safe
def consent_pending(request: HttpRequest) -> HttpResponse:
    """The next required document without an answer; where there is none, on to where the person wanted to go."""
    pending = pending_required(request.user)
    if not pending:
        request.session[PENDING] = False
        return redirect(_next(request))
    context = {"document": pending[0], "next": request.get_full_path(), "count": len(pending)}
    return render(request, "people/consent_ask.html", context)


@require_safe
def consent(request: HttpRequest, kind: str) -> HttpResponse:
    """The newest text of a kind, for everybody to read; signed-in people can answer."""
    document = current_document(kind)
    if document is None:
        return render(request, "people/consent_none.html", status=404)
    given = has_consented(request.user, kind)
    context = {"document": document, "given": given, "next": _next(request) if "next" in request.GET else ""}
    return render(request, "people/consent_ask.html", context)


@login_required
@require_POST
def consent_decide(request: HttpRequest, pk: str) -> HttpResponse:
    document = get_object_or_404(ConsentDocument, pk=pk)
    given = request.POST.get("answer") == "yes"
    decide(user=request.user, document=document, given=given)
    if document.required:
        request.session[PENDING] = bool(pending_required(request.user))
        if not given:
            logout(request)
            messages.info(
                request, _("You have been signed out. Without the terms you can use the public courses only.")
            )
            return redirect("home")
    messages.success(request, _("Thank you. Your consent is noted.") if given else _("Noted: you do not consent."))
    return redirect((request.POST.get("next") and _next(request)) or "people:me")


# --- one's data --------------------------------------------------------------------------------------


@reauthentication_required
@require_safe
def export_data(request: HttpRequest) -> HttpResponse:
    archive = export_personal_data(user=request.user)
    response = HttpResponse(archive, content_type="application/zip")
    day = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="my-data-{day}.zip"'
    return response


@login_required
@reauthentication_required(enabled=lambda request: not request.user.has_usable_password())
@require_http_methods(["GET", "HEAD", "POST"])
def erase_data(request: HttpRequest) -> HttpResponse:
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erase_personal_data(user=request.user, password=form.cleaned_data["password"])
        except ValidationError as wrong:
            add_errors(form, wrong)
        else:
            logout(request)
            messages.success(request, _("Your account and your data have been erased."))
            return redirect("home")
    context = {"form": form, "has_password": request.user.has_usable_password()}
    return render(request, "people/erase.html", context, status=422 if form.errors else 200)


# --- first password ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def first_password(request: HttpRequest, token: str) -> HttpResponse:
    """Where a sign-in link leads: choose a password, then sign in with it."""
    person = person_of_token(token)
    if person is None:
        return render(request, "people/first_password.html", {"form": None}, status=410)
    form = FirstPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_first_password(token=token, password=form.cleaned_data["password1"])
        except ValidationError as wrong:
            form.add_error("password1", wrong)
        else:
            messages.success(request, _("Your password is set. Sign in with it."))
            return redirect("account_login")
    context = {"form": form, "person": person}
    return render(request, "people/first_password.html", context, status=422 if form.errors else 200)
