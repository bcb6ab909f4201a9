"""The JSON Schema of the scenario language, published for editors (VS Code's YAML extension and others)."""

import json
from functools import cache
from typing import Any

from courses.scenarios.language.load import SCHEMA_FILE


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return schema


def published_schema(address: str) -> dict[str, Any]:
    """The schema with the address that it is served at as its `$id`."""
    return {**_schema(), "$id": address}


def hint_line(address: str) -> str:
    """First line of a definition: editors read from it where the schema is."""
    return f"# yaml-language-server: $schema={address}\n"
