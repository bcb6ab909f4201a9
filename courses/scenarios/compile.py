"""A definition as the table that an engine without a network plays from (static/js/stage/engine).

Everything that decides a run is in it: the definition with its defaults filled in, the guideline profiles it may be
played by, and every constant of engine, patient, AED trainer and score. The server's engine reads the same sources, so
a client that holds the table and the log gets the run that the server gets. `hash` names exactly this content: a log
that was played by another one is played again by the server, and the difference is told.
"""

import hashlib
import json
import math
from dataclasses import asdict
from functools import cache
from typing import Any

from courses.scenarios.aed import trainer
from courses.scenarios.clinical.profiles import load_profile
from courses.scenarios.engine import conditions, events, physiology, run, view
from courses.scenarios.language.load import shipped
from courses.scenarios.language.model import Definition
from courses.scenarios.motion.compression import PAUSE_FROM_S
from courses.scenarios.rhythm.synthesis import SHOCKABLE
from courses.scenarios.scoring import credit, score

FORMAT = 1


def compile_definition(definition: Definition) -> dict[str, Any]:
    """The table, of JSON types only, with its `hash` (SHA-256 of the rest as canonical JSON)."""
    d = definition
    raw = d.raw
    table: dict[str, Any] = {
        "format": FORMAT,
        "id": d.id,
        "version": d.version,
        "title": d.title,
        "summary": d.summary,
        "duration_s": d.duration_s,
        "modes": {name: asdict(mode) for name, mode in d.modes.items()},
        "scene": raw["scene"],
        "people": raw["people"],
        "patient": d.patient,
        "objects": raw.get("objects", []),
        "has_aed": d.has_aed,
        "roles": raw.get("roles", []),
        "start": d.start,
        "states": {name: asdict(state) for name, state in d.states.items()},
        "actions": {name: asdict(action) for name, action in d.actions.items()},
        "prompts": d.prompts,
        "distractors": [asdict(distractor) for distractor in d.distractors],
        "objectives": [asdict(objective) for objective in d.objectives],
        "critical_errors": [asdict(error) for error in d.critical_errors],
        "profiles": {name: asdict(load_profile(name)) for name in d.profiles},
        "default_profile": d.profiles[0],
        "aed": {"voice": trainer.voice()},
        "score_reasons": score.reasons(),
        "constants": constants(),
    }
    table["hash"] = digest(table)
    plain: dict[str, Any] = json.loads(json.dumps(table, ensure_ascii=False))
    return plain


def digest(table: dict[str, Any]) -> str:
    """SHA-256 of a table, its own `hash` left out."""
    content = {key: value for key, value in table.items() if key != "hash"}
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@cache
def compile_shipped(scenario_id: str) -> dict[str, Any]:
    """The table of a scenario that comes with the house. Raises KeyError. Treat it as read-only."""
    return compile_definition(shipped()[scenario_id])


def constants() -> dict[str, Any]:
    """Numbers of the engine that no definition and no profile may change."""
    p = physiology
    return {
        "run": {
            "tick_s": run.TICK_S,
            "shortest_interval_s": run.SHORTEST_INTERVAL_S,
            "deepest_mm": run.DEEPEST_MM,
            "note_again_s": run.NOTE_AGAIN_S,
            "pause_from_s": PAUSE_FROM_S,
            "quality_window_s": conditions.QUALITY_WINDOW_S,
            "longest_run_s": events.LONGEST_RUN_S,
        },
        "patient": {
            "best_cpr_flow": p.BEST_CPR_FLOW,
            "build_up_share": p.BUILD_UP_SHARE,
            "pause_after_s": p.PAUSE_AFTER_S,
            # Given as a number: exp() is the one function whose last digit differs between machines.
            "pause_decay_per_tick": math.exp(-run.TICK_S / p.PAUSE_DECAY_S),
            "fatal_loss_share": p.FATAL_LOSS_SHARE,
            "compensated_loss_share": p.COMPENSATED_LOSS_SHARE,
            "blood_ml_per_kg": p.BLOOD_ML_PER_KG,
            "oxygen_fall_blocked": p.OXYGEN_FALL_BLOCKED,
            "oxygen_fall_arrest": p.OXYGEN_FALL_ARREST,
            "oxygen_fall_partial": p.OXYGEN_FALL_PARTIAL,
            "oxygen_rise": p.OXYGEN_RISE,
            "oxygen_per_breath": p.OXYGEN_PER_BREATH,
            "shockable": sorted(SHOCKABLE),
        },
        "aed": {
            "disarm_after_s": trainer.DISARM_AFTER_S,
            "metronome_cpm": trainer.METRONOME_CPM,
            "usual_analysis_s": trainer.USUAL_ANALYSIS_S,
            "warn_again_s": trainer.WARN_AGAIN_S,
        },
        "credit": {
            "depth_short_mm": credit.DEPTH_SHORT_MM,
            "depth_beyond_mm": credit.DEPTH_BEYOND_MM,
            "rate_off_cpm": credit.RATE_OFF_CPM,
            "weight_depth": credit.WEIGHT_DEPTH,
            "weight_rate": credit.WEIGHT_RATE,
            "weight_recoil": credit.WEIGHT_RECOIL,
        },
        "view": {
            "hands_window_s": view.HANDS_WINDOW_S,
            "pale_below_flow": view.PALE_BELOW_FLOW,
            "blue_below_oxygen": view.BLUE_BELOW_OXYGEN,
            "bluest_oxygen": view.BLUEST_OXYGEN,
        },
        "score": {
            "enough_compressions": score.ENOUGH_COMPRESSIONS,
            "late_factor": score.LATE_FACTOR,
            "pads_lost_per_wrong": score.PADS_LOST_PER_WRONG,
        },
    }
