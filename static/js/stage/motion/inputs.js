/**
 * Where samples come from: what a browser or a manikin sends, in the units of the meter, with the meter's clock.
 *
 * An input is anything with `start(onSample)` and `stop()`; onSample takes (t_s, x, y, z) and, when sight of the hand is
 * lost or found again, `onTracking(lost)`. A manikin's transport (Bluetooth, a gateway) implements the same two methods.
 *
 * @typedef {(tS: number, x: number, y: number, z: number) => void} OnSample
 * @typedef {{ start(onSample: OnSample): Promise<void> | void, stop(): void }} MotionInput
 */

/** The phone has no motion sensor, or the person did not allow it. `code`: "unsupported" or "denied". */
export class NoMotion extends Error {
  /** @param {"unsupported" | "denied"} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * A phone strapped to the manikin or held under the hands. Must be started from a tap: iOS asks the person then.
 * @implements {MotionInput}
 */
export class PhoneInput {
  constructor() {
    /** @type {((event: DeviceMotionEvent) => void) | null} */
    this._listener = null;
  }

  /** Throws NoMotion. @param {OnSample} onSample */
  async start(onSample) {
    if (typeof DeviceMotionEvent === "undefined") throw new NoMotion("unsupported");
    const ask = /** @type {{ requestPermission?: () => Promise<string> }} */ (/** @type {unknown} */ (DeviceMotionEvent));
    if (ask.requestPermission && (await ask.requestPermission()) !== "granted") throw new NoMotion("denied");
    this._listener = (event) => {
      // With gravity: phones without a gyroscope have nothing else, and the meter takes either.
      const a = event.accelerationIncludingGravity ?? event.acceleration;
      if (a && a.x !== null && a.y !== null && a.z !== null) onSample(event.timeStamp / 1000, a.x, a.y, a.z);
    };
    window.addEventListener("devicemotion", this._listener);
  }

  stop() {
    if (this._listener) window.removeEventListener("devicemotion", this._listener);
    this._listener = null;
  }
}

const LEFT_TRACKING_S = 0.5;

/**
 * A controller or a tracked hand, told its place once a frame. Says when the tracking is lost for longer than half a
 * second, and when it is back: the log notes that time, which then counts neither way.
 * @implements {MotionInput}
 */
export class PoseInput {
  /** @param {(lost: boolean, tS: number) => void} [onTracking] */
  constructor(onTracking = () => {}) {
    this._onTracking = onTracking;
    /** @type {OnSample | null} */
    this._onSample = null;
    this._seenS = NaN;
    this._lost = false;
  }

  /** @param {OnSample} onSample */
  start(onSample) {
    this._onSample = onSample;
    this._seenS = NaN;
    this._lost = false;
  }

  stop() {
    this._onSample = null;
  }

  /**
   * The place in this frame; metres, y upwards.
   * @param {number} tS @param {number} x @param {number} y @param {number} z
   */
  seen(tS, x, y, z) {
    if (this._lost) this._onTracking(false, tS);
    this._lost = false;
    this._seenS = tS;
    if (this._onSample) this._onSample(tS, x, y, z);
  }

  /** No pose in this frame. @param {number} tS */
  notSeen(tS) {
    if (this._lost || !(tS - this._seenS > LEFT_TRACKING_S)) return;
    this._lost = true;
    this._onTracking(true, this._seenS);
  }
}
