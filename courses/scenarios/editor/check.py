"""What the editor is told about a text: findings at their lines, and the table to try it out with."""

from typing import Any

from courses.scenarios.compile import compile_definition
from courses.scenarios.language.lint import lint
from courses.scenarios.language.load import BadDefinition, Document, Finding, parse, schema_findings
from courses.scenarios.language.messages import sentence
from courses.scenarios.language.model import definition_from

LONGEST_SOURCE = 400_000


def check(source: str) -> dict[str, Any]:
    """{"findings": [{line, place, code, text, warning}], "table": … or None while there are errors}."""
    try:
        document = parse(source)
    except BadDefinition as wrong:
        return {"findings": [_plain(finding) for finding in wrong.findings], "table": None}
    findings = lint(document)
    table = None if has_errors(findings) else compile_definition(definition_from(document.content))
    return {"findings": [_plain(finding) for finding in findings], "table": table}


def has_errors(findings: list[Finding]) -> bool:
    return any(not finding.warning for finding in findings)


def accepted_document(source: str) -> Document | None:
    """The document that the schema accepts, or None: a draft may be anything."""
    try:
        document = parse(source)
    except BadDefinition:
        return None
    return None if schema_findings(document) else document


def _plain(finding: Finding) -> dict[str, Any]:
    return {
        "line": finding.line,
        "place": list(finding.place),
        "code": finding.code,
        "text": sentence(finding),
        "warning": finding.warning,
    }
