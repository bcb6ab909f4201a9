/**
 * Compressions from a phone's accelerometer. The same lines as courses/scenarios/motion/acceleration.py: nothing is
 * integrated for longer than one compression, because between two tops the velocity must come back to where it was and the
 * phone to its height, which gives the bias and the starting velocity of exactly that cycle (Aase & Myklebust 2002, IEEE
 * TBME 49(8)). The axis of motion is the direction in which the acceleration varies most, so the phone may lie anyhow.
 */

import { MainAxis } from "./axis.js";
import { Ring } from "./ring.js";
import { LARGEST_STROKE_MM, SMALLEST_STROKE_MM } from "./sources.js";

/** @typedef {import("./compression.js").Compression} Compression */

// Corner of the high-pass that keeps the running velocity from drifting; far below 1.3 Hz, the slowest compressions.
const CORNER_RAD_S = 4;
// Faster than this the chest is on its way; a third of the peak speed of a shallow, slow compression.
const MOVING_M_S = 0.08;
const STARTING_M_S = 0.03;
const LONGEST_CYCLE_S = 1.5;
const SHORTEST_CYCLE_S = 0.2;
const FEWEST_SAMPLES = 8;
const LOST_AFTER_S = 0.25;
// The axis is trusted after so many samples that are clearly not noise (1 s at 60 Hz).
const LIVELY_SAMPLES = 60;
const WAITING_SAMPLES = 4096;
const T = 0;
const A = 1;
const V = 2;

export class AccelerationMeter {
  constructor() {
    this._axis = new MainAxis();
    this._waiting = new Ring(4, WAITING_SAMPLES);
    this._lively = 0;
    this._settled = false;
    this._samples = new Ring(3);
    this._velocity = 0;
    this._hasLast = false;
    this._lastS = this._lastA = 0;
    this._direction = 0;
    /** NaN while no push is under way. */
    this._topS = NaN;
    this._zeroS = 0;
    this._fromRest = false;
    this._cycle = new Cycle();
  }

  /**
   * One sample in seconds and m/s² along the phone's axes.
   * @param {number} tS @param {number} x @param {number} y @param {number} z
   * @param {Compression[]} found compressions that end with it are put here
   */
  add(tS, x, y, z, found) {
    if (this._settled) {
      this._axis.add(x, y, z);
      this._step(tS, x, y, z, found);
      return;
    }
    const waiting = this._waiting;
    if (waiting.length && tS <= waiting.get(waiting.length - 1, 0)) return;
    if (waiting.length === WAITING_SAMPLES) waiting.dropFirst();
    waiting.extend();
    const row = waiting.length - 1;
    waiting.set(row, 0, tS);
    waiting.set(row, 1, x);
    waiting.set(row, 2, y);
    waiting.set(row, 3, z);
    this._axis.add(x, y, z);
    if (this._axis.isLively(x, y, z)) this._lively += 1;
    if (this._lively >= LIVELY_SAMPLES) this._begin(found);
  }

  /**
   * What still waits when the samples end.
   * @param {Compression[]} found
   */
  finish(found) {
    if (!this._settled) this._begin(found);
    if (this._hasLast && this._topS === this._topS && this._direction === 1) this._measure(this._topS, this._lastS, found);
  }

  /** @param {Compression[]} found */
  _begin(found) {
    if (this._axis.count < 10) return;
    this._axis.settle();
    this._settled = true;
    const waiting = this._waiting;
    for (let i = 0; i < waiting.length; i++) {
      this._step(waiting.get(i, 0), waiting.get(i, 1), waiting.get(i, 2), waiting.get(i, 3), found);
    }
    waiting.clear();
  }

  /** @param {number} tS @param {number} x @param {number} y @param {number} z @param {Compression[]} found */
  _step(tS, x, y, z, found) {
    const a = this._axis.along(x, y, z);
    if (!this._hasLast || tS - this._lastS > LOST_AFTER_S) {
      this._samples.clear();
      this._velocity = this._direction = 0;
      this._topS = NaN;
      this._remember(tS, a);
      this._hasLast = true;
      this._lastS = this._zeroS = tS;
      this._lastA = a;
      return;
    }
    const dt = tS - this._lastS;
    if (dt <= 0) return;
    const before = this._velocity;
    this._velocity = (before + ((a + this._lastA) / 2) * dt) * Math.exp(-CORNER_RAD_S * dt);
    this._lastS = tS;
    this._lastA = a;
    this._remember(tS, a);
    while (this._samples.get(0, T) < tS - 2 * LONGEST_CYCLE_S) this._samples.dropFirst();
    this._turn(tS, dt, before, found);
  }

  /** @param {number} tS @param {number} a */
  _remember(tS, a) {
    const samples = this._samples;
    samples.extend();
    samples.set(samples.length - 1, T, tS);
    samples.set(samples.length - 1, A, a);
    samples.set(samples.length - 1, V, this._velocity);
  }

  /**
   * The velocity says where the phone is: falling, at the bottom, rising, at the top.
   * @param {number} tS @param {number} dt @param {number} before @param {Compression[]} found
   */
  _turn(tS, dt, before, found) {
    const v = this._velocity;
    if (before >= -STARTING_M_S && -STARTING_M_S > v) this._zeroS = tS - (dt * (-STARTING_M_S - v)) / (before - v);
    if (this._direction >= 0 && v < -MOVING_M_S) {
      if (this._topS === this._topS && this._direction === 1) {
        this._measure(this._topS, this._fromRest ? this._riseEnds() : this._zeroS, found);
      }
      this._fromRest = this._direction === 0;
      this._direction = -1;
      this._topS = this._zeroS;
      return;
    }
    if (this._direction < 0 && v > MOVING_M_S) this._direction = 1;
    this._endOfLast(tS, found);
  }

  /**
   * A pause: the release ended and no push follows. What only looked like a push is forgotten.
   * @param {number} tS @param {Compression[]} found
   */
  _endOfLast(tS, found) {
    if (!(tS - this._topS > LONGEST_CYCLE_S)) return;
    if (this._direction === 1) this._measure(this._topS, this._stillFrom(), found);
    this._direction = 0;
    this._topS = NaN;
  }

  /**
   * End of the first cycle after a rest: it began with no velocity, so the plain integral is good for so long. The
   * high-pass runs ahead of the motion; between two tops of a series that cancels out, after a rest it does not.
   */
  _riseEnds() {
    const samples = this._samples;
    let velocity = 0;
    let rising = false;
    for (let i = this._firstFrom(this._topS) + 1; i < samples.length; i++) {
      velocity += ((samples.get(i - 1, A) + samples.get(i, A)) / 2) * (samples.get(i, T) - samples.get(i - 1, T));
      rising ||= velocity > MOVING_M_S;
      if (rising && velocity <= 0) return samples.get(i, T);
    }
    return samples.get(samples.length - 1, T);
  }

  /** When the rise ended: the first time after the fastest rise that the velocity falls to nothing. */
  _stillFrom() {
    const samples = this._samples;
    let fastest = this._firstFrom(this._topS);
    for (let i = fastest + 1; i < samples.length; i++) if (samples.get(i, V) > samples.get(fastest, V)) fastest = i;
    for (let i = fastest; i < samples.length; i++) if (samples.get(i, V) <= 0) return samples.get(i, T);
    return samples.get(samples.length - 1, T);
  }

  /** @param {number} tS */
  _firstFrom(tS) {
    let first = 0;
    while (first < this._samples.length && this._samples.get(first, T) < tS) first += 1;
    return first;
  }

  /** @param {number} startS @param {number} endS @param {Compression[]} found */
  _measure(startS, endS, found) {
    const cycle = this._cycle;
    cycle.take(this._samples, startS, endS);
    const length = endS - startS;
    if (cycle.length < FEWEST_SAMPLES || !(length >= SHORTEST_CYCLE_S && length <= LONGEST_CYCLE_S)) return;
    cycle.close();
    if (!(cycle.depthMm >= SMALLEST_STROKE_MM && cycle.depthMm <= LARGEST_STROKE_MM)) return;
    const { bottomS: t_s, depthMm: depth_mm } = cycle;
    found.push({ t_s, depth_mm, lean_mm: null, recoil: null, x_mm: null, z_mm: null });
  }
}

/** The acceleration between two tops, and the path that it makes when it ends where and as it began. */
class Cycle {
  constructor() {
    this._t = new Float64Array(512);
    this._a = new Float64Array(512);
    this._y = new Float64Array(512);
    this.length = 0;
    /** When the phone was lowest, seconds; how far below its highest, millimetres. */
    this.bottomS = this.depthMm = 0;
  }

  /**
   * The samples of a stretch, with its two ends interpolated: a missing end would be a push that nobody made.
   * @param {Ring} samples rows of t_s, m/s²
   * @param {number} startS
   * @param {number} endS
   */
  take(samples, startS, endS) {
    this.length = 0;
    for (let i = 0; i < samples.length; i++) {
      const t = samples.get(i, T);
      if (i > 0) {
        const t0 = samples.get(i - 1, T);
        if (t0 <= startS && startS < t) this._append(startS, between(samples, i, startS));
        if (startS < t && t < endS) this._append(t, samples.get(i, A));
        if (t0 < endS && endS <= t) this._append(endS, between(samples, i, endS));
      } else if (startS < t && t < endS) this._append(t, samples.get(i, A));
    }
  }

  /** @param {number} t @param {number} a */
  _append(t, a) {
    if (this.length === this._t.length) {
      for (const name of /** @type {const} */ (["_t", "_a", "_y"])) {
        const longer = new Float64Array(this[name].length * 2);
        longer.set(this[name]);
        this[name] = longer;
      }
    }
    this._t[this.length] = t;
    this._a[this.length] = a;
    this.length += 1;
  }

  /** Bias and starting velocity such that velocity and height come back; then the bottom and the depth. */
  close() {
    const { _t: t, _a: a, _y: y, length: n } = this;
    let velocity = 0;
    let height = 0;
    y[0] = 0;
    for (let i = 1; i < n; i++) {
      const dt = t[i] - t[i - 1];
      height += velocity * dt + ((2 * a[i - 1] + a[i]) * dt * dt) / 6;
      velocity += ((a[i - 1] + a[i]) / 2) * dt;
      y[i] = height;
    }
    const length = t[n - 1] - t[0];
    const bias = velocity / length;
    const slope = (height - (bias * length * length) / 2) / length;
    let lowest = 0;
    let highest = 0;
    for (let i = 0; i < n; i++) {
      const u = t[i] - t[0];
      y[i] -= (bias * u * u) / 2 + slope * u;
      if (y[i] < y[lowest]) lowest = i;
      if (y[i] > y[highest]) highest = i;
    }
    this._bottomBetween(lowest);
    this.depthMm = 1000 * (y[highest] - this.depthMm);
  }

  /**
   * The turn between three samples, by the parabola through them; its height waits in depthMm.
   * @param {number} i
   */
  _bottomBetween(i) {
    const { _t: t, _y: y } = this;
    this.bottomS = t[i];
    this.depthMm = y[i];
    if (!(i > 0 && i < this.length - 1)) return;
    const left = (y[i] - y[i - 1]) / (t[i] - t[i - 1]);
    const right = (y[i + 1] - y[i]) / (t[i + 1] - t[i]);
    const bend = (right - left) / (t[i + 1] - t[i - 1]);
    if (bend <= 0) return;
    const u = (t[i - 1] + t[i]) / 2 - left / (2 * bend);
    this.bottomS = u;
    this.depthMm = y[i] + (u - t[i]) * (left + bend * (u - t[i - 1]));
  }
}

/** @param {Ring} samples @param {number} i @param {number} tS acceleration at tS, between the rows i - 1 and i */
function between(samples, i, tS) {
  const t0 = samples.get(i - 1, T);
  const a0 = samples.get(i - 1, A);
  return a0 + ((samples.get(i, A) - a0) * (tS - t0)) / (samples.get(i, T) - t0);
}
