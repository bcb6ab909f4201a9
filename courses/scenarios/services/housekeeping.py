"""Runs that nobody came back to."""

import logging
from datetime import timedelta

from django.utils import timezone

from courses.scenarios.models import CloseReason, Phase, Run
from courses.scenarios.services.scores import close_run

log = logging.getLogger(__name__)

ABANDONED_AFTER = timedelta(days=1)
# A room closes its run itself; one whose process died at the very end waits for somebody to come back, or for this.
MOST_AT_ONCE = 200


def close_abandoned() -> int:
    """Close and score the runs in which nobody was for a day; forget lobbies that never began. Returns how many."""
    before = timezone.now() - ABANDONED_AFTER
    left = Run.objects.exclude(phase=Phase.ENDED).filter(last_seen_at__lt=before)
    Run.objects.filter(pk__in=left.filter(phase=Phase.LOBBY).values("pk")).delete()
    closed = 0
    for run_id in list(left.exclude(phase=Phase.LOBBY).values_list("pk", flat=True)[:MOST_AT_ONCE]):
        try:
            close_run(run_id, CloseReason.ABANDONED)
            closed += 1
        except Exception:  # one run that cannot be played must not keep the others open
            log.exception("scenario run %s could not be closed", run_id)
    return closed
