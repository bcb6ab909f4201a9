"""After a run, with the database: the learning record, the debrief, sign-off, boards and challenges."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from courses.learning.xapi.build import VERBS
from courses.learning.xapi.models import XapiStatement
from courses.learning.xapi.selectors import valid_statements
from courses.learning.xapi.validate import check
from courses.people.models import ActionLogEntry, Cohort, CohortMembership, Role, User
from courses.people.personal_data import personal_data_parts
from courses.scenarios.models import BoardPlace, Scenario, SignOff
from courses.scenarios.review.selectors import debrief_of, group_results, own_results, skills_of_people
from courses.scenarios.review.services import (
    Challenge,
    create_challenge,
    join_board,
    leave_board,
    record_missing,
    record_run,
    sign_off,
)
from courses.scenarios.visitors import Visitor
from tests.scenarios.finished import finished

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner() -> User:
    return User.objects.create(username="lin", display_name="林晓", role=Role.TRAINEE)


@pytest.fixture
def instructor(learner: User) -> User:
    teacher = User.objects.create(username="chen", role=Role.INSTRUCTOR)
    cohort = Cohort.objects.create(name="规培一班", owner=teacher)
    CohortMembership.objects.create(cohort=cohort, user=learner)
    return teacher


def verbs(learner: User, run: Any) -> list[str]:
    return sorted(row.verb.rsplit("/", 1)[-1] for row in valid_statements(learner, run.pk))


def test_a_scored_run_is_in_the_learning_record_by_the_standard(
    learner: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = finished(learner, who="beginner", mode="exam")
    said = [row.statement for row in XapiStatement.objects.filter(user=learner)]
    assert verbs(learner, run) == ["completed", "failed"] + ["scored"] * 13
    for one in said:
        check(one)
        assert one["context"]["registration"] == str(run.pk)
    failed = next(one for one in said if one["verb"]["id"] == VERBS["failed"][0])
    assert failed["result"]["score"]["raw"] == round(run.score.total, 2)
    assert failed["result"]["success"] is False
    completed = next(one for one in said if one["verb"]["id"] == VERBS["completed"][0])
    measured = {name.rsplit("/", 1)[-1]: value for name, value in completed["result"]["extensions"].items()}
    # A controller measures the travel of a hand, and says so in the record too.
    assert "hand-travel-mm" in measured and "depth-mm" not in measured
    assert measured["certifies-depth"] is False


def test_recording_again_changes_nothing_and_a_new_score_voids_the_old_words(
    learner: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = finished(learner, who="beginner", mode="exam")
    before = XapiStatement.objects.count()
    record_run(run, run.score)
    assert XapiStatement.objects.count() == before
    run.score.revision, run.score.passed, run.score.total = 2, True, 90.0
    record_run(run, run.score)
    assert verbs(learner, run) == ["completed", "passed"] + ["scored"] * 13
    assert XapiStatement.objects.filter(verb=VERBS["voided"][0]).count() == before


def test_a_run_whose_record_was_lost_with_its_process_is_recorded_later(learner: User) -> None:
    # on_commit does not run here, as after a kill between the commit and the record.
    run = finished(learner, who="beginner", mode="exam", days_ago=1)
    just_now = finished(learner, who="beginner", mode="exam")
    assert XapiStatement.objects.count() == 0
    assert record_missing(timezone.now()) == 1
    assert verbs(learner, run)[:2] == ["completed", "failed"]
    assert verbs(learner, just_now) == []
    assert record_missing(timezone.now()) == 0


def test_a_run_that_was_stopped_is_talked_about_as_far_as_it_went(learner: User) -> None:
    run = finished(learner, who="expert", until_s=60.0)
    said = debrief_of(run)
    assert (said["outcome"]["id"], said["ended_s"]) == ("stopped", 60.0)
    assert said["score"] == round(run.score.total, 2)
    assert max(mark["t_s"] for mark in said["marks"]) <= 60.0


def test_a_debrief_says_the_score_that_was_kept(learner: User) -> None:
    run = finished(learner, who="beginner", mode="exam")
    said = debrief_of(run)
    assert said["score"] == round(run.score.total, 2)
    assert [o["credit"] for o in said["objectives"]] == [o["credit"] for o in run.score.report["objectives"]]


def test_an_instructor_signs_for_their_own_learners_and_nobody_for_themselves(
    learner: User, instructor: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = finished(learner, who="expert")
    stranger = User.objects.create(username="wu", role=Role.INSTRUCTOR)
    for actor in (learner, stranger):
        with pytest.raises(PermissionDenied):
            sign_off(actor, run, learner, verdict="confirmed", saw_depth=False)
    own = finished(instructor, who="expert")
    with pytest.raises(PermissionDenied):
        sign_off(instructor, own, instructor, verdict="confirmed", saw_depth=True)
    with pytest.raises(ValueError):
        sign_off(instructor, run, learner, verdict="excellent", saw_depth=False)
    sign_off(instructor, run, learner, verdict="practise", saw_depth=False)
    sign_off(instructor, run, learner, verdict="confirmed", saw_depth=True, note="很好")
    assert SignOff.objects.get().verdict == "confirmed"
    assert ActionLogEntry.objects.filter(action="scenarios.run.sign_off").count() == 2
    words = [row.statement for row in valid_statements(learner, run.pk) if row.verb == VERBS["approve"][0]]
    assert len(words) == 1 and words[0]["actor"]["account"]["name"] == str(instructor.public_id)
    assert VERBS["deny"][0] not in {row.verb for row in valid_statements(learner, run.pk)}


def test_the_group_is_those_who_share_a_cohort(learner: User, instructor: User) -> None:
    mate, other = (User.objects.create(username=name) for name in ("mate", "other"))
    CohortMembership.objects.create(cohort=Cohort.objects.get(), user=mate)
    for person in (learner, mate, other):
        finished(person, scenario="choking-adult")
    found = group_results(learner, "choking-adult")
    assert {result.person for result in found} == {f"u{learner.pk}", f"u{mate.pk}"}
    assert group_results(other, "choking-adult") == group_results(None, "choking-adult") == []


def test_results_of_a_browser_without_account_stay_with_that_browser(learner: User) -> None:
    finished(None, scenario="choking-adult", session="browser-1")
    assert len(own_results(Visitor(None, "browser-1"))) == 1
    assert own_results(Visitor(None, "browser-2")) == own_results(Visitor(learner, "")) == []
    assert XapiStatement.objects.count() == 0


def test_skills_of_a_cohort_take_two_queries_whatever_its_size(learner: User, django_assert_num_queries: Any) -> None:
    mate = User.objects.create(username="mate")
    for person in (learner, mate):
        finished(person, scenario="choking-adult")
    with django_assert_num_queries(2):
        skills = skills_of_people([learner.pk, mate.pk], timezone.now())
    assert skills[learner.pk]["choking"].is_kept


def test_the_board_is_a_choice_that_can_be_taken_back(learner: User) -> None:
    with pytest.raises(ValueError):
        join_board(learner, "  ")
    join_board(learner, "小林")
    join_board(learner, "林")
    assert BoardPlace.objects.get().name == "林"
    leave_board(learner)
    leave_board(learner)
    assert not BoardPlace.objects.exists()
    assert ActionLogEntry.objects.filter(action="scenarios.board.leave").count() == 1


def test_only_those_who_teach_set_up_challenges(learner: User, instructor: User) -> None:
    finished(learner, scenario="choking-adult")
    now = timezone.now()
    wanted = Challenge(
        "周",
        Scenario.objects.get(key="choking-adult"),
        "practice",
        now,
        now + timedelta(days=7),
        [Cohort.objects.get()],
    )
    with pytest.raises(PermissionDenied):
        create_challenge(learner, wanted)
    assert create_challenge(instructor, wanted).cohorts.count() == 1


def test_erasing_a_person_takes_sign_offs_and_board_along(learner: User, instructor: User) -> None:
    run = finished(learner, scenario="choking-adult")
    sign_off(instructor, run, learner, verdict="confirmed", saw_depth=False, note="好")
    join_board(learner, "林")
    part = next(part for part in personal_data_parts() if part.name == "scenario-reviews")
    exported = part.export(learner)
    assert exported["sign_offs"][0]["note"] == "好" and exported["leader_board"]["name"] == "林"
    part.erase(learner)
    assert not SignOff.objects.exists() and not BoardPlace.objects.exists()
