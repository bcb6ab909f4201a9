"""Runs as JSON (docs/scenarios-protocol.md). Thin: services act, selectors read."""

import zlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from courses.people.lockout import client_address
from courses.scenarios import selectors
from courses.scenarios.errors import RunRefused
from courses.scenarios.models import Participant, Run, Track
from courses.scenarios.permissions import may_read, readable_runs, require_play
from courses.scenarios.services.offline import HandedIn, hand_in
from courses.scenarios.services.runs import Wanted, create_run, join_run
from courses.scenarios.visitors import Visitor


class ScenarioView(APIView):
    """Open to visitors without an account; services refuse what needs one. Refusals become JSON here."""

    permission_classes = [AllowAny]
    largest_body = 64 * 1024

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        length = request.headers.get("Content-Length") or "0"
        if not length.isdigit() or int(length) > self.largest_body:
            raise RunRefused("too_large")

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, RunRefused):
            return Response(exc.as_json(), status=exc.status)
        return super().handle_exception(exc)

    def visitor(self, *, create: bool = False) -> Visitor:
        return Visitor.of(self.request.user, self.request.session, create=create)

    def readable(self, run_id: UUID) -> Run:
        run = Run.objects.select_related("version__scenario").filter(pk=run_id).first()
        if run is None:
            raise RunRefused("unknown_run")
        if not may_read(self.visitor(), run):
            raise RunRefused("not_yours")
        return run


class Scenarios(ScenarioView):
    """`GET scenarios/`: what the visitor may run."""

    def get(self, request: Request) -> Response:
        found = selectors.playable_scenarios(self.visitor())
        facts = [selectors.scenario_facts(s.current, is_public=s.is_public) for s in found if s.current]
        return Response({"scenarios": facts})


class Table(ScenarioView):
    """`GET scenarios/<id>/table/?version=N`: the compiled table, for all who may play it or read a run of it."""

    def get(self, request: Request, key: str) -> HttpResponse:
        asked = request.query_params.get("version", "")
        number = int(asked) if asked.isdigit() and len(asked) < 9 else None
        version = selectors.version_of(key, number)
        if version is None or version.published_at is None:
            raise RunRefused("unknown_scenario")
        visitor = self.visitor()
        theirs = Q(participants__in=_places(visitor)) | readable_runs(visitor.user)
        if not version.runs.filter(theirs).exists():
            require_play(visitor, version.scenario)
        table = selectors.compiled_table(version)
        tag = f'"{table["hash"]}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if request.headers.get("If-None-Match") == tag:
            return HttpResponse(status=304, headers=headers)
        return Response(table, headers=headers)


class Runs(ScenarioView):
    """`POST runs/`: make a run."""

    def post(self, request: Request) -> Response:
        said = Fields(request.data)
        wanted = Wanted(
            scenario=said.text("scenario"),
            mode=said.text("mode"),
            profile=said.text("profile", ""),
            role=said.text("role", ""),
            name=said.text("name", ""),
            is_team=said.flag("team"),
            seed=said.number("seed"),
            lesson=said.uuid("lesson"),
        )
        place = create_run(self.visitor(create=True), wanted, address=client_address(_http(request)))
        return Response(selectors.run_card(place.run, place), status=201)


class Join(ScenarioView):
    """`POST runs/join/`: take a place by code."""

    def post(self, request: Request) -> Response:
        said = Fields(request.data)
        visitor = self.visitor(create=True)
        place = join_run(visitor, said.text("code"), role=said.text("role", ""), name=said.text("name", ""))
        return Response(selectors.run_card(place.run, place))


class OneRun(ScenarioView):
    """`GET runs/<uuid>/`: the run card."""

    def get(self, request: Request, run_id: UUID) -> Response:
        run = self.readable(run_id)
        return Response(selectors.run_card(run, selectors.place_of(self.visitor(), run)))


class Log(ScenarioView):
    """`GET runs/<uuid>/log/`: everything for a replay."""

    def get(self, request: Request, run_id: UUID) -> Response:
        run = self.readable(run_id)
        return Response(selectors.run_record(run, selectors.place_of(self.visitor(), run)))


class OneTrack(ScenarioView):
    """`GET runs/<uuid>/tracks/<id>/`: one stretch of poses or motion samples."""

    def get(self, request: Request, run_id: UUID, track_id: int) -> HttpResponse:
        track = Track.objects.filter(run=self.readable(run_id), pk=track_id).first()
        if track is None:
            raise RunRefused("unknown_run")
        headers = {"Cache-Control": "private, max-age=86400, immutable"}
        data = zlib.decompress(bytes(track.packed))
        return HttpResponse(data, content_type="application/octet-stream", headers=headers)


class OfflineRuns(ScenarioView):
    """`POST offline-runs/`: hand in a run played without a network."""

    # MOST_EVENTS of about 200 bytes each.
    largest_body = 4 * 1024 * 1024

    def post(self, request: Request) -> Response:
        said = Fields(request.data)
        client_run_id, seed, version = said.uuid("client_run_id"), said.number("seed"), said.number("version")
        if client_run_id is None or seed is None or version is None:
            raise RunRefused("bad_request", "client_run_id, seed, version")
        result = request.data.get("result")
        handed_in = HandedIn(
            client_run_id=client_run_id,
            scenario=said.text("scenario"),
            version=version,
            table=said.text("table", ""),
            mode=said.text("mode"),
            profile=said.text("profile"),
            seed=seed,
            started_at=said.time("started_at"),
            events=said.list("events"),
            lesson=said.uuid("lesson"),
            result=result if isinstance(result, dict) else {},
        )
        address = client_address(_http(request))
        place, differences, is_new = hand_in(self.visitor(create=True), handed_in, address=address)
        run = selectors.run_record(place.run, place)
        answer = {"run": run["run"], "report": run["report"], "differences": differences}
        return Response(answer, status=201 if is_new else 200)


class Fields:
    """Fields of a request's JSON object, each of its type or refused by name."""

    def __init__(self, said: Any) -> None:
        if not isinstance(said, dict):
            raise RunRefused("bad_request", "JSON")
        self._said = said

    def text(self, name: str, default: str | None = None) -> str:
        value = self._said.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or len(value) > 200:
            raise RunRefused("bad_request", name)
        return value

    def flag(self, name: str) -> bool:
        return self._said.get(name) is True

    def number(self, name: str) -> int | None:
        value = self._said.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise RunRefused("bad_request", name)
        return value

    def uuid(self, name: str) -> UUID | None:
        value = self._said.get(name)
        if value is None:
            return None
        try:
            return UUID(str(value))
        except ValueError as wrong:
            raise RunRefused("bad_request", name) from wrong

    def list(self, name: str) -> "list[Any]":
        value = self._said.get(name)
        if not isinstance(value, list):
            raise RunRefused("bad_request", name)
        return value

    def time(self, name: str) -> datetime:
        try:
            found = parse_datetime(self.text(name))
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            raise RunRefused("bad_request", name)
        return found


def _places(visitor: Visitor) -> QuerySet[Participant]:
    return Participant.objects.filter(visitor.places)


def _http(request: Request) -> HttpRequest:
    return request._request
