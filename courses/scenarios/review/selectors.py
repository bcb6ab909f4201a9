"""Reading runs that have ended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from courses.people.models import Cohort, User
from courses.scenarios.advice.memory import Kept, Shown, remembered
from courses.scenarios.advice.skills import credit_by_skill
from courses.scenarios.debrief.compare import Result
from courses.scenarios.debrief.document import document
from courses.scenarios.debrief.trace import trace
from courses.scenarios.models import CloseReason, Participant, ParticipantKind, Phase, Run, ScenarioVersion
from courses.scenarios.scoring.score import score
from courses.scenarios.services.replays import load_events
from courses.scenarios.visitors import Visitor


@dataclass(frozen=True)
class Played:
    """One person's part in one run that was scored. credits: 0..1 by objective; hands: the report's compressions."""

    run_id: UUID
    user_id: int | None
    person: str
    at: datetime
    scenario: str
    version_id: int
    mode: str
    profile: str
    is_team: bool
    score: float
    passed: bool
    outcome: str
    close_reason: str
    seconds: float
    credits: Mapping[str, float]
    hands: Mapping[str, Any]

    @property
    def result(self) -> Result:
        """As compare.py takes it."""
        ccf = self.hands.get("ccf") if self.hands.get("count") else None
        return Result(self.person, self.at, self.score, self.passed, self.mode, self.credits, ccf)


def played(places: Q) -> list[Played]:
    """The scored runs of the participants that `places` picks, oldest first, two queries at most."""
    rows = (
        Participant.objects.filter(places, kind=ParticipantKind.TEAM, run__phase=Phase.ENDED, run__score__isnull=False)
        .order_by("run__ended_at", "pk")
        .values_list(
            "run_id",
            "user_id",
            "session_key",
            "run__ended_at",
            "run__version__scenario__key",
            "run__version_id",
            "run__mode",
            "run__profile",
            "run__is_team",
            "run__score__total",
            "run__score__passed",
            "run__outcome",
            "run__close_reason",
            "run__clock_s",
            "run__score__report__objectives",
            "run__score__report__compressions",
        )
    )
    return [_played(row) for row in rows]


def _played(row: tuple[Any, ...]) -> Played:
    (run_id, user_id, session, at, key, version, mode, profile, team, total, passed, outcome, why, seconds, *rest) = row
    objectives, hands = rest
    credits = {objective["id"]: float(objective["credit"]) for objective in objectives or ()}
    person = f"u{user_id}" if user_id is not None else f"s{session}"
    return Played(
        run_id, user_id, person, at, key, version, mode, profile, team, total, passed, outcome, why, seconds, credits,
        hands or {},
    )  # fmt: skip


def documents(versions: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    """The definitions of versions, one query."""
    return dict(ScenarioVersion.objects.filter(pk__in=set(versions)).values_list("pk", "document"))


def skills_shown(runs: Sequence[Played]) -> list[Shown]:
    """What runs showed of each skill, for the memory of one person."""
    texts = documents(run.version_id for run in runs)
    return [
        Shown(skill, run.at, credit, with_hints=run.mode == "guided")
        for run in runs
        for skill, credit in credit_by_skill(texts[run.version_id], run.credits).items()
    ]


def skills_of(runs: Sequence[Played], now: datetime) -> dict[str, Kept]:
    """Each skill of one person's runs, as it stands now."""
    return remembered(skills_shown(runs), now)


def skills_of_people(people: Iterable[int], now: datetime) -> dict[int, dict[str, Kept]]:
    """Each skill of each of these people; two queries for all."""
    runs = played(Q(user_id__in=list(people)))
    texts = documents(run.version_id for run in runs)
    shown: dict[int, list[Shown]] = {}
    for run in runs:
        if run.user_id is None:
            continue
        credits = credit_by_skill(texts[run.version_id], run.credits)
        hints = run.mode == "guided"
        shown.setdefault(run.user_id, []).extend(Shown(s, run.at, c, with_hints=hints) for s, c in credits.items())
    return {person: remembered(history, now) for person, history in shown.items()}


def debrief_of(run: Run) -> dict[str, Any]:
    """The whole debrief of a run that has ended: it is played again from its log (debrief/document.py)."""
    stopped = None if run.close_reason == CloseReason.FINISHED else (run.clock_s, run.close_reason)
    played_run, vitals = trace(
        run.version.definition,
        load_events(run.pk),
        mode=run.mode,
        profile=run.profile,
        seed=run.seed,
        roles=run.roles,
        stopped=stopped,
    )
    return document(played_run, vitals, score(played_run))


def own_results(visitor: Visitor) -> list[Played]:
    """All scored runs of one visitor, oldest first."""
    return played(visitor.places)


def group_results(user: User | None, scenario: str) -> list[Result]:
    """The results of everybody who shares a cohort with the person, of one scenario; empty without a cohort."""
    if user is None:
        return []
    cohorts = Cohort.objects.filter(members=user)
    if not cohorts.exists():
        return []
    mates = User.objects.filter(cohorts__in=cohorts, erased_at=None).values("pk")
    found = played(Q(user_id__in=mates, run__version__scenario__key=scenario))
    return [run.result for run in found]


def cohort_runs(cohort: Cohort, scenario: str = "") -> list[Played]:
    """The scored runs of a cohort's members, newest first."""
    wanted = Q(user_id__in=cohort.members.filter(erased_at=None).values("pk"))
    if scenario:
        wanted &= Q(run__version__scenario__key=scenario)
    return list(reversed(played(wanted)))
