"""Reading what the editor shows."""

from typing import Any

from django.db.models import Max, QuerySet

from courses.scenarios.models import Scenario, ScenarioVersion


def written_scenarios() -> QuerySet[Scenario]:
    """All scenarios with their newest version's number, people's own first."""
    scenarios = Scenario.objects.select_related("owner", "current").annotate(newest=Max("versions__number"))
    return scenarios.order_by("is_shipped", "-updated_at", "key")


def latest_version(scenario: Scenario) -> ScenarioVersion:
    return scenario.versions.select_related("author").order_by("-number")[0]


def title_of(scenario: Scenario) -> str:
    """Title of the version that people play, else of the newest that has one, else the short name."""
    if scenario.current is not None:
        return scenario.current.title
    titled = next((v for v in scenario.versions.order_by("-number")[:20] if "title" in v.document), None)
    return titled.title if titled else scenario.key


def version_facts(version: ScenarioVersion, current_id: int | None) -> dict[str, Any]:
    """A version as the page's list and a conflict show it, without its text."""
    return {
        "number": version.number,
        "author": str(version.author) if version.author else "",
        "at": version.created_at.isoformat(),
        "note": version.note,
        "current": version.pk == current_id,
    }
