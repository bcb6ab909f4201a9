"""The debrief's own words, in both languages (words.yaml)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from courses.scenarios.language.model import LANGUAGES, Text

FILE = Path(__file__).parent / "words.yaml"


@cache
def _document() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    document: Mapping[str, Mapping[str, Mapping[str, Any]]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return document


def entry(part: str, key: str) -> Mapping[str, Any] | None:
    """What the file says of `key` in one of facts, refusals, doings, outcomes, sources; None where it says nothing."""
    return _document()[part].get(key)


def text(part: str, key: str) -> Text:
    """The words in both languages; the key itself where there are none, so that nothing is hidden."""
    found = entry(part, key)
    return {language: str(found[language]) if found else key for language in LANGUAGES}


def joined(first: Text, then: Text) -> Text:
    """“first: then” in each language's punctuation."""
    return {"zh-hans": f"{first['zh-hans']}：{then['zh-hans']}", "en": f"{first['en']}: {then['en']}"}
