/** Hands on the chest: which of them is measured, from when until when, and what is told when they are no longer seen. */

import { Vector3 } from "three";

/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {import("./hand.js").Hand} Hand */

/** Hands this near to the pressing point (aside, and over or under the surface) press it; further away they have left. */
const NEAR_M = 0.15;
const OVER_M = 0.16;
const UNDER_M = 0.12;
const LEFT_M = 0.26;
/** A palm that rests on the chest is this far over its surface. */
const PALM_M = 0.02;

export class Pressing {
  #stage;
  #immersion;
  #at = new Vector3();
  #lost = false;
  /** The hand that presses now. @type {Hand | null} */
  hand = null;

  /** @param {Stage} stage @param {import("./immersion.js").Immersion} immersion */
  constructor(stage, immersion) {
    this.#stage = stage;
    this.#immersion = immersion;
  }

  /**
   * Hands on the chest are measured; the nearer of the two counts, for as long as it stays.
   * @frame
   * @param {number} t run time, seconds
   * @param {number} time of the loop, seconds
   */
  update(t, time) {
    const { scene, compressor, playing, acts } = this.#stage;
    const { hands, calibrator } = this.#immersion;
    if (!playing || !acts || !scene.patient.lying || calibrator.active) return;
    const figure = scene.patient.asleep;
    this.#at.set(0, figure.chestHeight, figure.sternum.y - figure.pressPoint.y);
    scene.patient.localToWorld(this.#at);
    const was = this.hand;
    if (was !== null && (!was.tracked || this.#aside(was) > LEFT_M || was.palm.y > this.#at.y + 2 * OVER_M)) {
      this.leave(time);
      if (!was.tracked) this.#track(true);
    }
    if (this.hand === null) {
      for (let i = 0; i < hands.length; i++) {
        const hand = hands[i];
        if (!hand.tracked || hand.carries || this.#aside(hand) > NEAR_M) continue;
        const over = hand.palm.y - this.#at.y;
        if (over > OVER_M || over < -UNDER_M) continue;
        if (this.hand === null || this.#aside(hand) < this.#aside(this.hand)) this.hand = hand;
      }
    }
    const hand = this.hand;
    if (hand === null) return;
    this.#track(false);
    compressor.take(hand.isHand ? "hand" : "controller");
    compressor.sample(t, time, hand.palm.x, hand.palm.y, hand.palm.z);
  }

  /** No hand presses any more. @param {number} time of the loop, seconds */
  leave(time) {
    // The last compression ends here; whoever made it still feels it.
    this.#stage.compressor.leave(time);
    this.hand = null;
  }

  /** Hands that were pressing are no longer seen, or are again. @param {boolean} lost */
  #track(lost) {
    if (lost === this.#lost) return;
    this.#lost = lost;
    this.#stage.link.send({ kind: "tracking", lost });
    if (lost) this.#stage.news.show({ who: "", text: this.#stage.say("lostTracking") }, true);
  }

  /**
   * @frame
   * @param {Hand} hand
   */
  #aside(hand) {
    return Math.hypot(hand.palm.x - this.#at.x, hand.palm.z - this.#at.z);
  }

  /** The hand that lies lowest, for taking the rest height. @returns {Hand | null} */
  lowest() {
    const seen = this.#immersion.hands.filter(({ tracked }) => tracked);
    return seen.sort((a, b) => a.palm.y - b.palm.y)[0] ?? null;
  }

  /**
   * The chest comes to where the hands are: in VR one is moved, in AR the patient.
   * @param {Vector3} palm in the room
   * @returns {Vector3} where the palm rests now
   */
  align(palm) {
    const { scene } = this.#stage;
    const figure = scene.patient.asleep;
    this.#at.set(0, figure.chestHeight + PALM_M, figure.sternum.y - figure.pressPoint.y);
    scene.patient.localToWorld(this.#at);
    if (this.#immersion.ar) scene.site.position.add(palm).sub(this.#at);
    else scene.rig.position.add(this.#at).sub(palm);
    scene.updateMatrixWorld();
    return this.#at;
  }
}
