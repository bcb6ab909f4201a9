"""The learning record: statements keep the standard, are kept once, and reach a record store when it answers."""

import base64
import copy
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from courses.learning.xapi import build
from courses.learning.xapi.models import Forwarding, XapiStatement
from courses.learning.xapi.selectors import statements_of, valid_statements
from courses.learning.xapi.services import forward_statements, keep_statements, void_statements
from courses.learning.xapi.validate import BadStatement, check
from courses.people.models import User
from courses.people.personal_data import personal_data_parts

pytestmark = pytest.mark.django_db
RUN = UUID("3b7b8a3e-8a57-4f4a-9a0e-2f4a2f3f1c11")


@pytest.fixture
def learner() -> User:
    return User.objects.create(username="lin", display_name="林晓", email="lin@centre.example")


def statement(learner: User, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "actor": build.agent(learner),
        "verb": build.verb("passed"),
        "object": build.activity(build.iri("scenarios", "x"), build.SIMULATION, {"zh-hans": "题目", "en": "Title"}),
        "result": {"score": build.score(81.5), "success": True, "duration": build.duration(431.5)},
        "context": {"registration": str(RUN)},
        "timestamp": build.timestamp(timezone.now()),
        **changes,
    }


def test_a_statement_names_the_person_by_their_public_id_only(learner: User) -> None:
    said = json.dumps(statement(learner), ensure_ascii=False)
    assert str(learner.public_id) in said
    assert not [word for word in ("lin", "林晓", "centre.example") if f'"{word}' in said]


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        ("actor", {"objectType": "Agent", "name": "Nobody"}, "exactly one identifier"),
        ("actor", {"mbox": "mailto:a@b.cn", "openid": "https://a.cn"}, "exactly one identifier"),
        ("actor", {"account": {"homePage": "centre", "name": "x"}}, "no IRI"),
        ("verb", {"id": "passed"}, "no IRI"),
        ("verb", {"id": build.VERBS["passed"][0], "display": {"Chinese!": "通过"}}, "no language tag"),
        ("object", {"objectType": "Activity", "id": "scenario"}, "no IRI"),
        ("object", {"objectType": "StatementRef", "id": "17"}, "no UUID"),
        ("result", {"score": {"scaled": 1.2}}, "not within -1..1"),
        ("result", {"score": {"raw": 120, "min": 0, "max": 100}}, "not within"),
        ("result", {"score": {"scaled": True}}, "no number"),
        ("result", {"duration": "431 s"}, "no ISO 8601 duration"),
        ("result", {"success": "yes"}, "neither true nor false"),
        ("result", {"extensions": {"depth": 5}}, "no IRI"),
        ("version", None, "null is not allowed"),
        ("context", {"registration": "run 1"}, "no UUID"),
        ("context", {"team": {"mbox": "mailto:a@b.cn"}}, "must be a group"),
        ("timestamp", "2026-11-22 10:00:00", "no zone"),
        ("id", "1", "no UUID"),
        ("colour", "red", "no property is called colour"),
    ],
)
def test_what_the_standard_forbids_is_found_and_nothing_is_kept(
    learner: User, place: str, value: Any, problem: str
) -> None:
    wrong = {**statement(learner), place: value}
    with pytest.raises(BadStatement, match=problem):
        keep_statements(learner, RUN, [statement(learner), wrong])
    assert XapiStatement.objects.count() == 0


def test_platform_and_revision_belong_to_activities_only(learner: User) -> None:
    wrong = statement(learner, object=build.statement_ref(uuid4()), context={"platform": "VR"})
    with pytest.raises(BadStatement, match="only with an activity"):
        check(wrong)


def test_saying_it_twice_is_saying_it_once(learner: User) -> None:
    one = statement(learner)
    assert len(keep_statements(learner, RUN, [one])) == 1
    assert keep_statements(learner, RUN, [copy.deepcopy(one)]) == []
    assert statements_of(learner) == [one]


def test_what_was_wrong_is_voided_not_deleted(learner: User) -> None:
    kept = keep_statements(learner, RUN, [statement(learner), statement(learner)])
    (void,) = void_statements(kept[:1])
    check(void.statement)
    assert void.statement["object"] == {"objectType": "StatementRef", "id": str(kept[0].pk)}
    assert [row.pk for row in valid_statements(learner, RUN)] == [kept[1].pk]
    assert void_statements(kept[:1]) == []
    assert XapiStatement.objects.count() == 3


def test_a_person_takes_the_record_along_and_has_it_erased(learner: User) -> None:
    part = next(part for part in personal_data_parts() if part.name == "xapi")
    one = statement(learner)
    keep_statements(learner, RUN, [one])
    assert part.export(learner) == [one]
    part.erase(learner)
    assert XapiStatement.objects.count() == 0


class Store:
    """A record store of the test: answers what `answers` says, in turn, and then 200."""

    def __init__(self) -> None:
        self.answers: list[Callable[[list[Any]], int] | int] = []
        self.posts: list[tuple[dict[str, str], list[Any]]] = []


@pytest.fixture
def store(settings: Any) -> Iterator[Store]:
    found = Store()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.posts.append(({key.lower(): value for key, value in self.headers.items()}, body))
            answer = found.answers.pop(0) if found.answers else 200
            self.send_response(answer if isinstance(answer, int) else answer(body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.XAPI_LRS_URL = f"http://127.0.0.1:{server.server_port}/xapi/"
    settings.XAPI_LRS_KEY, settings.XAPI_LRS_SECRET = "key", "secret"
    yield found
    server.shutdown()
    server.server_close()


def states() -> list[str]:
    return list(XapiStatement.objects.order_by("stored_at", "id").values_list("forwarding", flat=True))


def test_statements_go_to_the_record_store_of_the_settings(learner: User, store: Store) -> None:
    keep_statements(learner, RUN, [statement(learner), statement(learner)])
    assert forward_statements() == 2
    headers, body = store.posts[0]
    assert headers["x-experience-api-version"] == "1.0.3"
    assert base64.b64decode(headers["authorization"].split()[1]) == b"key:secret"
    assert len(body) == 2
    assert states() == [Forwarding.SENT] * 2
    assert forward_statements() == 0


def test_a_store_that_is_busy_gets_them_later_and_nothing_is_lost(learner: User, store: Store) -> None:
    keep_statements(learner, RUN, [statement(learner)])
    store.answers = [503]
    assert forward_statements() == 0
    row = XapiStatement.objects.get()
    assert (row.forwarding, row.attempts) == (Forwarding.WAITING, 1)
    assert row.next_try_at is not None
    assert 50 < (row.next_try_at - timezone.now()).total_seconds() <= 60
    assert forward_statements() == 0
    assert len(store.posts) == 1  # it waits, it does not hammer
    XapiStatement.objects.update(next_try_at=timezone.now())
    assert forward_statements() == 1


def test_one_bad_statement_does_not_hold_up_the_others(learner: User, store: Store) -> None:
    rows = keep_statements(learner, RUN, [statement(learner) for _ in range(3)])
    bad = str(rows[1].pk)

    def judge(body: list[Any]) -> int:
        return 400 if any(one["id"] == bad for one in body) else 200

    store.answers = [judge] * 4
    assert forward_statements() == 2
    assert XapiStatement.objects.get(pk=bad).forwarding == Forwarding.REFUSED
    assert XapiStatement.objects.get(pk=bad).problem.startswith("400")


def test_a_store_that_has_a_statement_already_is_content(learner: User, store: Store) -> None:
    keep_statements(learner, RUN, [statement(learner)])
    store.answers = [409]
    assert forward_statements() == 1
    assert states() == [Forwarding.SENT]


def test_without_a_record_store_everything_stays_here(learner: User) -> None:
    keep_statements(learner, RUN, [statement(learner)])
    assert forward_statements() == 0
    assert states() == [Forwarding.WAITING]
