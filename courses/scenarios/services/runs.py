"""Making runs, joining them, starting, pausing, ending."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from courses.people.limits import Limit
from courses.people.services.audit import log_action
from courses.scenarios.errors import RunRefused
from courses.scenarios.models import (
    CloseReason,
    LessonScenario,
    Participant,
    ParticipantKind,
    Phase,
    Run,
    Scenario,
    ScenarioVersion,
)
from courses.scenarios.permissions import require_end, require_pause, require_play, require_start
from courses.scenarios.room import groups
from courses.scenarios.services.scores import close_run
from courses.scenarios.visitors import Visitor

# Letters and digits that are not mistaken for each other when read aloud or from afar.
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 6
MOST_SEED = 2**31 - 1
MOST_PLACES = 24
LONGEST_NAME = 60
# In scenarios without roles of their own these are names that people may take.
COMMON_ROLES = ("leader", "compressor", "ventilator", "aed")
# One address is often a whole class behind one router.
RUNS_MADE = Limit("scenario-runs", most=120, seconds=600)


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to play. `role` may be "instructor" or "observer"."""

    scenario: str
    mode: str
    profile: str = ""
    role: str = ""
    name: str = ""
    is_team: bool = False
    seed: int | None = None
    lesson: UUID | None = None


def roles_of(version: ScenarioVersion) -> tuple[str, ...]:
    return tuple(role["id"] for role in version.document.get("roles", ())) or COMMON_ROLES


@transaction.atomic
def create_run(visitor: Visitor, wanted: Wanted, *, address: str = "") -> Participant:
    """A run in its lobby, with the visitor's place in it. `address` counts towards RUNS_MADE. Raises RunRefused."""
    scenario = Scenario.objects.select_related("current").filter(key=wanted.scenario).first()
    version = require_play(visitor, scenario).current
    assert version is not None
    if not visitor.is_known:
        raise RunRefused("bad_request", "session")
    if address and RUNS_MADE.count(address) > RUNS_MADE.most:
        raise RunRefused("too_many_runs")
    run = Run(
        version=version,
        mode=_offered(wanted.mode, version.document["modes"], "mode"),
        profile=_offered(wanted.profile or version.document["profiles"][0], version.document["profiles"], "profile"),
        seed=_seed(visitor, wanted.seed),
        is_team=wanted.is_team,
        lesson_id=_lesson(wanted.lesson, version),
        created_by=visitor.user,
        last_seen_at=timezone.now(),
    )
    _save_with_code(run)
    place = _seat(run, visitor, wanted.role, wanted.name)
    log_action(
        actor=visitor.user,
        action="scenarios.run.create",
        target=run,
        data={"scenario": version.scenario.key, "version": version.number, "mode": run.mode},
    )
    return place


@transaction.atomic
def join_run(visitor: Visitor, code: str, *, role: str = "", name: str = "") -> Participant:
    """The visitor's place in the run with that code; who is in it already gets their own place back."""
    run = (
        Run.objects.select_for_update()
        .filter(~Q(phase=Phase.ENDED), code=code.strip().upper(), is_team=True)
        .exclude(code="")
        .first()
    )
    if run is None:
        raise RunRefused("unknown_code")
    if not visitor.is_known:
        raise RunRefused("bad_request", "session")
    mine = run.participants.filter(visitor.places).first()
    if mine is not None:
        return mine
    require_play(visitor, run.version.scenario)
    if run.participants.count() >= MOST_PLACES:
        raise RunRefused("full")
    place = _seat(run, visitor, role, name)
    groups.announce(groups.clock(run.pk), {"type": "clock.team"})
    log_action(actor=visitor.user, action="scenarios.run.join", target=run, data={"kind": place.kind})
    return place


def _offered(value: str, offered: Any, code: str) -> str:
    if value not in offered:
        raise RunRefused(code)
    return value


def _seed(visitor: Visitor, seed: int | None) -> int:
    if seed is None:
        return secrets.randbelow(MOST_SEED + 1)
    if not visitor.is_teacher or not 0 <= seed <= MOST_SEED:
        raise RunRefused("seed")
    return seed


def _lesson(lesson_id: UUID | None, version: ScenarioVersion) -> UUID | None:
    if lesson_id is None:
        return None
    if not LessonScenario.objects.filter(lesson_id=lesson_id, scenario=version.scenario_id).exists():
        raise RunRefused("lesson")
    return lesson_id


def _save_with_code(run: Run) -> None:
    """Codes of open runs are unique; a drawn one that is taken is drawn again."""
    for _attempt in range(8):
        run.code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)) if run.is_team else ""
        try:
            with transaction.atomic():
                run.save(force_insert=True)
            return
        except IntegrityError:
            if not run.is_team:
                raise
    raise RunRefused("too_many_runs")


def _seat(run: Run, visitor: Visitor, role: str, name: str) -> Participant:
    """A new place. In a scenario with roles of its own each is taken once; who names none gets none."""
    if len(name) > LONGEST_NAME:
        raise RunRefused("name")
    kind = ParticipantKind.TEAM
    if role == "instructor":
        if not visitor.is_teacher:
            raise RunRefused("instructors_only")
        kind, role = ParticipantKind.INSTRUCTOR, ""
    elif role == "observer":
        kind, role = ParticipantKind.OBSERVER, ""
    elif role and role not in roles_of(run.version):
        raise RunRefused("role")
    elif role and run.participants.filter(kind=ParticipantKind.TEAM, role=role).exists():
        raise RunRefused("role_taken")
    slot = (run.participants.order_by("-slot").values_list("slot", flat=True).first() or 0) + 1
    given = name.strip() or (str(visitor.user.display_name or visitor.user.username) if visitor.user else "")
    return Participant.objects.create(
        run=run,
        user=visitor.user,
        session_key=visitor.session_key,
        name=given[:LONGEST_NAME],
        actor=f"p{slot}",
        slot=slot,
        kind=kind,
        role=role,
    )


# --- the clock ---------------------------------------------------------------------------------


def _locked(place: Participant) -> Run:
    run = Run.objects.select_for_update().get(pk=place.run_id)
    place.refresh_from_db(fields=["role"])
    place.run = run
    if run.is_over:
        raise RunRefused("over")
    return run


def engine_roles(run: Run) -> dict[str, str]:
    """actor -> role for the engine: empty alone, and in scenarios that have no roles of their own."""
    known = {role["id"] for role in run.version.document.get("roles", ())}
    if not run.is_team or not known:
        return {}
    team = run.participants.filter(kind=ParticipantKind.TEAM)
    return {place.actor: place.role for place in team if place.role in known}


@transaction.atomic
def start_run(place: Participant) -> Run:
    """Lobby -> running. Starting a run that has begun changes nothing."""
    run = _locked(place)
    require_start(place)
    if run.phase != Phase.LOBBY:
        return run
    now = timezone.now()
    run.phase, run.started_at, run.clock_since, run.last_seen_at = Phase.RUNNING, now, now, now
    run.roles = engine_roles(run)
    run.save(update_fields=["phase", "started_at", "clock_since", "roles", "last_seen_at"])
    groups.announce(groups.clock(run.pk), {"type": "clock.phase"})
    log_action(actor=place.user, action="scenarios.run.start", target=run)
    return run


@transaction.atomic
def pause_run(place: Participant) -> Run:
    """A person stops the clock for all."""
    run = _locked(place)
    require_pause(place)
    if run.phase not in {Phase.RUNNING, Phase.HELD}:
        raise RunRefused("not_started") if run.phase == Phase.LOBBY else RunRefused("bad_request", run.phase)
    _stop_clock(run, Phase.PAUSED, "paused", timezone.now())
    log_action(actor=place.user, action="scenarios.run.pause", target=run)
    return run


@transaction.atomic
def resume_run(place: Participant) -> Run:
    run = _locked(place)
    require_pause(place)
    if run.phase == Phase.PAUSED:
        _go_on(run, timezone.now())
        log_action(actor=place.user, action="scenarios.run.resume", target=run)
    return run


@transaction.atomic
def hold_run(run_id: UUID, epoch: int) -> bool:
    """The owner of the clock finds nobody there. False when another process has taken the room over."""
    run = Run.objects.select_for_update().get(pk=run_id)
    if run.epoch != epoch or run.phase != Phase.RUNNING:
        return False
    _stop_clock(run, Phase.HELD, "nobody", timezone.now())
    return True


@transaction.atomic
def release_run(run_id: UUID, epoch: int) -> bool:
    """Somebody of the team is back."""
    run = Run.objects.select_for_update().get(pk=run_id)
    if run.epoch != epoch or run.phase != Phase.HELD:
        return False
    _go_on(run, timezone.now())
    return True


def _stop_clock(run: Run, phase: Phase, why: str, now: datetime) -> None:
    run.clock_s, run.clock_since, run.phase = run.clock_at(now), None, phase
    run.holds = [*_closed(run.holds, now), {"t": run.clock_s, "why": why, "from": now.isoformat(), "to": None}]
    run.save(update_fields=["clock_s", "clock_since", "phase", "holds"])
    groups.announce(groups.clock(run.pk), {"type": "clock.phase"})


def _go_on(run: Run, now: datetime) -> None:
    run.clock_since, run.phase, run.last_seen_at = now, Phase.RUNNING, now
    run.holds = _closed(run.holds, now)
    run.save(update_fields=["clock_since", "phase", "holds", "last_seen_at"])
    groups.announce(groups.clock(run.pk), {"type": "clock.phase"})


def _closed(holds: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    return [{**hold, "to": hold["to"] or now.isoformat()} for hold in holds]


def stop_run(place: Participant) -> Run:
    """Ends the run where its clock stands."""
    run = Run.objects.get(pk=place.run_id)
    if run.is_over:
        raise RunRefused("over")
    place.run = run
    require_end(place)
    return close_run(run.pk, CloseReason.STOPPED, actor=place.user)


def take_room(run_id: UUID) -> int:
    """A process takes the clock; returns its epoch, without which it may not write the clock."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run_id)
        run.epoch += 1
        run.last_seen_at = timezone.now()
        run.save(update_fields=["epoch", "last_seen_at"])
        return run.epoch


def note_seen(run_id: UUID) -> None:
    """Somebody is in the run now: it is not abandoned."""
    Run.objects.filter(pk=run_id).update(last_seen_at=timezone.now())
