"""Publishing consent documents and answering them."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import get_language

from courses.people.models import ConsentDecision, ConsentDocument, User
from courses.people.permissions import PUBLISH_CONSENT, SIGNED_IN, require
from courses.people.services.audit import log_action


@transaction.atomic
def publish_document(
    *, actor: User | None, kind: str, required: bool, title_zh: str, title_en: str, body_zh: str, body_en: str
) -> ConsentDocument:
    """The next version of a kind. Agreement to an older version no longer counts; people are asked again.

    actor None: the installation itself (first start).
    """
    if actor is not None:
        require(actor, PUBLISH_CONSENT)
    newest = ConsentDocument.objects.filter(kind=kind).aggregate(version=Max("version"))["version"] or 0
    document = ConsentDocument.objects.create(
        kind=kind,
        version=newest + 1,
        required=required,
        title_zh=title_zh,
        title_en=title_en,
        body_zh=body_zh,
        body_en=body_en,
    )
    log_action(
        actor=actor, action="people.consent.publish", target=document, data={"kind": kind, "version": document.version}
    )
    return document


@transaction.atomic
def decide(*, user: User, document: ConsentDocument, given: bool) -> ConsentDecision:
    """Record the person's own yes or no (a no after a yes is a withdrawal). PermissionDenied: nobody signed in."""
    require(user, SIGNED_IN)
    decision = ConsentDecision.objects.create(
        user=user, document=document, given=given, language=get_language() or "zh-hans"
    )
    log_action(
        actor=user,
        action="people.consent.accept" if given else "people.consent.withdraw",
        target=document,
        data={"kind": document.kind, "version": document.version},
    )
    return decision
