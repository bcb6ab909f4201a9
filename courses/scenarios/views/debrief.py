"""The debrief of a run: page, print, statements, sign-off."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses.learning.xapi.selectors import statements_of
from courses.people.models import User
from courses.scenarios.advice.memory import Kept
from courses.scenarios.advice.next_step import Step
from courses.scenarios.advice.skills import skill_name
from courses.scenarios.debrief.compare import changes, earlier, standing
from courses.scenarios.models import ParticipantKind, Run, Scenario, Verdict
from courses.scenarios.permissions import may_read
from courses.scenarios.review.advise import advise
from courses.scenarios.review.selectors import Played, debrief_of, group_results, own_results, skills_of
from courses.scenarios.review.services import may_sign, sign_off
from courses.scenarios.selectors import place_of
from courses.scenarios.views.texts import language, localised, minutes, mode_name, said
from courses.scenarios.visitors import Visitor

EARLIER_SHOWN = 8
SKILLS_SHOWN = 4


def _find(request: HttpRequest, run_id: UUID) -> tuple[Visitor, Run]:
    """The run, if the visitor may read it and it is over."""
    visitor = Visitor.of(request.user, request.session)
    runs = Run.objects.select_related("version__scenario", "score", "lesson__module__course")
    run = get_object_or_404(runs, pk=run_id)
    if not may_read(visitor, run):
        raise Http404
    return visitor, run


@require_safe
def debrief_page(request: HttpRequest, run_id: UUID) -> HttpResponse:
    visitor, run = _find(request, run_id)
    if not run.is_over:
        return redirect("scenarios:run", run.pk)
    return render(request, "scenarios/debrief.html", _context(request, visitor, run))


def _context(request: HttpRequest, visitor: Visitor, run: Run) -> dict[str, Any]:
    now = timezone.now()
    shown = localised(debrief_of(run))
    team = list(run.participants.filter(kind=ParticipantKind.TEAM).select_related("user"))
    is_mine = place_of(visitor, run) is not None
    context = {
        "run": run,
        "key": run.version.scenario.key,
        "debrief": shown,
        "timeline": _drawn(shown, team),
        "mode": mode_name(run.mode),
        "length": minutes(shown["ended_s"]),
        "team": team if run.is_team else [],
        "is_mine": is_mine,
        "anonymous": visitor.user is None,
        "sign_offs": {sign.user_id: sign for sign in run.sign_offs.select_related("instructor")},
        "verdicts": Verdict.choices,
        "may_sign": visitor.user is not None and may_sign(visitor.user, run),
        "signer": visitor.user,
        "motion": (run.score.report.get("motion") or None) if hasattr(run, "score") else None,
    }
    context["signing"] = [
        {"person": place.user, "sign": context["sign_offs"].get(place.user_id)} for place in team if place.user
    ]
    learner = visitor if is_mine else _learner(team)
    if learner is not None:
        context.update(_history(learner, run, now))
    return context


def _learner(team: list[Any]) -> Visitor | None:
    """Whose history an instructor reads beside a run: that of the only one in it."""
    people = [place.user for place in team if place.user is not None]
    return Visitor(people[0], "") if len(people) == 1 and len(team) == 1 else None


def _history(visitor: Visitor, run: Run, now: datetime) -> dict[str, Any]:
    """Comparison with earlier runs and the group, the state of the skills, and the advice."""
    runs = own_results(visitor)
    this = next((played for played in runs if played.run_id == run.pk), None)
    if this is None:
        return {}
    same = [played for played in runs if played.scenario == this.scenario]
    # Modes allow different times: only like is compared with like.
    before = earlier(this.result, [played.result for played in same if played.mode == this.mode])
    titles = {o["id"]: said(o["title"]) for o in run.version.document["objectives"]}
    placed = standing(this.result, group_results(visitor.user, this.scenario))
    kept = skills_of(runs, now)
    return {
        "earlier": _earlier_rows(same, this),
        "changes": [
            {
                "title": titles.get(c.objective, c.objective),
                "before": c.before,
                "now": c.now,
                "better": c.difference > 0,
            }
            for c in changes(this.result, before[-1] if before else None)
        ],
        "standing": placed,
        "group_credits": _group_rows(placed.credits if placed else {}, this, titles),
        "skills": skill_rows(kept),
        "weakest": skill_rows(kept)[:SKILLS_SHOWN],
        "advice": advice_row(advise(visitor, runs, now)),
    }


def _earlier_rows(same: list[Played], this: Played) -> list[dict[str, Any]]:
    """The runs of this scenario up to this one, the last few, for a small chart and its table."""
    upto = [played for played in same if played.at <= this.at][-EARLIER_SHOWN:]
    return [
        {
            "id": played.run_id,
            "at": played.at,
            "mode": mode_name(played.mode),
            "score": played.score,
            "passed": played.passed,
            "is_this": played.run_id == this.run_id,
        }
        for played in upto
    ]


def _group_rows(means: Any, this: Played, titles: dict[str, str]) -> list[dict[str, Any]]:
    return [{"title": titles.get(o, o), "group": mean, "mine": this.credits[o]} for o, mean in means.items()]


def skill_rows(kept: dict[str, Kept]) -> list[dict[str, Any]]:
    """Skills for a table, the one that needs practice most first."""
    rows = [
        {
            "name": said(skill_name(skill)),
            "credit": one.credit,
            "likely": one.credit * one.retained,
            "fades_at": one.fades_at,
            "is_kept": one.is_kept,
            "streak": one.streak,
            "since": one.since,
        }
        for skill, one in kept.items()
    ]
    return sorted(rows, key=lambda row: row["likely"])


def advice_row(step: Step | None) -> dict[str, Any] | None:
    """An advice in words."""
    if step is None:
        return None
    scenario = Scenario.objects.select_related("current").get(key=step.key)
    assert scenario.current is not None
    name = said(skill_name(step.skill))
    if step.kept is None:
        why = _("It trains something new for you: %(skill)s.") % {"skill": name}
    elif step.kept.credit < 0.7:
        why = _("It trains what was hardest for you last time: %(skill)s.") % {"skill": name}
    else:
        why = _("It keeps fresh what would fade next: %(skill)s.") % {"skill": name}
    return {
        "key": step.key,
        "title": scenario.current.title,
        "mode": step.mode,
        "mode_name": mode_name(step.mode),
        "why": why,
    }


def _drawn(shown: dict[str, Any], team: list[Any]) -> dict[str, Any]:
    """What static/js/debrief reads."""
    wanted = ("ended_s", "marks", "compressions", "pauses", "ordered", "vitals", "targets", "hands")
    names = {place.actor: place.name for place in team} if len(team) > 1 else {}
    titles = {objective["id"]: objective["title"] for objective in shown["objectives"]}
    return {**{name: shown[name] for name in wanted}, "names": names, "titles": titles, "language": language()}


@require_safe
def debrief_pdf(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The debrief on paper, in the language of the page."""
    from courses.scenarios.debrief.pdf import Print, render_pdf  # loaded, with its font reader, when first asked for

    visitor, run = _find(request, run_id)
    if not run.is_over:
        raise Http404
    context = _context(request, visitor, run)
    printed = Print(
        debrief=context["debrief"],
        names=[place.name for place in context["team"]] or [_name(context, run)],
        mode=context["mode"],
        at=timezone.localtime(run.ended_at),
        skills=context.get("skills", []),
        advice=context.get("advice"),
        signed=[
            {"name": str(row["person"]), "sign": row["sign"]} for row in context["signing"] if row["sign"] is not None
        ],
    )
    response = HttpResponse(render_pdf(printed), content_type="application/pdf")
    stamp = timezone.localtime(run.ended_at).strftime("%Y%m%d-%H%M") if run.ended_at else "run"
    response["Content-Disposition"] = f'inline; filename="{context["key"]}-{stamp}.pdf"'
    return response


def _name(context: dict[str, Any], run: Run) -> str:
    place = run.participants.filter(kind=ParticipantKind.TEAM).select_related("user").first()
    if place is None:
        return ""
    return str(place.user) if place.user else place.name


@login_required
@require_safe
def statements(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The run's xAPI statements: one's own; of all its people, for those who teach."""
    _visitor, run = _find(request, run_id)
    assert isinstance(request.user, User)
    return _json(_statements(request.user, run), f"xapi-{run.pk}")


def _statements(user: User, run: Run) -> list[Any]:
    if run.participants.filter(user=user).exists():
        return statements_of(user, run.pk)
    people = User.objects.filter(scenario_places__run=run).distinct()
    return [statement for person in people for statement in statements_of(person, run.pk)]


@login_required
@require_safe
def own_statements(request: HttpRequest) -> HttpResponse:
    """One's whole learning record."""
    return _json(statements_of(request.user), "xapi")


def _json(rows: list[Any], name: str) -> HttpResponse:
    body = json.dumps({"statements": rows, "more": ""}, ensure_ascii=False, indent=1)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response


@login_required
@require_POST
def sign(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """An instructor's word about one person in the run."""
    _visitor, run = _find(request, run_id)
    assert isinstance(request.user, User)
    try:
        person = User.objects.get(public_id=request.POST.get("person", ""), scenario_places__run=run)
        made = sign_off(
            request.user,
            run,
            person,
            verdict=request.POST.get("verdict", ""),
            saw_depth=request.POST.get("saw_depth") == "yes",
            note=request.POST.get("note", ""),
        )
    except (User.DoesNotExist, ValueError, ValidationError):
        messages.error(request, _("Choose a person of this run and one of the two verdicts, then sign again."))
    else:
        words = _("Signed: %(name)s, %(verdict)s.") % {"name": person, "verdict": made.get_verdict_display()}
        messages.success(request, words)
    return redirect("scenarios:debrief", run.pk)
