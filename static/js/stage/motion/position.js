/**
 * Compressions from heights: controller, tracked hand, manikin sensor. The same lines as
 * courses/scenarios/motion/position.py: turning points by hysteresis on a lightly smoothed height, their exact height and
 * time by a parabola fitted to the raw samples around them, which bears dropped samples. A sample allocates nothing; a
 * compression is one new object.
 */

import { Ring } from "./ring.js";
import { HONESTY, LARGEST_STROKE_MM, SMALLEST_STROKE_MM, TUNING } from "./sources.js";

/** @typedef {import("./compression.js").Compression} Compression @typedef {import("./calibration.js").Calibration} Calibration */

const LEAN_TOLERANCE_MM = 5;
const LOST_AFTER_S = 0.4;
const REMEMBERED_S = 2;
const TOPS = 5;
const T = 0;
const Y = 1;

export class PositionMeter {
  /**
   * @param {"controller" | "hand" | "sensor"} source
   * @param {Calibration | null} [calibration]
   */
  constructor(source, calibration = null) {
    this._tuning = TUNING[source];
    this._judgesLean = HONESTY[source].lean;
    this._site = calibration;
    /** Height at which the chest rests, millimetres; null until it is known. @type {number | null} */
    this.restMm = calibration ? calibration.restMm : null;
    /** Smoothed height now, millimetres; NaN before the first sample. */
    this.heightMm = NaN;
    this._buffer = new Ring(2);
    this._tops = new Float64Array(TOPS);
    this._sorted = new Float64Array(TOPS);
    this._topCount = 0;
    this._lastS = -Infinity;
    this._direction = 0;
    this._x = this._y = this._z = this._lowX = this._lowZ = 0;
    this._highS = this._highY = this._lowS = this._lowY = 0;
    this._hasTop = this._hasBottom = false;
    this._topY = this._bottomS = this._bottomY = 0;
    // What _refine() and _vertex() found: they answer here so that nothing is allocated.
    this._turnS = this._turnY = 0;
  }

  /**
   * One sample: seconds, metres with y upwards. Samples that do not move time on are ignored. Values go on by fields, not
   * by arguments: a number that is computed and handed on would be a new object for each sample.
   * @param {number} tS
   * @param {number} x
   * @param {number} y
   * @param {number} z
   * @returns {Compression | null} the compression whose release just ended
   */
  add(tS, x, y, z) {
    if (tS <= this._lastS) return null;
    this._x = 1000 * x;
    this._y = 1000 * y;
    this._z = 1000 * z;
    if (tS - this._lastS > LOST_AFTER_S) {
      this._restart(tS);
      return null;
    }
    const gain = 1 - Math.exp(-(tS - this._lastS) / this._tuning.smoothingS);
    this._lastS = tS;
    this.heightMm += gain * (this._y - this.heightMm);
    this._remember(tS);
    return this._turn(tS);
  }

  /** The last compression, when the samples end during its release. @returns {Compression | null} */
  finish() {
    if (!this._hasBottom || this._direction !== 1) return null;
    this._refine(this._highS, this._highY);
    return this._complete(this._turnY);
  }

  /** @param {number} tS */
  _restart(tS) {
    this._buffer.clear();
    this._remember(tS);
    this._lastS = this._highS = this._lowS = tS;
    this.heightMm = this._highY = this._lowY = this._y;
    this._direction = 0;
    this._hasTop = this._hasBottom = false;
  }

  /** @param {number} tS */
  _remember(tS) {
    const buffer = this._buffer;
    buffer.extend();
    buffer.set(buffer.length - 1, T, tS);
    buffer.set(buffer.length - 1, Y, this._y);
    while (buffer.get(0, T) < tS - REMEMBERED_S) buffer.dropFirst();
  }

  /** @param {number} tS @returns {Compression | null} */
  _turn(tS) {
    const height = this.heightMm;
    if (height >= this._highY) {
      this._highS = tS;
      this._highY = height;
    }
    if (height <= this._lowY) {
      this._lowS = tS;
      this._lowY = height;
      this._lowX = this._x;
      this._lowZ = this._z;
    }
    if (this._direction >= 0 && height < this._highY - this._tuning.hysteresisMm) return this._turnedDown(tS, height);
    if (this._direction <= 0 && height > this._lowY + this._tuning.hysteresisMm) this._turnedUp(tS, height);
    return null;
  }

  /** @param {number} tS @param {number} height @returns {Compression | null} */
  _turnedDown(tS, height) {
    this._refine(this._highS, this._highY);
    const topY = this._turnY;
    const hadBottom = this._hasBottom;
    if (this.restMm === null && !hadBottom) this.restMm = this._restingLevel(topY);
    const finished = hadBottom ? this._complete(topY) : null;
    // A top ends one compression and begins the next, and counts for both.
    this._rememberTop(topY);
    this._topY = topY;
    this._hasTop = true;
    this._hasBottom = false;
    this._direction = -1;
    this._lowS = tS;
    this._lowY = height;
    return finished;
  }

  /** @param {number} tS @param {number} height */
  _turnedUp(tS, height) {
    if (this._direction < 0 && this._hasTop) {
      this._refine(this._lowS, this._lowY);
      this._bottomS = this._turnS;
      this._bottomY = this._turnY;
      this._hasBottom = true;
    }
    this._direction = 1;
    this._highS = tS;
    this._highY = height;
  }

  /** @param {number} nextTopY @returns {Compression | null} */
  _complete(nextTopY) {
    const complete = this._hasBottom && this._hasTop;
    this._hasBottom = false;
    this._rememberTop(nextTopY);
    if (!complete) return null;
    const rest = this._restLevel(this._topY, nextTopY);
    const depth = rest - this._bottomY;
    const stroke = Math.min(this._topY, rest) - this._bottomY;
    if (!(stroke >= SMALLEST_STROKE_MM) || depth > LARGEST_STROKE_MM) return null;
    const lean = this._judgesLean ? Math.max(0, rest - nextTopY) : null;
    return {
      t_s: this._bottomS,
      depth_mm: depth,
      lean_mm: lean,
      recoil: lean === null ? null : lean <= LEAN_TOLERANCE_MM,
      x_mm: this._site ? this._lowX - this._site.xMm : null,
      z_mm: this._site ? this._lowZ - this._site.zMm : null,
    };
  }

  /** @param {number} heightMm */
  _rememberTop(heightMm) {
    this._tops[this._topCount % TOPS] = heightMm;
    this._topCount += 1;
  }

  /** @param {number} previous @param {number} following */
  _restLevel(previous, following) {
    if (this.restMm !== null) return this.restMm;
    // One of them is a hand in the air, on its way to or from the chest.
    if (this._topCount <= 2 && Math.abs(previous - following) > 25) return Math.min(previous, following);
    return this._medianTop();
  }

  _medianTop() {
    const n = Math.min(this._topCount, TOPS);
    const sorted = this._sorted;
    for (let i = 0; i < n; i++) {
      let place = i;
      while (place > 0 && sorted[place - 1] > this._tops[i]) {
        sorted[place] = sorted[place - 1];
        place -= 1;
      }
      sorted[place] = this._tops[i];
    }
    const half = n >> 1;
    return n % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /**
   * Mean height of the last half second before the hand went down, if it rested there. The end of the stretch is where
   * the hand left the plateau, not the highest sample, which noise moves about.
   * @param {number} topY
   * @returns {number | null}
   */
  _restingLevel(topY) {
    const buffer = this._buffer;
    const floor = topY - this._tuning.quietMm;
    let end = buffer.length;
    while (end > 0 && buffer.get(end - 1, Y) < floor) end -= 1;
    // The push begins slowly: what still lies above the floor but already moves is left out.
    const last = end ? buffer.get(end - 1, T) - 0.08 : 0;
    let from = end;
    let until = 0;
    for (let i = 0; i < end; i++) {
      const t = buffer.get(i, T);
      if (t >= last - 0.5 && i < from) from = i;
      if (t <= last) until = i + 1;
    }
    const n = until - from;
    if (n < 8 || buffer.get(until - 1, T) - buffer.get(from, T) < 0.3) return null;
    let sum = 0;
    for (let i = from; i < until; i++) sum += buffer.get(i, Y);
    const level = sum / n;
    let squares = 0;
    for (let i = from; i < until; i++) squares += (buffer.get(i, Y) - level) ** 2;
    return Math.sqrt(squares / n) < this._tuning.quietMm / 3 ? level : null;
  }

  /**
   * The turn from the raw samples, into _turnS and _turnY: the smoothed height lags and is flattened.
   * @param {number} atS
   * @param {number} atY
   */
  _refine(atS, atY) {
    let around = atS - this._tuning.smoothingS;
    let bends = true;
    for (let pass = 0; pass < 2 && bends; pass++) {
      bends = this._vertex(around);
      if (bends) around = this._turnS;
    }
    if (bends && Math.abs(this._turnS - atS) <= 0.2) return;
    const buffer = this._buffer;
    let sum = 0;
    let n = 0;
    for (let i = 0; i < buffer.length; i++) {
      if (Math.abs(buffer.get(i, T) - atS) > this._tuning.windowS / 2) continue;
      sum += buffer.get(i, Y);
      n += 1;
    }
    this._turnS = atS;
    this._turnY = n ? sum / n : atY;
  }

  /**
   * Vertex of the parabola that fits the samples around a time best; false when they are few or do not bend.
   * @param {number} around
   */
  _vertex(around) {
    const buffer = this._buffer;
    const window = this._tuning.windowS;
    let from = buffer.length;
    let until = 0;
    let sum = 0;
    for (let i = 0; i < buffer.length; i++) {
      const t = buffer.get(i, T);
      if (Math.abs(t - around) > window) continue;
      if (i < from) from = i;
      until = i + 1;
      sum += t;
    }
    const n = until - from;
    if (n < 4) return false;
    const middle = sum / n;
    let s2 = 0;
    let s3 = 0;
    let s4 = 0;
    let y0 = 0;
    let y1 = 0;
    let y2 = 0;
    for (let i = from; i < until; i++) {
      const u = buffer.get(i, T) - middle;
      const y = buffer.get(i, Y);
      s2 += u * u;
      s3 += u * u * u;
      s4 += u * u * u * u;
      y0 += y;
      y1 += u * y;
      y2 += u * u * y;
    }
    // Normal equations of y = a + b u + c u^2; the sum of u is nought by the choice of the middle.
    const determinant = n * (s2 * s4 - s3 * s3) - s2 * s2 * s2;
    if (determinant === 0) return false;
    const a = (y0 * (s2 * s4 - s3 * s3) + s3 * s2 * y1 - s2 * s2 * y2) / determinant;
    const b = (n * (y1 * s4 - y2 * s3) + s2 * (s3 * y0 - s2 * y1)) / determinant;
    const c = (n * (s2 * y2 - s3 * y1) - s2 * s2 * y0) / determinant;
    if (c === 0) return false;
    const u = -b / (2 * c);
    if (!(buffer.get(from, T) - middle <= u && u <= buffer.get(until - 1, T) - middle)) return false;
    this._turnS = middle + u;
    this._turnY = a + b * u + c * u * u;
    return true;
  }
}
