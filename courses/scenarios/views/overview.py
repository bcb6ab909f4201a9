"""The instructor's overview: how a cohort does, with every run, to look at and to take along."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses.people import permissions
from courses.people.models import Cohort, User
from courses.people.permissions import require
from courses.people.selectors import cohort_members, cohorts_visible_to
from courses.people.views.helpers import csv_response, needs, page_of
from courses.scenarios.advice.skills import skill_name
from courses.scenarios.debrief.compare import median
from courses.scenarios.models import Scenario, SignOff
from courses.scenarios.review.selectors import Played, cohort_runs, skills_of_people
from courses.scenarios.views.texts import minutes, mode_name, said


@needs(permissions.SEE_COHORTS)
@require_safe
def cohorts(request: HttpRequest) -> HttpResponse:
    """The cohorts whose runs one may see."""
    return render(request, "scenarios/cohorts.html", {"page": page_of(request, cohorts_visible_to(_user(request)))})


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _find(request: HttpRequest, pk: UUID) -> Cohort:
    found = get_object_or_404(Cohort, pk=pk)
    require(request.user, permissions.SEE_COHORT, found)
    return found


@needs(permissions.SEE_COHORTS)
@require_safe
def cohort(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _find(request, pk)
    runs = cohort_runs(found)
    wanted = request.GET.get("scenario", "")
    shown = [run for run in runs if not wanted or run.scenario == wanted]
    members = list(cohort_members(found))
    page = page_of(request, shown)
    context = {
        "cohort": found,
        "page": page,
        "rows": _rows(list(page), members),
        "scenarios": _by_scenario(runs, len(members)),
        "skills": _by_skill(members),
        "wanted": wanted,
        "members": len(members),
        "query": f"scenario={wanted}" if wanted else "",
    }
    return render(request, "scenarios/cohort.html", context)


def _rows(runs: list[Played], members: list[User]) -> list[dict[str, Any]]:
    names = {member.pk: str(member) for member in members}
    titles = _titles()
    signed = {
        (sign.run_id, sign.user_id): sign for sign in SignOff.objects.filter(run_id__in=[run.run_id for run in runs])
    }
    return [
        {
            "run": run,
            "name": names.get(run.user_id or 0, ""),
            "title": titles.get(run.scenario, run.scenario),
            "mode": mode_name(run.mode),
            "length": minutes(run.seconds),
            "sign": signed.get((run.run_id, run.user_id or 0)),
        }
        for run in runs
    ]


def _titles() -> dict[str, str]:
    found = Scenario.objects.filter(current__isnull=False).select_related("current")
    return {scenario.key: scenario.current.title for scenario in found if scenario.current}


def _by_scenario(runs: list[Played], members: int) -> list[dict[str, Any]]:
    """For each scenario: how many tried it, how many passed it last, and the median of last scores."""
    titles = _titles()
    rows = []
    for key in sorted({run.scenario for run in runs}):
        last: dict[str, Played] = {}
        for run in reversed([run for run in runs if run.scenario == key and run.mode != "guided"]):
            last[run.person] = run
        scores = sorted(run.score for run in last.values())
        rows.append(
            {
                "key": key,
                "title": titles.get(key, key),
                "runs": sum(1 for run in runs if run.scenario == key),
                "people": len(last),
                "passed": sum(1 for run in last.values() if run.passed),
                "median": median(scores) if scores else None,
                "members": members,
            }
        )
    return rows


def _by_skill(members: list[User]) -> list[dict[str, Any]]:
    """For each skill: how many of the members who showed it still keep it; the weakest first."""
    counts: dict[str, list[int]] = {}
    for kept in skills_of_people([member.pk for member in members], timezone.now()).values():
        for skill, one in kept.items():
            pair = counts.setdefault(skill, [0, 0])
            pair[0] += 1
            pair[1] += one.is_kept
    rows = [
        {"name": said(skill_name(skill)), "shown": shown, "kept": kept, "share": kept / shown}
        for skill, (shown, kept) in counts.items()
    ]
    return sorted(rows, key=lambda row: (row["share"], -row["shown"]))


@needs(permissions.SEE_COHORTS)
@require_safe
def cohort_export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every run of the cohort's members as a table."""
    found = _find(request, pk)
    members = list(cohort_members(found))
    usernames = {member.pk: member.username for member in members}
    rows = []
    for row in _rows(cohort_runs(found, request.GET.get("scenario", "")), members):
        run, sign = row["run"], row["sign"]
        rows.append(
            [
                usernames.get(run.user_id or 0, ""),
                row["name"],
                run.scenario,
                run.mode,
                run.profile,
                timezone.localtime(run.at).strftime("%Y-%m-%d %H:%M"),
                round(run.score, 1),
                "yes" if run.passed else "no",
                run.outcome,
                round(run.seconds),
                run.hands.get("count", 0),
                run.hands.get("ccf") if run.hands.get("count") else "",
                run.hands.get("longest_pause_s") if run.hands.get("count") else "",
                sign.verdict if sign else "",
                str(run.run_id),
            ]
        )
    heading = [
        "username", "name", "scenario", "mode", "guideline", "ended (Asia/Shanghai)", "score", "passed", "outcome",
        "seconds", "compressions", "compression fraction", "longest pause (s)", "signed off", "run",
    ]  # fmt: skip
    return csv_response("scenario-runs.csv", heading, rows)
