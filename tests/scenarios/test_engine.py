"""A run is a function of its log: events may come late, twice, or in any order."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.scenarios.engine.events import BadEvent, Event, event_from
from courses.scenarios.engine.log import Receipt, RunLog, replay
from courses.scenarios.engine.run import NotOffered
from courses.scenarios.engine.script import read_script
from courses.scenarios.language.load import shipped
from courses.scenarios.scoring.score import report, score
from tests.scenarios.runs import action, compression, script_file, small, text


def choking_events() -> list[Event]:
    return list(read_script(script_file("choking-adult", "expert")).events)


def choking(events: list[Event]) -> dict:
    return report(replay(shipped()["choking-adult"], events, mode="exam", profile="cn", seed=3))


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(range(len(choking_events()))), again=st.lists(st.integers(0, 20), max_size=8))
def test_events_in_any_order_and_twice_give_the_same_run(order: list[int], again: list[int]) -> None:
    events = choking_events()
    arriving = [events[i] for i in order] + [events[i] for i in again if i < len(events)]
    assert choking(arriving) == choking(events)


def test_one_by_one_and_out_of_order_gives_the_same_run_as_all_at_once() -> None:
    events = choking_events()
    arriving = events.copy()
    random.Random(5).shuffle(arriving)
    log = RunLog(shipped()["choking-adult"], "exam", "cn", 3)
    receipts = [log.receive(event) for event in [*arriving, *arriving]]
    log.advance(1000)
    assert report(log.run) == choking(events)
    assert receipts == [Receipt.ACCEPTED] * len(events) + [Receipt.DUPLICATE] * len(events)


def test_the_server_may_look_at_any_moment_without_changing_the_run() -> None:
    events = choking_events()
    log = RunLog(shipped()["choking-adult"], "exam", "cn", 3)
    for event in events:
        log.advance(event.t_s - 0.11)
        log.receive(event)
    log.advance(500)
    assert report(log.run) == choking(events)


@settings(max_examples=10, deadline=None)
@given(late=st.lists(st.floats(0.0, 30.0), min_size=60, max_size=60))
def test_events_that_come_late_into_a_run_in_progress_give_the_same_run(late: list[float]) -> None:
    events = list(read_script(script_file("hospital-arrest", "expert")).events)[:60]
    given_ = {"mode": "exam", "profile": "cn", "seed": 3}
    arriving = sorted(
        zip((e.t_s + delay for e, delay in zip(events, late, strict=True)), events, strict=True), key=lambda a: a[0]
    )
    log = RunLog(shipped()["hospital-arrest"], **given_)
    for at, event in arriving:
        log.advance(at)
        assert log.receive(event) is Receipt.ACCEPTED
    log.run.finish()
    assert report(log.run) == report(replay(shipped()["hospital-arrest"], events, **given_))


def test_the_same_number_with_other_contents_is_a_conflict_and_the_first_stays() -> None:
    log = RunLog(small(), "exam", "cn", 1)
    assert log.receive(action(1, "wait", 0)) is Receipt.ACCEPTED
    assert log.receive(action(1, "help", 0)) is Receipt.CONFLICT
    assert not log.run.ended


def test_impossible_motion_is_refused_and_counts_nowhere() -> None:
    run = replay(
        small(),
        [compression(1.0, 0), compression(1.05, 1), compression(1.6, 2), compression(2.1, 3, depth_mm=400)],
        mode="exam",
        profile="cn",
        seed=1,
    )
    assert [pressed.t_s for pressed in run.compressions] == [1.0, 1.6]
    assert [entry.detail for entry in run.timeline if entry.kind == "refused"] == ["impossible_motion"] * 2


def test_a_run_that_is_left_for_a_day_ends_at_its_duration() -> None:
    run = replay(small(), [action(86_000, "help", 0)], mode="exam", profile="cn", seed=1)
    assert (run.outcome, run.t_s) == ("time_up", 120.0)
    assert run.timeline[-1].detail == "after_end"
    assert score(run).total == 0


def test_two_states_that_point_at_each_other_do_not_hang_the_run() -> None:
    always = {"after_s": 0}
    states = {
        "begin": {"title": text(), "transitions": [{"to": "other", "when": always}]},
        "other": {"title": text(), "transitions": [{"to": "begin", "when": always}]},
    }
    assert replay(small(states=states), [], mode="exam", profile="cn", seed=1).outcome == "time_up"


def test_an_action_of_another_role_is_refused() -> None:
    roles = [{"id": "leader", "title": text()}, {"id": "helper", "title": text()}]
    definition = small(roles=roles, actions={"help": {"label": text(), "roles": ["leader"]}})
    events = [action(1, "help", 0, "ben"), action(2, "help", 0, "anna")]
    given_roles = {"anna": "leader", "ben": "helper"}
    run = replay(definition, events, mode="exam", profile="cn", seed=1, roles=given_roles)
    assert [fact.actor for fact in run.facts if fact.name == "help"] == ["anna"]


def test_time_without_tracking_is_no_pause() -> None:
    presses = [compression(round(1 + 0.5 * i, 2), i) for i in range(20)]
    later = [compression(round(31 + 0.5 * i, 2), 100 + i) for i in range(20)]
    lost = event_from({"t": 10.6, "kind": "tracking", "lost": True, "seq": 50})
    found = event_from({"t": 30.8, "kind": "tracking", "lost": False, "seq": 51})
    played = {"mode": "exam", "profile": "cn", "seed": 1}
    definition = small(duration_s=41)
    assert score(replay(definition, [*presses, *later], **played)).hands.longest_s > 15
    assert score(replay(definition, [*presses, lost, found, *later], **played)).hands.longest_s < 1


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("nothing", "not_an_object"),
        ({"t": 1, "kind": "action", "action": "x"}, "seq"),
        ({"seq": 1, "t": "soon", "kind": "action", "action": "x"}, "time"),
        ({"seq": 1, "t": -1, "kind": "action", "action": "x"}, "time"),
        ({"seq": 1, "t": float("nan"), "kind": "action", "action": "x"}, "time"),
        ({"seq": 1, "t": 1, "kind": "dance"}, "kind"),
        ({"seq": 1, "t": 1, "kind": "compression", "depth_mm": "deep"}, "depth"),
        ({"seq": 1, "t": 1, "kind": "aed", "do": "pad", "pad": "third"}, "pad"),
    ],
)
def test_what_is_no_event_is_refused_by_name(said: object, code: str) -> None:
    with pytest.raises(BadEvent) as refused:
        event_from(said)
    assert refused.value.code == code


def test_a_mode_that_is_not_offered_is_refused() -> None:
    with pytest.raises(NotOffered):
        replay(small(), [], mode="guided", profile="cn", seed=1)


def test_without_help_survival_falls_by_the_published_points_a_minute() -> None:
    person = {"id": "p", "kind": "patient", "name": text(), "patient": {"rhythm": "vf_coarse"}}
    run = replay(small(people=[person]), [], mode="exam", profile="cn", seed=1)
    assert 0.67 - run.patient.survival == pytest.approx(2 * 0.085, abs=0.005)


def test_compressions_keep_blood_flowing_and_slow_the_decline() -> None:
    person = {"id": "p", "kind": "patient", "name": text(), "patient": {"rhythm": "vf_coarse"}}
    presses = [compression(round(0.5 + 0.545 * i, 3), i) for i in range(218)]
    run = replay(small(people=[person]), presses, mode="exam", profile="cn", seed=1)
    assert run.patient.perfusion > 0.2
    assert 0.67 - run.patient.survival == pytest.approx(2 * 0.035, abs=0.02)
