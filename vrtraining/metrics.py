"""Prometheus metrics: the requests of this web process, the work of the whole house, and the page that shows them."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

REQUESTS = Counter("http_requests_total", "Requests answered", ["method", "view", "status"])
LATENCY = Histogram("http_request_seconds", "Time to answer a request, seconds", ["view"])
FILMS = Gauge("library_films", "Films in the library", ["state"])
SEGMENTS = Gauge("library_segments", "Pieces of films that are made ready, one for each quality", ["state"])


class RequestMetricsMiddleware:
    """Counts requests by view name: paths carry identifiers and would make a series each."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        view = match.view_name if match else "unmatched"
        REQUESTS.labels(request.method, view, response.status_code).inc()
        LATENCY.labels(view).observe(time.perf_counter() - started)
        return response


def metrics(request: HttpRequest) -> HttpResponse:
    """`GET /metrics`: for the scraper on this machine, or an administrator or auditor who is signed in."""
    from courses.people.permissions import may_see_operations
    from streaming.library.selectors import work_counts

    # Behind a proxy every request comes from it, so a forwarded request is never "this machine".
    local = request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"} and "HTTP_X_FORWARDED_FOR" not in request.META
    if not local and not may_see_operations(request.user):
        return HttpResponse(status=403)
    films, segments = work_counts()
    for gauge, counts in ((FILMS, films), (SEGMENTS, segments)):
        for state, count in counts.items():
            gauge.labels(state).set(count)
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
