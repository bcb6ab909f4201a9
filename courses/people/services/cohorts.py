"""Making and changing cohorts."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction

from courses.people.models import Cohort, CohortMembership, User
from courses.people.permissions import CHANGE_COHORT, CREATE_COHORT, require
from courses.people.selectors import find_person
from courses.people.services.audit import log_action


@dataclass
class Added:
    """What became of a list of names: people added, people who were members already, names nobody has."""

    added: list[User] = field(default_factory=list)
    already: list[User] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


@transaction.atomic
def create_cohort(*, actor: User, name: str, description: str = "") -> Cohort:
    """A new, empty cohort led by the actor. IntegrityError: the name is taken (in any case)."""
    require(actor, CREATE_COHORT)
    cohort = Cohort.objects.create(name=name.strip(), description=description.strip(), owner=actor)
    log_action(actor=actor, action="people.cohort.create", target=cohort, data={"name": cohort.name})
    return cohort


@transaction.atomic
def change_cohort(*, actor: User, cohort: Cohort, name: str, description: str) -> Cohort:
    """Rename or describe. IntegrityError: the name is taken."""
    require(actor, CHANGE_COHORT, cohort)
    cohort.name, cohort.description = name.strip(), description.strip()
    cohort.save(update_fields=["name", "description"])
    log_action(actor=actor, action="people.cohort.change", target=cohort, data={"name": cohort.name})
    return cohort


@transaction.atomic
def delete_cohort(*, actor: User, cohort: Cohort) -> None:
    """Remove the group; its members stay."""
    require(actor, CHANGE_COHORT, cohort)
    key, name, members = cohort.pk, cohort.name, cohort.memberships.count()
    cohort.delete()
    cohort.pk = key
    log_action(actor=actor, action="people.cohort.delete", target=cohort, data={"name": name, "members": members})


@transaction.atomic
def add_members(*, actor: User, cohort: Cohort, names: Iterable[str]) -> Added:
    """Add people by user name or e-mail; names that nobody has are reported, the others are added."""
    require(actor, CHANGE_COHORT, cohort)
    outcome = Added()
    for name in dict.fromkeys(name.strip() for name in names if name.strip()):
        person = find_person(name)
        if person is None:
            outcome.unknown.append(name)
            continue
        _membership, is_new = CohortMembership.objects.get_or_create(cohort=cohort, user=person)
        (outcome.added if is_new else outcome.already).append(person)
    if outcome.added:
        people = [str(person.audit_key) for person in outcome.added]
        log_action(actor=actor, action="people.cohort.add_members", target=cohort, data={"people": people})
    return outcome


@transaction.atomic
def remove_member(*, actor: User, cohort: Cohort, person: User) -> None:
    """Take one person out; nothing happens when they are no member."""
    require(actor, CHANGE_COHORT, cohort)
    gone, _per_model = CohortMembership.objects.filter(cohort=cohort, user=person).delete()
    if gone:
        people = [str(person.audit_key)]
        log_action(actor=actor, action="people.cohort.remove_member", target=cohort, data={"people": people})
