"""Messages in the reader's language, without Django.

The catalogues are ``locale/<language>/LC_MESSAGES/django.mo`` in the package, compiled with those of the house
(``python -m vrtraining.messages``). Where there is none, messages stay English.
"""

from __future__ import annotations

import gettext as _gettext
import os
from functools import lru_cache
from pathlib import Path

LOCALE_FOLDER = Path(__file__).resolve().parent / "locale"


def reader_language() -> str:
    """The language the environment asks for: ``zh_Hans`` for Chinese locales, else two letters, ``en`` by default."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "").split(":")[0].split(".")[0]
        if value:
            return "zh_Hans" if value.lower().startswith("zh") else value.split("_")[0]
    return "en"


@lru_cache(maxsize=4)
def _catalogue(language: str) -> _gettext.NullTranslations:
    return _gettext.translation("django", localedir=str(LOCALE_FOLDER), languages=[language], fallback=True)


def gettext(message: str, language: str | None = None) -> str:
    """The message in ``language`` (``zh_Hans``, ``en``), by default the reader's."""
    return _catalogue(language or reader_language()).gettext(message)


def gettext_noop(message: str) -> str:
    """The message as it is: marks what is translated later, when an error is shown."""
    return message
