"""The scenarios that ship: complete, and scored as an expert and a beginner should be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.scenarios.engine.log import replay
from courses.scenarios.language.lint import lint_file
from courses.scenarios.language.load import shipped
from courses.scenarios.scoring.score import report, score
from tests.scenarios.runs import SCENARIOS, action, file_of, scripted

# Score of the scripted runs in exam mode by the Chinese profile, seed 1: expert, beginner, and how both end.
SCORES = {
    "adult-home-phone": (99.8, 36.8, "handover", "handover"),
    "adult-metro-aed": (99.9, 42.1, "recovered", "handover"),
    "aed-no-shock": (99.8, 36.3, "handover", "handover"),
    "child-collapse": (99.9, 44.3, "recovered", "handover"),
    "choking-adult": (100.0, 34.3, "improved", "handover"),
    "choking-infant": (100.0, 34.3, "improved", "handover"),
    "hospital-arrest": (99.7, 20.5, "recovered", "lost"),
    "limb-bleeding": (100.0, 21.9, "improved", "handover"),
}


def test_every_shipped_scenario_has_its_scores_here() -> None:
    assert set(SCORES) == set(SCENARIOS)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_lint_finds_nothing(scenario: str) -> None:
    assert lint_file(file_of(scenario)) == []


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_expert_passes_and_the_beginner_does_not(scenario: str) -> None:
    expert, beginner = scripted(scenario, "expert"), scripted(scenario, "beginner")
    marks = score(expert), score(beginner)
    high, low, good_end, bad_end = SCORES[scenario]
    assert (marks[0].total, marks[1].total) == (pytest.approx(high, abs=0.1), pytest.approx(low, abs=0.1))
    assert (marks[0].passed, marks[1].passed) == (True, False)
    assert (expert.outcome, beginner.outcome) == (good_end, bad_end)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_mode_and_profile_that_is_offered_can_be_played(scenario: str) -> None:
    definition = shipped()[scenario]
    for mode in definition.modes:
        assert score(scripted(scenario, "expert", mode=mode)).passed
    for profile in definition.profiles:
        assert score(scripted(scenario, "expert", profile=profile)).passed


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_who_does_nothing_fails_and_the_run_still_ends(scenario: str) -> None:
    run = replay(shipped()[scenario], [], mode="exam", profile="cn", seed=1)
    assert run.ended
    assert score(run).total < 15


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_playing_again_gives_the_same_time_line_and_score(scenario: str) -> None:
    assert report(scripted(scenario, "beginner")) == report(scripted(scenario, "beginner"))


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_whatever_people_do_no_scenario_gets_stuck(data: st.DataObject) -> None:
    definition = shipped()[data.draw(st.sampled_from(SCENARIOS))]
    doings = st.tuples(st.integers(0, int(definition.duration_s)), st.sampled_from(sorted(definition.actions)))
    events = [action(t, name, i) for i, (t, name) in enumerate(data.draw(st.lists(doings, max_size=30)))]
    run = replay(definition, events, mode="exam", profile="cn", seed=data.draw(st.integers(0, 99)))
    assert run.ended
    assert run.t_s <= definition.duration_s
    assert 0 <= score(run).total <= 100
