"""What a debrief says about the scripted runs: the time line, the sentences, the comparison."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from courses.scenarios.debrief.compare import FEWEST_PEOPLE, Result, changes, earlier, standing
from courses.scenarios.debrief.document import document
from courses.scenarios.debrief.timeline import LANES
from courses.scenarios.debrief.trace import trace
from courses.scenarios.engine.script import read_script
from courses.scenarios.language.load import shipped
from courses.scenarios.language.model import LANGUAGES
from courses.scenarios.scoring.score import score
from tests.scenarios.runs import SCENARIOS, script_file, scripted

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def debrief(scenario: str, who: str) -> dict[str, Any]:
    script = read_script(script_file(scenario, who))
    given = {"mode": script.mode or "exam", "profile": script.profile or "cn", "seed": 1, "roles": script.roles}
    run, vitals = trace(shipped()[scenario], script.events, **given)  # type: ignore[arg-type]
    return document(run, vitals, score(run))


@pytest.mark.parametrize("who", ["expert", "beginner"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_looking_at_the_patient_changes_nothing_and_every_line_has_words(scenario: str, who: str) -> None:
    script = read_script(script_file(scenario, who))
    given = {"mode": script.mode or "exam", "profile": script.profile or "cn", "seed": 1, "roles": script.roles}
    run, vitals = trace(shipped()[scenario], script.events, **given)  # type: ignore[arg-type]
    played = scripted(scenario, who)
    assert (run.timeline, run.compressions, run.t_s) == (played.timeline, played.compressions, played.t_s)
    assert [v.t_s for v in vitals] == sorted({v.t_s for v in vitals})
    marks = document(run, vitals, score(run))["marks"]
    # Only the beginning itself has no line of its own.
    assert len(marks) == len(run.timeline) - 1
    for mark in marks:
        assert mark["lane"] in LANES
        assert all(mark["text"][language].strip() for language in LANGUAGES), mark


def test_a_beginner_reads_what_was_good_first_and_then_the_gravest_thing() -> None:
    said = debrief("adult-metro-aed", "beginner")
    assert said["went_well"]["en"].startswith("Response: Done at 8 s.")
    assert said["next_time"]["en"].startswith("Pressed shock while somebody touched the patient")
    assert [cap["id"] for cap in said["caps"]] == ["shocked_while_touched", "gave_water"]
    assert said["caps"][1]["t_s"] == 40.0


def test_an_expert_is_told_that_nothing_is_missing() -> None:
    said = debrief("adult-metro-aed", "expert")
    assert said["went_well"]["en"].startswith("Compression quality")
    assert said["next_time"]["zh-hans"].startswith("每一步都达到要求")
    assert said["outcome"]["id"] == "recovered"


def test_pauses_count_without_what_the_aed_ordered() -> None:
    said = debrief("adult-metro-aed", "beginner")
    first, second, _last = said["pauses"]
    assert first["counts_s"] == pytest.approx(first["to_s"] - first["from_s"], abs=0.5)
    # 106 s of no compressions, of which the AED ordered about 27 (analysis, charging, until the shock).
    assert second["to_s"] - second["from_s"] > 100
    assert 75 < second["counts_s"] < 82
    assert all(pause["too_long"] for pause in (first, second))


def test_minutes_add_up_to_the_whole() -> None:
    said = debrief("adult-home-phone", "expert")
    assert sum(minute["compressions"] for minute in said["minutes"]) == said["hands"]["count"]
    assert all(100 <= m["rate_cpm"] <= 120 for m in said["minutes"] if m["rate_cpm"])


def test_a_controller_is_never_called_depth_and_a_keyboard_only_rhythm() -> None:
    with_controller = debrief("adult-metro-aed", "expert")["hands"]
    assert with_controller["sources"] == [{"zh-hans": "手柄位移", "en": "hand travel (controller)"}]
    assert not with_controller["certifies_depth"]
    script = read_script(script_file("adult-metro-aed", "expert"))
    events = [
        type(e)(e.seq, e.t_s, e.actor, e.kind, {**e.data, "depth_mm": None, "recoil": None})
        if e.kind == "compression"
        else e
        for e in script.events
    ]
    run, vitals = trace(shipped()["adult-metro-aed"], events, mode="exam", profile="cn", seed=1)
    hands = document(run, vitals, score(run))["hands"]
    assert hands["sources"][0]["en"] == "rhythm only, no depth"
    assert (hands["depth_mm"], hands["lean_measured"]) == (None, False)


def test_marks_name_the_objective_they_decided() -> None:
    said = debrief("adult-metro-aed", "beginner")
    late = next(mark for mark in said["marks"] if mark["objectives"] == ["send"])
    assert (late["t_s"], late["tone"]) == (130.0, "bad")


def result(person: str, score: float, days: float = 0, mode: str = "exam", **credits: float) -> Result:
    return Result(person, NOW + timedelta(days=days), score, score >= 80, mode, credits)


def test_a_run_is_compared_with_the_one_before() -> None:
    runs = [result("a", 50, -3, quality=0.4, call=1.0), result("a", 60, -1, quality=0.5, call=1.0), result("b", 90, -1)]
    now = result("a", 75, 0, quality=0.9, call=0.95)
    before = earlier(now, [*runs, now])
    assert [r.score for r in before] == [50, 60]
    assert [(c.objective, round(c.difference, 2)) for c in changes(now, before[-1])] == [("quality", 0.4)]
    assert changes(now, None) == []


def test_a_group_shows_only_when_nobody_can_be_guessed() -> None:
    now = result("me", 70, quality=0.5)
    few = [result(f"p{i}", 60 + i, quality=1.0) for i in range(FEWEST_PEOPLE - 1)]
    assert standing(now, [*few, now, result("p0", 99, mode="guided")]) is None
    placed = standing(now, [*few, result("p9", 90, quality=0.0), result("p9", 20)])
    assert placed is not None
    assert (placed.people, placed.median, placed.better_than) == (5, 62, 0.8)
    assert placed.credits == {"quality": 0.8}
