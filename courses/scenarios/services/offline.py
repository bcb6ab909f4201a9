"""A run that was played without a network, handed in: played again here, differences told."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from courses.people.services.audit import log_action
from courses.scenarios.compile import compile_definition
from courses.scenarios.engine.events import BadEvent, Event, event_from
from courses.scenarios.errors import RunRefused
from courses.scenarios.models import (
    CloseReason,
    LessonScenario,
    Participant,
    Phase,
    Run,
    RunEvent,
    Scenario,
    ScenarioVersion,
)
from courses.scenarios.permissions import require_play
from courses.scenarios.services.logs import MOST_EVENTS
from courses.scenarios.services.runs import MOST_SEED, RUNS_MADE
from courses.scenarios.services.scores import close_run
from courses.scenarios.visitors import Visitor

ACTOR = "p1"
SCORE_APART = 0.01
# One tick of the engine: the end falls on a tick or on an event.
END_APART_S = 0.26
LONGEST_AGO = timedelta(days=365)
MOST_DIFFERENCES = 50


@dataclass(frozen=True)
class HandedIn:
    """What a client hands in. `result` is what its own engine came to; {} where it says nothing."""

    client_run_id: UUID
    scenario: str
    version: int
    table: str
    mode: str
    profile: str
    seed: int
    started_at: datetime
    events: list[Any]
    lesson: UUID | None = None
    result: Mapping[str, Any] = field(default_factory=dict)


def hand_in(visitor: Visitor, said: HandedIn, *, address: str = "") -> tuple[Participant, list[dict[str, Any]], bool]:
    """The place in the stored run, the differences, and whether it is new. The same log again is the same run.

    `address` counts towards RUNS_MADE. Raises RunRefused.
    """
    known = _known(visitor, said.client_run_id)
    if known is not None:
        return known, [], False
    if address and RUNS_MADE.count(address) > RUNS_MADE.most:
        raise RunRefused("too_many_runs")
    try:
        place, differences = _store(visitor, said)
    except IntegrityError:
        known = _known(visitor, said.client_run_id)
        if known is None:
            raise RunRefused("not_yours") from None
        return known, [], False
    return place, differences, True


def _known(visitor: Visitor, client_run_id: UUID) -> Participant | None:
    places = Participant.objects.filter(visitor.places, run__client_run_id=client_run_id)
    return places.select_related("run__version__scenario").first()


@transaction.atomic
def _store(visitor: Visitor, said: HandedIn) -> tuple[Participant, list[dict[str, Any]]]:
    version = _version(visitor, said)
    if said.mode not in version.document["modes"]:
        raise RunRefused("mode")
    if said.profile not in version.document["profiles"]:
        raise RunRefused("profile")
    if not 0 <= said.seed <= MOST_SEED:
        raise RunRefused("seed")
    differences: list[dict[str, Any]] = []
    mode = said.mode
    if mode == "exam" and "practice" in version.document["modes"]:
        mode = "practice"
        differences.append({"what": "mode", "client": "exam", "server": mode})
    if said.table != compile_definition(version.definition)["hash"]:
        differences.append({"what": "table", "client": said.table, "server": ""})
    events = _events(said.events, differences)
    run = Run.objects.create(
        version=version,
        mode=mode,
        profile=said.profile,
        seed=said.seed,
        lesson_id=said.lesson if _uses(said.lesson, version) else None,
        created_by=visitor.user,
        phase=Phase.RUNNING,
        is_offline=True,
        client_run_id=said.client_run_id,
        started_at=_started(said.started_at),
        clock_s=max((event.t_s for event in events), default=0.0),
        last_seen_at=timezone.now(),
    )
    place = Participant.objects.create(
        run=run, user=visitor.user, session_key=visitor.session_key, actor=ACTOR, slot=1, name=_name(visitor)
    )
    RunEvent.objects.bulk_create(
        RunEvent(run=run, participant=place, seq=e.seq, t_s=e.t_s, kind=e.kind, data=dict(e.data), received_s=e.t_s)
        for e in events
    )
    left = said.result.get("outcome") in {CloseReason.STOPPED.value, CloseReason.ABANDONED.value}
    run = close_run(run.pk, CloseReason.STOPPED if left else CloseReason.FINISHED, actor=visitor.user)
    differences += _compare(said, run)
    log_action(actor=visitor.user, action="scenarios.run.hand_in", target=run, data={"differences": len(differences)})
    place.run = run
    return place, differences[:MOST_DIFFERENCES]


def _version(visitor: Visitor, said: HandedIn) -> ScenarioVersion:
    """An older version than the present one is played as it was, as long as the scenario is still offered."""
    scenario = require_play(visitor, Scenario.objects.select_related("current").filter(key=said.scenario).first())
    version = scenario.versions.filter(number=said.version, published_at__isnull=False).first()
    if version is None:
        raise RunRefused("unknown_scenario")
    return version


def _uses(lesson: UUID | None, version: ScenarioVersion) -> bool:
    if lesson is None:
        return False
    return LessonScenario.objects.filter(lesson_id=lesson, scenario=version.scenario_id).exists()


def _name(visitor: Visitor) -> str:
    return str(visitor.user.display_name or visitor.user.username)[:60] if visitor.user else ""


def _started(said: datetime) -> datetime:
    now = timezone.now()
    return min(max(said, now - LONGEST_AGO), now)


def _events(said: list[Any], differences: list[dict[str, Any]]) -> list[Event]:
    """Each number once; what is none, or what only an instructor may do, is told and left out."""
    events: dict[int, Event] = {}
    for one in said[:MOST_EVENTS]:
        seq = one.get("seq") if isinstance(one, dict) else None
        try:
            event = event_from({**one, "actor": ACTOR} if isinstance(one, dict) else one)
        except BadEvent as wrong:
            differences.append({"what": "event", "seq": seq, "code": wrong.code})
            continue
        if event.kind in {"direct", "role"} or event.seq >= 2**31:
            differences.append({"what": "event", "seq": seq, "code": "instructors_only"})
        elif event.seq in events and events[event.seq] != event:
            differences.append({"what": "event", "seq": seq, "code": "conflict"})
        else:
            events.setdefault(event.seq, event)
    return list(events.values())


def _compare(said: HandedIn, run: Run) -> list[dict[str, Any]]:
    """What the client's engine came to, against ours."""
    result, report = said.result, run.score.report
    states = [[line["t_s"], line["what"]] for line in report["timeline"] if line["kind"] == "state"]
    server = {"outcome": report["outcome"], "score": report["score"], "ended_s": report["ended_s"], "states": states}
    apart = {"score": SCORE_APART, "ended_s": END_APART_S}
    found = []
    for what, ours in server.items():
        theirs = result.get(what)
        if theirs is None:
            continue
        same = _near(theirs, ours, apart[what]) if what in apart else _same(what, theirs, ours)
        if not same:
            found.append({"what": what, "client": theirs, "server": ours})
    return found


def _near(theirs: Any, ours: float, apart: float) -> bool:
    number = isinstance(theirs, int | float) and not isinstance(theirs, bool) and math.isfinite(theirs)
    return number and abs(theirs - ours) <= apart


def _same(what: str, theirs: Any, ours: Any) -> bool:
    if what != "states" or not isinstance(theirs, list):
        return bool(theirs == ours)
    names = [pair[1] for pair in theirs if isinstance(pair, list) and len(pair) == 2]
    times = [pair[0] for pair in theirs if isinstance(pair, list) and len(pair) == 2]
    return names == [name for _t, name in ours] and all(
        _near(t, at, END_APART_S) for t, (at, _name) in zip(times, ours, strict=True)
    )
