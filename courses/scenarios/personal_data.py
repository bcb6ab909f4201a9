"""The scenarios' part of a person's own data: runs with their events and scores, poses and motion."""

from typing import Any

from courses.people.models import User
from courses.scenarios.models import Participant, RunScore, Track


def export(user: User) -> dict[str, Any]:
    places = Participant.objects.filter(user=user).select_related("run__version__scenario").order_by("-joined_at")
    return {"runs": [_run(place) for place in places]}


def _run(place: Participant) -> dict[str, Any]:
    run = place.run
    score = RunScore.objects.filter(run=run).first()
    return {
        "scenario": run.version.scenario.key,
        "version": run.version.number,
        "mode": run.mode,
        "guideline": run.profile,
        "kind": place.kind,
        "role": place.role,
        "joined": place.joined_at,
        "ended": run.ended_at,
        "outcome": run.outcome,
        "score": score.total if score else None,
        "passed": score.passed if score else None,
        "events": list(place.events.values("seq", "t_s", "kind", "data")),
        "movement_stretches": list(place.tracks.values("kind", "from_s", "to_s")),
    }


def erase(user: User) -> None:
    """The person leaves the runs: name and movement go. What a team did together stays, without the person in it."""
    Track.objects.filter(participant__user=user).delete()
    user.scenarios.update(owner=None)
    for place in Participant.objects.filter(user=user).select_related("run"):
        if place.run.participants.exclude(pk=place.pk).exists():
            Participant.objects.filter(pk=place.pk).update(user=None, name="", session_key="")
        else:
            place.run.delete()
