"""Reading scenarios and runs: what is offered, the card of a run, its log."""

from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from courses.people.models import User
from courses.scenarios.clinical.profiles import load_profile
from courses.scenarios.models import Participant, Run, RunScore, Scenario, ScenarioVersion
from courses.scenarios.permissions import playable, readable_runs
from courses.scenarios.visitors import Visitor


def playable_scenarios(visitor: Visitor) -> QuerySet[Scenario]:
    return Scenario.objects.filter(playable(visitor)).select_related("current")


def scenario_facts(version: ScenarioVersion, *, is_public: bool) -> dict[str, Any]:
    """A scenario as the list of docs/scenarios-protocol.md shows it."""
    d = version.document
    definition = version.definition
    return {
        "id": d["id"],
        "version": version.number,
        "title": d["title"],
        "summary": d["summary"],
        "modes": {
            name: {"time_factor": mode.time_factor, "pass_mark": mode.pass_mark}
            for name, mode in definition.modes.items()
        },
        "profiles": [{"id": name, "name": dict(load_profile(name).name)} for name in definition.profiles],
        "roles": d.get("roles", []),
        "duration_s": definition.duration_s,
        "room": d["scene"]["room"],
        "public": is_public,
    }


def version_of(key: str, number: int | None) -> ScenarioVersion | None:
    """The version of that number, or the current one."""
    versions = ScenarioVersion.objects.select_related("scenario")
    if number is None:
        return versions.filter(scenario__key=key, pk__in=Scenario.objects.values("current")).first()
    return versions.filter(scenario__key=key, number=number).first()


def compiled_table(version: ScenarioVersion) -> dict[str, Any]:
    """The table that a client without a network plays from."""
    return _compiled(version.pk)


@lru_cache(maxsize=64)
def _compiled(version_id: int) -> dict[str, Any]:
    from courses.scenarios.compile import compile_definition  # with numpy, which most processes never need

    return compile_definition(ScenarioVersion.objects.get(pk=version_id).definition)


def place_of(visitor: Visitor, run: Run) -> Participant | None:
    """The visitor's own place in the run."""
    return run.participants.filter(visitor.places).select_related("run__version__scenario").first()


def run_card(run: Run, you: Participant | None = None) -> dict[str, Any]:
    """The run card of docs/scenarios-protocol.md."""
    version = run.version
    key = version.scenario.key
    score = RunScore.objects.filter(run=run).first()
    return {
        "id": str(run.pk),
        "ws": f"/ws/scenarios/runs/{run.pk}/",
        "scenario": key,
        "version": version.number,
        "table": f"{reverse('scenarios-api:table', args=[key])}?version={version.number}",
        "mode": run.mode,
        "profile": run.profile,
        "seed": run.seed,
        "phase": run.phase,
        "t": round(run.clock_at(timezone.now()), 3),
        "code": run.code or None,
        "lesson": str(run.lesson_id) if run.lesson_id else None,
        "outcome": run.outcome or None,
        "why": run.close_reason or None,
        "score": round(score.total, 2) if score else None,
        "passed": score.passed if score else None,
        "you": {**you.card(), "next_seq": next_seq(you)} if you else None,
        "team": [place.card() for place in run.participants.order_by("slot")],
    }


def next_seq(place: Participant) -> int:
    """The number that the participant's next event gets."""
    highest = place.events.order_by("-seq").values_list("seq", flat=True).first()
    return 0 if highest is None else highest + 1


def runs_of(user: User) -> QuerySet[Run]:
    """The person's own runs that are over, newest first, with version and score."""
    own = Run.objects.filter(participants__user=user, participants__kind="team", phase="ended")
    return own.select_related("version__scenario", "score").order_by("-ended_at")


def runs_readable_by(user: User) -> QuerySet[Run]:
    runs = Run.objects.filter(readable_runs(user)).distinct()
    return runs.select_related("version__scenario", "score").order_by("-created_at")


def run_record(run: Run, you: Participant | None) -> dict[str, Any]:
    """Everything that a replay needs: card, events, tracks, report."""
    actors = dict(run.participants.values_list("pk", "actor"))
    events = run.events.order_by("t_s", "participant__actor", "seq")
    score = RunScore.objects.filter(run=run).first()
    return {
        "run": run_card(run, you),
        "roles": run.roles,
        "events": [
            {
                "n": n,
                "actor": actors[event.participant_id],
                "seq": event.seq,
                "t": event.t_s,
                "kind": event.kind,
                **event.data,
                "received_s": round(event.received_s, 3),
            }
            for n, event in enumerate(events)
        ],
        "holds": run.holds,
        "tracks": [
            {
                "actor": actors[track["participant_id"]],
                "kind": track["kind"],
                "n": track["number"],
                "from_s": track["from_s"],
                "to_s": track["to_s"],
                "url": reverse("scenarios-api:track", args=[run.pk, track["id"]]),
            }
            for track in run.tracks.order_by("participant__slot", "kind", "number").values(
                "id", "participant_id", "kind", "number", "from_s", "to_s"
            )
        ],
        "report": score.report if score else None,
    }
