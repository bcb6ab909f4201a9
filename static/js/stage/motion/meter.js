/** One meter for any source (courses/scenarios/motion/measure.py). */

import { AccelerationMeter } from "./acceleration.js";
import { summarise } from "./compression.js";
import { PositionMeter } from "./position.js";
import { HONESTY } from "./sources.js";

/**
 * @typedef {import("./sources.js").Source} Source
 * @typedef {import("./calibration.js").Calibration} Calibration
 * @typedef {import("./compression.js").Compression} Compression
 */

/**
 * Push samples of one source in order of time; compressions come back when their release ends (phones: when the next push
 * begins). Units: metres with y upwards for controller, hand and sensor; m/s² along the phone's own axes for a phone.
 * A sample allocates nothing, so this may run in a frame loop.
 */
export class MotionMeter {
  /**
   * @param {Source} source
   * @param {Calibration | null} [calibration]
   */
  constructor(source, calibration = null) {
    this.source = source;
    this.honesty = HONESTY[source];
    this._phone = source === "phone" ? new AccelerationMeter() : null;
    this._position = source === "phone" ? null : new PositionMeter(source, calibration);
    /** @type {Compression[]} */
    this._found = [];
  }

  /**
   * @param {number} tS seconds
   * @param {number} x
   * @param {number} y
   * @param {number} z
   * @returns {readonly Compression[]} those that ended with this sample; the array is used again by the next push
   */
  push(tS, x, y, z) {
    this._found.length = 0;
    if (this._phone) this._phone.add(tS, x, y, z, this._found);
    else if (this._position) {
      const found = this._position.add(tS, x, y, z);
      if (found) this._found.push(found);
    }
    return this._found;
  }

  /** The last compression, when the samples end during its release. @returns {readonly Compression[]} */
  finish() {
    this._found.length = 0;
    if (this._phone) this._phone.finish(this._found);
    const last = this._position?.finish();
    if (last) this._found.push(last);
    return this._found;
  }

  /** Rest height of the chest, millimetres; null until it is known, and always for a phone. */
  get restMm() {
    return this._position ? this._position.restMm : null;
  }

  /** How far below its rest height the chest is now, millimetres; NaN while nobody knows. For the live gauge. */
  get travelMm() {
    if (!this._position || this._position.restMm === null) return NaN;
    return this._position.restMm - this._position.heightMm;
  }
}

/**
 * Everything that a recording of one source holds.
 * @param {Iterable<[number, number, number, number]>} samples rows of t_s, x, y, z
 * @param {Source} source
 * @param {Calibration | null} [calibration]
 */
export function measure(samples, source, calibration = null) {
  const meter = new MotionMeter(source, calibration);
  /** @type {Compression[]} */
  const compressions = [];
  let start = 0;
  let end = 0;
  let first = true;
  for (const [tS, x, y, z] of samples) {
    if (first) start = tS;
    first = false;
    end = tS;
    compressions.push(...meter.push(tS, x, y, z));
  }
  compressions.push(...meter.finish());
  return { source, honesty: meter.honesty, compressions, summary: summarise(compressions, start, end) };
}
