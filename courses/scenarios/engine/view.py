"""What is to be seen of a run now, as JSON types: the state of docs/scenarios-protocol.md.

The client's engine makes the same from the compiled table, so that a stage can be driven by either.
"""

from typing import Any

from courses.scenarios.engine.conditions import holds, quality
from courses.scenarios.engine.physiology import Patient
from courses.scenarios.engine.run import Entry, Run

HANDS_WINDOW_S = 10.0
# Skin shows too little flow below this share of normal, and too little oxygen below this saturation; it is at its
# palest without any flow and at its bluest at OXYGEN_BLUEST. Chosen for the eye, not from a source.
PALE_BELOW_FLOW = 0.6
BLUE_BELOW_OXYGEN = 92.0
BLUEST_OXYGEN = 60.0
PLACES = 4


def view(run: Run) -> dict[str, Any]:
    """All sections of the state but `objectives`, which cost a scoring (see `scoring.score`)."""
    return {
        "clock": {"t": _round(run.t_s), "duration_s": run.definition.duration_s, "outcome": run.outcome},
        "scene": {
            "state": run.state.id,
            "since": _round(run.state_since_s),
            "actions": [a.id for a in run.definition.actions.values() if a.needs is None or holds(a.needs, run)],
        },
        "patient": _patient(run.patient),
        "aed": _aed(run),
        "hands": hands(run),
        "critical": {name: _round(t_s) for name, t_s in run.critical.items()},
    }


def entries(run: Run, start: int = 0) -> list[dict[str, Any]]:
    """Lines of the time line from index `start`."""
    return [entry_json(entry) for entry in run.timeline[start:]]


def entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "t_s": round(entry.t_s, 2),
        "kind": entry.kind,
        "what": entry.what,
        "actor": entry.actor,
        "detail": entry.detail,
    }


def hands(run: Run) -> dict[str, float | int | None]:
    """The compressions of the last HANDS_WINDOW_S seconds; None where there is nothing to tell."""
    measured = {of: quality(of, HANDS_WINDOW_S, run) for of in ("rate_cpm", "depth_mm", "recoil", "credit", "pause_s")}
    return {
        "count": len(run.compressions),
        **{of: None if value is None else _round(value) for of, value in measured.items()},
    }


def _patient(patient: Patient) -> dict[str, Any]:
    return {
        "conscious": patient.conscious,
        "breathing": patient.breathing,
        "airway": patient.airway,
        "pulse": patient.pulse,
        "dead": patient.dead,
        "bleeding_ml_min": _round(patient.bleeding_ml_min),
        "blood_loss_ml": _round(patient.blood_loss_ml),
        "pallor": _round(_share(PALE_BELOW_FLOW - patient.perfusion, PALE_BELOW_FLOW)),
        "cyanosis": _round(_share(BLUE_BELOW_OXYGEN - patient.oxygen, BLUE_BELOW_OXYGEN - BLUEST_OXYGEN)),
        "rhythm": patient.rhythm.value,
        "perfusion": _round(patient.perfusion),
        "oxygen": _round(patient.oxygen),
        "survival": _round(patient.survival),
    }


def _aed(run: Run) -> dict[str, Any] | None:
    aed = run.aed
    if aed is None:
        return None
    return {
        "phase": aed.phase.value,
        "since": _round(aed.since_s),
        "shocks": aed.shocks,
        "placed": sorted(aed.placed),
        "bare": aed.bare,
        "wet": aed.wet,
        "child_pads": aed.child_pads,
        "touching": aed.touching,
        "advice": aed.advice,
        "metronome_cpm": aed.metronome_cpm,
    }


def _share(value: float, whole: float) -> float:
    return min(1.0, max(0.0, value / whole))


def _round(value: float) -> float:
    return round(float(value), PLACES)
