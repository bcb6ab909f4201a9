/**
 * A heart's rhythm as a monitor sees it, sample by sample: the same waves as courses/scenarios/rhythm/synthesis.py, without
 * an end and without allocation. `tests/scenarios/test_client_rhythm.py` shows it to the same detector.
 */

/** Samples a second. */
export const RATE_HZ = 125;

/** Waves of a beat: millivolts, seconds from the R wave, standard deviation in seconds. */
const SINUS = Float64Array.of(0.12, -0.2, 0.025, -0.1, -0.03, 0.008, 1.1, 0, 0.01, -0.22, 0.03, 0.01, 0.28, 0.26, 0.045);
const WIDE_FAST = Float64Array.of(1.3, 0, 0.05, -0.9, 0.13, 0.06);
const WIDE_SLOW = Float64Array.of(0.6, 0, 0.03, -0.2, 0.07, 0.03, 0.2, 0.3, 0.06);
/** Beats a minute, and how far apart they scatter. @type {Record<string, { waves: Float64Array, perMinute: number, scatter: number }>} */
const BEATS = {
  sinus: { waves: SINUS, perMinute: 75, scatter: 0.03 },
  vt: { waves: WIDE_FAST, perMinute: 190, scatter: 0.01 },
  pea: { waves: WIDE_SLOW, perMinute: 45, scatter: 0.05 },
};
/** Millivolts and the middle of the wandering frequency. @type {Record<string, { millivolts: number, hertz: number }>} */
const FIBRILLATIONS = { vf_coarse: { millivolts: 0.6, hertz: 5 }, vf_fine: { millivolts: 0.18, hertz: 6 } };
const SLOWEST_HZ = 3.2;
const FASTEST_HZ = 7.5;
const SWELL_S = 0.7;
/** The P wave lies before its R wave: a beat is begun this early. */
const EARLY_S = 0.3;

/** Heart rate that a monitor counts; 0 where there is nothing to count. @param {string} rhythm */
export const countedRate = (rhythm) => BEATS[rhythm]?.perMinute ?? 0;

export class Rhythm {
  #seed;
  #t = 0;
  /** The last three R waves and the next one are all whose waves can be felt now. */
  #beats = new Float64Array(4);
  #rhythm = "";
  #wander = 0;
  #phase = 0;
  #turn = 0;
  #swellFrom = 0;
  #swellTo = 0;
  #swellAt = 0;

  /** @param {number} [seed] */
  constructor(seed = 1) {
    this.#seed = (seed * 2654435761 + 88172645) >>> 0 || 1;
    this.#turn = 2 * Math.PI * this.#any();
    this.#swellFrom = this.#any();
    this.#swellTo = this.#any();
  }

  /** @frame @returns {number} 0..1 (xorshift) */
  #any() {
    let x = this.#seed;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#seed = x >>> 0;
    return this.#seed / 4294967296;
  }

  /** About normally distributed. @frame */
  #scatter() {
    return (this.#any() + this.#any() + this.#any() + this.#any() - 2) * Math.sqrt(3);
  }

  /**
   * The next sample.
   * @frame
   * @param {string} rhythm as the state's section `patient` says
   * @returns {number} millivolts of lead II
   */
  next(rhythm) {
    this.#t += 1 / RATE_HZ;
    const beats = BEATS[rhythm];
    if (beats !== undefined) {
      if (rhythm !== this.#rhythm) this.#beats.fill(this.#t - 9, 0, 3)[3] = this.#t + EARLY_S + (this.#any() * 60) / beats.perMinute;
      this.#rhythm = rhythm;
      return this.#beat(beats.waves, 60 / beats.perMinute, beats.scatter);
    }
    this.#rhythm = rhythm;
    const fibrillation = FIBRILLATIONS[rhythm];
    if (fibrillation !== undefined) return this.#fibrillate(fibrillation.millivolts, fibrillation.hertz);
    return 0.03 * Math.sin(2 * Math.PI * 0.25 * this.#t + this.#turn) + 0.012 * this.#scatter();
  }

  /**
   * @frame
   * @param {Float64Array} waves
   * @param {number} apart seconds
   * @param {number} scatter
   */
  #beat(waves, apart, scatter) {
    const beats = this.#beats;
    if (this.#t > beats[3] - EARLY_S) {
      beats.copyWithin(0, 1);
      beats[3] += apart * (1 + scatter * this.#scatter());
    }
    let level = 0.015 * this.#scatter();
    for (let i = 0; i < beats.length; i++)
      for (let k = 0; k < waves.length; k += 3) {
        const off = (this.#t - beats[i] - waves[k + 1]) / waves[k + 2];
        if (off > -6 && off < 6) level += waves[k] * Math.exp(-0.5 * off * off);
      }
    return level;
  }

  /**
   * A wandering sum of oscillators that waxes and wanes.
   * @frame
   * @param {number} millivolts
   * @param {number} hertz
   */
  #fibrillate(millivolts, hertz) {
    this.#wander = 0.998 * this.#wander + (0.18 * this.#scatter()) / Math.sqrt(RATE_HZ);
    this.#phase += (2 * Math.PI * Math.max(SLOWEST_HZ, Math.min(FASTEST_HZ, hertz + this.#wander))) / RATE_HZ;
    this.#swellAt += 1 / RATE_HZ / SWELL_S;
    if (this.#swellAt >= 1) {
      this.#swellAt -= 1;
      this.#swellFrom = this.#swellTo;
      this.#swellTo = this.#any();
    }
    const swell = 0.55 + 0.45 * (this.#swellFrom + (this.#swellTo - this.#swellFrom) * this.#swellAt);
    const shape = Math.sin(this.#phase) + 0.35 * Math.sin(1.7 * this.#phase + this.#turn) + 0.2 * Math.sin(2.4 * this.#phase + 1);
    return millivolts * swell * shape + 0.02 * this.#scatter();
  }
}
