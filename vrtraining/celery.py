"""The Celery application. Tasks live in each wing's `tasks` module and call services."""

import ctypes
import os
import signal
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vrtraining.settings")

app = Celery("vrtraining")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

PR_SET_PDEATHSIG = 1


@worker_process_init.connect
def die_with_the_worker(**_: Any) -> None:
    """A pool process must not outlive a worker that was killed with SIGKILL (prctl(2))."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@setup_logging.connect
def keep_django_logging(**_: Any) -> None:
    """Celery would replace the root logger; the settings' LOGGING already says all."""
    from logging.config import dictConfig

    from django.conf import settings

    dictConfig(settings.LOGGING)
