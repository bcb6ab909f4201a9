"""Scenarios in their versions, the runs that people play of them, and what was kept of each run."""

from courses.scenarios.models.record import RunEvent, RunScore, Track, TrackKind
from courses.scenarios.models.review import BoardPlace, SignOff, TeamChallenge, Verdict
from courses.scenarios.models.run import CloseReason, Participant, ParticipantKind, Phase, Run
from courses.scenarios.models.scenario import LessonScenario, Scenario, ScenarioState, ScenarioVersion

__all__ = [
    "BoardPlace",
    "CloseReason",
    "LessonScenario",
    "Participant",
    "ParticipantKind",
    "Phase",
    "Run",
    "RunEvent",
    "RunScore",
    "Scenario",
    "ScenarioState",
    "ScenarioVersion",
    "SignOff",
    "TeamChallenge",
    "Track",
    "TrackKind",
    "Verdict",
]
