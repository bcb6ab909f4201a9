"""A run that the browser played without a network: the server plays it again and finds nothing different."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from courses.scenarios.models import Run, Scenario
from courses.scenarios.selectors import compiled_table
from tests.scenarios.node import NodeDriver
from tests.scenarios.test_client_engine import said_by

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def client_engine() -> Iterator[NodeDriver]:
    driver = NodeDriver("client_engine.mjs")
    yield driver
    driver.close()


def body_of(client_engine: NodeDriver, scenario: str, who: str) -> dict[str, Any]:
    """What the browser hands in: played by the table that the server gives out."""
    current = Scenario.objects.get(key=scenario).current
    assert current is not None
    table = compiled_table(current)
    client_engine.ask({"define": table})
    options, arriving = said_by(scenario, who)
    options = {**options, "mode": "practice", "seed": 77, "roles": {}}
    played = client_engine.ask({"table": table["hash"], "options": options, "arriving": arriving, "looks": []})
    return {
        "client_run_id": str(uuid.uuid4()),
        "scenario": scenario,
        "version": table["version"],
        "table": table["hash"],
        "mode": "practice",
        "profile": options["profile"],
        "seed": 77,
        "started_at": "2026-11-22T10:00:00Z",
        "lesson": None,
        "events": [{key: value for key, value in said.items() if key != "actor"} for said in arriving],
        "result": played["result"],
    }


def hand_in(body: dict[str, Any], browser: Client | None = None) -> Any:
    return (browser or Client()).post("/scenarios/api/offline-runs/", json.dumps(body), content_type="application/json")


@pytest.mark.parametrize(("scenario", "who"), [("adult-metro-aed", "expert"), ("limb-bleeding", "beginner")])
def test_the_server_plays_the_same_run_and_score(client_engine: NodeDriver, scenario: str, who: str) -> None:
    body = body_of(client_engine, scenario, who)
    answer = hand_in(body)
    assert answer.status_code == 201
    assert answer.json()["differences"] == []
    assert answer.json()["run"]["score"] == pytest.approx(body["result"]["score"], abs=0.01)


def test_handing_in_twice_makes_one_run(client_engine: NodeDriver) -> None:
    body = body_of(client_engine, "choking-adult", "expert")
    browser = Client()
    assert [hand_in(body, browser).status_code, hand_in(body, browser).status_code] == [201, 200]
    assert Run.objects.filter(client_run_id=body["client_run_id"]).count() == 1


def test_a_run_whose_tab_was_closed_is_taken_without_a_result(client_engine: NodeDriver) -> None:
    body = body_of(client_engine, "choking-adult", "expert")
    assert hand_in({**body, "events": body["events"][:3], "result": {}}).status_code == 201
