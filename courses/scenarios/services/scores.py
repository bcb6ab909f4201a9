"""Closing a run and marking it; the same log always gets the same score."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from courses.people.services.audit import log_action
from courses.scenarios.engine import VERSION as ENGINE_VERSION
from courses.scenarios.models import CloseReason, Phase, Run, RunScore
from courses.scenarios.room import groups
from courses.scenarios.scoring.score import report, score
from courses.scenarios.services.motion import measured_again
from courses.scenarios.services.replays import play
from courses.scenarios.signals import run_scored


class TakenOver(Exception):
    """Another process has the run's clock now."""


@transaction.atomic
def close_run(run_id: UUID, reason: str, *, epoch: int | None = None, actor: Any = None) -> Run:
    """End the run and mark it, once; a run that is over stays as it is.

    FINISHED: played to its end. STOPPED: it ends where its clock stands. ABANDONED: where the clock stood when somebody
    was last there, since a process that died held it for nobody. epoch: of the room's owner, None
    for others. Raises TakenOver.
    """
    run = Run.objects.select_for_update(of=("self",)).select_related("version__scenario").get(pk=run_id)
    if epoch is not None and run.epoch != epoch:
        raise TakenOver
    if run.is_over:
        return run
    now = timezone.now()
    run.clock_s = run.clock_at(run.last_seen_at if reason == CloseReason.ABANDONED else now)
    run.clock_since = None
    run.phase, run.close_reason, run.ended_at = Phase.ENDED, reason, now
    run.holds = [{**hold, "to": hold["to"] or now.isoformat()} for hold in run.holds]
    _mark(run)
    log_action(
        actor=actor,
        action="scenarios.run.close",
        target=run,
        data={"why": reason, "outcome": run.outcome, "score": round(run.score.total, 2)},
    )
    return run


def score_again(run: Run) -> None:
    """After late events, inside the caller's transaction."""
    _mark(run)
    log_action(actor=None, action="scenarios.run.score_again", target=run, data={"score": round(run.score.total, 2)})


def _mark(run: Run) -> None:
    played = play(run)
    marked = score(played)
    run.outcome = str(played.outcome)
    run.clock_s = played.t_s
    run.save()
    kept = RunScore.objects.filter(run=run).first()
    saved, _created = RunScore.objects.update_or_create(
        run=run,
        defaults={
            "total": marked.total,
            "uncapped": marked.uncapped,
            "passed": marked.passed,
            "certifies_depth": marked.certifies_depth,
            "report": {**report(played), "motion": measured_again(run, played)},
            "engine": ENGINE_VERSION,
            "revision": kept.revision + 1 if kept else 1,
        },
    )
    run.score = saved
    groups.announce(groups.everybody(run.pk), {"type": "run.ended"})
    groups.announce(groups.clock(run.pk), {"type": "clock.ended"})
    transaction.on_commit(lambda: run_scored.send_robust(Run, run=run, score=saved), robust=True)
