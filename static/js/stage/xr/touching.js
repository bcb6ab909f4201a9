/** What hands touch and point at: the board, the patient's parts, things, and the pads that they carry. */

import { spotAt, spotOnRay } from "../play/spots.js";

/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {import("./hand.js").Hand} Hand */

/** Something is touched by a hand this near, and pointed at from at most so far. */
const TOUCH_M = 0.05;
const POINT_M = 4;
const LOOK_M = 5;
/** An AED that analyses feels hands here. @type {Set<string>} */
const BODY = new Set(["chest", "face", "belly", "neck"]);
/** What is small and worked by touching it. @type {Set<string>} */
const ON_AED = new Set(["aed.power", "aed.shock", "pad.right", "pad.left"]);

export class Touching {
  #stage;
  #immersion;

  /** @param {Stage} stage @param {import("./immersion.js").Immersion} immersion */
  constructor(stage, immersion) {
    this.#stage = stage;
    this.#immersion = immersion;
  }

  /**
   * What a hand and its ray meet in this picture.
   * @frame
   * @param {Hand} hand
   * @param {number} t run time, seconds
   */
  follow(hand, t) {
    const { scene, doings, compressor } = this.#stage;
    const { board, pressing } = this.#immersion;
    hand.clearRay();
    if (board !== null && hand.connected) {
      const along = board.meet(hand.origin, hand.direction);
      if (along >= 0) {
        hand.rayLength = along;
        if (board.hover !== board.hit) board.hover = board.hit;
      } else if (spotOnRay(scene.spots, hand.origin, hand.direction, LOOK_M) === null && board.hover >= 0 && !this.#otherOnBoard(hand)) board.hover = -1;
    }
    hand.update(pressing.hand === null);
    if (hand.carries) doings.carry(hand.touch, hand.turn);
    else if (hand.tracked && scene.patient.lying) {
      const near = spotAt(scene.spots, hand.palm, 0);
      if (near !== null && BODY.has(near.kind)) compressor.touch(t);
    }
  }

  /**
   * @frame
   * @param {Hand} hand
   */
  #otherOnBoard(hand) {
    const { board, hands } = this.#immersion;
    for (let i = 0; i < hands.length; i++) {
      const other = hands[i];
      if (other !== hand && other.connected && board !== null && board.meet(other.origin, other.direction) >= 0) return true;
    }
    return false;
  }

  /** Trigger, grip or pinch. @param {Hand} hand */
  onDown(hand) {
    const stage = this.#stage;
    const { board, moving, pressing } = this.#immersion;
    stage.sounds.wake();
    if (!moving.placed) return moving.lay();
    const near = hand.tracked ? spotAt(stage.scene.spots, hand.touch, TOUCH_M) : null;
    // A hand on the AED works it, even if it points at the board behind.
    const onAed = near !== null && ON_AED.has(near.kind);
    if (!onAed && board && board.meet(hand.origin, hand.direction) >= 0 && board.hit >= 0) {
      board.areas[board.hit].row.act();
      hand.buzz(0.3, 20);
      return this.#immersion.refresh();
    }
    if (!stage.playing || !stage.acts) return;
    const spot = near ?? (pressing.hand === hand ? null : spotOnRay(stage.scene.spots, hand.origin, hand.direction, POINT_M));
    if (!spot) {
      // Bare hands have no stick: they go where they point.
      if (hand.isHand && !this.#immersion.ar && pressing.hand === null) moving.follow(hand);
      return;
    }
    if (pressing.hand === hand && (spot.kind === "chest" || spot.kind === "belly")) return;
    if (spot.kind === "pad.right" || spot.kind === "pad.left") {
      if (stage.doings.takePad(spot.kind === "pad.right" ? "right" : "left")) {
        hand.carries = true;
        hand.buzz(0.4, 30);
      }
      return;
    }
    hand.buzz(0.3, 20);
    stage.press(spot);
  }

  /** @param {Hand} hand */
  onUp(hand) {
    if (!hand.carries) return;
    hand.carries = false;
    if (this.#stage.doings.releasePad(hand.touch)) hand.buzz(0.7, 60);
  }
}
