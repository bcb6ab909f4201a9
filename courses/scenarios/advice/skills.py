"""Skills by name, and what a run showed of each."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from courses.scenarios.language.model import LANGUAGES, Text

FILE = Path(__file__).parent / "skills.yaml"


@cache
def _names() -> Mapping[str, Text]:
    names: Mapping[str, Text] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return names


def skill_name(skill: str) -> Text:
    """In both languages; a skill that an instructor made up is called as it is written."""
    return _names().get(skill) or dict.fromkeys(LANGUAGES, skill)


def weights_by_skill(document: Mapping[str, Any]) -> dict[str, float]:
    """How much of a definition's points each skill has, 0..1."""
    sums: dict[str, float] = {}
    for objective in document["objectives"]:
        if objective.get("skill"):
            sums[objective["skill"]] = sums.get(objective["skill"], 0.0) + float(objective["weight"])
    whole = sum(float(objective["weight"]) for objective in document["objectives"]) or 1.0
    return {skill: weight / whole for skill, weight in sums.items()}


def credit_by_skill(document: Mapping[str, Any], credits: Mapping[str, float]) -> dict[str, float]:
    """The mean credit of each skill's objectives by their weight, 0..1; objectives that did not apply are left out."""
    sums: dict[str, list[float]] = {}
    for objective in document["objectives"]:
        skill, credit = objective.get("skill"), credits.get(objective["id"])
        if skill and credit is not None:
            pair = sums.setdefault(skill, [0.0, 0.0])
            pair[0] += float(objective["weight"]) * credit
            pair[1] += float(objective["weight"])
    return {skill: gained / weight for skill, (gained, weight) in sums.items() if weight}
