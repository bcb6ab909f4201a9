/** The phone as the sensor: it lies or is strapped where one presses, and its acceleration tells the compressions. */

import { clock } from "../clock.js";

/** @typedef {import("../stage.js").Stage} Stage */

/** Without a sample for so long the device has no motion sensor. */
const SILENT_MS = 1500;

export class PhoneSensor {
  #stage;
  #heard = false;
  #on = false;

  /** @param {Stage} stage */
  constructor(stage) {
    this.#stage = stage;
  }

  /** Whether this may be such a device. */
  get offered() {
    return "DeviceMotionEvent" in window && matchMedia("(pointer: coarse)").matches;
  }

  /** @returns {Promise<boolean>} whether the sensor speaks; if not, the reason was said */
  async start() {
    const ask = /** @type {{ requestPermission?: () => Promise<string> }} */ (/** @type {unknown} */ (DeviceMotionEvent)).requestPermission;
    if (ask && (await ask().catch(() => "denied")) !== "granted") {
      this.#stage.overlay.showTrouble("motionRefused");
      return false;
    }
    window.addEventListener("devicemotion", this.#onMotion);
    await new Promise((done) => setTimeout(done, SILENT_MS));
    if (!this.#heard) {
      this.stop();
      this.#stage.overlay.showTrouble("motionMissing");
      return false;
    }
    this.#on = true;
    this.#stage.compressor.take("phone");
    this.#stage.news.show({ who: "", text: this.#stage.say("phoneHow") });
    return true;
  }

  stop() {
    this.#on = false;
    window.removeEventListener("devicemotion", this.#onMotion);
  }

  #onMotion = (/** @type {DeviceMotionEvent} */ { accelerationIncludingGravity: a }) => {
    if (!a || a.x === null || a.y === null || a.z === null) return;
    this.#heard = true;
    if (!this.#on || !this.#stage.playing) return;
    if (this.#stage.compressor.source !== "phone") this.#stage.compressor.take("phone");
    this.#stage.compressor.sample(this.#stage.link.t, clock.now() / 1000, a.x, a.y, a.z);
  };
}
