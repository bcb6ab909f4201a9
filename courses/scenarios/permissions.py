"""Who may play a scenario, and who may read, lead and end a run. Everything else is denied."""

from typing import Any

import rules
from django.db.models import Q

from courses.people.models import Role
from courses.scenarios.errors import RunRefused
from courses.scenarios.models import Participant, ParticipantKind, Run, Scenario, ScenarioState
from courses.scenarios.visitors import Visitor


def playable(visitor: Visitor) -> Q:
    """Condition on Scenario: what the visitor may run."""
    published = Q(state=ScenarioState.PUBLISHED, current__isnull=False)
    if visitor.user is None:
        return published & Q(is_public=True)
    if visitor.user.role == Role.AUDITOR:
        return Q(pk__isnull=True)
    return published


def require_play(visitor: Visitor, scenario: Scenario | None) -> Scenario:
    if scenario is None or scenario.state != ScenarioState.PUBLISHED or scenario.current is None:
        raise RunRefused("unknown_scenario")
    if visitor.user is None and not scenario.is_public:
        raise RunRefused("sign_in")
    if not Scenario.objects.filter(playable(visitor), pk=scenario.pk).exists():
        raise RunRefused("not_yours")
    return scenario


def readable_runs(user: Any) -> Q:
    """Condition on Run: those that a signed-in person may read with their log and score.

    One's own; those of the members of cohorts one leads, and those one made, for instructors; all, for
    administrators and auditors. Use `.distinct()`.
    """
    if user is None or not user.is_authenticated:
        return Q(pk__isnull=True)
    if user.role in {Role.ADMINISTRATOR, Role.AUDITOR}:
        return Q(pk__isnull=False)
    condition = Q(participants__user=user)
    if user.role == Role.INSTRUCTOR:
        condition |= Q(created_by=user) | Q(participants__user__cohorts__owner=user)
    return condition


def may_read(visitor: Visitor, run: Run) -> bool:
    if run.participants.filter(visitor.places).exists():
        return True
    return Run.objects.filter(readable_runs(visitor.user), pk=run.pk).exists()


@rules.predicate
def may_read_run(user: Any, run: Run) -> bool:
    return Run.objects.filter(readable_runs(user), pk=run.pk).exists()


rules.add_perm("scenarios.read_run", may_read_run)


def require_start(place: Participant) -> None:
    """Alone: oneself. With others: who made the run, the leader, or an instructor."""
    run = place.run
    if place.kind == ParticipantKind.INSTRUCTOR:
        return
    if place.kind != ParticipantKind.TEAM:
        raise RunRefused("leaders_only")
    made_it = place.slot == 1 or place.role == "leader"
    if run.is_team and not made_it:
        raise RunRefused("leaders_only")


def require_pause(place: Participant) -> None:
    if place.kind == ParticipantKind.INSTRUCTOR:
        return
    if place.kind != ParticipantKind.TEAM:
        raise RunRefused("instructors_only")
    if place.run.mode == "exam":
        raise RunRefused("no_pause_in_exam")


def require_end(place: Participant) -> None:
    """An instructor; or the only one of the team."""
    if place.kind == ParticipantKind.INSTRUCTOR:
        return
    if place.kind != ParticipantKind.TEAM:
        raise RunRefused("instructors_only")
    if place.run.participants.filter(kind=ParticipantKind.TEAM).exclude(pk=place.pk).exists():
        raise RunRefused("not_alone")
