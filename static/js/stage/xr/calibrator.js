/** Taking the rest height: what one presses on, hands laid there and held still for a moment. */

import { RestCalibration } from "../motion/calibration.js";

/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {import("../motion/calibration.js").Surface} Surface */

export class Calibrator {
  #stage;
  #immersion;
  /** @type {RestCalibration | null} */
  #taking = null;
  /** @type {"choose" | "hold" | null} */
  #step = null;
  #said = "";
  /** @type {Surface | null} */
  surface = null;

  /** @param {Stage} stage @param {import("./immersion.js").Immersion} immersion */
  constructor(stage, immersion) {
    this.#stage = stage;
    this.#immersion = immersion;
  }

  get active() {
    return this.#step !== null;
  }

  get words() {
    return this.#step === "choose" ? this.#stage.say("calibrateHow") : this.#said;
  }

  /** @returns {import("./board.js").Row[]} */
  get rows() {
    const { say } = this.#stage;
    const back = { id: "back", label: say("back"), act: () => this.stop() };
    if (this.#step !== "choose") return [back];
    return [
      { id: "manikin", label: say("surfaceManikin"), act: () => this.#hold("manikin") },
      { id: "pillow", label: say("surfacePillow"), act: () => this.#hold("pillow") },
      { id: "air", label: say("surfaceAir"), act: () => this.#air() },
      back,
    ];
  }

  begin() {
    this.#step = "choose";
    this.#stage.compressor.leave(this.#stage.now);
  }

  stop() {
    this.#step = null;
    this.#taking = null;
  }

  #air() {
    this.surface = "air";
    this.#stage.compressor.calibrate(null);
    this.#stage.news.show({ who: "", text: this.#stage.say("airNote") }, true);
    this.stop();
  }

  /** @param {Surface} surface */
  #hold(surface) {
    this.surface = surface;
    this.#step = "hold";
    this.#taking = new RestCalibration();
    this.#said = this.#stage.say("calibrateStill");
    this.#began = this.#stage.now;
  }

  #began = 0;

  /** While hands are held still; called for every picture. */
  update() {
    if (this.#step !== "hold" || !this.#taking) return;
    const hand = this.#immersion.pressing.lowest();
    const time = this.#stage.now;
    if (!hand) return;
    this.#taking.push(time, hand.palm.x, hand.palm.y, hand.palm.z);
    if (time - this.#began < 2) return;
    const result = this.#taking.result();
    if ("problem" in result) {
      this.#said = this.#stage.say(result.problem === "moving" ? "calibrateMoving" : "calibrateStill");
      return;
    }
    const at = this.#immersion.pressing.align(hand.palm);
    this.#stage.compressor.calibrate({ restMm: 1000 * at.y, xMm: 1000 * at.x, zMm: 1000 * at.z });
    this.#stage.news.show({ who: "", text: this.#stage.say("calibrateDone") }, true);
    this.#stage.sounds.play("done");
    this.stop();
  }
}
