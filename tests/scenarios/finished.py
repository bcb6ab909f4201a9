"""Runs that are over, made from the scripted runs that ship with the scenarios."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from courses.people.models import User
from courses.scenarios.engine.script import read_script
from courses.scenarios.models import CloseReason, Phase, Run, RunEvent
from courses.scenarios.services.runs import Wanted, create_run
from courses.scenarios.services.scores import close_run
from courses.scenarios.services.shipped import sync_shipped
from courses.scenarios.visitors import Visitor
from tests.scenarios.runs import script_file


def finished(
    user: User | None,
    scenario: str = "adult-metro-aed",
    who: str = "expert",
    *,
    mode: str = "practice",
    days_ago: float = 0.0,
    session: str = "",
    until_s: float | None = None,
    **wanted: Any,
) -> Run:
    """One person's run of a scripted log, ended `days_ago`. until_s: it was stopped there."""
    sync_shipped()
    place = create_run(
        Visitor(user, "" if user else session), Wanted(scenario=scenario, mode=mode, profile="cn", **wanted)
    )
    run = place.run
    script = read_script(script_file(scenario, who))
    events = [event for event in script.events if until_s is None or event.t_s <= until_s]
    RunEvent.objects.bulk_create(
        RunEvent(run=run, participant=place, seq=n, t_s=e.t_s, kind=e.kind, data=dict(e.data), received_s=e.t_s)
        for n, e in enumerate(events)
    )
    at: datetime = timezone.now() - timedelta(days=days_ago)
    clock_s = until_s if until_s is not None else float(run.version.document["duration_s"])
    Run.objects.filter(pk=run.pk).update(phase=Phase.RUNNING, started_at=at, clock_s=clock_s, seed=1)
    closed = close_run(run.pk, CloseReason.STOPPED if until_s is not None else CloseReason.FINISHED)
    Run.objects.filter(pk=run.pk).update(ended_at=at)
    closed.refresh_from_db()
    return closed
