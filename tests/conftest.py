"""What all tests share: settings that fit a test run, and which browsers are here."""

import os
import shutil
from types import SimpleNamespace
from typing import Any

import pytest

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
BROWSERS_REQUIRED = os.environ.get("BROWSERS_REQUIRED") == "1"


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    # Pages are tested without collected files; the manifest's own test collects them.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if CHROMIUM:
        return
    if BROWSERS_REQUIRED and any(item.get_closest_marker("browser") for item in items):
        raise pytest.UsageError("BROWSERS_REQUIRED is set and Chromium is not here (Debian: apt-get install chromium)")
    absent = pytest.mark.skip(reason="no Chromium here (Debian: apt-get install chromium)")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(absent)


@pytest.fixture(autouse=True)
def _one_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rate limits and lockouts are counted in the cache: each test starts at zero, and in one window of our limits,
    which else ends in the middle of a test that runs over a full minute."""
    from django.core.cache import cache

    cache.clear()
    monkeypatch.setattr("courses.people.limits.time", SimpleNamespace(time=lambda: 1_800_000_000.0))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Emptying the tables after a transactional test removes log entries, which the database's triggers forbid."""
    from django.db import connection

    from courses.people import audit_guards

    with django_db_blocker.unblock():
        audit_guards.remove(connection)


@pytest.fixture(autouse=True)
def _own_anchor(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """No test notes its action log in the real DATA_DIR."""
    monkeypatch.setattr("courses.people.services.audit.anchor_path", lambda: tmp_path / "audit" / "anchor.json")
