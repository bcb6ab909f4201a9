"""A run played again from its log in the database."""

from uuid import UUID

from courses.scenarios.engine.events import Event
from courses.scenarios.engine.log import RunLog
from courses.scenarios.engine.run import Run as Played
from courses.scenarios.models import CloseReason, Run, RunEvent


def event_of(row: RunEvent, actor: str) -> Event:
    return Event(row.seq, row.t_s, actor, row.kind, row.data)


def load_events(run_id: UUID) -> list[Event]:
    """All events of the run, in their order."""
    rows = RunEvent.objects.filter(run_id=run_id).select_related("participant")
    return sorted((event_of(row, row.participant.actor) for row in rows), key=lambda event: event.order)


def run_log(run: Run) -> RunLog:
    """The run played from its whole log up to the last event."""
    log = RunLog(run.version.definition, run.mode, run.profile, run.seed, run.roles)
    log.receive_all(load_events(run.pk))
    return log


def play(run: Run) -> Played:
    """The whole run, ended as it was ended (`close_reason`)."""
    played = run_log(run).run
    if run.close_reason == CloseReason.FINISHED:
        played.finish()
    else:
        played.stop(max(run.clock_s, played.t_s), run.close_reason or CloseReason.STOPPED)
    return played
