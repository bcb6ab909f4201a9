"""Whether a statement keeps the rules of xAPI 1.0.3 (part two); those that a builder like ours can break."""

import math
import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

PROPERTIES = frozenset(
    ["id", "actor", "verb", "object", "result", "context", "timestamp", "stored", "authority", "version", "attachments"]
)
RESULT = frozenset(["score", "success", "completion", "response", "duration", "extensions"])
CONTEXT = frozenset(
    ["registration", "instructor", "team", "contextActivities", "revision", "platform", "language", "statement"]
) | {"extensions"}
CONTEXT_ACTIVITIES = frozenset(["parent", "grouping", "category", "other"])
IDENTIFIERS = frozenset(["mbox", "mbox_sha1sum", "openid", "account"])
DURATION = re.compile(r"P(?:\d+W|(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?)")
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
VOIDED = "http://adlnet.gov/expapi/verbs/voided"


class BadStatement(ValueError):
    """A statement that a record store would have to refuse; `problems` say where and why."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def check(statement: Mapping[str, Any]) -> None:
    """Raises BadStatement."""
    problems = list(_statement(statement))
    if problems:
        raise BadStatement(problems)


def _statement(s: Mapping[str, Any]) -> Iterator[str]:
    yield from _only(s, PROPERTIES, "statement")
    for name in ("actor", "verb", "object"):
        if not isinstance(s.get(name), Mapping):
            yield f"{name}: missing"
            return
    if "id" in s:
        yield from _uuid(s["id"], "id")
    if "timestamp" in s:
        yield from _time(s["timestamp"])
    yield from _agent(s["actor"], "actor")
    yield from _verb(s["verb"])
    yield from _object(s["object"], s["verb"].get("id"))
    if "result" in s:
        yield from _result(s["result"])
    if "context" in s:
        yield from _context(s["context"], s["object"].get("objectType", "Activity"))


def _only(node: Mapping[str, Any], allowed: frozenset[str], place: str) -> Iterator[str]:
    for name in sorted(set(node) - allowed):
        yield f"{place}: no property is called {name}"
    for name, value in node.items():
        if value is None:
            yield f"{place}.{name}: null is not allowed"


def _iri(value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, str) or not urlsplit(value).scheme or " " in value:
        yield f"{place}: {value!r} is no IRI with a scheme"


def _uuid(value: Any, place: str) -> Iterator[str]:
    try:
        if str(uuid.UUID(value)) != str(value).lower():
            yield f"{place}: {value!r} is no UUID in its standard form"
    except (ValueError, AttributeError, TypeError):
        yield f"{place}: {value!r} is no UUID"


def _time(value: Any) -> Iterator[str]:
    try:
        if datetime.fromisoformat(value).tzinfo is None:
            yield f"timestamp: {value} has no zone"
    except (ValueError, TypeError):
        yield f"timestamp: {value!r} is no time"


def _language_map(value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, Mapping) or not value:
        yield f"{place}: no language map"
        return
    for tag, words in value.items():
        if not LANGUAGE_TAG.fullmatch(tag):
            yield f"{place}: {tag!r} is no language tag"
        if not isinstance(words, str):
            yield f"{place}.{tag}: no text"


def _agent(node: Mapping[str, Any], place: str) -> Iterator[str]:
    kind = node.get("objectType", "Agent")
    yield from _only(node, IDENTIFIERS | {"objectType", "name", "member"}, place)
    identifiers = IDENTIFIERS & set(node)
    if kind == "Group" and not identifiers:
        if not node.get("member"):
            yield f"{place}: an anonymous group needs members"
        for index, member in enumerate(node.get("member", ())):
            yield from _agent(member, f"{place}.member[{index}]")
        return
    if len(identifiers) != 1:
        yield f"{place}: exactly one identifier is needed, here are {sorted(identifiers)}"
    if "account" in node:
        account = node["account"]
        yield from _iri(account.get("homePage"), f"{place}.account.homePage")
        if not isinstance(account.get("name"), str) or not account["name"]:
            yield f"{place}.account.name: missing"
    if "mbox" in node and not re.fullmatch(r"mailto:[^@\s]+@[^@\s]+", str(node["mbox"])):
        yield f"{place}.mbox: {node['mbox']!r} is no mailto address"


def _verb(node: Mapping[str, Any]) -> Iterator[str]:
    yield from _only(node, frozenset({"id", "display"}), "verb")
    yield from _iri(node.get("id"), "verb.id")
    if "display" in node:
        yield from _language_map(node["display"], "verb.display")


def _object(node: Mapping[str, Any], verb: Any) -> Iterator[str]:
    kind = node.get("objectType", "Activity")
    if verb == VOIDED and kind != "StatementRef":
        yield "object: voiding needs a StatementRef"
    if kind == "StatementRef":
        yield from _only(node, frozenset({"objectType", "id"}), "object")
        yield from _uuid(node.get("id"), "object.id")
    elif kind == "Activity":
        yield from _activity(node, "object")
    elif kind in {"Agent", "Group"}:
        yield from _agent(node, "object")
    else:
        yield f"object.objectType: {kind!r} is unknown"


def _activity(node: Mapping[str, Any], place: str) -> Iterator[str]:
    yield from _only(node, frozenset({"objectType", "id", "definition"}), place)
    yield from _iri(node.get("id"), f"{place}.id")
    definition = node.get("definition", {})
    yield from _only(
        definition, frozenset({"name", "description", "type", "moreInfo", "extensions"}), f"{place}.definition"
    )
    for name in ("name", "description"):
        if name in definition:
            yield from _language_map(definition[name], f"{place}.definition.{name}")
    for name in ("type", "moreInfo"):
        if name in definition:
            yield from _iri(definition[name], f"{place}.definition.{name}")
    yield from _extensions(definition.get("extensions", {}), f"{place}.definition")


def _extensions(node: Mapping[str, Any], place: str) -> Iterator[str]:
    for name in node:
        yield from _iri(name, f"{place}.extensions")


def _result(node: Mapping[str, Any]) -> Iterator[str]:
    yield from _only(node, RESULT, "result")
    for name in ("success", "completion"):
        if name in node and not isinstance(node[name], bool):
            yield f"result.{name}: {node[name]!r} is neither true nor false"
    if "duration" in node and not DURATION.fullmatch(str(node["duration"])):
        yield f"result.duration: {node['duration']!r} is no ISO 8601 duration"
    if "score" in node:
        yield from _score(node["score"])
    yield from _extensions(node.get("extensions", {}), "result")


def _score(node: Mapping[str, Any]) -> Iterator[str]:
    yield from _only(node, frozenset({"scaled", "raw", "min", "max"}), "result.score")
    for name, value in node.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            yield f"result.score.{name}: {value!r} is no number"
            return
    if not -1 <= node.get("scaled", 0) <= 1:
        yield f"result.score.scaled: {node['scaled']} is not within -1..1"
    low, high = node.get("min", -math.inf), node.get("max", math.inf)
    if not low < high:
        yield "result.score: min is not below max"
    if "raw" in node and not low <= node["raw"] <= high:
        yield f"result.score.raw: {node['raw']} is not within {low}..{high}"


def _context(node: Mapping[str, Any], object_type: str) -> Iterator[str]:
    yield from _only(node, CONTEXT, "context")
    if object_type != "Activity":
        for name in {"revision", "platform"} & set(node):
            yield f"context.{name}: only with an activity as object"
    if "registration" in node:
        yield from _uuid(node["registration"], "context.registration")
    for name in ("instructor", "team"):
        if name in node:
            yield from _agent(node[name], f"context.{name}")
    if "team" in node and node["team"].get("objectType") != "Group":
        yield "context.team: must be a group"
    if "language" in node and not LANGUAGE_TAG.fullmatch(str(node["language"])):
        yield f"context.language: {node['language']!r} is no language tag"
    around = node.get("contextActivities", {})
    yield from _only(around, CONTEXT_ACTIVITIES, "context.contextActivities")
    for name, activities in around.items():
        for index, found in enumerate(activities if isinstance(activities, list) else [activities]):
            yield from _activity(found, f"context.contextActivities.{name}[{index}]")
    yield from _extensions(node.get("extensions", {}), "context")
