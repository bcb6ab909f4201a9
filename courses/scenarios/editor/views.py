"""Pages and JSON answers of the scenario editor."""

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses.scenarios.editor import selectors, services
from courses.scenarios.editor.check import LONGEST_SOURCE, check
from courses.scenarios.editor.errors import Conflict, EditorRefused
from courses.scenarios.editor.permissions import WRITE, may_change, may_publish, require
from courses.scenarios.editor.schema import hint_line, published_schema
from courses.scenarios.models import Scenario, ScenarioVersion

TEMPLATE = Path(__file__).parent / "template.yaml"
Answer = Callable[..., HttpResponse]


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """Public: any editor may ask for it."""
    response = JsonResponse(published_schema(_schema_address(request)), content_type="application/schema+json")
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "public, max-age=3600"
    return response


def _schema_address(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("scenario-schema"))


@login_required
@require_safe
def scenario_list(request: HttpRequest) -> HttpResponse:
    return _list_page(request)


def _list_page(request: HttpRequest, problem: str = "", typed: str = "", status: int = 200) -> HttpResponse:
    require(request.user, WRITE)
    rows = [
        {
            "scenario": scenario,
            "title": selectors.title_of(scenario),
            "may_change": may_change(request.user, scenario),
        }
        for scenario in selectors.written_scenarios()
    ]
    context = {"rows": rows, "problem": problem, "typed": typed, "origin": request.POST.get("from", "")}
    return render(request, "scenarios/editor_list.html", context, status=status)


@login_required
@require_POST
def new_scenario(request: HttpRequest) -> HttpResponse:
    """From the empty pattern, or a copy of another scenario (`from`)."""
    require(request.user, WRITE)
    origin, key = request.POST.get("from", ""), request.POST.get("key", "").strip()
    if origin:
        scenario = get_object_or_404(Scenario, key=origin)
        source = selectors.latest_version(scenario).source
    else:
        source = TEMPLATE.read_text(encoding="utf-8")
    lines = [line for line in source.splitlines(keepends=True) if not line.startswith("# yaml-language-server:")]
    source = hint_line(_schema_address(request)) + "".join(lines)
    try:
        version = services.create_scenario(request.user, key, source)
    except EditorRefused as refused:
        return _list_page(request, refused.sentence, key, refused.status)
    messages.success(request, _("The scenario is there, as a draft that only instructors see."))
    return redirect("scenario-editor:edit", version.scenario.key)


@login_required
@require_safe
def edit(request: HttpRequest, key: str) -> HttpResponse:
    scenario = get_object_or_404(Scenario.objects.select_related("current", "owner"), key=key)
    require(request.user, WRITE)
    latest = selectors.latest_version(scenario)
    config = {
        "key": key,
        "user": request.user.pk,
        "source": latest.source,
        "base": latest.number,
        "mayChange": may_change(request.user, scenario),
        "mayPublish": may_publish(request.user, scenario),
        "state": scenario.state,
        "versions": _versions(scenario),
        "urls": {
            name: reverse(f"scenario-editor:{name}", args=[key]) for name in ("check", "save", "publish", "withdraw")
        }
        | {
            "version": reverse("scenario-editor:version", args=[key, 0]),
            "schema": reverse("scenario-schema"),
            "play": reverse("scenarios:scenario", args=[key]),
        },
    }
    context = {"scenario": scenario, "title": selectors.title_of(scenario), "config": config}
    return render(request, "scenarios/editor.html", context)


def _versions(scenario: Scenario) -> list[dict[str, Any]]:
    versions = scenario.versions.select_related("author").defer("document", "source").order_by("-number")[:100]
    return [selectors.version_facts(version, scenario.current_id) for version in versions]


def answers(view: Answer) -> Answer:
    """A view of (request, scenario, said) as a JSON endpoint for people who may write; refusals become answers."""

    @wraps(view)
    @login_required
    @require_POST
    def wrapped(request: HttpRequest, key: str) -> HttpResponse:
        require(request.user, WRITE)
        scenario = get_object_or_404(Scenario.objects.select_related("current"), key=key)
        try:
            return view(request, scenario, _said(request))
        except EditorRefused as refused:
            answer: dict[str, Any] = {"code": refused.code, "message": refused.sentence}
            if isinstance(refused, Conflict):
                answer["latest"] = _with_source(refused.latest, scenario)
            return JsonResponse(answer, status=refused.status)

    return wrapped


def _said(request: HttpRequest) -> dict[str, Any]:
    try:
        said = json.loads(request.body)
    except ValueError as wrong:
        raise EditorRefused("bad_request") from wrong
    if not isinstance(said, dict):
        raise EditorRefused("bad_request")
    return said


def _text(said: dict[str, Any]) -> str:
    source = said.get("source")
    if not isinstance(source, str):
        raise EditorRefused("bad_request")
    if len(source) > LONGEST_SOURCE:
        raise EditorRefused("too_long")
    return source


def _number(said: dict[str, Any], name: str) -> int:
    number = said.get(name)
    if not isinstance(number, int) or isinstance(number, bool):
        raise EditorRefused("bad_request")
    return number


@answers
def check_text(request: HttpRequest, scenario: Scenario, said: dict[str, Any]) -> HttpResponse:
    return JsonResponse(check(_text(said)))


@answers
def save(request: HttpRequest, scenario: Scenario, said: dict[str, Any]) -> HttpResponse:
    version = services.save_version(
        request.user, scenario, _text(said), base=_number(said, "base"), note=str(said.get("note", ""))
    )
    facts = selectors.version_facts(version, scenario.current_id)
    return JsonResponse({"version": facts, "versions": _versions(scenario)}, status=201)


@answers
def publish(request: HttpRequest, scenario: Scenario, said: dict[str, Any]) -> HttpResponse:
    services.publish_version(request.user, scenario, _number(said, "number"))
    scenario.refresh_from_db()
    return JsonResponse({"state": scenario.state, "versions": _versions(scenario)})


@answers
def withdraw(request: HttpRequest, scenario: Scenario, said: dict[str, Any]) -> HttpResponse:
    services.withdraw_scenario(request.user, scenario)
    scenario.refresh_from_db()
    return JsonResponse({"state": scenario.state, "versions": _versions(scenario)})


@login_required
@require_safe
def version(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """An older text."""
    require(request.user, WRITE)
    wanted = get_object_or_404(ScenarioVersion.objects.select_related("author"), scenario__key=key, number=number)
    return JsonResponse(_with_source(wanted, wanted.scenario))


def _with_source(wanted: ScenarioVersion, scenario: Scenario) -> dict[str, Any]:
    return {**selectors.version_facts(wanted, scenario.current_id), "source": wanted.source}
