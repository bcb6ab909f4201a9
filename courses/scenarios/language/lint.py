"""What the schema cannot see: places nobody reaches, ways that end nowhere, names of nothing."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from courses.scenarios.clinical.profiles import profile_ids
from courses.scenarios.language.load import BadDefinition, Document, Finding, Place, parse, read, schema_findings
from courses.scenarios.language.model import (
    LANGUAGES,
    MACHINE_FACTS,
    RESERVED_IDS,
    Condition,
    Definition,
    conditions_in,
    definition_from,
    facts_of,
)

HAN = re.compile(r"[\u4e00-\u9fff]")
WEIGHTS_SUM = 100.0


def lint_file(path: Path) -> list[Finding]:
    """Findings of a file, in order of lines. Raises OSError when it cannot be opened."""
    try:
        document = read(path)
    except BadDefinition as wrong:
        return wrong.findings
    return lint(document)


def lint_text(text: str) -> list[Finding]:
    try:
        document = parse(text)
    except BadDefinition as wrong:
        return wrong.findings
    return lint(document)


def lint(document: Document) -> list[Finding]:
    """Everything that is wrong with a document. What the schema refuses hides the rest, which could not be trusted."""
    findings = schema_findings(document)
    if not findings:
        findings = list(_Lint(document, definition_from(document.content)).findings())
    return sorted(findings, key=lambda finding: (finding.line, finding.code, str(finding.place)))


class _Lint:
    def __init__(self, document: Document, definition: Definition) -> None:
        self.document = document
        self.definition = definition
        self.states = definition.states
        self.next = {name: [t.to for t in s.transitions if t.to in self.states] for name, s in self.states.items()}

    def findings(self) -> Iterator[Finding]:
        yield from self._names()
        yield from self._graph()
        yield from self._texts(self.definition.raw, ())
        yield from self._weights()
        yield from self._identifiers()
        yield from self._unused()

    def _at(self, code: str, *place: str | int, warning: bool = False, **values: Any) -> Finding:
        return Finding(code, place, self.document.line(place), values, warning)

    # --- names of nothing -------------------------------------------------------------------------

    def _names(self) -> Iterator[Finding]:
        d = self.definition
        if d.start not in d.states:
            yield self._at("unknown_state", "start", name=d.start)
        for index, profile in enumerate(d.profiles):
            if profile not in profile_ids():
                yield self._at("unknown_profile", "profiles", index, name=profile, known=", ".join(profile_ids()))
        if not any(person["kind"] == "patient" for person in d.raw["people"]):
            yield self._at("no_patient", "people")
        people = {person["id"] for person in d.raw["people"]} | {"narrator", "aed", "dispatcher"}
        for name, prompt in d.prompts.items():
            if prompt.get("speaker", "narrator") not in people:
                yield self._at("unknown_person", "prompts", name, "speaker", name=prompt["speaker"])
        for name, state in d.states.items():
            for index, prompt_name in enumerate(state.prompts):
                if prompt_name not in d.prompts:
                    yield self._at("unknown_prompt", "states", name, "prompts", index, name=prompt_name)
            for index, transition in enumerate(state.transitions):
                if transition.to not in d.states:
                    yield self._at("unknown_state", "states", name, "transitions", index, "to", name=transition.to)
        for name, action in d.actions.items():
            for index, role in enumerate(action.roles):
                if role not in d.roles:
                    yield self._at("unknown_role", "actions", name, "roles", index, name=role)
        yield from self._fact_names()
        yield from self._effect_names()

    def _fact_names(self) -> Iterator[Finding]:
        for place, fact in self._facts_used():
            if not self._is_known(fact):
                yield self._at("unknown_fact", *place, name=fact)
        for place, condition in self._conditions():
            for kind, argument in conditions_in(condition):
                if kind == "profile":
                    for profile in argument:
                        if profile not in profile_ids():
                            yield self._at("unknown_profile", *place, name=profile, known=", ".join(profile_ids()))
                if kind in {"quality", "vital"} and not {"min", "max", "is", "in"} & set(argument):
                    yield self._at("no_bound", *place, name=argument["of"])
        for index, objective in enumerate(self.definition.objectives):
            for role in objective.measure.get("done", {}).get("by", ()):
                if role not in self.definition.roles:
                    yield self._at("unknown_role", "objectives", index, "measure", name=role)

    def _is_known(self, fact: str) -> bool:
        if fact.startswith("state."):
            return fact.removeprefix("state.") in self.states
        return fact in MACHINE_FACTS or fact in self.definition.actions or fact in self._own_events()

    def _own_events(self) -> set[str]:
        return {effect["fact"] for _, effect in self._effects() if "fact" in effect}

    def _effect_names(self) -> Iterator[Finding]:
        for place, effect in self._effects():
            if "prompt" in effect and effect["prompt"] not in self.definition.prompts:
                yield self._at("unknown_prompt", *place, name=effect["prompt"])
        for index, distractor in enumerate(self.definition.distractors):
            if distractor.prompt not in self.definition.prompts:
                yield self._at("unknown_prompt", "distractors", index, "prompt", name=distractor.prompt)

    def _conditions(self) -> Iterator[tuple[Place, Condition]]:
        d = self.definition
        for name, state in d.states.items():
            for index, transition in enumerate(state.transitions):
                yield ("states", name, "transitions", index, "when"), transition.when
        for name, action in d.actions.items():
            if action.needs is not None:
                yield ("actions", name, "needs"), action.needs
        for index, objective in enumerate(d.objectives):
            if objective.applies is not None:
                yield ("objectives", index, "applies"), objective.applies
        for index, error in enumerate(d.critical_errors):
            yield ("critical_errors", index, "when"), error.when
        for index, distractor in enumerate(d.distractors):
            yield ("distractors", index, "when"), distractor.when

    def _effects(self) -> Iterator[tuple[Place, Any]]:
        d = self.definition
        for name, state in d.states.items():
            for index, effect in enumerate(state.effects):
                yield ("states", name, "effects", index), effect
            for number, transition in enumerate(state.transitions):
                for index, effect in enumerate(transition.effects):
                    yield ("states", name, "transitions", number, "effects", index), effect
        for name, action in d.actions.items():
            for index, effect in enumerate(action.effects):
                yield ("actions", name, "effects", index), effect
        for number, distractor in enumerate(d.distractors):
            for index, effect in enumerate(distractor.effects):
                yield ("distractors", number, "effects", index), effect

    def _facts_used(self) -> Iterator[tuple[Place, str]]:
        for place, condition in self._conditions():
            for kind, argument in conditions_in(condition):
                if kind in {"did", "did_here"}:
                    yield from ((place, fact) for fact in facts_of(argument))
                elif kind in {"count", "since"}:
                    yield place, argument["fact"]
        for index, objective in enumerate(self.definition.objectives):
            place = ("objectives", index, "measure")
            for kind, argument in objective.measure.items():
                yield from ((place, fact) for fact in _measured_facts(kind, argument))

    # --- the graph --------------------------------------------------------------------------------

    def _graph(self) -> Iterator[Finding]:
        reached = _reachable({self.definition.start}, self.next)
        ends = {name for name, state in self.states.items() if state.end}
        dead = {name for name, state in self.states.items() if not state.end and not state.transitions}
        backwards: dict[str, list[str]] = {name: [] for name in self.states}
        for name, following in self.next.items():
            for other in following:
                backwards[other].append(name)
        leads_out = _reachable(ends | dead, backwards)
        if not ends:
            yield self._at("no_end", "states")
        for name in self.states:
            if name not in reached:
                yield self._at("unreachable_state", "states", name, name=name)
            if name in dead:
                yield self._at("dead_end", "states", name, name=name)
            elif name not in leads_out:
                yield self._at("endless_loop", "states", name, name=name)
            if self.states[name].end and self.states[name].transitions:
                yield self._at("end_goes_on", "states", name, name=name)

    # --- texts, weights, identifiers --------------------------------------------------------------

    def _texts(self, node: Any, place: Place) -> Iterator[Finding]:
        if isinstance(node, dict) and set(node) == set(LANGUAGES):
            if not node["zh-hans"].strip() or not HAN.search(node["zh-hans"]):
                yield self._at("missing_translation", *place, key="zh-hans")
            if not node["en"].strip() or HAN.search(node["en"]):
                yield self._at("missing_translation", *place, key="en")
        elif isinstance(node, dict):
            for key, child in node.items():
                yield from self._texts(child, (*place, key))
        elif isinstance(node, list):
            for index, child in enumerate(node):
                yield from self._texts(child, (*place, index))

    def _weights(self) -> Iterator[Finding]:
        total = sum(objective.weight for objective in self.definition.objectives)
        if abs(total - WEIGHTS_SUM) > 0.01:
            yield self._at("weights", "objectives", total=round(total, 2))
        for index, objective in enumerate(self.definition.objectives):
            done = objective.measure.get("done", {})
            if "zero_at_s" in done and done["zero_at_s"] <= done.get("within_s", -1):
                yield self._at("zero_before_full", "objectives", index, "measure", name=objective.id)

    def _identifiers(self) -> Iterator[Finding]:
        if self.definition.id in RESERVED_IDS:
            yield self._at("reserved_id", "id", name=self.definition.id)
        for section in ("people", "objects", "roles", "objectives", "critical_errors", "distractors"):
            seen = set()
            for index, thing in enumerate(self.definition.raw.get(section, ())):
                if thing["id"] in seen:
                    yield self._at("id_twice", section, index, name=thing["id"])
                seen.add(thing["id"])

    def _unused(self) -> Iterator[Finding]:
        used = {prompt for state in self.states.values() for prompt in state.prompts}
        used |= {effect["prompt"] for _, effect in self._effects() if "prompt" in effect}
        used |= {distractor.prompt for distractor in self.definition.distractors}
        for name in self.definition.prompts:
            if name not in used:
                yield self._at("unused_prompt", "prompts", name, warning=True, name=name)


def _measured_facts(kind: str, argument: Any) -> list[str]:
    if kind == "done":
        return [*facts_of(argument["fact"]), *([argument["after"]] if "after" in argument else [])]
    if kind == "count":
        return [argument["fact"]]
    if kind == "cycle":
        return [argument["first"], argument["second"]]
    return list(argument) if kind in {"order", "avoid"} else []


def _reachable(start: set[str], following: dict[str, list[str]]) -> set[str]:
    reached, waiting = set(), list(start)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += following.get(name, [])
    return reached
