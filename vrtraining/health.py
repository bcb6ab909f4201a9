"""`/healthz/`: this process lives. `/readyz/`: it can do its work (database, broker and a worker answer)."""

import logging
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse

from vrtraining.celery import app

log = logging.getLogger(__name__)
WORKER_PING_SECONDS = 1.0


def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def broker_answers() -> bool:
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
        return bool(client.ping())


def worker_answers() -> bool:
    return bool(app.control.ping(timeout=WORKER_PING_SECONDS, limit=1))


def readyz(request: HttpRequest) -> JsonResponse:
    """200 with each part true, or 503 that names the parts that do not answer."""
    parts: dict[str, Callable[[], bool]] = {
        "database": database_answers,
        "broker": broker_answers,
        "worker": worker_answers,
    }
    answers = {}
    for name, answer in parts.items():
        try:
            answers[name] = answer()
        except Exception as error:  # whatever a driver raises means the same here: not ready
            log.warning("readyz: %s does not answer: %s", name, type(error).__name__)
            answers[name] = False
    ready = all(answers.values())
    return JsonResponse({"status": "ready" if ready else "not ready", **answers}, status=200 if ready else 503)
