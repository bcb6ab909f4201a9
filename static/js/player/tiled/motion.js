/**
 * How a head moves: it rests, follows something, or turns. A turn in progress is carried on to where it will end.
 *
 * Voluntary turns have one shape, whoever makes them: s(u) = 10 u^3 - 15 u^4 + 6 u^5 of the way after the share u of the time (minimum
 * jerk: Flash and Hogan, J. Neurosci. 5, 1985), and large ones take longer than small ones in a known proportion (main sequence of head
 * movements: Zangemeister, Jones and Stark, Exp. Neurology 71, 1981). So the way that lies behind says how much lies ahead: turns of every
 * size are held against what was seen, and each counts as much as it fits. Early in a turn many fit, and the doubt is large.
 * What fits none of them (a mouse that drags, a chair that swivels) is carried on with its speed, which dies away.
 */

import { wrapDegrees } from "../projection.js";

/** Seconds of the head's past that are remembered: longer than the largest turn takes. */
const PAST = 1.3;
/** Degrees per second above which a movement is a turn, and below which it has not begun; people follow things at up to 25 or 30. */
const TURN_SPEED = 45;
const TURN_BEGINS = 30;
/** Seconds after its last fast moment that a turn can still be ending. */
const TURN_ENDS = 0.35;
/** Seconds that a turn of A degrees takes: the first, and the second for each degree. */
const TURN_TAKES = 0.25;
const TURN_TAKES_EACH = 0.0045;
/** Turns that are tried: sizes in degrees from the first on, each larger than the last by the factor. */
const SIZE_FIRST = 12;
const SIZE_FACTOR = 1.08;
const SIZES = 36;
/** How large turns are, before anything of one was seen: median in degrees, and spread of the logarithm. */
const SIZE_USUAL = 45;
const SIZE_SPREAD = 0.6;
/** Seconds that a speed within a turn is measured over, at least: less is noise. */
const SPEED_OVER = 0.04;
/** Seconds before its first fast moment that tell when a turn began. */
const STOOD = 0.15;
/** Seconds that the begin of a turn may be off, seen from the moment at which it was first fast. */
const BEGINS = [-0.03, 0, 0.03];
/** Degrees that a head strays from the shape; beyond this in the mean it is no such turn. */
const STRAYS = 1.1;
const STRAYS_MOST = 2.5;
/** Seconds that a speed is measured over: of a movement of no known shape, and at rest; and degrees per second that are nothing but a head's trembling. */
const QUICK_WINDOW = 0.15;
const DRIFT_WINDOW = 0.4;
const TREMBLE = 4;
/** Seconds after which 63 % of a speed is lost: of someone who follows something, of a movement of no known shape. */
const DRIFT_LASTS = 2.5;
const MOTION_LASTS = 0.35;
/** Degrees that a movement of no known shape is carried on at most. */
const REACH_MOST = 40;

/** @typedef {{ time: number, yaw: number, pitch: number }} Sample yaw is unwrapped: it runs on past 180 */
/**
 * @typedef {{ size: number, begin: number, before: number, weight: number }} Candidate a turn that may be under way; `before`: degrees of
 *   it that the head had gone when it was first seen moving
 */
/**
 * @typedef {object} Turn
 * @property {Candidate[]} candidates weights sum to 1
 * @property {number} gone degrees that lie behind
 * @property {number} yaw share of a degree on the way that is yaw
 * @property {number} pitch
 */

/** Remembers the last moments of the head. */
export class HeadTracker {
  /** @type {Sample[]} */
  #samples = [];
  /** @type {{ time: number, turn: Turn | null } | null} the turn as last looked for */
  #found = null;

  /**
   * @param {number} time seconds on a clock that only runs forward
   * @param {number} yaw degrees
   * @param {number} pitch degrees
   */
  add(time, yaw, pitch) {
    const last = this.#samples[this.#samples.length - 1];
    if (last && time <= last.time) {
      if (time < last.time) this.#samples = [];
      else this.#samples.pop();
    }
    const before = this.#samples[this.#samples.length - 1];
    this.#samples.push({ time, yaw: before ? before.yaw + wrapDegrees(yaw - before.yaw) : yaw, pitch });
    while (this.#samples.length > 2 && this.#samples[0].time < time - PAST) this.#samples.shift();
    this.#found = null;
  }

  /** Whether the head's direction is known at all. */
  get known() {
    return this.#samples.length > 0;
  }

  /** The last direction. */
  get now() {
    const last = this.#samples[this.#samples.length - 1];
    return last ? { yaw: wrapDegrees(last.yaw), pitch: last.pitch } : { yaw: 0, pitch: 0 };
  }

  /**
   * Degrees per second, from the line through the last samples.
   * @param {number} time now, seconds: a head that has not moved for a while sends nothing
   * @param {number} window seconds
   */
  #velocity(time, window) {
    const recent = this.#samples.filter((sample) => sample.time >= time - window);
    if (recent.length < 2) return { yaw: 0, pitch: 0 };
    const mean = { time: 0, yaw: 0, pitch: 0 };
    for (const sample of recent) {
      mean.time += sample.time / recent.length;
      mean.yaw += sample.yaw / recent.length;
      mean.pitch += sample.pitch / recent.length;
    }
    let [spread, yaw, pitch] = [0, 0, 0];
    for (const sample of recent) {
      const t = sample.time - mean.time;
      spread += t * t;
      yaw += t * (sample.yaw - mean.yaw);
      pitch += t * (sample.pitch - mean.pitch);
    }
    return spread > 0 ? { yaw: yaw / spread, pitch: pitch / spread } : { yaw: 0, pitch: 0 };
  }

  /**
   * How the head goes on from where it is.
   * @param {number} time now, seconds
   * @param {number} ahead seconds
   * @returns {{ yaw: number, pitch: number, doubt: number }} degrees from the last direction, and what they may be wrong by
   */
  carriedOn(time, ahead) {
    if (!this.#found || this.#found.time !== time) this.#found = { time, turn: this.#turn(time) };
    const turn = this.#found.turn;
    if (turn) return rest(turn, time + ahead);
    const quick = this.#velocity(time, QUICK_WINDOW);
    const speed = Math.hypot(quick.yaw, quick.pitch);
    if (speed > TURN_BEGINS) {
      const reach = Math.min(MOTION_LASTS * (1 - Math.exp(-ahead / MOTION_LASTS)), REACH_MOST / speed);
      return { yaw: quick.yaw * reach, pitch: quick.pitch * reach, doubt: 0.18 * speed * Math.min(ahead, 1) };
    }
    const drift = this.#velocity(time, DRIFT_WINDOW);
    const steady = Math.hypot(drift.yaw, drift.pitch);
    const trust = steady ** 2 / (steady ** 2 + TREMBLE ** 2);
    const reach = trust * DRIFT_LASTS * (1 - Math.exp(-ahead / DRIFT_LASTS));
    return { yaw: drift.yaw * reach, pitch: drift.pitch * reach, doubt: 0.3 * steady * trust * ahead };
  }

  /**
   * The turn under way, or the one that has just ended; null where there is none, or a movement of another shape.
   * @param {number} time
   * @returns {Turn | null}
   */
  #turn(time) {
    const samples = this.#samples;
    const speed = (/** @type {number} */ i) => {
      let before = i - 1;
      while (before > 0 && samples[i].time - samples[before].time < SPEED_OVER) before--;
      const { time: t, yaw, pitch } = samples[before];
      return Math.hypot(samples[i].yaw - yaw, samples[i].pitch - pitch) / (samples[i].time - t);
    };
    let first = samples.length - 1;
    while (first > 0 && samples[first].time > time - TURN_ENDS && speed(first) < TURN_SPEED) first--;
    if (first < 1 || speed(first) < TURN_SPEED) return null;
    while (first > 1 && speed(first - 1) > TURN_BEGINS) first--;
    const from = samples[first - 1];
    const last = samples[samples.length - 1];
    const gone = Math.hypot(last.yaw - from.yaw, last.pitch - from.pitch);
    if (gone === 0) return null;
    const way = { yaw: (last.yaw - from.yaw) / gone, pitch: (last.pitch - from.pitch) / gone };
    const seen = samples.filter(({ time: at }) => at >= from.time - STOOD).map((sample) => ({
      time: sample.time, way: (sample.yaw - from.yaw) * way.yaw + (sample.pitch - from.pitch) * way.pitch,
    }));
    const candidates = fitting(seen, from.time, (from.time + samples[first].time) / 2);
    return candidates && { candidates, gone, ...way };
  }
}

/** Share of the way of a turn after a share of its time. @param {number} u */
function shape(u) {
  const v = Math.max(0, Math.min(1, u));
  return v ** 3 * (10 - 15 * v + 6 * v * v);
}

/**
 * The turns that may be what was seen.
 * @param {{ time: number, way: number }[]} seen
 * @param {number} from when the ways are counted from
 * @param {number} fast when the head went faster than `TURN_BEGINS`
 * @returns {Candidate[] | null} null where none fits
 */
function fitting(seen, from, fast) {
  /** @type {Candidate[]} */
  const found = [];
  let least = Infinity;
  for (let i = 0, size = SIZE_FIRST; i < SIZES; i++, size *= SIZE_FACTOR) {
    const takes = TURN_TAKES + TURN_TAKES_EACH * size;
    const unusual = (Math.log(size / SIZE_USUAL) / SIZE_SPREAD) ** 2;
    const quick = becomesFast(size, takes);
    for (const offset of BEGINS) {
      const begin = fast - quick + offset;
      // What the head had gone at `from` is not in `seen`, which counts from there.
      const before = size * shape((from - begin) / takes);
      let squares = 0;
      for (const { time, way } of seen) squares += (size * shape((time - begin) / takes) - before - way) ** 2;
      least = Math.min(least, squares);
      found.push({ size, begin, before, weight: squares / STRAYS ** 2 + unusual });
    }
  }
  if (Math.sqrt(least / seen.length) > STRAYS_MOST) return null;
  const best = Math.min(...found.map(({ weight }) => weight));
  let all = 0;
  for (const candidate of found) all += candidate.weight = Math.exp((best - candidate.weight) / 2);
  for (const candidate of found) candidate.weight /= all;
  return found.filter(({ weight }) => weight > 1e-3);
}

/**
 * Seconds after its begin that a turn is first faster than `TURN_BEGINS`: its speed is 30 u^2 (1 - u)^2 of the mean one.
 * @param {number} size
 * @param {number} takes
 */
function becomesFast(size, takes) {
  return (takes * (1 - Math.sqrt(1 - 4 * Math.min(0.25, Math.sqrt((TURN_BEGINS * takes) / size / 30))))) / 2;
}

/**
 * What is left of a turn until a time.
 * @param {Turn} turn
 * @param {number} time
 */
function rest({ candidates, gone, yaw, pitch }, time) {
  let [mean, squares, all] = [0, 0, 0];
  for (const { size, begin, before, weight } of candidates) {
    const way = size * shape((time - begin) / (TURN_TAKES + TURN_TAKES_EACH * size)) - before - gone;
    mean += weight * way;
    squares += weight * way * way;
    all += weight;
  }
  mean /= all;
  return { yaw: yaw * mean, pitch: pitch * mean, doubt: Math.sqrt(Math.max(0, squares / all - mean * mean)) };
}
