"""One's own way: runs, skills, the story; the board and the team challenges."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.people.models import Cohort, Role, User
from courses.people.selectors import cohorts_visible_to
from courses.scenarios.games.standings import Try, standings
from courses.scenarios.games.story import chapters, story_title
from courses.scenarios.models import BoardPlace, Scenario, ScenarioState, TeamChallenge
from courses.scenarios.review.advise import advise
from courses.scenarios.review.selectors import Played, own_results, played, skills_of, skills_of_people
from courses.scenarios.review.services import (
    Challenge,
    create_challenge,
    delete_challenge,
    join_board,
    leave_board,
    may_challenge,
)
from courses.scenarios.selectors import playable_scenarios
from courses.scenarios.views.debrief import advice_row, skill_rows
from courses.scenarios.views.texts import mode_name, said
from courses.scenarios.visitors import Visitor

RUNS_SHOWN = 30


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What one can do now, what to practise next, and all one's runs."""
    visitor = Visitor.of(request.user, request.session)
    runs = own_results(visitor) if visitor.is_known else []
    now = timezone.now()
    kept = skills_of(runs, now)
    titles = _titles(runs)
    context = {
        "skills": skill_rows(kept),
        "kept": sum(1 for one in kept.values() if one.is_kept),
        "advice": advice_row(advise(visitor, runs, now)),
        "runs": [
            {"run": run, "title": titles.get(run.scenario, run.scenario), "mode": mode_name(run.mode)}
            for run in reversed(runs[-RUNS_SHOWN:])
        ],
        "board": _own_place(visitor.user),
        "signed_in": visitor.user is not None,
    }
    return render(request, "scenarios/mine.html", context)


def _own_place(user: User | None) -> BoardPlace | None:
    return None if user is None else BoardPlace.objects.filter(user=user).first()


def _titles(runs: list[Played]) -> dict[str, str]:
    found = Scenario.objects.filter(key__in={run.scenario for run in runs}).select_related("current")
    return {scenario.key: scenario.current.title for scenario in found if scenario.current}


@require_safe
def story(request: HttpRequest) -> HttpResponse:
    """The chapters, and which of them one has lived through."""
    visitor = Visitor.of(request.user, request.session)
    runs = own_results(visitor) if visitor.is_known else []
    passed = {run.scenario for run in runs if run.passed and run.mode != "guided"}
    playable = {scenario.key: scenario for scenario in playable_scenarios(visitor)}
    rows = [
        {
            "title": said(chapter.title),
            "before": said(chapter.before),
            "after": said(chapter.after),
            "key": chapter.scenario,
            "passed": chapter.scenario in passed,
        }
        for chapter in chapters(playable)
    ]
    following = next((row["key"] for row in rows if not row["passed"]), None)
    context = {
        "title": said(story_title()),
        "chapters": rows,
        "following": following,
        "done": sum(1 for row in rows if row["passed"]),
    }
    return render(request, "scenarios/story.html", context)


# --- the board ------------------------------------------------------------------------------------


@login_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """People who chose to stand here, by how many skills they keep."""
    assert isinstance(request.user, User)
    now = timezone.now()
    places = list(BoardPlace.objects.filter(user__erased_at=None).select_related("user"))
    kept = skills_of_people([place.user_id for place in places], now)
    rows = []
    for place in places:
        skills = [one for one in kept.get(place.user_id, {}).values() if one.is_kept]
        longest = max((one.streak for one in skills), default=0)
        rows.append(
            {"name": place.name, "kept": len(skills), "streak": longest, "me": place.user_id == request.user.pk}
        )
    rows.sort(key=lambda row: (-row["kept"], -row["streak"], row["name"]))
    for row in rows:
        row["rank"] = 1 + sum(1 for other in rows if (other["kept"], other["streak"]) > (row["kept"], row["streak"]))
    context = {"rows": rows, "board": _own_place(request.user), "name": request.user.get_full_name()}
    return render(request, "scenarios/board.html", context)


@login_required
@require_POST
def board_choice(request: HttpRequest) -> HttpResponse:
    """On the board, or off it again."""
    assert isinstance(request.user, User)
    if request.POST.get("choice") == "leave":
        leave_board(request.user)
        messages.success(request, _("You are off the board. Nothing of it is kept."))
    else:
        try:
            join_board(request.user, request.POST.get("name", ""))
        except ValueError:
            messages.error(request, _("Give the name under which you want to stand on the board."))
        else:
            messages.success(request, _("You are on the board. You can leave it at any time."))
    return redirect("scenarios:board")


# --- team challenges ------------------------------------------------------------------------------


class ChallengeForm(forms.Form):
    """Days are whole days of the centre's zone, both included."""

    title = forms.CharField(label=pgettext_lazy("team challenge", "Title"), max_length=80)
    scenario = forms.ModelChoiceField(
        label=gettext_lazy("Scenario"), queryset=Scenario.objects.none(), to_field_name="key"
    )
    mode = forms.ChoiceField(label=pgettext_lazy("scenario", "Mode"))
    begins = forms.DateField(label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    ends = forms.DateField(label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    cohorts = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Cohorts"), queryset=Cohort.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = Scenario.objects.filter(state=ScenarioState.PUBLISHED, current__isnull=False)
        scenario = self.fields["scenario"]
        assert isinstance(scenario, forms.ModelChoiceField)
        scenario.queryset = published.select_related("current")
        scenario.label_from_instance = lambda one: one.current.title  # type: ignore[method-assign]
        mode = self.fields["mode"]
        assert isinstance(mode, forms.ChoiceField)
        mode.choices = [(name, mode_name(name)) for name in ("practice", "exam")]
        cohorts = self.fields["cohorts"]
        assert isinstance(cohorts, forms.ModelMultipleChoiceField)
        cohorts.queryset = cohorts_visible_to(user)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxSelectMultiple):
                is_select = isinstance(field.widget, forms.Select)
                field.widget.attrs["class"] = "select" if is_select else "input"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        begins, ends, scenario = cleaned.get("begins"), cleaned.get("ends"), cleaned.get("scenario")
        if begins and ends and ends < begins:
            self.add_error("ends", _("The last day is before the first one."))
        if scenario and cleaned.get("mode") not in scenario.current.document["modes"]:
            self.add_error("mode", _("This scenario is not offered in that mode."))
        return cleaned


@login_required
@require_safe
def challenges(request: HttpRequest) -> HttpResponse:
    """The challenges of one's departments, with their standings."""
    assert isinstance(request.user, User)
    rows = [_challenge_row(challenge, request.user) for challenge in _visible(request.user)]
    context = {"rows": rows, "may_create": may_challenge(request.user)}
    return render(request, "scenarios/challenges.html", context)


def _visible(user: User) -> list[TeamChallenge]:
    """Those of one's cohorts; those one made; all, for administrators and auditors."""
    found = TeamChallenge.objects.select_related("scenario__current").prefetch_related("cohorts__members")
    if user.role not in {Role.ADMINISTRATOR, Role.AUDITOR}:
        found = found.filter(Q(cohorts__members=user) | Q(cohorts__owner=user) | Q(created_by=user)).distinct()
    return list(found)


def _challenge_row(challenge: TeamChallenge, user: User) -> dict[str, Any]:
    now = timezone.now()
    members = {
        c.name: [person.pk for person in c.members.all() if person.erased_at is None] for c in challenge.cohorts.all()
    }
    everybody = {person for people in members.values() for person in people}
    runs = played(
        Q(
            user_id__in=everybody,
            run__version__scenario=challenge.scenario,
            run__mode=challenge.mode,
            run__ended_at__gte=challenge.begins_at,
            run__ended_at__lt=challenge.ends_at,
        )
    )
    tries = [Try(run.user_id, run.at, run.passed) for run in runs if run.user_id is not None]
    assert challenge.scenario.current is not None
    return {
        "challenge": challenge,
        "title": challenge.scenario.current.title,
        "mode": mode_name(challenge.mode),
        "last_day": timezone.localtime(challenge.ends_at - timedelta(seconds=1)).date(),
        "open": challenge.begins_at <= now < challenge.ends_at,
        "over": challenge.ends_at <= now,
        "standings": standings(members, tries),
        "may_delete": challenge.created_by_id == user.pk or user.role == Role.ADMINISTRATOR,
        "takes_part": user.pk in everybody,
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def challenge_new(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    if not may_challenge(request.user):
        raise PermissionDenied
    form = ChallengeForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        create_challenge(
            request.user,
            Challenge(
                title=wanted["title"],
                scenario=wanted["scenario"],
                mode=wanted["mode"],
                begins_at=_midnight(wanted["begins"]),
                ends_at=_midnight(wanted["ends"] + timedelta(days=1)),
                cohorts=list(wanted["cohorts"]),
            ),
        )
        messages.success(request, _("The challenge is set up. The members see it under “Team challenges”."))
        return redirect("scenarios:challenges")
    return render(request, "scenarios/challenge_form.html", {"form": form}, status=422 if form.errors else 200)


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@login_required
@require_POST
def challenge_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    assert isinstance(request.user, User)
    delete_challenge(request.user, get_object_or_404(TeamChallenge, pk=pk))
    messages.success(request, _("The challenge is gone; everybody keeps their runs."))
    return redirect("scenarios:challenges")
