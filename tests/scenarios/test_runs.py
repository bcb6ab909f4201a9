"""Runs in the database: nothing counts twice, a replay is the same run, what is left is closed."""

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from courses.catalog.models import Access
from courses.catalog.services.courses import create_course
from courses.catalog.services.lessons import add_lesson, add_module
from courses.learning.models import SummaryLog
from courses.people.models import ActionLogEntry, ConsentDocument, ConsentKind, Role, User
from courses.people.personal_data import personal_data_parts
from courses.people.services.consents import decide
from courses.scenarios.engine.log import replay
from courses.scenarios.engine.script import read_script
from courses.scenarios.errors import RunRefused
from courses.scenarios.language.load import shipped
from courses.scenarios.models import CloseReason, Participant, Phase, Run, RunEvent, RunScore, Scenario, Track
from courses.scenarios.motion import Source, measure
from courses.scenarios.motion.signals import ISSUE_SIGNALS, Pressing, record
from courses.scenarios.room.frames import MOTION_HEAD, SAMPLE
from courses.scenarios.scoring.score import report
from courses.scenarios.services.housekeeping import close_abandoned
from courses.scenarios.services.lessons import attach_scenario, note_lesson_done
from courses.scenarios.services.logs import LATE_LOG, file_events
from courses.scenarios.services.replays import play
from courses.scenarios.services.runs import hold_run, pause_run, release_run, take_room
from courses.scenarios.services.scores import TakenOver, close_run
from courses.scenarios.services.shipped import sync_shipped
from courses.scenarios.services.tracks import keep_track, may_keep
from courses.scenarios.tasks import light_close_abandoned
from tests.scenarios.rooms import begun, joined, made, person, visitor
from tests.scenarios.runs import script_file
from vrtraining.celery import app


def said_by(script: str, who: str = "expert") -> list[dict[str, Any]]:
    """A scripted run as a client would say it."""
    events = read_script(script_file(script, who)).events
    return [{"seq": e.seq, "t": e.t_s, "kind": e.kind, **e.data} for e in events]


def long_ago(run: Run, seconds: float) -> None:
    """The run began so many seconds ago."""
    began = timezone.now() - timedelta(seconds=seconds)
    Run.objects.filter(pk=run.pk).update(started_at=began, clock_since=began)


@pytest.mark.django_db
def test_a_run_filed_in_pieces_and_replayed_from_the_database_is_the_same_run() -> None:
    place = begun(visitor(person("anna")), scenario="adult-metro-aed", mode="exam")
    long_ago(place.run, 600)
    said = said_by("adult-metro-aed")
    for start in range(0, len(said), 150):
        receipts, _new = file_events(place.pk, said[start : start + 150])
        assert {receipt["receipt"] for receipt in receipts} == {"accepted"}
    run = close_run(place.run_id, CloseReason.FINISHED)
    seed, events = run.seed, read_script(script_file("adult-metro-aed", "expert")).events
    straight = report(replay(shipped()["adult-metro-aed"], events, mode="exam", profile="cn", seed=seed))
    again = report(play(Run.objects.get(pk=run.pk)))
    of_actor = {"learner": "p1"}
    for line in straight["timeline"]:
        line["actor"] = of_actor.get(line["actor"], line["actor"])
    assert again == straight
    assert run.score.total == pytest.approx(straight["score"], abs=0.006) and run.score.engine


@pytest.mark.django_db
def test_an_event_of_the_log_is_never_changed_and_never_there_twice() -> None:
    place = begun(visitor(person("anna")))
    file_events(place.pk, [{"seq": 0, "t": 0.1, "kind": "action", "action": "encourage_cough"}])
    event = RunEvent.objects.get()
    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        RunEvent.objects.bulk_create([RunEvent(run=place.run, participant=place, seq=0, t_s=1, kind="x", received_s=0)])


@pytest.mark.django_db(transaction=True)
def test_two_connections_that_send_the_same_events_at_once_file_each_once() -> None:
    place = begun(visitor(person("anna")))
    long_ago(place.run, 100)
    said = [{"seq": n, "t": n / 10, "kind": "action", "action": "encourage_cough"} for n in range(30)]
    receipts: list[str] = []
    failures: list[Exception] = []

    def send() -> None:
        try:
            for start in range(0, 30, 10):
                receipts.extend(r["receipt"] for r in file_events(place.pk, said[start : start + 10])[0])
        except Exception as wrong:
            failures.append(wrong)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert receipts.count("accepted") == 30 and receipts.count("duplicate") == 90
    assert RunEvent.objects.count() == 30


@pytest.mark.django_db(transaction=True)
def test_of_many_who_want_the_same_role_at_once_one_gets_it_and_the_others_keep_looking() -> None:
    place = made(visitor(person("anna")), scenario="hospital-arrest", is_team=True)
    people = [person(f"p{n}") for n in range(6)]
    outcomes: list[str] = []

    def join(user: User) -> None:
        try:
            joined(visitor(user), place.run, role="compressor")
            outcomes.append("seated")
        except RunRefused as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=join, args=(user,)) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["role_taken"] * 5 + ["seated"]
    assert sorted(place.run.participants.values_list("slot", flat=True)) == [1, 2]


@pytest.mark.django_db
def test_a_run_left_for_a_day_is_closed_and_scored_as_it_stands() -> None:
    place = begun(visitor(session="browser"))
    file_events(place.pk, [{"seq": 0, "t": 0.1, "kind": "action", "action": "encourage_cough"}])
    lobby, fresh = made(visitor(person("b"))), begun(visitor(person("c")))
    take_room(place.run_id)
    assert hold_run(place.run_id, 1)
    yesterday = timezone.now() - timedelta(hours=25)
    Run.objects.exclude(pk=fresh.run_id).update(last_seen_at=yesterday)
    assert close_abandoned() == 1
    run = Run.objects.get(pk=place.run_id)
    assert (run.phase, run.close_reason, run.outcome) == (Phase.ENDED, "abandoned", "abandoned")
    assert run.score.report["outcome"] == "abandoned" and run.clock_s < 60
    assert not Run.objects.filter(pk=lobby.run_id).exists()
    assert Run.objects.get(pk=fresh.run_id).phase == Phase.RUNNING
    assert close_abandoned() == 0


@pytest.mark.django_db
def test_a_run_whose_process_died_unseen_ends_where_somebody_was_last_there() -> None:
    place = begun(visitor(person("anna")), mode="exam")
    began = timezone.now() - timedelta(hours=26)
    seen = began + timedelta(seconds=70)
    Run.objects.update(started_at=began, clock_since=began, last_seen_at=seen)
    assert close_abandoned() == 1
    run = Run.objects.get(pk=place.run_id)
    assert run.phase == Phase.ENDED and run.outcome == "abandoned" and run.clock_s == 70.0


@pytest.mark.django_db
def test_the_clock_of_the_house_closes_what_is_abandoned() -> None:

    app.loader.import_default_modules()
    names = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert light_close_abandoned.name in names and light_close_abandoned.name in app.tasks
    place = begun(visitor(session="browser"))
    Run.objects.update(last_seen_at=timezone.now() - timedelta(hours=25))
    assert light_close_abandoned() == 1
    assert Run.objects.get(pk=place.run_id).close_reason == "abandoned"


@pytest.mark.django_db
def test_only_the_present_owner_of_the_clock_closes_a_run_and_it_closes_once() -> None:
    place = begun(visitor(person("anna")))
    first, second = take_room(place.run_id), take_room(place.run_id)
    with pytest.raises(TakenOver):
        close_run(place.run_id, CloseReason.FINISHED, epoch=first)
    assert not hold_run(place.run_id, first)
    close_run(place.run_id, CloseReason.STOPPED, epoch=second)
    close_run(place.run_id, CloseReason.FINISHED)
    score = RunScore.objects.get()
    assert (score.revision, Run.objects.get().close_reason) == (1, "stopped")
    assert ActionLogEntry.objects.filter(action="scenarios.run.close").count() == 1


@pytest.mark.django_db
def test_the_clock_stands_while_nobody_is_there_and_moves_on_to_where_the_client_is() -> None:
    place = begun(visitor(person("anna")))
    long_ago(place.run, 100)
    epoch = take_room(place.run_id)
    Run.objects.update(clock_s=20.0, clock_since=None, phase=Phase.HELD)
    receipts, _new = file_events(place.pk, [{"seq": 0, "t": 60.0, "kind": "action", "action": "call_emergency"}])
    assert receipts[0]["receipt"] == "accepted"
    assert Run.objects.get().clock_s == 60.0
    assert release_run(place.run_id, epoch)
    assert 60.0 <= Run.objects.get().clock_at(timezone.now()) < 62.0


@pytest.mark.django_db
def test_late_events_of_a_run_that_ended_are_taken_for_ten_minutes_and_it_is_scored_again() -> None:
    place = begun(visitor(person("anna")), scenario="choking-adult", mode="exam")
    long_ago(place.run, 500)
    said = said_by("choking-adult")
    file_events(place.pk, said[:4])
    before = close_run(place.run_id, CloseReason.FINISHED).score.total
    receipts, _new = file_events(place.pk, said[4:])
    after = RunScore.objects.get()
    assert {r["receipt"] for r in receipts} == {"accepted"}
    assert after.revision == 2 and after.total > before
    Run.objects.update(ended_at=timezone.now() - LATE_LOG - timedelta(seconds=1))
    receipts, _new = file_events(place.pk, [{"seq": 999, "t": 1.0, "kind": "action", "action": "leave"}])
    assert receipts[0]["code"] == "after_end"


@pytest.mark.django_db
def test_in_an_exam_only_an_instructor_pauses() -> None:
    place = begun(visitor(person("anna")), mode="exam", is_team=True)
    teacher = joined(visitor(person("t", Role.INSTRUCTOR)), place.run, role="instructor")
    with pytest.raises(RunRefused, match="no_pause_in_exam"):
        pause_run(place)
    assert pause_run(teacher).phase == Phase.PAUSED


@pytest.mark.django_db
def test_a_role_is_taken_once_and_only_teachers_instruct() -> None:
    place = made(visitor(person("anna")), scenario="hospital-arrest", is_team=True, role="leader")
    with pytest.raises(RunRefused, match="role_taken"):
        joined(visitor(person("b")), place.run, role="leader")
    with pytest.raises(RunRefused, match="role"):
        joined(visitor(person("c")), place.run, role="surgeon")
    with pytest.raises(RunRefused, match="instructors_only"):
        joined(visitor(person("d")), place.run, role="instructor")


@pytest.mark.django_db
def test_without_an_account_public_scenarios_may_be_run_and_others_not() -> None:
    assert made(visitor(session="browser")).run.created_by is None
    with pytest.raises(RunRefused, match="sign_in"):
        made(visitor(session="browser"), scenario="hospital-arrest")
    Scenario.objects.filter(key="choking-adult").update(state="withdrawn")
    with pytest.raises(RunRefused, match="unknown_scenario"):
        made(visitor(person("anna")))


@pytest.mark.django_db
def test_a_changed_shipped_file_becomes_a_new_version_and_old_runs_keep_theirs() -> None:
    place = made(visitor(person("anna")))
    assert sync_shipped() == []
    version = place.run.version
    type(version).objects.filter(pk=version.pk).update(digest="of an older text")
    (new,) = sync_shipped()
    assert new.number == version.number + 1 and new.definition.version == new.number
    assert Scenario.objects.get(key="choking-adult").current == new
    assert Run.objects.get().version == version


@pytest.mark.django_db
def test_who_passes_the_lessons_scenario_has_done_the_lesson() -> None:
    teacher, learner = person("t", Role.INSTRUCTOR), person("learner")
    sync_shipped()
    course = create_course(teacher, title_zh="课", title_en="Course", access=Access.PUBLIC)
    type(course).objects.update(state="published")
    lesson = add_lesson(teacher, add_module(teacher, course, title_zh="一"), title_zh="噎住")
    attach_scenario(teacher, lesson, Scenario.objects.get(key="choking-adult"), mode="practice")
    with pytest.raises(RunRefused, match="lesson"):
        made(visitor(learner), lesson=uuid4())
    place = begun(visitor(learner), lesson=lesson.pk, mode="exam")
    long_ago(place.run, 500)
    file_events(place.pk, said_by("choking-adult"))
    run = close_run(place.run_id, CloseReason.FINISHED)
    assert run.score.passed
    note_lesson_done(run, run.score)
    assert SummaryLog.objects.get(user=learner, lesson=lesson).completed_at is not None


@pytest.mark.django_db
def test_what_is_kept_of_a_person_is_exported_and_forgotten() -> None:
    anna, ben = person("anna"), person("ben")
    alone, together = begun(visitor(anna)), begun(visitor(anna), is_team=True)
    joined(visitor(ben), together.run)
    Track.objects.create(run=together.run, participant=together, kind="pose", number=0, from_s=0, to_s=1, packed=b"x")
    part = next(part for part in personal_data_parts() if part.name == "scenarios")
    assert [run["scenario"] for run in part.export(anna)["runs"]] == ["choking-adult", "choking-adult"]
    part.erase(anna)
    assert not Run.objects.filter(pk=alone.run_id).exists() and not Track.objects.exists()
    assert Participant.objects.get(run=together.run, slot=1).name == ""
    assert part.export(ben)["runs"] != []


def frames_of(samples: Any) -> bytes:
    """Samples as a client sends them, in frames of 400."""
    frames = b""
    for number, start in enumerate(range(0, len(samples), 400)):
        part = samples[start : start + 400]
        frames += MOTION_HEAD.pack(3, 0, len(part), number) + b"".join(SAMPLE.pack(*row) for row in part)
    return frames


@pytest.mark.django_db
@pytest.mark.parametrize(("factor", "agrees"), [(1.0, True), (1.4, False)], ids=["honest", "made up"])
def test_samples_measured_again_tell_whether_the_client_said_what_was_done(factor: float, agrees: bool) -> None:
    place = begun(visitor(person("anna")), scenario="adult-home-phone")
    long_ago(place.run, 60)
    signal = record(Pressing(seconds=20, pauses=()), ISSUE_SIGNALS[Source.CONTROLLER], seed=1)
    samples = [tuple(row) for row in signal.samples.tolist()]
    keep_track(place.pk, "motion", from_s=0.0, to_s=20.0, data=frames_of(samples))
    said = [
        {"seq": n, "t": c.t_s, "kind": "compression", "depth_mm": c.depth_mm * factor, "recoil": c.recoil}
        for n, c in enumerate(measure(samples, Source.CONTROLLER).compressions)
    ]
    file_events(place.pk, said)
    (found,) = close_run(place.run_id, CloseReason.STOPPED).score.report["motion"]
    assert found["agrees"] is agrees and found["actor"] == "p1"
    assert found["said"] == found["measured"] == len(said) > 20


@pytest.mark.django_db
def test_movement_is_kept_only_of_people_who_agreed() -> None:
    anna = person("anna")
    place = begun(visitor(anna))
    assert not may_keep(place)
    assert not may_keep(begun(visitor(session="browser")))
    document = ConsentDocument.objects.create(kind=ConsentKind.BEHAVIOUR, version=1)
    decide(user=anna, document=document, given=True)
    assert may_keep(place)
