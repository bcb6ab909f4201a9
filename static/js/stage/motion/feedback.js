/** What to tell somebody who compresses now: rate, depth, release, and the one thing that matters most. */

import { HONESTY, PAUSE_FROM_S } from "./sources.js";

/**
 * @typedef {import("./compression.js").Compression} Compression
 * @typedef {"none" | "good" | "resume" | "deeper" | "shallower" | "faster" | "slower" | "release"} Advice
 * @typedef {{ rate_cpm: [number, number], depth_mm: [number, number] }} Target
 */

/** Over so many compressions: about three seconds, long enough to be steady and short enough to answer. */
const SPAN = 6;
/** Advice to release fully when fewer than this share of the last ones were. */
const RELEASED_SHARE = 0.6;
/** A key or a tap knows nothing of release. */
const UNKNOWN = -1;

/** Feed it compressions; read its fields in the frame loop. Nothing is allocated after it was made. */
export class Feedback {
  /**
   * @param {Target} target range of the guideline profile (table.js: targetOf)
   * @param {import("./sources.js").Source} source
   */
  constructor(target, source) {
    this._target = target;
    this._judgesLean = HONESTY[source].lean;
    this._times = new Float64Array(SPAN);
    this._depths = new Float64Array(SPAN);
    this._releases = new Int8Array(SPAN);
    /** Compressions so far. */
    this.count = 0;
    /** Of the last ones; NaN while unknown. */
    this.rateCpm = NaN;
    this.depthMm = NaN;
    /** Share of full releases, 0..1; NaN where the source cannot tell. */
    this.releasedShare = NaN;
    this.lastS = NaN;
  }

  /** @param {Compression} compression */
  add(compression) {
    if (compression.t_s - this.lastS >= PAUSE_FROM_S) this.count = 0;
    const slot = this.count % SPAN;
    this._times[slot] = compression.t_s;
    this._depths[slot] = compression.depth_mm;
    this._releases[slot] = compression.recoil === null ? UNKNOWN : compression.recoil ? 1 : 0;
    this.count += 1;
    this.lastS = compression.t_s;
    this._average();
  }

  _average() {
    const n = Math.min(this.count, SPAN);
    const first = this._times[this.count > SPAN ? this.count % SPAN : 0];
    let depth = 0;
    let released = 0;
    let judged = 0;
    for (let i = 0; i < n; i++) {
      depth += this._depths[i];
      if (this._releases[i] === UNKNOWN) continue;
      judged += 1;
      released += this._releases[i];
    }
    this.rateCpm = n > 1 ? (60 * (n - 1)) / (this.lastS - first) : NaN;
    this.depthMm = depth / n;
    this.releasedShare = this._judgesLean && judged > 0 ? released / judged : NaN;
  }

  /** Seconds since the last compression; NaN before the first. @param {number} nowS */
  pauseS(nowS) {
    return nowS - this.lastS;
  }

  /**
   * The one thing to change now. Depth first, then rate, then release: in that order they cost blood flow when wrong.
   * @param {number} nowS
   * @returns {Advice}
   */
  advice(nowS) {
    if (!this.count) return "none";
    if (this.pauseS(nowS) >= PAUSE_FROM_S) return "resume";
    if (this.count < 3) return "none";
    const { depth_mm: depth, rate_cpm: rate } = this._target;
    if (this.depthMm < depth[0]) return "deeper";
    if (this.rateCpm < rate[0]) return "faster";
    if (this.rateCpm > rate[1]) return "slower";
    if (this.depthMm > depth[1]) return "shallower";
    return this.releasedShare < RELEASED_SHARE ? "release" : "good";
  }
}
