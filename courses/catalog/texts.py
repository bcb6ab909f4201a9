"""Texts that exist in Chinese and English: which one a reader gets."""

from typing import Any

from django.utils.translation import get_language

LANGUAGES = ("zh", "en")


def reader_language() -> str:
    """The short code ("zh" or "en") of the language the page is shown in."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def localized(thing: Any, field: str) -> str:
    """`thing.<field>_zh` or `thing.<field>_en` as the reader prefers; the other one where that is empty."""
    first = reader_language()
    second = "zh" if first == "en" else "en"
    return str(getattr(thing, f"{field}_{first}") or getattr(thing, f"{field}_{second}"))


def language_of(thing: Any, field: str) -> str:
    """BCP 47 tag of the text that `localized` chooses, for the `lang` attribute."""
    own = reader_language()
    chosen = own if getattr(thing, f"{field}_{own}") else ("zh" if own == "en" else "en")
    return "en" if chosen == "en" else "zh-hans"
