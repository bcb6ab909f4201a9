"""What several pages of this wing share."""

import csv
import io
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse

from courses.people.permissions import require

View = Callable[..., HttpResponse]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def needs(permission: str) -> Callable[[View], View]:
    """Only signed-in people with `permission`: others are asked to sign in, or refused (403)."""

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            require(request.user, permission)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def page_of(request: HttpRequest, items: Any, size: int = 50) -> Page[Any]:
    """The page that ?page= asks for; nonsense gives the nearest one."""
    return Paginator(items, size).get_page(request.GET.get("page"))


def add_errors(form: Form, error: ValidationError) -> None:
    """Show a service's ValidationError at the fields it names, or above the form."""
    if hasattr(error, "error_dict"):
        for name, errors in error.error_dict.items():
            form.add_error(name if name in form.fields else None, errors)
    else:
        form.add_error(None, error)


def csv_response(file_name: str, heading: Iterable[Any], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """A CSV download that Excel opens rightly: UTF-8 with BOM, no cell taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_cell(value) for value in heading])
    writer.writerows([_cell(value) for value in row] for row in rows)
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def too_often(request: HttpRequest, *, action: str) -> HttpResponse | None:
    """The page "too many requests" (429) where settings.ACCOUNT_RATE_LIMITS[action] is used up, else None."""
    refused: HttpResponse | None = ratelimit.consume_or_429(request, action=action, user=request.user)
    return refused
