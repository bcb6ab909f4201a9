/** Looking around by moving the phone. */

import { attitude } from "./attitude.js";
import { wrapDegrees } from "./projection.js";

/** iOS asks the person, and only after a touch. @typedef {{ requestPermission?: () => Promise<string> }} Asking */

/** How long to wait for a first reading before saying that there is no gyroscope. */
const FIRST_READING_MS = 1200;

export class Gyroscope {
  #view;
  #out = new Float64Array(3);
  #offset = 0;
  /** The heading given last; what differs from it at the next reading was dragged. */
  #given = 0;
  #placed = false;
  active = false;

  /** @param {import("./view.js").View} view */
  constructor(view) {
    this.#view = view;
  }

  /** Whether to offer it: a device that is held in the hand and has such events. */
  static get offered() {
    return "DeviceOrientationEvent" in window && matchMedia("(pointer: coarse)").matches && isSecureContext;
  }

  /** @returns {Promise<"on" | "refused" | "missing">} */
  async start() {
    const asking = /** @type {Asking} */ (/** @type {unknown} */ (DeviceOrientationEvent));
    if (asking.requestPermission) {
      const answer = await asking.requestPermission().catch(() => "denied");
      if (answer !== "granted") return "refused";
    }
    this.#placed = false;
    addEventListener("deviceorientation", this.#onReading);
    this.active = true;
    await new Promise((resolve) => setTimeout(resolve, FIRST_READING_MS));
    if (this.#placed || !this.active) return "on";
    this.stop();
    return "missing";
  }

  stop() {
    removeEventListener("deviceorientation", this.#onReading);
    this.active = false;
    this.#view.level();
  }

  /** The phone's direction becomes the middle of the picture. */
  recentre() {
    this.#offset = -this.#out[0];
    this.#given = 0;
    this.#view.follow(0, this.#out[1], this.#out[2]);
  }

  /** @param {DeviceOrientationEvent} event */
  #onReading = (event) => {
    if (event.alpha === null || event.beta === null || event.gamma === null) return;
    attitude(event.alpha, event.beta, event.gamma, screen.orientation?.angle ?? 0, this.#out);
    if (!this.#placed) {
      this.#placed = true;
      this.#offset = this.#view.yaw - this.#out[0];
    } else {
      this.#offset += wrapDegrees(this.#view.yaw - this.#given);
    }
    this.#given = wrapDegrees(this.#out[0] + this.#offset);
    this.#view.follow(this.#given, this.#out[1], this.#out[2]);
  };
}
