"""The story: chapters that are lived through by being able to do what they ask."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from courses.scenarios.language.model import Text

FILE = Path(__file__).parent / "story.yaml"


@dataclass(frozen=True)
class Chapter:
    """scenario: the definition's id. before, after: what is told when one comes to it, and when it is passed."""

    id: str
    scenario: str
    title: Text
    before: Text
    after: Text


@cache
def _document() -> Mapping[str, Any]:
    document: Mapping[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return document


def story_title() -> Text:
    title: Text = _document()["title"]
    return title


def chapters(playable: Collection[str]) -> tuple[Chapter, ...]:
    """The chapters whose scenario is among those that a person may play, in their order."""
    return tuple(Chapter(**chapter) for chapter in _document()["chapters"] if chapter["scenario"] in playable)
