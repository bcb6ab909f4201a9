"""Building statements: actors, verbs, activities, results (xAPI 1.0.3, part two; IEEE 9274.1.1 is the same here)."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

Statement = dict[str, Any]
Texts = Mapping[str, str]
# Languages of the house as BCP 47 tags of language maps.
TAGS = {"zh-hans": "zh-Hans", "en": "en"}
# Ids of statements are drawn from what they say, so that saying it twice is saying it once.
NAMESPACE = uuid.UUID("6a2c6a53-3a0f-5b1e-9f0b-0d2f6b1f7c11")

ADL = "http://adlnet.gov/expapi/verbs/"
# ADL's vocabulary of verbs; abandoned: ADL's own profile; approve, deny: Activity Streams 1.0.
VERBS: dict[str, tuple[str, Texts]] = {
    "completed": (f"{ADL}completed", {"zh-hans": "完成了", "en": "completed"}),
    "passed": (f"{ADL}passed", {"zh-hans": "通过了", "en": "passed"}),
    "failed": (f"{ADL}failed", {"zh-hans": "未通过", "en": "failed"}),
    "scored": (f"{ADL}scored", {"zh-hans": "得分于", "en": "scored"}),
    "voided": (f"{ADL}voided", {"zh-hans": "作废了", "en": "voided"}),
    "abandoned": ("https://w3id.org/xapi/adl/verbs/abandoned", {"zh-hans": "中途离开了", "en": "abandoned"}),
    "approve": ("http://activitystrea.ms/schema/1.0/approve", {"zh-hans": "签字确认了", "en": "approved"}),
    "deny": ("http://activitystrea.ms/schema/1.0/deny", {"zh-hans": "要求再练", "en": "denied"}),
}
SIMULATION = "http://adlnet.gov/expapi/activities/simulation"
OBJECTIVE = "http://adlnet.gov/expapi/activities/objective"
LESSON = "http://adlnet.gov/expapi/activities/lesson"
COURSE = "http://adlnet.gov/expapi/activities/course"
PROFILE = "http://adlnet.gov/expapi/activities/profile"


def base_iri() -> str:
    """What the centre's own names begin with. PUBLIC_URL should be set before statements leave the house."""
    return (settings.PUBLIC_URL or f"http://{settings.HOST}:{settings.PORT}").rstrip("/")


def iri(*parts: object) -> str:
    """A name below the centre's own /xapi/."""
    return "/".join([base_iri(), "xapi", *(str(part) for part in parts)])


def language_map(texts: Texts) -> dict[str, str]:
    return {TAGS[language]: words for language, words in texts.items() if language in TAGS}


def agent(user: Any) -> dict[str, Any]:
    """A person by account. The name is their public id: no mail address and no name leaves the house."""
    return {"objectType": "Agent", "account": {"homePage": base_iri(), "name": str(user.public_id)}}


def verb(name: str) -> dict[str, Any]:
    identifier, display = VERBS[name]
    return {"id": identifier, "display": language_map(display)}


def activity(identifier: str, kind: str, name: Texts, description: Texts | None = None) -> dict[str, Any]:
    definition: dict[str, Any] = {"type": kind, "name": language_map(name)}
    if description:
        definition["description"] = language_map(description)
    return {"objectType": "Activity", "id": identifier, "definition": definition}


def statement_ref(identifier: uuid.UUID) -> dict[str, str]:
    return {"objectType": "StatementRef", "id": str(identifier)}


def score(raw: float, highest: float = 100.0) -> dict[str, float]:
    """scaled is 0..1 (-1..1 in the standard); raw within 0..highest."""
    return {"scaled": round(raw / highest, 4), "raw": round(raw, 2), "min": 0, "max": highest}


def duration(seconds: float) -> str:
    """ISO 8601 with the hundredths that the standard compares."""
    return f"PT{seconds:.2f}S"


def timestamp(at: datetime) -> str:
    """RFC 3339 with milliseconds and zone."""
    return at.isoformat(timespec="milliseconds")


def identifier(*said: object) -> uuid.UUID:
    """The id of a statement that says this."""
    return uuid.uuid5(NAMESPACE, "|".join(str(part) for part in said))
