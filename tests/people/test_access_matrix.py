"""Every address of this wing, asked by everybody: who may, who is refused, who is asked to sign in."""

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from courses.people import urls
from courses.people.models import Cohort, ConsentDocument, PeopleImport, Role, User
from courses.people.services.accounts import sign_in_token

OK, NO, LOGIN, PROOF, GONE = "ok", 403, "sign in", "proof", 404
ROLES = ["anonymous", *Role.values, "instructor_other"]

# address name -> (method, {who: expected}); whoever is not named is refused. "all": everybody signed in.
ADMIN_ONLY = {"administrator": OK}
OVERSIGHT = {"administrator": OK, "auditor": OK}
LEADS = {"administrator": OK, "instructor": OK}
SEES = {"administrator": OK, "auditor": OK, "instructor": OK}
COHORTS = {**SEES, "instructor_other": OK}
EVERYBODY = {
    "resident": OK,
    "trainee": OK,
    "instructor": OK,
    "administrator": OK,
    "auditor": OK,
    "instructor_other": OK,
}
PUBLIC = {**EVERYBODY, "anonymous": OK}
MATRIX = {
    "people": ("get", OVERSIGHT),
    "people_export": ("get", OVERSIGHT),
    "person_add": ("get", ADMIN_ONLY),
    "person": ("get", OVERSIGHT),
    "person_role": ("post", ADMIN_ONLY),
    "person_active": ("post", ADMIN_ONLY),
    "person_reset": ("post", ADMIN_ONLY),
    "import": ("get", ADMIN_ONLY),
    "import_template": ("get", ADMIN_ONLY),
    "import_commit": ("post", ADMIN_ONLY),
    "import_done": ("get", {"administrator": GONE}),
    "import_sheet": ("post", {"administrator": GONE}),
    "cohorts": ("get", COHORTS),
    "cohorts_export": ("get", COHORTS),
    "cohort_create": ("get", {**LEADS, "instructor_other": OK}),
    "cohort": ("get", SEES),
    "cohort_export": ("get", SEES),
    "cohort_change": ("get", LEADS),
    "cohort_delete": ("post", LEADS),
    "members_add": ("post", LEADS),
    "member_remove": ("post", LEADS),
    "audit": ("get", OVERSIGHT),
    "audit_export": ("get", OVERSIGHT),
    "audit_verify": ("post", OVERSIGHT),
    "consents": ("get", OVERSIGHT),
    "consents_export": ("get", OVERSIGHT),
    "consent_publish": ("get", ADMIN_ONLY),
    "consent_pending": ("get", EVERYBODY),
    "consent_decide": ("post", EVERYBODY),
    "consent": ("get", PUBLIC),
    "me": ("get", EVERYBODY),
    "export_data": ("get", EVERYBODY),
    "erase_data": ("get", EVERYBODY),
    "first_password": ("get", PUBLIC),
}
# What needs a fresh proof of who one is asks for it first.
FRESH = {"export_data"}


@pytest.fixture
def scene(make_person: Callable[..., User], terms: ConsentDocument) -> dict[str, dict[str, object]]:
    """The things the addresses are about, and one person per role; the cohort and the import belong to their makers."""
    people = {role: make_person(f"p.{role}", role) for role in Role.values}
    people["instructor_other"] = make_person("p.other", Role.INSTRUCTOR)
    target = make_person("target")
    cohort = Cohort.objects.create(name="规培一班", owner=people["instructor"])
    kept = PeopleImport.objects.create(created_by=people["administrator"], file_name="t.csv", rows=[])
    person = {"public_id": target.public_id}
    group = {"pk": cohort.pk}
    table = {"pk": kept.pk}
    arguments: dict[str, dict[str, object]] = {
        "person": person,
        "person_role": person,
        "person_active": person,
        "person_reset": person,
        "import_commit": table,
        "import_done": table,
        "import_sheet": table,
        "cohort": group,
        "cohort_export": group,
        "cohort_change": group,
        "cohort_delete": group,
        "members_add": group,
        "member_remove": {**group, **person},
        "consent": {"kind": "terms"},
        "consent_decide": {"pk": terms.pk},
        "first_password": {"token": sign_in_token(target)},
    }
    return {"people": people, "arguments": arguments}  # type: ignore[dict-item]


def verdict(response: object) -> object:
    if response.status_code == 302 and response["Location"].startswith("/accounts/login/"):
        return LOGIN
    if response.status_code == 302 and response["Location"].startswith("/accounts/reauthenticate/"):
        return PROOF
    return response.status_code if response.status_code in {403, 404} else OK


def test_the_matrix_names_every_address() -> None:
    assert {pattern.name for pattern in urls.urlpatterns} == set(MATRIX)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is rolled back, so that one address does not take away the next one's things."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("who", ROLES)
def test_who_may_open_what(who: str, scene: dict[str, dict[str, object]], client_of: Callable[[User], Client]) -> None:
    wrong = {}
    for name, (method, expected) in MATRIX.items():
        with undone():
            client = Client() if who == "anonymous" else client_of(scene["people"][who])
            response = getattr(client, method)(reverse(f"people:{name}", kwargs=scene["arguments"].get(name)))
        wanted = expected.get(who, LOGIN if who == "anonymous" else NO)
        if name in FRESH and wanted == OK:
            wanted = PROOF
        if verdict(response) != wanted:
            wrong[name] = (verdict(response), wanted)
    assert wrong == {}


@pytest.mark.parametrize("name", [name for name, (method, _) in MATRIX.items() if method == "post"])
def test_what_changes_something_is_not_done_by_a_link(
    name: str, scene: dict[str, dict[str, object]], client_of: Callable[[User], Client]
) -> None:
    url = reverse(f"people:{name}", kwargs=scene["arguments"].get(name))
    assert client_of(scene["people"]["administrator"]).get(url).status_code == 405


@pytest.mark.parametrize("name", ["person", "cohort", "import_done"])
def test_what_is_not_there_is_not_found(name: str, admin: User, client_of: Callable[[User], Client]) -> None:
    key = "public_id" if name == "person" else "pk"
    assert client_of(admin).get(reverse(f"people:{name}", kwargs={key: uuid.uuid4()})).status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_have_one_heading_a_label_for_every_control_and_nothing_inline(
    language: str, scene: dict[str, dict[str, object]], client_of: Callable[[User], Client]
) -> None:
    client = client_of(scene["people"]["administrator"])
    client.cookies["django_language"] = language
    seen = 0
    for name in (name for name, (method, _) in MATRIX.items() if method == "get"):
        response = client.get(reverse(f"people:{name}", kwargs=scene["arguments"].get(name)))
        if response.status_code != 200 or not response["Content-Type"].startswith("text/html"):
            continue
        seen += 1
        page = response.content.decode()
        main = page[page.index("<main") : page.index("</main>")]
        assert f'<html lang="{language}"' in page, name
        assert main.count("<h1") == 1, name
        assert not re.search(r"\s(style|on\w+)=", main) and "<script>" not in page, name
        controls = re.findall(
            r'<(?:input|select|textarea)\b(?![^>]*type="(?:hidden|checkbox|submit)")[^>]*\bid="([^"]+)"', main
        )
        assert set(controls) <= set(re.findall(r'<label[^>]*\bfor="([^"]+)"', main)), name
    assert seen >= 14
