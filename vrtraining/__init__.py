"""The front door: settings, urls, asgi, the Celery app and `manage.py serve`."""

from vrtraining.celery import app as celery_app

__all__ = ["celery_app"]
