"""Shipped scenarios with their scripted runs, and small scenarios written in a test."""

from pathlib import Path
from typing import Any

import yaml

from courses.scenarios.engine.events import Event, event_from
from courses.scenarios.engine.log import replay
from courses.scenarios.engine.run import Run
from courses.scenarios.engine.script import read_script
from courses.scenarios.language.load import DEFINITIONS, shipped
from courses.scenarios.language.model import Definition, definition_from

SCENARIOS = sorted(path.stem for path in DEFINITIONS.glob("*.yaml"))


def file_of(scenario: str) -> Path:
    return DEFINITIONS / f"{scenario}.yaml"


def script_file(scenario: str, who: str) -> Path:
    return DEFINITIONS / "runs" / f"{scenario}.{who}.json"


def scripted(scenario: str, who: str, **changes: Any) -> Run:
    script = read_script(script_file(scenario, who))
    given = {"mode": script.mode or "exam", "profile": script.profile or "cn", "seed": 1, "roles": script.roles}
    return replay(shipped()[scenario], script.events, **{**given, **changes})


def text(zh: str = "文字", en: str = "Text") -> dict[str, str]:
    return {"zh-hans": zh, "en": en}


def document(**changes: Any) -> dict[str, Any]:
    """A small scenario that is right."""
    return {
        "format": 1,
        "id": "small",
        "version": 1,
        "title": text(),
        "summary": text(),
        "profiles": ["cn"],
        "duration_s": 120,
        "modes": {"exam": {}},
        "scene": {"room": "office"},
        "people": [{"id": "patient", "kind": "patient", "name": text(), "age_years": 50}],
        "actions": {"help": {"label": text()}, "wait": {"label": text()}},
        "prompts": {},
        "start": "begin",
        "states": {
            "begin": {"title": text(), "transitions": [{"to": "done", "when": {"did": "help"}}]},
            "done": {"title": text(), "end": "improved"},
        },
        "objectives": [
            {"id": "o", "title": text(), "weight": 100, "guideline": text(), "measure": {"done": {"fact": "help"}}}
        ],
        **changes,
    }


def as_yaml(content: dict[str, Any]) -> str:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def small(**changes: Any) -> Definition:
    return definition_from(document(**changes))


def action(t: float, name: str, seq: int, actor: str = "learner") -> Event:
    return event_from({"t": t, "kind": "action", "action": name, "seq": seq, "actor": actor})


def compression(t: float, seq: int, depth_mm: float = 54.0) -> Event:
    return event_from({"t": t, "kind": "compression", "depth_mm": depth_mm, "recoil": True, "seq": seq})
