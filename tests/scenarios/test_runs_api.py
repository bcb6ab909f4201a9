"""The API of runs, as a browser uses it."""

import json
import zlib
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from courses.people.limits import Limit
from courses.people.models import Role, User
from courses.scenarios.compile import compile_definition
from courses.scenarios.engine.log import replay
from courses.scenarios.engine.script import read_script
from courses.scenarios.models import Run, Scenario, Track
from courses.scenarios.scoring.score import report
from courses.scenarios.services import runs
from courses.scenarios.services.scores import close_run
from courses.scenarios.services.shipped import sync_shipped
from tests.scenarios.runs import script_file

pytestmark = pytest.mark.django_db
API = "/scenarios/api/"


@pytest.fixture(autouse=True)
def shipped_scenarios(db: None) -> None:
    sync_shipped()


def signed_in(name: str, role: str = Role.TRAINEE) -> Client:
    client = Client()
    client.force_login(User.objects.create(username=name, display_name=name, role=role))
    return client


def post(client: Client, path: str, **said: Any) -> Any:
    return client.post(API + path, json.dumps(said), content_type="application/json")


def a_run(client: Client, **wanted: Any) -> dict[str, Any]:
    answer = post(client, "runs/", **{"scenario": "choking-adult", "mode": "practice", **wanted})
    assert answer.status_code == 201, answer.content
    card: dict[str, Any] = answer.json()
    return card


def test_the_list_shows_public_scenarios_to_everybody_and_all_to_people_with_an_account() -> None:
    everybody = {s["id"] for s in Client().get(API + "scenarios/").json()["scenarios"]}
    learner = {s["id"]: s for s in signed_in("a").get(API + "scenarios/").json()["scenarios"]}
    assert "hospital-arrest" in learner and "hospital-arrest" not in everybody
    assert everybody | {"hospital-arrest"} == set(learner)
    arrest = learner["hospital-arrest"]
    assert [role["id"] for role in arrest["roles"]] == ["leader", "compressor", "ventilator", "defibrillator"]
    assert arrest["profiles"][0]["name"]["en"] and arrest["modes"]


def test_the_table_is_the_compiled_definition_and_is_not_sent_twice() -> None:
    version = Scenario.objects.get(key="choking-adult").current
    assert version is not None
    answer = Client().get(API + "scenarios/choking-adult/table/?version=1")
    assert answer.json() == compile_definition(version.definition)
    again = Client().get(API + "scenarios/choking-adult/table/", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert Client().get(API + "scenarios/hospital-arrest/table/").status_code == 403
    assert Client().get(API + "scenarios/choking-adult/table/?version=99").json()["code"] == "unknown_scenario"


def test_a_resident_finds_the_run_again_in_the_same_browser_only() -> None:
    browser = Client()
    card = a_run(browser)
    assert card["phase"] == "lobby" and card["you"]["next_seq"] == 0 and card["code"] is None
    assert browser.get(f"{API}runs/{card['id']}/").json()["you"]["actor"] == "p1"
    refused = Client().get(f"{API}runs/{card['id']}/")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_yours")
    assert Client().get(f"{API}runs/{uuid4()}/").status_code == 404


def test_others_join_by_code_and_joining_again_gives_the_same_place() -> None:
    card = a_run(signed_in("anna"), scenario="hospital-arrest", team=True, role="leader")
    ben = signed_in("ben")
    first = post(ben, "runs/join/", code=card["code"].lower(), role="compressor").json()
    assert first["you"] == {
        "actor": "p2",
        "slot": 2,
        "role": "compressor",
        "name": "ben",
        "kind": "team",
        "next_seq": 0,
    }
    assert post(ben, "runs/join/", code=card["code"]).json()["you"] == first["you"]
    assert post(ben, "runs/join/", code="XXXXXX").json()["code"] == "unknown_code"
    close_run(Run.objects.get().pk, "stopped")
    assert post(signed_in("c"), "runs/join/", code=card["code"]).status_code == 404


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"scenario": "no-such"}, "unknown_scenario"),
        ({"mode": "easy"}, "mode"),
        ({"profile": "moon-2030"}, "profile"),
        ({"seed": 4}, "seed"),
        ({"seed": "4"}, "bad_request"),
        ({"name": "x" * 61}, "name"),
        ({"lesson": "not-a-uuid"}, "bad_request"),
        ({"role": "instructor"}, "instructors_only"),
        ({"mode": None}, "bad_request"),
    ],
)
def test_what_cannot_be_played_is_refused_by_name(wanted: dict[str, Any], code: str) -> None:
    answer = post(signed_in("anna"), "runs/", **{"scenario": "choking-adult", "mode": "practice", **wanted})
    assert answer.json()["code"] == code and answer.json()["message"]
    assert not Run.objects.exists()


def test_refusals_speak_the_readers_language() -> None:
    chinese = post(Client(headers={"Accept-Language": "zh-hans"}), "runs/", scenario="x", mode="exam").json()
    english = post(Client(headers={"Accept-Language": "en"}), "runs/", scenario="x", mode="exam").json()
    assert chinese["message"].startswith("没有这个情景") and english["message"].startswith("There is no such scenario")


def test_an_instructor_reads_the_runs_of_their_own_cohort_only() -> None:
    card = a_run(signed_in("anna"))
    teacher, other = signed_in("t", Role.INSTRUCTOR), signed_in("o", Role.INSTRUCTOR)
    cohort = User.objects.get(username="t").cohorts_led.create(name="2026")
    cohort.members.add(User.objects.get(username="anna"))
    assert teacher.get(f"{API}runs/{card['id']}/log/").status_code == 200
    assert other.get(f"{API}runs/{card['id']}/log/").status_code == 403
    assert signed_in("au", Role.AUDITOR).get(f"{API}runs/{card['id']}/log/").json()["run"]["you"] is None


def test_the_log_of_a_run_has_what_a_replay_needs() -> None:
    anna = signed_in("anna")
    card = a_run(anna)
    run = Run.objects.get()
    place = run.participants.get()
    Track.objects.create(
        run=run, participant=place, kind="pose", number=0, from_s=0.0, to_s=1.0, packed=zlib.compress(b"p")
    )
    close_run(run.pk, "stopped")
    log = anna.get(f"{API}runs/{card['id']}/log/").json()
    assert log["report"]["outcome"] == "stopped" and log["run"]["score"] is not None
    (track,) = log["tracks"]
    assert (track["actor"], track["kind"]) == ("p1", "pose")
    assert anna.get(track["url"]).content == b"p"
    assert Client().get(track["url"]).status_code == 403


# --- handed in ---------------------------------------------------------------------------------


def offline(who: str = "expert", **changes: Any) -> dict[str, Any]:
    """A choking run as a client without a network played it, with what its own engine came to."""
    version = Scenario.objects.get(key="choking-adult").current
    assert version is not None
    events = read_script(script_file("choking-adult", who)).events
    played = replay(version.definition, events, mode="practice", profile="cn", seed=7)
    came_to = report(played)
    states = [[line["t_s"], line["what"]] for line in came_to["timeline"] if line["kind"] == "state"]
    return {
        "client_run_id": str(uuid4()),
        "scenario": "choking-adult",
        "version": 1,
        "table": compile_definition(version.definition)["hash"],
        "mode": "practice",
        "profile": "cn",
        "seed": 7,
        "started_at": "2026-11-22T10:00:00Z",
        "events": [{"seq": e.seq, "t": e.t_s, "kind": e.kind, **e.data} for e in events],
        "result": {
            "outcome": came_to["outcome"],
            "score": came_to["score"],
            "ended_s": came_to["ended_s"],
            "states": states,
        },
        **changes,
    }


def test_an_offline_run_is_played_again_and_agrees() -> None:
    browser = Client()
    said = offline()
    answer = post(browser, "offline-runs/", **said)
    assert answer.status_code == 201 and answer.json()["differences"] == []
    assert answer.json()["run"]["score"] == said["result"]["score"] > 50
    again = post(browser, "offline-runs/", **said)
    assert again.status_code == 200 and again.json()["run"]["id"] == answer.json()["run"]["id"]
    assert Run.objects.count() == 1
    assert post(Client(), "offline-runs/", **said).json()["code"] == "not_yours"


def test_an_offline_result_that_was_made_up_is_told_and_ours_counts() -> None:
    said = offline("beginner")
    honest = said["result"]["score"]
    said["result"] = {"outcome": "recovered!", "score": 100, "ended_s": 1, "states": [[0, "x"]]}
    answer = post(signed_in("anna"), "offline-runs/", **{**said, "table": "another"}).json()
    assert {difference["what"] for difference in answer["differences"]} == {
        "table",
        "outcome",
        "score",
        "ended_s",
        "states",
    }
    assert answer["run"]["score"] == honest


def test_offline_events_that_are_none_or_not_the_learners_are_left_out_and_told() -> None:
    said = offline()
    count = len(said["events"])
    said["events"] += [
        {"seq": 900, "t": -1, "kind": "action", "action": "leave"},
        {"seq": 901, "t": 1, "kind": "direct", "do": "effect", "effect": {"airway": "clear"}},
        {**said["events"][0], "t": 3.5},
        "nonsense",
    ]
    answer = post(signed_in("anna"), "offline-runs/", **said).json()
    assert [(d["what"], d["code"]) for d in answer["differences"]] == [
        ("event", "time"),
        ("event", "instructors_only"),
        ("event", "conflict"),
        ("event", "not_an_object"),
    ]
    assert Run.objects.get().events.count() == count


def test_an_exam_played_offline_counts_as_practice() -> None:
    said = offline(mode="exam")
    answer = post(signed_in("anna"), "offline-runs/", **{**said, "result": {}}).json()
    assert answer["run"]["mode"] == "practice"
    assert answer["differences"] == [{"what": "mode", "client": "exam", "server": "practice"}]


@pytest.mark.parametrize("field", ["client_run_id", "seed", "version", "events", "started_at", "scenario"])
def test_an_offline_run_without_what_is_needed_is_refused(field: str) -> None:
    answer = post(signed_in("anna"), "offline-runs/", **{**offline(), field: None})
    assert answer.status_code == 400 and answer.json()["code"] == "bad_request"


def test_a_request_that_holds_more_than_a_run_is_refused_before_it_is_read() -> None:
    answer = post(signed_in("anna"), "offline-runs/", **offline(), padding="x" * 4_200_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_one_address_makes_so_many_runs_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "RUNS_MADE", Limit("few", most=2, seconds=600))
    browser = Client()
    a_run(browser)
    a_run(browser)
    refused = post(browser, "runs/", scenario="choking-adult", mode="practice")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_runs")
