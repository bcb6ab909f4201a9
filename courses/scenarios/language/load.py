"""Reads a definition: YAML with the line of every value, the schema's verdict, and the definition."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, ValidationError

from courses.scenarios.language.model import LANGUAGES, Definition, definition_from

SCHEMA_FILE = Path(__file__).parent / "scenario.schema.json"
DEFINITIONS = Path(__file__).parent.parent / "definitions"
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Finding:
    """What is wrong, and where. code: see messages.py. place: path within the document. line: from 1, 0 if unknown."""

    code: str
    place: Place
    line: int
    values: dict[str, Any] = field(default_factory=dict)
    warning: bool = False


class BadDefinition(ValueError):
    """A file that is no scenario definition; `findings` say why."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(", ".join(finding.code for finding in findings))
        self.findings = findings


@dataclass(frozen=True)
class Document:
    """content: what the YAML says. lines: line of every place."""

    content: Any
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """Line of a place, or of the nearest thing around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


_FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))


def parse(text: str, *, ours: bool = False) -> Document:
    """The document, with a line for each value. Raises BadDefinition when it is no YAML, or a key is there twice.

    `ours` reads with libyaml, ten times as fast. It nests on the C stack, so it is for our own files only.
    """
    loader = (_FAST if ours else yaml.SafeLoader)(text)
    try:
        root = loader.get_single_node()
        lines: dict[Place, int] = {}
        twice = list(_walk(root, (), lines)) if root is not None else []
        content = loader.construct_document(root) if root is not None else None
    except (yaml.YAMLError, ValueError, RecursionError) as wrong:
        mark = getattr(wrong, "problem_mark", None)
        problem = getattr(wrong, "problem", None) or str(wrong)
        finding = Finding("yaml", (), mark.line + 1 if mark else 0, {"problem": problem})
        raise BadDefinition([finding]) from wrong
    finally:
        loader.dispose()
    if not isinstance(content, dict):
        raise BadDefinition([Finding("not_a_mapping", (), 1)])
    if twice:
        raise BadDefinition(twice)
    return Document(content, lines)


def read(path: Path) -> Document:
    """The document of a file. Raises BadDefinition; OSError when the file cannot be opened."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as wrong:
        raise BadDefinition([Finding("not_utf8", (), 0)]) from wrong
    return parse(text)


def schema_findings(document: Document) -> list[Finding]:
    errors = sorted(validator().iter_errors(document.content), key=lambda error: [str(p) for p in error.absolute_path])
    return [finding for error in errors for finding in _explain(error, document)]


def load(path: Path) -> Definition:
    """The definition in a file. Raises BadDefinition with what the schema refuses; OSError."""
    document = read(path)
    findings = schema_findings(document)
    if findings:
        raise BadDefinition(findings)
    return definition_from(document.content)


@cache
def shipped() -> dict[str, Definition]:
    """The scenarios that come with the house, by id."""
    loaded = [load(path) for path in sorted(DEFINITIONS.glob("*.yaml"))]
    return {definition.id: definition for definition in loaded}


def _walk(node: yaml.Node, place: Place, lines: dict[Place, int]) -> Iterator[Finding]:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            name = key.value
            if name in seen:
                yield Finding("key_twice", (*place, name), key.start_mark.line + 1, {"key": name})
            seen.add(name)
            yield from _walk(value, (*place, name), lines)
            lines[(*place, name)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _walk(value, (*place, index), lines)


def _explain(error: ValidationError, document: Document) -> Iterator[Finding]:
    """A sentence's worth of what the schema says; of alternatives, the one that comes nearest."""
    while error.validator == "oneOf" and error.context:
        deepest = max(error.context, key=lambda e: (len(e.absolute_path), e.validator != "type"))
        error = deepest
    place: Place = tuple(error.absolute_path)
    line = document.line(place)
    if error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance:
                code = "missing_translation" if name in LANGUAGES else "missing_key"
                yield Finding(code, place, line, {"key": name})
    elif error.validator == "additionalProperties":
        for name in sorted(set(error.instance) - set(error.schema.get("properties", {})), key=str):
            yield Finding("unknown_key", (*place, name), document.line((*place, name)), {"key": name})
    elif error.validator in {"enum", "const"}:
        allowed = error.validator_value if error.validator == "enum" else [error.validator_value]
        allowed_text = ", ".join(str(value) for value in allowed)
        yield Finding("not_allowed", place, line, {"value": error.instance, "allowed": allowed_text})
    elif error.validator == "type":
        yield Finding("wrong_type", place, line, {"value": error.instance, "type": error.validator_value})
    elif error.validator == "minLength":
        code = "missing_translation" if place and place[-1] in LANGUAGES else "too_short"
        yield Finding(code, place, line, {"key": place[-1] if place else ""})
    else:
        yield Finding("schema", place, line, {"problem": error.message[:200]})
