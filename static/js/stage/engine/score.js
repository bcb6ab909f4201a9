/** The score of a run (docs/scoring.md; the same as courses/scenarios/scoring/score.py). */

import { holds } from "./conditions.js";
import { handsOff } from "./hands_off.js";
import { round } from "./numbers.js";

/**
 * @typedef {import("./run.js").Run} Run
 * @typedef {import("./table.js").Objective} Objective
 * @typedef {{ code: string, values: Record<string, number> }} Reason
 * @typedef {ReturnType<typeof handsOff>} Hands
 * @typedef {{ objective: Objective, credit: number, points: number, possible: number, reason: Reason }} Marked
 * @typedef {{ total: number, uncapped: number, passed: boolean, objectives: Marked[], caps: [string, number][],
 *   hands: Hands, certifiesDepth: boolean }} Score
 */

/**
 * Marks a run; the same run always gets the same score.
 * @param {Run} run
 * @returns {Score}
 */
export function score(run) {
  const hands = measuredHands(run);
  const applying = run.table.objectives.filter((o) => o.applies === null || holds(o.applies, run));
  const whole = applying.reduce((sum, objective) => sum + objective.weight, 0) || 1;
  const objectives = applying.map((objective) => {
    const [[kind, argument]] = Object.entries(objective.measure);
    const [credit, reason] = MEASURES[kind](argument, run, hands);
    const possible = (100 * objective.weight) / whole;
    return { objective, credit, points: credit * possible, possible, reason };
  });
  /** @type {[string, number][]} */
  const caps = objectives.filter((m) => m.objective.critical && m.credit <= 0).map((m) => [m.objective.id, m.objective.cap]);
  for (const error of run.table.critical_errors) if (run.critical.has(error.id)) caps.push([error.id, error.cap]);
  const uncapped = objectives.reduce((sum, m) => sum + m.points, 0);
  const total = Math.min(uncapped, ...caps.map(([, cap]) => cap));
  const certifiesDepth = run.compressions.length > 0 && run.compressions.every((pressed) => pressed.source === "sensor");
  const passed = total >= run.table.modes[run.mode].pass_mark;
  return { total, uncapped, passed, objectives, caps, hands, certifiesDepth };
}

/**
 * Compression fraction from the first compression until a pulse comes back or the run ends.
 * @param {Run} run
 */
export function measuredHands(run) {
  const times = run.compressions.map((pressed) => pressed.t_s);
  const end = run.timesOf("rosc").find((t) => times.length > 0 && t > times[0]) ?? run.t_s;
  const until = times.filter((t) => t <= end);
  return handsOff(until, end, run.handsOffOrdered, run.constants.pause_from_s);
}

/**
 * The reason of a mark in a language.
 * @param {Run} run
 * @param {Reason} reason
 * @param {"zh-hans" | "en"} language
 */
export function reasonText(run, reason, language) {
  return run.table.score_reasons[reason.code][language].replace(/\{(\w+)\}/g, (_, name) => String(reason.values[name]));
}

/** @param {string} code @param {Record<string, number>} [values] @returns {Reason} */
const because = (code, values = {}) => ({ code, values });

/** @type {Record<string, (argument: any, run: Run, hands: Hands) => [number, Reason]>} */
const MEASURES = { done, count, order, avoid, compressions, pause, pads, cycle };

/** @param {any} argument @param {Run} run @returns {[number, Reason]} */
function done(argument, run) {
  const started = run.timesOf(argument.after ?? "start");
  if (!started.length) return [0, because("trigger_missing")];
  const begin = started[0];
  const names = new Set([argument.fact].flat());
  const roles = new Set(argument.by ?? []);
  const first = run.facts.find((f) => names.has(f.name) && f.t_s >= begin && (!roles.size || roles.has(f.role)));
  if (!first) return [0, because("not_done")];
  const took = first.t_s - begin;
  const at = because("done", { t: round(first.t_s) });
  if (!("within_s" in argument)) return [1, at];
  const factor = run.table.modes[run.mode].time_factor;
  const within = argument.within_s * factor;
  const zero = (argument.zero_at_s ?? argument.within_s * run.table.constants.score.late_factor) * factor;
  if (took <= within) return [1, at];
  const credit = Math.max(0, 1 - (took - within) / (zero - within));
  return [credit, because("done_late", { took: round(took), within: round(within) })];
}

/** @param {any} argument @param {Run} run @returns {[number, Reason]} */
function count(argument, run) {
  const n = run.timesOf(argument.fact).length;
  return [Math.min(1, n / argument.min), because("counted", { n, min: argument.min })];
}

/**
 * Share of neighbouring pairs of which the first came first; a step that was never done breaks its pairs.
 * @param {string[]} argument @param {Run} run @returns {[number, Reason]}
 */
function order(argument, run) {
  const first = argument.map((fact) => run.timesOf(fact)[0]);
  const pairs = argument.length - 1;
  let right = 0;
  for (let i = 0; i < pairs; i++) if (first[i] <= first[i + 1]) right += 1;
  if (right === pairs) return [1, because("order_kept")];
  return [right / pairs, because("order_broken", { pairs, right })];
}

/** @param {string[]} argument @param {Run} run @returns {[number, Reason]} */
function avoid(argument, run) {
  const happened = argument.flatMap((fact) => run.timesOf(fact));
  return happened.length ? [0, because("not_avoided", { t: round(Math.min(...happened)) })] : [1, because("avoided")];
}

/**
 * Mean credit of the compressions, scaled by the fraction up to its goal and by their number up to one round.
 * @param {any} argument @param {Run} run @param {Hands} hands @returns {[number, Reason]}
 */
function compressions(argument, run, hands) {
  const n = run.compressions.length;
  if (!n) return [0, because("no_compressions")];
  const mean = run.compressions.reduce((sum, pressed) => sum + pressed.credit, 0) / n;
  const scale = argument.ccf ?? true ? Math.min(1, hands.ccf / run.profile.ccf_goal) : 1;
  const enough = Math.min(1, n / (argument.min_count ?? run.table.constants.score.enough_compressions));
  return [mean * scale * enough, because("compressions", { n, credit: round(100 * mean), ccf: round(100 * hands.ccf) })];
}

/** @param {any} argument @param {Run} run @param {Hands} hands @returns {[number, Reason]} */
function pause(argument, run, hands) {
  if (!run.compressions.length) return [0, because("no_compressions")];
  const goal = argument.goal_s ?? run.profile.pause_max_s;
  const zero = argument.zero_at_s ?? 2 * goal;
  const credit = Math.min(1, Math.max(0, 1 - (hands.longestS - goal) / (zero - goal)));
  return [credit, because("pause", { longest: round(hands.longestS), goal: round(goal) })];
}

/** @param {any} argument @param {Run} run @returns {[number, Reason]} */
function pads(argument, run) {
  const wrong = run.timesOf("aed.pad_wrong").length;
  if (!run.timesOf("aed.pads_on").length) return [0, because("pads_missing")];
  return [Math.max(0.25, 1 - run.table.constants.score.pads_lost_per_wrong * wrong), because("pads_right", { wrong })];
}

/**
 * Share of rounds that are `size` of the first and then `size` of the second. Relief may cut the last one short.
 * @param {any} argument @param {Run} run @returns {[number, Reason]}
 */
function cycle({ first, second, size }, run) {
  /** @type {[string, number][]} */
  const series = [];
  for (const { name } of run.facts) {
    if (name !== first && name !== second) continue;
    const last = series[series.length - 1];
    if (last && last[0] === name) last[1] += 1;
    else series.push([name, 1]);
  }
  if (!series.length) return [0, because("not_done")];
  const judged = series.length > 2 && series[series.length - 1][1] < size ? series.slice(0, -1) : series;
  const right = judged.filter(([name, n], i) => n === size && name === (i % 2 ? second : first)).length;
  return [right / judged.length, because("cycle", { rounds: judged.length, right })];
}
