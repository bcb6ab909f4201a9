"""Reading about people, cohorts, consents and actions."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from courses.people.models import (
    ActionLogEntry,
    Cohort,
    ConsentDecision,
    ConsentDocument,
    ConsentKind,
    Role,
    User,
)


def people(*, search: str = "", role: str = "") -> QuerySet[User]:
    """Everybody who has not been erased, by user name; `search` looks into name, user name and e-mail."""
    found = User.objects.filter(erased_at=None).prefetch_related("cohorts")
    if search:
        found = found.filter(
            Q(username__icontains=search) | Q(display_name__icontains=search) | Q(email__icontains=search)
        )
    if role:
        found = found.filter(role=role)
    return found


def find_person(name_or_email: str) -> User | None:
    """The person with exactly this user name or e-mail, in any case."""
    wanted = name_or_email.strip()
    by = {"email__iexact": wanted} if "@" in wanted else {"username__iexact": wanted}
    return User.objects.filter(erased_at=None, **by).first()


def cohorts_visible_to(user: User) -> QuerySet[Cohort]:
    """Administrators and auditors see all cohorts, instructors the ones they lead; with `member_count`."""
    visible = Cohort.objects.select_related("owner").annotate(member_count=Count("memberships")).order_by("name")
    if user.role in {Role.ADMINISTRATOR, Role.AUDITOR}:
        return visible
    return visible.filter(owner=user)


def cohort_members(cohort: Cohort) -> QuerySet[User]:
    """The members of a cohort, by user name."""
    return cohort.members.filter(erased_at=None).order_by("username")


# --- consents ------------------------------------------------------------------------------------


def current_documents() -> list[ConsentDocument]:
    """The newest version of each kind, in the order of the kinds."""
    newest: dict[str, ConsentDocument] = {}
    for document in ConsentDocument.objects.order_by("version"):
        newest[document.kind] = document
    return [newest[kind] for kind in ConsentKind.values if kind in newest]


def current_document(kind: str) -> ConsentDocument | None:
    """The newest version of one kind, None where none was published."""
    return ConsentDocument.objects.filter(kind=kind).order_by("-version").first()


def latest_decision(user: User, kind: str) -> ConsentDecision | None:
    """The person's newest answer to any version of a kind."""
    return user.consent_decisions.filter(document__kind=kind).select_related("document").first()


def has_consented(user: Any, kind: str) -> bool:
    """Whether the person has agreed to the newest version of `kind` and not withdrawn since."""
    document = current_document(kind)
    if document is None or not user.is_authenticated:
        return False
    decision = latest_decision(user, kind)
    return decision is not None and decision.given and decision.document_id == document.pk


def consenting(kind: str) -> QuerySet[User]:
    """The people for whom `has_consented` holds."""
    document = current_document(kind)
    newest = ConsentDecision.objects.filter(user=OuterRef("pk"), document__kind=kind).order_by("-decided_at", "-pk")
    return User.objects.annotate(
        answer=Subquery(newest.values("given")[:1]), answered=Subquery(newest.values("document")[:1])
    ).filter(answer=True, answered=document.pk if document else None)


def pending_required(user: User) -> list[ConsentDocument]:
    """Required documents whose newest version the person has not agreed to."""
    return [
        document for document in current_documents() if document.required and not has_consented(user, document.kind)
    ]


def consent_overview(user: User) -> list[dict[str, Any]]:
    """For the person's own page: each current document with the answer given to it and the kind's history."""
    history = list(user.consent_decisions.select_related("document"))
    rows = []
    for document in current_documents():
        answers = [decision for decision in history if decision.document.kind == document.kind]
        latest = answers[0] if answers else None
        rows.append(
            {
                "document": document,
                "latest": latest,
                "given": bool(latest and latest.given and latest.document_id == document.pk),
                "outdated": bool(latest and latest.given and latest.document_id != document.pk),
                "history": answers,
            }
        )
    return rows


def consent_counts() -> dict[str, dict[str, int]]:
    """Per document id: how many people's newest answer to it is yes or no."""
    seen: set[tuple[int, str]] = set()
    counts: dict[str, dict[str, int]] = {}
    decisions = ConsentDecision.objects.select_related("document").filter(user__erased_at=None)
    for decision in decisions.order_by("-decided_at", "-pk").iterator(chunk_size=2000):
        key = (decision.user_id, decision.document.kind)
        if key in seen:
            continue
        seen.add(key)
        tally = counts.setdefault(str(decision.document_id), {"yes": 0, "no": 0})
        tally["yes" if decision.given else "no"] += 1
    return counts


# --- the action log --------------------------------------------------------------------------------


def actions(
    *, action: str = "", who: str = "", since: date | None = None, until: date | None = None
) -> QuerySet[ActionLogEntry]:
    """Entries, newest first. `action` is a prefix ("people.cohort"), `who` a user name, e-mail or audit key
    (nobody found: no entries), `since` and `until` are days of the centre's zone, both included."""
    entries = ActionLogEntry.objects.all()
    if action:
        entries = entries.filter(action__startswith=action)
    if who:
        entries = entries.filter(actor=_audit_key(who))
    if since:
        entries = entries.filter(at__gte=_midnight(since))
    if until:
        entries = entries.filter(at__lt=_midnight(until + timedelta(days=1)))
    return entries


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _audit_key(who: str) -> uuid.UUID:
    try:
        return uuid.UUID(who)
    except ValueError:
        person = find_person(who)
        return person.audit_key if person else uuid.UUID(int=0)


def names_of_actors(keys: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, User]:
    """The people behind audit keys, as far as they have not been erased."""
    wanted = {key for key in keys if key}
    return {user.audit_key: user for user in User.objects.filter(audit_key__in=wanted)}
