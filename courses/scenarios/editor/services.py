"""Making, saving, publishing and withdrawing scenarios that people write."""

import re
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from courses.people.models import User
from courses.people.services.audit import log_action
from courses.scenarios.editor.check import LONGEST_SOURCE, accepted_document, has_errors
from courses.scenarios.editor.errors import Conflict, EditorRefused
from courses.scenarios.editor.permissions import CHANGE, PUBLISH, WRITE, require
from courses.scenarios.language.lint import lint_text
from courses.scenarios.language.model import RESERVED_IDS
from courses.scenarios.models import Scenario, ScenarioState, ScenarioVersion
from courses.scenarios.services.shipped import digest_of

KEY = re.compile(r"[a-z][a-z0-9-]{2,59}")


@transaction.atomic
def create_scenario(author: User, key: str, source: str) -> ScenarioVersion:
    """A new scenario with its first version; its text gets that id. Raises PermissionDenied, EditorRefused."""
    require(author, WRITE)
    if not KEY.fullmatch(key) or key in RESERVED_IDS:
        raise EditorRefused("key")
    source = re.sub(r"(?m)^id:.*$", f"id: {key}", source, count=1)
    try:
        with transaction.atomic():
            scenario = Scenario.objects.create(key=key, owner=author, state=ScenarioState.DRAFT)
    except IntegrityError as taken:
        raise EditorRefused("key_taken") from taken
    version = _add(scenario, author, source, "")
    log_action(actor=author, action="scenarios.scenario.create", target=scenario, data={"key": key})
    return version


@transaction.atomic
def save_version(author: User, scenario: Scenario, source: str, *, base: int, note: str = "") -> ScenarioVersion:
    """The text as a new version, made from version `base`.

    Raises PermissionDenied; Conflict when somebody saved in between (nothing is stored, their version comes with it);
    EditorRefused when the id is not the scenario's own, the text is too long or nothing was changed.
    """
    require(author, CHANGE, scenario)
    if len(source) > LONGEST_SOURCE:
        raise EditorRefused("too_long")
    scenario = Scenario.objects.select_for_update().get(pk=scenario.pk)
    latest = _latest(scenario)
    if latest.number != base:
        raise Conflict(latest)
    if latest.digest == digest_of(source):
        raise EditorRefused("unchanged")
    version = _add(scenario, author, source, note)
    log_action(actor=author, action="scenarios.scenario.save", target=scenario, data={"version": version.number})
    return version


@transaction.atomic
def publish_version(author: User, scenario: Scenario, number: int) -> ScenarioVersion:
    """From now on new runs play this version. Raises PermissionDenied; EditorRefused when it has errors."""
    require(author, PUBLISH, scenario)
    scenario = Scenario.objects.select_for_update().get(pk=scenario.pk)
    version = scenario.versions.filter(number=number).first()
    if version is None:
        raise EditorRefused("unknown_version")
    if has_errors(lint_text(version.source)):
        raise EditorRefused("has_errors")
    if version.published_at is None:
        version.published_at = timezone.now()
        version.save(update_fields=["published_at"])
    scenario.current, scenario.state = version, ScenarioState.PUBLISHED
    scenario.save(update_fields=["current", "state", "updated_at"])
    log_action(actor=author, action="scenarios.scenario.publish", target=scenario, data={"version": number})
    return version


@transaction.atomic
def withdraw_scenario(author: User, scenario: Scenario) -> None:
    """No new runs; those that were played keep their version. Raises PermissionDenied."""
    require(author, PUBLISH, scenario)
    scenario = Scenario.objects.select_for_update().get(pk=scenario.pk)
    scenario.state = ScenarioState.WITHDRAWN
    scenario.save(update_fields=["state", "updated_at"])
    log_action(actor=author, action="scenarios.scenario.withdraw", target=scenario)


def _latest(scenario: Scenario) -> ScenarioVersion:
    return scenario.versions.select_related("author").order_by("-number")[0]


def _add(scenario: Scenario, author: User, source: str, note: str) -> ScenarioVersion:
    """A text with errors is kept as well, so that work that is not finished is not lost; it cannot be published."""
    highest = scenario.versions.order_by("-number").values_list("number", flat=True).first() or 0
    accepted = accepted_document(source)
    content: dict[str, Any] = accepted.content if accepted else {}
    if accepted and content["id"] != scenario.key:
        raise EditorRefused("other_id", scenario.key)
    return ScenarioVersion.objects.create(
        scenario=scenario,
        number=highest + 1,
        source=source,
        document={**content, "version": highest + 1} if accepted else {},
        digest=digest_of(source),
        author=author,
        note=note[:200],
    )
