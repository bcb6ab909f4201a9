"""Machines that watch the house get a true answer."""

import pytest
from django.test import Client
from pytest_django import Settings

from streaming.library.models import Master, MasterState


def test_healthz_needs_nothing_but_the_process(client: Client) -> None:
    response = client.get("/healthz/")
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


@pytest.mark.django_db
def test_readyz_names_the_part_that_does_not_answer(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    response = client.get("/readyz/")
    assert response.status_code == 503
    answers = response.json()
    assert answers["database"] is True
    assert answers["broker"] is False


@pytest.mark.django_db
def test_metrics_are_for_this_machine_and_for_operators(client: Client) -> None:
    client.get("/healthz/")
    local = client.get("/metrics")
    assert local.status_code == 200
    assert b'http_requests_total{method="GET",status="200",view="healthz"}' in local.content
    assert b'library_segments{state="waiting"} 0.0' in local.content
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 403
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="192.0.2.7").status_code == 403


@pytest.mark.django_db
def test_metrics_tell_how_much_work_waits(client: Client) -> None:
    Master.objects.create(title="Ward 3", state=MasterState.FAILED)
    assert b'library_films{state="failed"} 1.0' in client.get("/metrics").content
    Master.objects.all().delete()
    assert b'library_films{state="failed"} 0.0' in client.get("/metrics").content


def test_pages_allow_no_inline_script_or_style(client: Client, db: None) -> None:
    policy = client.get("/")["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "script-src 'self'" in policy
