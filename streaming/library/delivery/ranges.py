"""Conditional and range requests (RFC 9110, sections 13 and 14) for files that do not change under one address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from django.utils.http import http_date

RANGES = re.compile(r"bytes=(.+)", re.IGNORECASE)
ONE_RANGE = re.compile(r"\s*([0-9]{0,19})-([0-9]{0,19})\s*")


@dataclass(frozen=True)
class Facts:
    """Of a file: length in bytes, time of change in whole seconds since 1970, strong entity tag."""

    length: int
    modified: int
    etag: str

    @property
    def last_modified(self) -> str:
        return http_date(self.modified)


@dataclass(frozen=True)
class Slice:
    """Bytes `start` to `start + count - 1`."""

    start: int
    count: int

    def content_range(self, length: int) -> str:
        return f"bytes {self.start}-{self.start + self.count - 1}/{length}"


class NotSatisfiableError(Exception):
    """The range lies outside the file: 416."""


def is_unchanged(headers: Mapping[str, str], facts: Facts) -> bool:
    """Whether the client's copy is still good: 304."""
    if (tags := headers.get("If-None-Match")) is not None:
        return tags.strip() == "*" or facts.etag in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
    if (since := _seconds(headers.get("If-Modified-Since"))) is not None:
        return facts.modified <= since
    return False


def wanted_slice(headers: Mapping[str, str], facts: Facts) -> Slice | None:
    """The one range that the client wants; None for all of it.

    Several ranges, a malformed header or an If-Range that does not hold mean all of it, as the RFC allows.
    Raises `NotSatisfiableError`.
    """
    match = RANGES.fullmatch(headers.get("Range", "").strip())
    if match is None or "," in match[1] or not _if_range_holds(headers.get("If-Range"), facts):
        return None
    bounds = ONE_RANGE.fullmatch(match[1])
    if bounds is None or bounds[1] == bounds[2] == "":
        return None
    if bounds[1] == "":
        return _suffix(int(bounds[2]), facts.length)
    first = int(bounds[1])
    last = int(bounds[2]) if bounds[2] else facts.length - 1
    if bounds[2] and last < first:
        return None
    if first >= facts.length:
        raise NotSatisfiableError
    return Slice(first, min(last, facts.length - 1) - first + 1)


def is_open_ended(headers: Mapping[str, str]) -> bool:
    """Whether the client asks "from here on", as media elements do."""
    return headers.get("Range", "").strip().endswith("-")


def _suffix(count: int, length: int) -> Slice:
    if count == 0 or length == 0:
        raise NotSatisfiableError
    return Slice(max(length - count, 0), min(count, length))


def _if_range_holds(condition: str | None, facts: Facts) -> bool:
    if condition is None:
        return True
    if condition.startswith(('"', "W/")):
        return condition == facts.etag
    return _seconds(condition) == facts.modified


def _seconds(date: str | None) -> int | None:
    if date is None:
        return None
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (ValueError, TypeError, OverflowError):
        return None
