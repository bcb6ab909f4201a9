/** Poses of others come 20 times a second and late; what is drawn lags 100 ms behind and lies between two of them. */

import { HEAD, RECORD_NUMBERS } from "./record.js";

const BEHIND_S = 0.1;
const KEPT = 6;
/** A hand that was not told for so long is gone. */
export const FORGOTTEN_S = 2;

export class PoseTrack {
  #records = Array.from({ length: KEPT }, () => new Float32Array(RECORD_NUMBERS));
  #arrived = new Float64Array(KEPT).fill(-Infinity);
  #newest = -1;
  /** What is to be drawn now, as a record. */
  now = new Float32Array(RECORD_NUMBERS);

  /**
   * @param {Float32Array} record
   * @param {number} time of arrival, seconds
   */
  push(record, time) {
    if (this.#newest >= 0 && this.#records[this.#newest][1] === record[1]) return;
    this.#newest = (this.#newest + 1) % KEPT;
    this.#records[this.#newest].set(record);
    this.#arrived[this.#newest] = time;
  }

  /**
   * @frame
   * @param {number} time seconds
   * @returns {boolean} whether the person is still heard of
   */
  update(time) {
    if (this.#newest < 0) return false;
    const goal = time - BEHIND_S;
    let later = this.#newest;
    let earlier = later;
    for (let back = 0; back < KEPT - 1; back++) {
      earlier = (this.#newest - back + KEPT) % KEPT;
      if (this.#arrived[earlier] <= goal) break;
      later = earlier;
    }
    const from = this.#records[earlier];
    const to = this.#records[later];
    const span = this.#arrived[later] - this.#arrived[earlier];
    const share = span > 0 && span < FORGOTTEN_S ? Math.max(0, Math.min(1, (goal - this.#arrived[earlier]) / span)) : 1;
    mix(from, to, share, this.now);
    return time - this.#arrived[this.#newest] < FORGOTTEN_S;
  }
}

/**
 * @frame
 * @param {Float32Array} from
 * @param {Float32Array} to
 * @param {number} share
 * @param {Float32Array} out
 */
export function mix(from, to, share, out) {
  out[0] = to[0];
  out[1] = from[1] + (to[1] - from[1]) * share;
  for (let part = HEAD; part < RECORD_NUMBERS; part += 7) {
    let dot = 0;
    for (let i = 3; i < 7; i++) dot += from[part + i] * to[part + i];
    const sign = dot < 0 ? -1 : 1;
    let length = 0;
    for (let i = 0; i < 7; i++) {
      const goal = i < 3 ? to[part + i] : sign * to[part + i];
      out[part + i] = from[part + i] + (goal - from[part + i]) * share;
      if (i >= 3) length += out[part + i] * out[part + i];
    }
    if (length > 0) for (let i = 3; i < 7; i++) out[part + i] /= Math.sqrt(length);
  }
}
