"""Lint says what is wrong, and on which line."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import get_resolver
from django.utils import translation

from courses.scenarios.language.lint import lint_text
from courses.scenarios.language.messages import SENTENCES, sentence
from courses.scenarios.language.model import RESERVED_IDS
from tests.scenarios.runs import as_yaml, document, text

END = {"title": text(), "end": "improved"}


def to(state: str) -> dict[str, Any]:
    return {"title": text(), "transitions": [{"to": state, "when": {"did": "help"}}]}


def objective(**changes: Any) -> dict[str, Any]:
    return {**document()["objectives"][0], **changes}


def test_a_right_definition_has_no_findings() -> None:
    assert lint_text(as_yaml(document())) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"states": {"begin": to("done"), "done": END, "island": to("done")}}, "unreachable_state"),
        ({"states": {"begin": to("hole"), "hole": {"title": text()}, "done": END}}, "dead_end"),
        ({"states": {"begin": to("round"), "round": to("begin"), "done": END}}, "endless_loop"),
        ({"states": {"begin": to("round"), "round": to("begin")}}, "no_end"),
        ({"states": {"begin": to("nowhere"), "done": END}}, "unknown_state"),
        ({"start": "nowhere"}, "unknown_state"),
        ({"title": {"zh-hans": "文字"}}, "missing_translation"),
        ({"title": {"zh-hans": "", "en": "Text"}}, "missing_translation"),
        ({"title": {"zh-hans": "Text", "en": "Text"}}, "missing_translation"),
        ({"profiles": ["atlantis"]}, "unknown_profile"),
        ({"objectives": [objective(weight=60)]}, "weights"),
        ({"objectives": [objective(measure={"done": {"fact": "fly"}})]}, "unknown_fact"),
        ({"objectives": [objective(measure={"done": {"fact": "help", "by": ["chief"]}})]}, "unknown_role"),
        ({"objectives": [objective(weight=50), objective(weight=50)]}, "id_twice"),
        ({"prompts": {"hello": {"text": text(), "speech": text()}}}, "unused_prompt"),
        ({"states": {"begin": {**to("done"), "prompts": ["hello"]}, "done": END}}, "unknown_prompt"),
        ({"people": [{"id": "x", "kind": "bystander", "name": text()}]}, "no_patient"),
        ({"id": "training"}, "reserved_id"),
        ({"colour": "red"}, "unknown_key"),
        ({"format": 2}, "not_allowed"),
        ({"duration_s": "long"}, "wrong_type"),
    ],
)
def test_a_fault_is_found_by_name(changes: dict[str, Any], code: str) -> None:
    found = lint_text(as_yaml(document(**changes)))
    assert code in {finding.code for finding in found}
    assert all(sentence(finding) for finding in found)


def test_no_scenario_can_take_the_address_of_a_page() -> None:
    taken = set()
    for found in _below("scenarios/"):
        first = found.split("/")[0]
        if first and not first.startswith("<"):
            taken.add(first)
    taken.add("new")  # /scenarios/editor/new/, where the editor's pages of a scenario called “new” would be
    assert taken == RESERVED_IDS
    said = {finding.code for finding in lint_text(as_yaml(document(id="runs")))}
    assert said == {"reserved_id"}


def _below(prefix: str, patterns: Any = None, path: str = "") -> Iterator[str]:
    """Every address of the site that begins so, without that beginning."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        whole = path + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _below(prefix, pattern.url_patterns, whole)
        elif whole.startswith(prefix):
            yield whole.removeprefix(prefix)


def test_a_reserved_id_is_refused_in_the_readers_language() -> None:
    (finding,) = lint_text(as_yaml(document(id="join")))
    with translation.override("zh-hans"):
        assert sentence(finding) == "情景不能叫“join”：本站已有页面使用该地址。请换一个 id。"
    with translation.override("en"):
        assert sentence(finding).startswith("A scenario cannot be called “join”")


def test_a_finding_names_the_line() -> None:
    broken = as_yaml(document()).replace("to: done", "to: nowhere")
    line = next(i for i, row in enumerate(broken.splitlines(), 1) if "nowhere" in row)
    assert ("unknown_state", line) in {(finding.code, finding.line) for finding in lint_text(broken)}


@pytest.mark.parametrize(
    ("content", "code"),
    [("a: [", "yaml"), ("- 1", "not_a_mapping"), ("", "not_a_mapping"), ("a: 1\na: 2", "key_twice")],
)
def test_what_is_no_definition_is_refused(content: str, code: str) -> None:
    assert code in {finding.code for finding in lint_text(content)}


def test_every_sentence_has_its_values() -> None:
    values = {"problem": 1, "key": 1, "value": 1, "allowed": 1, "type": 1, "name": 1, "known": 1, "total": 1}
    assert all("%(" not in str(text) % values for text in SENTENCES.values())
