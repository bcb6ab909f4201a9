"""The next exercise for one visitor, from their own runs."""

from datetime import datetime

from courses.scenarios.advice.next_step import Candidate, Step, next_step
from courses.scenarios.review.selectors import Played, skills_of
from courses.scenarios.selectors import playable_scenarios
from courses.scenarios.visitors import Visitor


def advise(visitor: Visitor, runs: list[Played], now: datetime) -> Step | None:
    """What to play next; scenarios that need a team are advised only to those who played in one before."""
    played_in_team = {run.scenario for run in runs if run.is_team}
    candidates = []
    for scenario in playable_scenarios(visitor):
        assert scenario.current is not None
        if scenario.current.document.get("roles") and scenario.key not in played_in_team:
            continue
        results = [(run.mode, run.passed) for run in runs if run.scenario == scenario.key]
        candidates.append(Candidate(scenario.key, scenario.current.document, results))
    return next_step(candidates, skills_of(runs, now), runs[-1].scenario if runs else "")
