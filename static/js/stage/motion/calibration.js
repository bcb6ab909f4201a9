/** Where the hands rest on the chest before anybody presses (courses/scenarios/motion/calibration.py). */

const SHORTEST_S = 0.5;
/** Spread of a hand that lies still: tracking noise of a bare hand is about 3 mm. */
const STILL_MM = 5;
const FEWEST = 10;

/**
 * Rest height and place of the hands, millimetres in the tracking space (y up).
 * @typedef {{ restMm: number, xMm: number, zMm: number }} Calibration
 *
 * What the hands press on. In the air nothing pushes back, so only there a rest height must be calibrated by hand.
 * @typedef {"manikin" | "pillow" | "air"} Surface
 */

/** Takes samples while somebody holds still; answers with the rest height, or why there is none yet. */
export class RestCalibration {
  constructor() {
    /** @type {number[][]} rows of t_s, x_mm, y_mm, z_mm */
    this._samples = [];
  }

  /**
   * One sample in seconds and metres (y up). Only the last second counts, so a restless start is forgiven.
   * @param {number} tS @param {number} x @param {number} y @param {number} z
   */
  push(tS, x, y, z) {
    this._samples.push([tS, 1000 * x, 1000 * y, 1000 * z]);
    while (tS - this._samples[0][0] > 1) this._samples.shift();
  }

  /** 0..1: how much of the still half second there is. */
  get progress() {
    const samples = this._samples;
    return samples.length ? Math.min(1, (samples[samples.length - 1][0] - samples[0][0]) / SHORTEST_S) : 0;
  }

  /** @returns {{ calibration: Calibration } | { problem: "too_short" | "moving" }} */
  result() {
    return calibrate(this._samples);
  }
}

/**
 * Rest height from rows (t_s, x_mm, y_mm, z_mm) of hands that lie still on the chest for half a second.
 * @param {number[][]} samples
 * @returns {{ calibration: Calibration } | { problem: "too_short" | "moving" }}
 */
export function calibrate(samples) {
  const n = samples.length;
  if (n < FEWEST || samples[n - 1][0] - samples[0][0] < SHORTEST_S) return { problem: "too_short" };
  const [x, y, z] = [1, 2, 3].map((axis) => samples.reduce((sum, sample) => sum + sample[axis], 0) / n);
  const squares = samples.reduce((sum, sample) => sum + (sample[2] - y) ** 2, 0);
  if (Math.sqrt(squares / n) > STILL_MM) return { problem: "moving" };
  return { calibration: { restMm: y, xMm: x, zMm: z } };
}
