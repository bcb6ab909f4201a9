"""What is done after a run: recording it, signing it off, boards, team challenges."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from courses.learning.xapi.build import VERBS
from courses.learning.xapi.models import XapiStatement
from courses.learning.xapi.selectors import valid_statements
from courses.learning.xapi.services import keep_statements, void_statements
from courses.people.models import Cohort, Role, User
from courses.people.services.audit import log_action
from courses.scenarios.models import (
    BoardPlace,
    Participant,
    ParticipantKind,
    Phase,
    Run,
    RunScore,
    Scenario,
    SignOff,
    TeamChallenge,
    Verdict,
)
from courses.scenarios.permissions import may_read_run
from courses.scenarios.review import statements

# A run that ended just now is being recorded by whoever scored it.
MISSED_AFTER, MISSED_WITHIN = timedelta(minutes=5), timedelta(days=30)


@transaction.atomic
def record_run(run: Run, score: RunScore) -> None:
    """Put a scored run into the learning record of everybody of its team who has an account.

    Called again with a later revision, what was said of the earlier one is voided.
    """
    for place in run.participants.filter(kind=ParticipantKind.TEAM, user__isnull=False).select_related("user"):
        person = place.user
        assert person is not None
        said = statements.of_run(run, score, person)
        before = [row for row in valid_statements(person, run.pk) if str(row.pk) not in {one["id"] for one in said}]
        void_statements([row for row in before if row.verb not in _SIGNED])
        keep_statements(person, run.pk, said)


def record_missing(now: datetime) -> int:
    """Record the runs of the last days that no statement tells of: a process died between score and record."""
    statements_there = XapiStatement.objects.filter(registration=OuterRef("run_id"), user=OuterRef("user_id"))
    places = Participant.objects.filter(
        kind=ParticipantKind.TEAM, user__isnull=False, run__phase=Phase.ENDED, run__score__isnull=False
    )
    recent = places.filter(run__ended_at__gt=now - MISSED_WITHIN, run__ended_at__lt=now - MISSED_AFTER)
    missed = set(recent.filter(~Exists(statements_there)).values_list("run_id", flat=True))
    for run in Run.objects.filter(pk__in=missed).select_related("version__scenario", "score", "lesson__module__course"):
        record_run(run, run.score)
    return len(missed)


_SIGNED = {VERBS["approve"][0], VERBS["deny"][0]}
_JUDGED = {VERBS["passed"][0], VERBS["failed"][0]}


def may_sign(user: User, run: Run) -> bool:
    """Instructors for those whose runs they may read, and administrators; nobody for themselves."""
    teaches = user.is_authenticated and user.role in {Role.INSTRUCTOR, Role.ADMINISTRATOR}
    return bool(teaches and run.phase == Phase.ENDED and may_read_run(user, run))


@transaction.atomic
def sign_off(actor: User, run: Run, person: User, *, verdict: str, saw_depth: bool, note: str = "") -> SignOff:
    """An instructor's word about one person in a run. A later word takes the place of the earlier one.

    Raises PermissionDenied; ValueError for a verdict that is none, or for somebody who took no part.
    """
    if not may_sign(actor, run) or person == actor:
        raise PermissionDenied(_("Only an instructor of this person signs the run off, and nobody their own."))
    if verdict not in Verdict.values:
        raise ValueError(verdict)
    if not run.participants.filter(user=person, kind=ParticipantKind.TEAM).exists():
        raise ValueError("no part in this run")
    signed, _created = SignOff.objects.update_or_create(
        run=run,
        user=person,
        defaults={"instructor": actor, "verdict": verdict, "saw_depth": saw_depth, "note": note.strip()[:500]},
    )
    judged = next((row for row in valid_statements(person, run.pk) if row.verb in _JUDGED), None)
    if judged is not None:
        earlier = [row for row in valid_statements(person, run.pk) if row.verb in _SIGNED]
        void_statements(earlier)
        keep_statements(person, run.pk, [statements.of_sign_off(signed, judged.pk)])
    log_action(
        actor=actor,
        action="scenarios.run.sign_off",
        target=run,
        data={"person": str(person.audit_key), "verdict": verdict, "saw_depth": saw_depth},
    )
    return signed


@transaction.atomic
def join_board(user: User, name: str) -> BoardPlace:
    """Stand on the leader board, by one's own choice and under the name one gives. ValueError: no name."""
    name = name.strip()[:40]
    if not name:
        raise ValueError("name")
    place, _created = BoardPlace.objects.update_or_create(user=user, defaults={"name": name})
    log_action(actor=user, action="scenarios.board.join", target=user)
    return place


@transaction.atomic
def leave_board(user: User) -> None:
    """Take oneself off the board; nothing of it is kept."""
    gone, _per_model = BoardPlace.objects.filter(user=user).delete()
    if gone:
        log_action(actor=user, action="scenarios.board.leave", target=user)


@dataclass(frozen=True)
class Challenge:
    """What a team challenge is to be."""

    title: str
    scenario: Scenario
    mode: str
    begins_at: datetime
    ends_at: datetime
    cohorts: Sequence[Cohort]


def may_challenge(user: User) -> bool:
    return bool(user.is_authenticated and user.role in {Role.INSTRUCTOR, Role.ADMINISTRATOR})


@transaction.atomic
def create_challenge(actor: User, wanted: Challenge) -> TeamChallenge:
    """Departments side by side. Raises PermissionDenied."""
    if not may_challenge(actor):
        raise PermissionDenied(_("Only instructors and administrators set up team challenges."))
    made = TeamChallenge.objects.create(
        title=wanted.title.strip(),
        scenario=wanted.scenario,
        mode=wanted.mode,
        begins_at=wanted.begins_at,
        ends_at=wanted.ends_at,
        created_by=actor,
    )
    made.cohorts.set(wanted.cohorts)
    log_action(
        actor=actor,
        action="scenarios.challenge.create",
        target=made,
        data={"scenario": wanted.scenario.key, "mode": wanted.mode, "cohorts": len(wanted.cohorts)},
    )
    return made


@transaction.atomic
def delete_challenge(actor: User, challenge: TeamChallenge) -> None:
    """End a challenge for good; the runs stay. Who made it, or an administrator. Raises PermissionDenied."""
    if challenge.created_by_id != actor.pk and actor.role != Role.ADMINISTRATOR:
        raise PermissionDenied(_("Only who made the challenge, or an administrator, deletes it."))
    key = challenge.pk
    challenge.delete()
    challenge.pk = key
    log_action(actor=actor, action="scenarios.challenge.delete", target=challenge)
