"""Accounts for the first start of a house, so that every role can be tried."""

import secrets

from django.db import transaction

from courses.people.consent_texts import publish_first_documents
from courses.people.models import Cohort, CohortMembership, Role, User
from courses.people.services.accounts import set_email
from courses.people.services.audit import log_action

PEOPLE = [
    (Role.RESIDENT, "resident", "周阿姨"),
    (Role.TRAINEE, "trainee", "林晓"),
    (Role.INSTRUCTOR, "instructor", "陈医生"),
    (Role.ADMINISTRATOR, "administrator", "中心管理员"),
    (Role.AUDITOR, "auditor", "审计员"),
]
_WORDS = (
    "amber basin cedar delta ember fjord grove harbor inlet jasper kelp lagoon maple nectar olive pebble quartz river"
)


def _password() -> str:
    """Four parts a person can type on a headset's keyboard; about 43 bits, and a lockout in front of it."""
    words = _WORDS.split()
    return "-".join([*(secrets.choice(words) for _ in range(3)), f"{secrets.randbelow(10**9):09d}"])


@transaction.atomic
def seed_demo_people() -> list[tuple[str, str, str]]:
    """Make one person per role, a cohort and the first consent documents; (role, user name, password) for each.

    Passwords exist only in the answer: print them once. People who are here already are left alone and not
    answered, so a second call does nothing.
    """
    publish_first_documents()
    made = []
    for role, username, display_name in PEOPLE:
        if User.objects.filter(username__iexact=username).exists():
            continue
        password = _password()
        person = User(username=username, display_name=display_name, role=role)
        person.set_password(password)
        person.save()
        set_email(person, f"{username}@centre.example")
        person.save(update_fields=["email"])
        log_action(actor=None, action="people.person.add", target=person, data={"role": role, "demo": True})
        made.append((str(role), username, password))
    _seed_cohort()
    return made


def _seed_cohort() -> None:
    leader = User.objects.filter(username="instructor").first()
    cohort, is_new = Cohort.objects.get_or_create(
        name="2026 住院医师规培一班", defaults={"owner": leader, "description": "急诊轮转 · Emergency rotation"}
    )
    if is_new:
        for person in User.objects.filter(username="trainee"):
            CohortMembership.objects.create(cohort=cohort, user=person)
