/** Whether a condition of the language holds in a run now (courses/scenarios/engine/conditions.py). */

/** @typedef {import("./run.js").Run} Run @typedef {import("./table.js").Condition} Condition */

/**
 * A list holds when all of it does.
 * @param {Condition} condition
 * @param {Run} run
 * @returns {boolean}
 */
export function holds(condition, run) {
  if (Array.isArray(condition)) {
    for (const part of condition) if (!holds(part, run)) return false;
    return true;
  }
  for (const kind in condition) return HOLDS[kind](condition[kind], run);
  return false;
}

/** @type {Record<string, (argument: any, run: Run) => boolean>} */
const HOLDS = {
  did: (facts, run) => some(facts, (fact) => run.timesOf(fact).length > 0),
  did_here: (facts, run) => some(facts, (fact) => run.countHere(fact) > 0),
  count: ({ fact, here, min }, run) => (here ? run.countHere(fact) : run.timesOf(fact).length) >= min,
  since: ({ fact, s }, run) => {
    const times = run.timesOf(fact);
    return times.length > 0 && run.t_s - times[times.length - 1] >= s;
  },
  after_s: (seconds, run) => run.t_s - run.stateSinceS >= seconds,
  clock_s: (seconds, run) => run.t_s >= seconds,
  quality: (argument, run) => {
    const value = quality(argument.of, argument.window_s ?? run.constants.quality_window_s, run);
    return value !== null && within(argument, value);
  },
  vital: (argument, run) => {
    const value = /** @type {any} */ (run.patient)[argument.of];
    if ("is" in argument) return value === argument.is;
    if ("in" in argument) return argument.in.includes(value);
    return within(argument, Number(value));
  },
  aed: (phase, run) => run.aed !== null && run.aed.phase === phase,
  mode: (modes, run) => modes.includes(run.mode),
  profile: (profiles, run) => profiles.includes(run.profile.id),
  any: (parts, run) => parts.some((/** @type {Condition} */ part) => holds(part, run)),
  all: (parts, run) => parts.every((/** @type {Condition} */ part) => holds(part, run)),
  not: (part, run) => !holds(part, run),
};

/** @param {string | string[]} facts @param {(fact: string) => boolean} is */
const some = (facts, is) => (typeof facts === "string" ? is(facts) : facts.some(is));

/** @param {{ min?: number, max?: number }} bounds @param {number} value */
const within = ({ min = -Infinity, max = Infinity }, value) => min <= value && value <= max;

/**
 * A measure of the compressions of the last windowS seconds; null while there is nothing to measure.
 * @param {string} of rate_cpm, depth_mm, recoil, ccf, compressions, pause_s or credit
 * @param {number} windowS
 * @param {Run} run
 * @returns {number | null}
 */
export function quality(of, windowS, run) {
  const all = run.compressions;
  const last = all.length - 1;
  let first = all.length;
  while (first > 0 && all[first - 1].t_s > run.t_s - windowS) first -= 1;
  const count = all.length - first;
  if (of === "compressions") return count;
  if (of === "pause_s") return last >= 0 ? run.t_s - all[last].t_s : null;
  if (count === 0) return null;
  if (of === "credit") return mean(all, first, (pressed) => pressed.credit);
  if (of === "depth_mm") return mean(all, first, (pressed) => pressed.depth_mm);
  if (of === "recoil") return mean(all, first, (pressed) => (pressed.recoil === null ? null : Number(pressed.recoil)));
  const pauseFrom = run.constants.pause_from_s;
  if (of === "rate_cpm") {
    const period = mean(all, first, ({ interval_s }) => (interval_s !== null && interval_s < pauseFrom ? interval_s : null), true);
    return period;
  }
  const length = Math.min(windowS, run.t_s - all[0].t_s);
  let still = 0;
  for (let i = first + 1; i <= last; i++) {
    const gap = all[i].interval_s;
    if (gap !== null && gap >= pauseFrom) still += gap;
  }
  still += Math.max(0, run.t_s - all[last].t_s - pauseFrom);
  return length > 0 ? Math.max(0, 1 - still / length) : null;
}

/**
 * Mean of what is known of the compressions from `first` on, or, per minute, how many of such length fit into one.
 * @param {import("./run.js").Pressed[]} all
 * @param {number} first
 * @param {(pressed: import("./run.js").Pressed) => number | null} value
 * @param {boolean} [perMinute]
 */
function mean(all, first, value, perMinute = false) {
  let sum = 0;
  let known = 0;
  for (let i = first; i < all.length; i++) {
    const one = value(all[i]);
    if (one === null) continue;
    sum += one;
    known += 1;
  }
  if (known === 0) return null;
  return perMinute ? (60 * known) / sum : sum / known;
}
