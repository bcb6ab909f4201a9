"""A learning record store elsewhere, spoken to by HTTP (xAPI 1.0.3, part three, 2.1.2: POST statements)."""

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from courses.learning.xapi.build import Statement

VERSION = "1.0.3"
TIMEOUT_S = 20.0
# The store itself is at fault or busy, or we are not let in: the statements are right and are sent again later.
AGAIN = frozenset({401, 403, 404, 408, 425, 429, 500, 502, 503, 504})
KNOWN_ALREADY = 409


class LrsUnreachable(Exception):
    """No answer, or one that says nothing against the statements."""


class LrsRefused(Exception):
    """The store holds the statements to be wrong."""


@dataclass(frozen=True)
class Lrs:
    """`url` ends before /statements; key and secret are for HTTP basic authentication."""

    url: str
    key: str
    secret: str

    @classmethod
    def of_settings(cls) -> "Lrs | None":
        """The store that the settings name, None without one. Raises ImproperlyConfigured for no web address."""
        if not settings.XAPI_LRS_URL:
            return None
        if not settings.XAPI_LRS_URL.startswith(("https://", "http://")):
            raise ImproperlyConfigured("XAPI_LRS_URL must begin with https:// or http://")
        return cls(settings.XAPI_LRS_URL.rstrip("/"), settings.XAPI_LRS_KEY, settings.XAPI_LRS_SECRET)

    def send(self, statements: Sequence[Statement]) -> None:
        """Raises LrsUnreachable or LrsRefused. A store that has one statement already counts as having taken it."""
        request = urllib.request.Request(  # noqa: S310 - the administrator's own address, of_settings() saw that it is of the web
            f"{self.url}/statements",
            data=json.dumps(list(statements)).encode(),
            method="POST",
            headers={
                "Content-Type": "application/json",
                "X-Experience-API-Version": VERSION,
                "Authorization": f"Basic {base64.b64encode(f'{self.key}:{self.secret}'.encode()).decode()}",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310
                return
        except urllib.error.HTTPError as answer:
            self._judge(answer, len(statements))
        except (urllib.error.URLError, TimeoutError, ConnectionError) as problem:
            raise LrsUnreachable(str(problem)) from problem

    def _judge(self, answer: urllib.error.HTTPError, count: int) -> None:
        said = answer.read(300).decode("utf-8", "replace")
        if answer.code == KNOWN_ALREADY and count == 1:
            return
        if answer.code in AGAIN:
            raise LrsUnreachable(f"{answer.code} {said}")
        raise LrsRefused(f"{answer.code} {said}")
