"""Nobody works in the centre before having answered its terms."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

PENDING = "people.terms_pending"
FREE_PATHS = ("/accounts/", "/people/consents/", "/people/me/", "/i18n/", "/static/", "/healthz/", "/readyz/")


class TermsMiddleware:
    """Sends a person with unanswered required documents (noted at sign-in) to them before any other page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and request.session.get(PENDING) and not request.path.startswith(FREE_PATHS):
            back = request.get_full_path() if request.method == "GET" else "/"
            return HttpResponseRedirect(f"{reverse('people:consent_pending')}?{urlencode({'next': back})}")
        return self.get_response(request)
