"""Writing scenarios: drafts, checks, versions that two people save at once, and what learners then get."""

import json
from typing import Any

import pytest
from django.test import Client

from courses.people.models import ActionLogEntry, Role, User
from courses.scenarios.editor.views import TEMPLATE
from courses.scenarios.language.lint import lint_text
from courses.scenarios.language.load import SCHEMA_FILE
from courses.scenarios.models import Scenario, ScenarioState
from courses.scenarios.selectors import compiled_table, playable_scenarios
from courses.scenarios.services.shipped import sync_shipped
from courses.scenarios.visitors import Visitor
from tests.scenarios.rooms import person

pytestmark = pytest.mark.django_db
HOME = "/scenarios/editor/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def writer() -> User:
    return person("writer", Role.INSTRUCTOR)


@pytest.fixture
def ward(writer: User) -> Scenario:
    """A draft that was just begun."""
    assert signed_in(writer).post(f"{HOME}new/", {"key": "ward"}).status_code == 302
    return Scenario.objects.get(key="ward")


def ask(user: User, what: str, **said: Any) -> Any:
    return signed_in(user).post(f"{HOME}ward/{what}/", json.dumps(said), content_type="application/json")


def source_of(scenario: Scenario) -> str:
    return scenario.versions.order_by("-number")[0].source


def with_title(source: str, title: str) -> str:
    return source.replace('en: "New scenario"', f'en: "{title}"')


def test_the_small_example_is_right() -> None:
    assert lint_text(TEMPLATE.read_text(encoding="utf-8")) == []


def test_a_new_scenario_is_a_draft_that_nobody_can_play(ward: Scenario, writer: User) -> None:
    assert (ward.state, ward.current, ward.owner) == (ScenarioState.DRAFT, None, writer)
    assert source_of(ward).splitlines()[2] == "id: ward"
    assert not playable_scenarios(Visitor(writer, "")).filter(key="ward").exists()


def test_a_new_text_names_the_published_schema_for_editors(ward: Scenario) -> None:
    first = source_of(ward).splitlines()[0]
    address = first.removeprefix("# yaml-language-server: $schema=")
    assert address == "http://testserver/schemas/scenario-1.json"
    answer = Client().get(address)
    assert answer["Content-Type"] == "application/schema+json"
    assert (answer.json()["$id"], answer.json()["properties"]["format"]["const"]) == (address, 1)


def test_a_shipped_scenario_is_copied_and_not_changed(writer: User) -> None:
    sync_shipped()
    client = signed_in(writer)
    client.post(f"{HOME}new/", {"key": "my-metro", "from": "adult-metro-aed"})
    copy = Scenario.objects.get(key="my-metro")
    assert lint_text(source_of(copy)) == []
    shipped = json.dumps({"source": source_of(copy), "base": 1})
    answer = client.post(f"{HOME}adult-metro-aed/save/", shipped, content_type="application/json")
    assert answer.status_code == 403


@pytest.mark.parametrize("key", ["", "x", "Ward", "9-lives", "ward/2", "editor", "a" * 61])
def test_a_short_name_that_cannot_be_an_address_is_refused_with_a_sentence(writer: User, key: str) -> None:
    answer = signed_in(writer).post(f"{HOME}new/", {"key": key})
    assert answer.status_code == 400
    assert b"notice--error" in answer.content


def test_a_short_name_is_there_once(ward: Scenario, writer: User) -> None:
    assert signed_in(writer).post(f"{HOME}new/", {"key": "ward"}).status_code == 409
    assert Scenario.objects.filter(key="ward").count() == 1


def test_check_answers_findings_with_lines_and_the_table_when_there_are_no_errors(ward: Scenario, writer: User) -> None:
    source = source_of(ward)
    right = ask(writer, "check", source=source).json()
    assert (right["findings"], right["table"]["start"]) == ([], "collapse")
    wrong = ask(writer, "check", source=source.replace("{to: arrest,", "{to: nowhere,")).json()
    line = next(number for number, text in enumerate(source.splitlines(), 1) if "{to: arrest," in text)
    assert (wrong["findings"][0]["code"], wrong["findings"][0]["line"]) == ("unknown_state", line)
    assert wrong["table"] is None


def test_saving_makes_a_version_and_publishing_gives_it_to_learners(ward: Scenario, writer: User) -> None:
    saved = ask(writer, "save", source=with_title(source_of(ward), "Night"), base=1, note="night shift")
    assert (saved.status_code, saved.json()["version"]["number"]) == (201, 2)
    assert ask(writer, "publish", number=2).json()["state"] == "published"
    ward.refresh_from_db()
    assert ward.current is not None
    assert compiled_table(ward.current)["title"]["en"] == "Night"
    assert compiled_table(ward.current)["version"] == 2
    trainee = person("trainee")
    assert playable_scenarios(Visitor(trainee, "")).filter(key="ward").exists()
    actions = list(ActionLogEntry.objects.order_by("seq").values_list("action", flat=True))
    assert actions[-3:] == ["scenarios.scenario.create", "scenarios.scenario.save", "scenarios.scenario.publish"]


def test_a_withdrawn_scenario_is_offered_no_more_and_its_versions_stay(ward: Scenario, writer: User) -> None:
    ask(writer, "publish", number=1)
    assert ask(writer, "withdraw").json()["state"] == "withdrawn"
    assert not playable_scenarios(Visitor(writer, "")).filter(key="ward").exists()
    assert ward.versions.count() == 1


def test_who_saves_second_is_told_and_neither_text_is_lost(ward: Scenario, writer: User) -> None:
    other = person("other", Role.INSTRUCTOR)
    source = source_of(ward)
    assert ask(other, "save", source=with_title(source, "Theirs"), base=1).status_code == 201
    answer = ask(writer, "save", source=with_title(source, "Mine"), base=1)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert (answer.json()["latest"]["author"], answer.json()["latest"]["number"]) == ("other", 2)
    assert '"Theirs"' in answer.json()["latest"]["source"]
    assert ask(writer, "save", source=with_title(source, "Mine"), base=2).status_code == 201
    texts = list(ward.versions.order_by("number").values_list("source", flat=True))
    assert ['"Theirs"' in text for text in texts] == [False, True, False]
    assert '"Mine"' in texts[2]


def test_unfinished_work_can_be_saved_but_not_published(ward: Scenario, writer: User) -> None:
    assert ask(writer, "save", source="states: [", base=1).status_code == 201
    refused = ask(writer, "publish", number=2)
    assert (refused.status_code, refused.json()["code"]) == (409, "has_errors")
    page = signed_in(writer).get(f"{HOME}ward/")
    assert page.context["config"]["source"] == "states: ["
    assert signed_in(writer).get(HOME).status_code == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"base": 1}, "unchanged"),
        ({"base": "1"}, "bad_request"),
        ({"source": None, "base": 1}, "bad_request"),
        ({"source": "x" * 400_001, "base": 1}, "too_long"),
    ],
)
def test_a_save_that_makes_no_sense_is_refused_by_name(
    ward: Scenario, writer: User, changes: dict[str, Any], code: str
) -> None:
    assert ask(writer, "save", **{"source": source_of(ward), **changes}).json()["code"] == code


def test_the_id_of_a_scenario_stays(ward: Scenario, writer: User) -> None:
    answer = ask(writer, "save", source=source_of(ward).replace("id: ward", "id: other"), base=1)
    assert (answer.status_code, answer.json()["code"]) == (400, "other_id")


def test_an_older_text_can_be_read(ward: Scenario, writer: User) -> None:
    first = source_of(ward)
    ask(writer, "save", source=with_title(first, "Night"), base=1)
    assert signed_in(writer).get(f"{HOME}ward/versions/1/").json()["source"] == first
    assert signed_in(writer).get(f"{HOME}ward/versions/9/").status_code == 404


def test_another_instructor_writes_along_and_leaves_publishing_to_the_owner(ward: Scenario) -> None:
    other = person("other", Role.INSTRUCTOR)
    assert ask(other, "save", source=with_title(source_of(ward), "Night"), base=1).status_code == 201
    assert ask(other, "publish", number=2).status_code == 403
    assert ask(person("chief", Role.ADMINISTRATOR), "publish", number=2).status_code == 200


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.AUDITOR])
def test_others_do_not_write(ward: Scenario, role: Role) -> None:
    client = signed_in(person("somebody", role))
    assert client.get(HOME).status_code == 403
    assert client.get(f"{HOME}ward/").status_code == 403
    assert client.post(f"{HOME}new/", {"key": "theirs"}).status_code == 403
    assert client.post(f"{HOME}ward/check/", "{}", content_type="application/json").status_code == 403


def test_without_an_account_one_is_asked_to_sign_in(ward: Scenario) -> None:
    for address in (HOME, f"{HOME}ward/", f"{HOME}ward/versions/1/"):
        assert Client().get(address).status_code == 302


def test_the_schema_in_the_repository_names_no_host() -> None:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    assert schema["$id"].startswith("urn:")
