"""The scenarios' pages, as each kind of person finds them."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses.people.models import Cohort, CohortMembership, Role, User
from courses.scenarios import urls
from courses.scenarios.models import BoardPlace, Run, Scenario, SignOff, TeamChallenge
from tests.scenarios.finished import finished

pytestmark = pytest.mark.django_db
OK, LOGIN, FORBIDDEN, GONE = "ok", "login", 403, 404
EVERYBODY = {"anonymous": OK, "trainee": OK, "other": OK, "instructor": OK, "auditor": OK}
SIGNED_IN = {**EVERYBODY, "anonymous": LOGIN}
READERS = {"anonymous": GONE, "trainee": OK, "other": GONE, "instructor": OK, "auditor": OK}
OVERSIGHT = {"anonymous": LOGIN, "trainee": FORBIDDEN, "other": FORBIDDEN, "instructor": OK, "auditor": OK}
# name -> (method, who finds what); "trainee" made the run, "instructor" leads their cohort.
MATRIX: dict[str, tuple[str, dict[str, Any]]] = {
    "scenarios": ("get", EVERYBODY),
    "join": ("post", EVERYBODY),
    "run": ("get", READERS),
    "replay": ("get", READERS),
    "debrief": ("get", READERS),
    "debrief-pdf": ("get", READERS),
    "statements": ("get", {**READERS, "anonymous": LOGIN}),
    "sign-off": ("post", {**READERS, "anonymous": LOGIN}),
    "mine": ("get", EVERYBODY),
    "own-statements": ("get", SIGNED_IN),
    "story": ("get", EVERYBODY),
    "board": ("get", SIGNED_IN),
    "board-choice": ("post", SIGNED_IN),
    "challenges": ("get", SIGNED_IN),
    "challenge-new": ("get", {**SIGNED_IN, "trainee": FORBIDDEN, "other": FORBIDDEN, "auditor": FORBIDDEN}),
    # The instructor comes last: afterwards it is gone.
    "challenge-delete": (
        "post",
        {"anonymous": LOGIN, "trainee": FORBIDDEN, "other": FORBIDDEN, "auditor": FORBIDDEN, "instructor": OK},
    ),
    "cohorts": ("get", OVERSIGHT),
    "cohort": ("get", OVERSIGHT),
    "cohort-export": ("get", OVERSIGHT),
    "scenario": ("get", {**EVERYBODY, "auditor": GONE}),
    "offline": ("get", {**EVERYBODY, "auditor": GONE}),
}


def test_the_matrix_names_every_address() -> None:
    assert {pattern.name for pattern in urls.urlpatterns} == set(MATRIX)


@pytest.fixture
def people() -> dict[str, User]:
    made = {
        "trainee": User.objects.create(username="lin", display_name="林晓", role=Role.TRAINEE),
        "other": User.objects.create(username="wu", role=Role.TRAINEE),
        "instructor": User.objects.create(username="chen", display_name="陈医生", role=Role.INSTRUCTOR),
        "auditor": User.objects.create(username="auditor", role=Role.AUDITOR),
    }
    cohort = Cohort.objects.create(name="规培一班", owner=made["instructor"])
    CohortMembership.objects.create(cohort=cohort, user=made["trainee"])
    return made


@pytest.fixture
def run(people: dict[str, User]) -> Run:
    return finished(people["trainee"], who="beginner")


@pytest.fixture
def client_of(people: dict[str, User]) -> Callable[[str], Client]:
    def sign_in(who: str, language: str = "en") -> Client:
        client = Client(headers={"accept-language": language})
        if who != "anonymous":
            client.force_login(people[who], backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


def verdict(response: Any) -> Any:
    if response.status_code == 302 and response["Location"].startswith("/accounts/login/"):
        return LOGIN
    return response.status_code if response.status_code in {403, 404} else OK


def test_each_page_opens_for_whom_it_is_meant(
    people: dict[str, User], run: Run, client_of: Callable[[str], Client]
) -> None:
    now = timezone.now()
    challenge = TeamChallenge.objects.create(
        title="周",
        scenario=Scenario.objects.get(key="adult-metro-aed"),
        begins_at=now,
        ends_at=now + timedelta(days=1),
        created_by=people["instructor"],
    )
    cohort = {"pk": Cohort.objects.get().pk}
    arguments: dict[str, dict[str, Any]] = {
        **{name: {"run_id": run.pk} for name in ("run", "replay", "debrief", "debrief-pdf", "statements", "sign-off")},
        "challenge-delete": {"pk": challenge.pk},
        "cohort": cohort,
        "cohort-export": cohort,
        "scenario": {"key": "adult-metro-aed"},
        "offline": {"key": "adult-metro-aed"},
    }
    wrong = []
    for name, (method, found) in MATRIX.items():
        for who, expected in found.items():
            address = reverse(f"scenarios:{name}", kwargs=arguments.get(name, {}))
            response = getattr(client_of(who), method)(address)
            if verdict(response) != expected:
                wrong.append(f"{name} for {who}: {response.status_code}, expected {expected}")
    assert wrong == []


def test_a_resident_without_account_chooses_and_stands_on_the_stage(
    client_of: Callable[[str], Client], run: Run
) -> None:
    client = client_of("anonymous")
    answer = client.post("/scenarios/choking-adult/", {"mode": "guided", "profile": "cn", "with": "me"})
    made = Run.objects.exclude(pk=run.pk).get()
    assert answer["Location"] == f"/scenarios/runs/{made.pk}/"
    page = client.get(answer["Location"])
    config = json.loads(
        page.content.decode().split('id="stage-config" type="application/json">')[1].split("</script>")[0]
    )
    assert config["card"]["ws"] == f"/ws/scenarios/runs/{made.pk}/"
    assert config["debrief"] == "/scenarios/runs/{run}/debrief/"
    assert config["card"]["you"]["slot"] == 1


def test_a_wrong_choice_is_explained_and_what_was_chosen_stays(client_of: Callable[[str], Client], run: Run) -> None:
    answer = client_of("trainee").post(
        "/scenarios/choking-adult/", {"mode": "hero", "profile": "aha-2025", "with": "others"}
    )
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "This scenario is not offered in that mode." in text
    assert '<option value="aha-2025" selected>' in text
    assert Run.objects.count() == 1


def test_others_join_by_the_code_and_a_wrong_code_is_told(client_of: Callable[[str], Client], run: Run) -> None:
    client_of("trainee").post("/scenarios/hospital-arrest/", {"mode": "practice", "profile": "cn", "with": "others"})
    made = Run.objects.get(is_team=True)
    joined = client_of("other").post("/scenarios/join/", {"code": made.code.lower()})
    assert joined["Location"] == f"/scenarios/runs/{made.pk}/"
    missed = client_of("other").post("/scenarios/join/", {"code": "AAAAAA"}, follow=True)
    assert "No run that is still open has this code." in missed.content.decode()


def test_a_run_that_is_over_is_talked_about(client_of: Callable[[str], Client], run: Run) -> None:
    assert client_of("trainee").get(f"/scenarios/runs/{run.pk}/")["Location"] == f"/scenarios/runs/{run.pk}/debrief/"
    assert client_of("trainee").get(f"/scenarios/runs/{uuid4()}/debrief/").status_code == 404


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["What went well", "Nobody touches the patient during analysis and shock.", "Not passed: 70 needed"]),
        ("zh-hans", ["做得好的", "分析和电击时任何人不得触碰患者。", "未通过：需要 70 分"]),
    ],
)
def test_the_debrief_says_what_was_good_what_was_not_and_why(
    client_of: Callable[..., Client], run: Run, language: str, sentences: list[str]
) -> None:
    text = client_of("trainee", language).get(f"/scenarios/runs/{run.pk}/debrief/").content.decode()
    assert [sentence for sentence in sentences if sentence not in text] == []
    # Every objective with its points, and every event in the table that says the same as the drawing.
    assert text.count('class="objective objective--') == 13
    data = json.loads(text.split('id="timeline-data" type="application/json">')[1].split("</script>")[0])
    assert text.count('<td class="tabular">') == len(data["marks"])
    assert "certif" in text if language == "en" else "不认证按压深度" in text


def test_the_print_is_a_pdf_with_its_fonts(client_of: Callable[..., Client], run: Run) -> None:
    answer = client_of("trainee", "zh-hans").get(f"/scenarios/runs/{run.pk}/debrief.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-") and b"NotoSansSC" in answer.content
    assert 20_000 < len(answer.content) < 400_000
    assert answer["Content-Disposition"].startswith('inline; filename="adult-metro-aed-')


def test_an_instructor_signs_on_the_page(client_of: Callable[[str], Client], people: dict[str, User], run: Run) -> None:
    address = f"/scenarios/runs/{run.pk}/sign-off/"
    person = str(people["trainee"].public_id)
    client_of("instructor").post(
        address, {"person": person, "verdict": "confirmed", "note": "很好", "saw_depth": "yes"}
    )
    signed = SignOff.objects.get()
    assert (signed.verdict, signed.saw_depth, signed.instructor) == ("confirmed", True, people["instructor"])
    assert client_of("trainee").post(address, {"person": person, "verdict": "confirmed"}).status_code == 403
    told = client_of("instructor").post(address, {"person": "nobody", "verdict": "confirmed"}, follow=True)
    assert "Choose a person of this run" in told.content.decode()


def test_the_cohort_s_runs_go_into_a_table_that_no_spreadsheet_runs(
    client_of: Callable[[str], Client], people: dict[str, User], run: Run
) -> None:
    people["trainee"].display_name = "=cmd()"
    people["trainee"].save()
    answer = client_of("instructor").get(reverse("scenarios:cohort-export", args=[Cohort.objects.get().pk]))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 1
    assert rows[0]["name"] == "'=cmd()"
    assert (rows[0]["scenario"], rows[0]["passed"], rows[0]["run"]) == ("adult-metro-aed", "no", str(run.pk))


def test_a_challenge_is_set_up_seen_by_members_and_deleted(
    client_of: Callable[[str], Client], people: dict[str, User], run: Run
) -> None:
    cohort = Cohort.objects.get()
    for name in ("a", "b"):
        CohortMembership.objects.create(cohort=cohort, user=User.objects.create(username=name))
    finished(people["trainee"], scenario="choking-adult")
    today = timezone.localdate()
    wanted = {
        "title": "AED 周",
        "scenario": "choking-adult",
        "mode": "practice",
        "begins": today,
        "ends": today,
        "cohorts": [cohort.pk],
    }
    wrong = client_of("instructor").post(
        "/scenarios/training/challenges/new/", {**wanted, "ends": today - timedelta(days=1)}
    )
    assert "The last day is before the first one." in wrong.content.decode()
    client_of("instructor").post("/scenarios/training/challenges/new/", wanted)
    text = client_of("trainee").get("/scenarios/training/challenges/").content.decode()
    assert "AED 周" in text and "33%" in text and "1 / 3" in text
    assert "AED 周" not in client_of("other").get("/scenarios/training/challenges/").content.decode()
    client_of("instructor").post(reverse("scenarios:challenge-delete", args=[TeamChallenge.objects.get().pk]))
    assert not TeamChallenge.objects.exists()


def test_the_board_shows_only_those_who_chose_it(
    client_of: Callable[[str], Client], people: dict[str, User], run: Run
) -> None:
    finished(people["trainee"], scenario="choking-adult")
    assert "林" not in client_of("other").get("/scenarios/training/board/").content.decode()
    client_of("trainee").post("/scenarios/training/board/choice/", {"choice": "join", "name": "小林同学"})
    assert "小林同学" in client_of("other").get("/scenarios/training/board/").content.decode()
    client_of("trainee").post("/scenarios/training/board/choice/", {"choice": "leave"})
    assert not BoardPlace.objects.exists()


def test_a_chapter_is_lived_through_by_passing_without_hints(
    client_of: Callable[[str], Client], people: dict[str, User], run: Run
) -> None:
    finished(people["trainee"], scenario="choking-adult", mode="guided")
    page = client_of("trainee").get("/scenarios/training/story/").content.decode()
    assert "0 of 8 chapters" in page and "This one is on me." not in page
    finished(people["trainee"], scenario="choking-adult", mode="practice")
    page = client_of("trainee").get("/scenarios/training/story/").content.decode()
    assert "1 of 8 chapters" in page and "This one is on me." in page
