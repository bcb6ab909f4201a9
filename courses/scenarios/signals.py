"""What other parts may listen to."""

from django.dispatch import Signal

# Sent after the commit with `run` (ended) and `score` (RunScore), each time a run is scored: again when late events
# changed it (score.revision > 1).
run_scored = Signal()
