"""The table that a client plays from without a network."""

import json

import pytest

from courses.scenarios.compile import compile_definition, compile_shipped, digest
from tests.scenarios.runs import SCENARIOS, small, text


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_table_survives_json_and_names_itself(scenario: str) -> None:
    table = compile_shipped(scenario)
    assert json.loads(json.dumps(table)) == table
    assert digest(table) == table["hash"]


def test_defaults_are_filled_in_so_that_no_engine_needs_to_know_them() -> None:
    table = compile_definition(small())
    assert table["modes"]["exam"] == {"time_factor": 1.0, "pass_mark": 75.0}
    assert table["objectives"][0]["cap"] == 50.0
    assert table["states"]["done"]["transitions"] == []


def test_any_change_of_the_definition_changes_the_hash() -> None:
    one, other = compile_definition(small()), compile_definition(small(title=text("别的", "Another")))
    assert one["hash"] != other["hash"]


def test_only_profiles_that_are_offered_travel() -> None:
    assert list(compile_definition(small())["profiles"]) == ["cn"]
