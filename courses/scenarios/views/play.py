"""Choosing a scenario, joining one, and the page that it is played on."""

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.people.lockout import client_address
from courses.scenarios.advice.skills import skill_name, weights_by_skill
from courses.scenarios.clinical.profiles import load_profile
from courses.scenarios.errors import RunRefused
from courses.scenarios.models import LessonScenario, Run, Scenario
from courses.scenarios.permissions import may_read
from courses.scenarios.review.selectors import Played, own_results
from courses.scenarios.selectors import place_of, playable_scenarios, run_card
from courses.scenarios.services.runs import MOST_SEED, Wanted, create_run, join_run, roles_of
from courses.scenarios.views.texts import language, mode_name, mode_promise, picture, said
from courses.scenarios.visitors import Visitor

# Where the stage sends people when a run is over; it puts the run's id in.
RUN_PLACEHOLDER = "00000000-0000-0000-0000-000000000000"


@require_safe
def scenario_list(request: HttpRequest) -> HttpResponse:
    """All that the visitor may play, with what they reached in each."""
    visitor = Visitor.of(request.user, request.session)
    results = own_results(visitor) if visitor.is_known else []
    cards = [_card(scenario, results) for scenario in playable_scenarios(visitor)]
    return render(request, "scenarios/scenarios.html", {"cards": cards, "signed_in": visitor.user is not None})


def _card(scenario: Scenario, results: list[Played]) -> dict[str, Any]:
    assert scenario.current is not None
    document = scenario.current.document
    weights = weights_by_skill(document)
    mine = [run for run in results if run.scenario == scenario.key]
    return {
        "key": scenario.key,
        "title": scenario.current.title,
        "summary": scenario.current.summary,
        "picture": picture(scenario.key, weights),
        "minutes": round(float(document["duration_s"]) / 60),
        "is_team": bool(document.get("roles")),
        "skills": [said(skill_name(name)) for name in sorted(weights, key=lambda s: -weights[s])[:3]],
        "best": max((run.score for run in mine), default=None),
        "passed": [mode_name(m) for m in ("practice", "exam") if any(r.mode == m and r.passed for r in mine)],
    }


def _find(visitor: Visitor, key: str) -> Scenario:
    return get_object_or_404(playable_scenarios(visitor), key=key)


@require_http_methods(["GET", "HEAD", "POST"])
def scenario_page(request: HttpRequest, key: str) -> HttpResponse:
    """What a scenario is, and the choice of how to play it; POST makes the run."""
    visitor = Visitor.of(request.user, request.session, create=request.method == "POST")
    scenario = _find(visitor, key)
    if request.method == "POST":
        try:
            place = create_run(visitor, _wanted(request, key), address=client_address(request))
        except RunRefused as refused:
            return _scenario_page(request, visitor, scenario, refused.sentence, refused.status)
        return redirect("scenarios:run", place.run_id)
    return _scenario_page(request, visitor, scenario)


def _wanted(request: HttpRequest, key: str) -> Wanted:
    said_by = request.POST
    lesson = said_by.get("lesson", "")
    try:
        lesson_id = UUID(lesson) if lesson else None
    except ValueError as wrong:
        raise RunRefused("lesson") from wrong
    return Wanted(
        scenario=key,
        mode=said_by.get("mode", ""),
        profile=said_by.get("profile", ""),
        role=said_by.get("role", ""),
        name=said_by.get("name", ""),
        is_team=said_by.get("with") == "others",
        lesson=lesson_id,
    )


def _scenario_page(
    request: HttpRequest, visitor: Visitor, scenario: Scenario, problem: str = "", status: int = 200
) -> HttpResponse:
    assert scenario.current is not None
    version = scenario.current
    document, definition = version.document, version.definition
    results = [run for run in own_results(visitor) if run.scenario == scenario.key] if visitor.is_known else []
    lesson = request.GET.get("lesson", "") or request.POST.get("lesson", "")
    link = _lesson_link(scenario, lesson)
    offered = [mode for mode in ("guided", "practice", "exam") if mode in definition.modes]
    named = {role["id"]: said(role["title"]) for role in document.get("roles", ())}
    context = {
        "scenario": scenario,
        "version": version,
        "card": _card(scenario, results),
        "problem": problem,
        "lesson": lesson if link else "",
        "modes": [
            {
                "id": mode,
                "name": mode_name(mode),
                "promise": mode_promise(mode),
                "pass_mark": round(definition.modes[mode].pass_mark),
                "best": max((run.score for run in results if run.mode == mode), default=None),
            }
            for mode in offered
        ],
        "mode": request.POST.get("mode") or (link.mode if link else offered[0]),
        "profiles": [{"id": name, "name": said(load_profile(name).name)} for name in definition.profiles],
        "profile": request.POST.get("profile") or (link.profile if link else definition.profiles[0]),
        "roles": [{"id": role, "name": named.get(role) or _role_name(role)} for role in roles_of(version)],
        "needs_team": bool(named),
        "others": request.POST.get("with") == "others" or bool(named),
        "name": request.POST.get("name", ""),
        "anonymous": visitor.user is None,
        "has_cpr": any("compressions" in objective["measure"] for objective in document["objectives"]),
        "objectives": [
            {"title": said(o["title"]), "weight": o["weight"], "critical": o.get("critical", False)}
            for o in document["objectives"]
        ],
        "offline_url": reverse("scenarios:offline", args=[scenario.key]),
        "runs": list(reversed(results))[:5],
    }
    return render(request, "scenarios/scenario.html", context, status=status)


def _lesson_link(scenario: Scenario, lesson: str) -> LessonScenario | None:
    try:
        return LessonScenario.objects.filter(lesson_id=UUID(lesson), scenario=scenario).first() if lesson else None
    except ValueError:
        return None


def _role_name(role: str) -> str:
    return {
        "leader": _("Leader"),
        "compressor": _("Compressor"),
        "ventilator": _("Ventilator"),
        "aed": _("AED operator"),
    }.get(role, role)


@require_POST
def join(request: HttpRequest) -> HttpResponse:
    """Into somebody's run by its code."""
    visitor = Visitor.of(request.user, request.session, create=True)
    try:
        place = join_run(visitor, request.POST.get("code", ""), name=request.POST.get("name", ""))
    except RunRefused as refused:
        messages.error(request, refused.sentence)
        return redirect("scenarios:scenarios")
    return redirect("scenarios:run", place.run_id)


@require_safe
def run_page(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The stage of a run. What is over is talked about instead."""
    visitor = Visitor.of(request.user, request.session)
    run = get_object_or_404(Run.objects.select_related("version__scenario"), pk=run_id)
    place = place_of(visitor, run)
    if place is None and not may_read(visitor, run):
        raise Http404
    if run.is_over:
        return redirect("scenarios:debrief", run.pk)
    config = {
        "mode": "run",
        "card": run_card(run, place),
        **_ways_out(run.version.scenario.key),
    }
    return _stage(request, run.version.title, config, run)


@require_safe
def offline_page(request: HttpRequest, key: str) -> HttpResponse:
    """The stage without a room: the client plays by itself and hands its log in afterwards."""
    visitor = Visitor.of(request.user, request.session)
    scenario = _find(visitor, key)
    assert scenario.current is not None
    document = scenario.current.document
    mode, profile = request.GET.get("mode", ""), request.GET.get("profile", "")
    config = {
        "mode": "offline",
        "table": f"{reverse('scenarios-api:table', args=[key])}?version={scenario.current.number}",
        "choice": {
            "mode": mode if mode in document["modes"] else next(iter(document["modes"])),
            "profile": profile if profile in document["profiles"] else document["profiles"][0],
            "seed": secrets.randbelow(MOST_SEED + 1),
            "lesson": None,
            "owner": str(request.user.pk or ""),
        },
        **_ways_out(key),
    }
    return _stage(request, scenario.current.title, config)


@require_safe
def replay_page(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """A finished run in three dimensions, from any angle."""
    visitor = Visitor.of(request.user, request.session)
    run = get_object_or_404(Run.objects.select_related("version__scenario"), pk=run_id)
    if not may_read(visitor, run):
        raise Http404
    if not run.is_over:
        return redirect("scenarios:run", run.pk)
    config = {
        "mode": "replay",
        "log": reverse("scenarios-api:log", args=[run.pk]),
        **_ways_out(run.version.scenario.key),
        "leave": reverse("scenarios:debrief", args=[run.pk]),
    }
    return _stage(request, run.version.title, config)


def _ways_out(key: str) -> dict[str, str]:
    debrief = reverse("scenarios:debrief", args=[RUN_PLACEHOLDER]).replace(RUN_PLACEHOLDER, "{run}")
    return {"language": language(), "leave": reverse("scenarios:scenario", args=[key]), "debrief": debrief}


def _stage(request: HttpRequest, title: str, config: dict[str, Any], run: Run | None = None) -> HttpResponse:
    return render(request, "scenarios/stage.html", {"title": title, "config": config, "run": run})
