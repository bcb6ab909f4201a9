/** What is to be seen of a run now: the state of docs/scenarios-protocol.md (courses/scenarios/engine/view.py). */

import { holds, quality } from "./conditions.js";
import { round } from "./numbers.js";
import { score } from "./score.js";

/** @typedef {import("./run.js").Run} Run */

const PLACES = 4;
const MEASURES = ["rate_cpm", "depth_mm", "recoil", "credit", "pause_s"];

/**
 * All sections of the state but `objectives`, which cost a scoring.
 * @param {Run} run
 * @returns {Record<string, any>}
 */
export function view(run) {
  const actions = Object.values(run.table.actions).filter((a) => a.needs === null || holds(a.needs, run));
  return {
    clock: { t: rounded(run.t_s), duration_s: run.table.duration_s, outcome: run.outcome },
    scene: { state: run.state.id, since: rounded(run.stateSinceS), actions: actions.map((action) => action.id) },
    patient: patientView(run),
    aed: aedView(run),
    hands: handsView(run),
    critical: Object.fromEntries([...run.critical].map(([name, tS]) => [name, rounded(tS)])),
  };
}

/**
 * Credit of each objective so far, 0..1.
 * @param {Run} run
 * @returns {Record<string, number>}
 */
export function objectivesView(run) {
  return Object.fromEntries(score(run).objectives.map((marked) => [marked.objective.id, rounded(marked.credit)]));
}

/**
 * Lines of the time line from index `start`.
 * @param {Run} run
 * @param {number} [start]
 */
export function entries(run, start = 0) {
  return run.timeline.slice(start).map((entry) => ({ ...entry, t_s: round(entry.t_s, 2) }));
}

/** @param {Run} run */
function handsView(run) {
  /** @type {Record<string, number | null>} */
  const hands = { count: run.compressions.length };
  for (const of of MEASURES) {
    const value = quality(of, run.table.constants.view.hands_window_s, run);
    hands[of] = value === null ? null : rounded(value);
  }
  return hands;
}

/** @param {Run} run */
function patientView({ patient, table }) {
  const c = table.constants.view;
  return {
    conscious: patient.conscious,
    breathing: patient.breathing,
    airway: patient.airway,
    pulse: patient.pulse,
    dead: patient.dead,
    bleeding_ml_min: rounded(patient.bleeding_ml_min),
    blood_loss_ml: rounded(patient.blood_loss_ml),
    pallor: rounded(share(c.pale_below_flow - patient.perfusion, c.pale_below_flow)),
    cyanosis: rounded(share(c.blue_below_oxygen - patient.oxygen, c.blue_below_oxygen - c.bluest_oxygen)),
    rhythm: patient.rhythm,
    perfusion: rounded(patient.perfusion),
    oxygen: rounded(patient.oxygen),
    survival: rounded(patient.survival),
  };
}

/** @param {Run} run */
function aedView({ aed }) {
  if (aed === null) return null;
  return {
    phase: aed.phase,
    since: rounded(aed.sinceS),
    shocks: aed.shocks,
    placed: [...aed.placed].sort(),
    bare: aed.bare,
    wet: aed.wet,
    child_pads: aed.childPads,
    touching: aed.touching,
    advice: aed.advice,
    metronome_cpm: aed.metronomeCpm,
  };
}

/** @param {number} value @param {number} whole */
const share = (value, whole) => Math.min(1, Math.max(0, value / whole));

/** @param {number} value */
const rounded = (value) => round(value, PLACES);
