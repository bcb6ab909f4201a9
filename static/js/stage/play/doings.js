/** What a person can do, however they do it: by mouse, touch, keyboard, controller or hand. */

import { Vector3 } from "three";
import { PEEL_M } from "../props/aed.js";
import { actionsAt, allowed } from "./spots.js";

/** @typedef {import("./spots.js").Spot} Spot */
/** @typedef {import("../props/aed.js").PadSide} PadSide */
/** @typedef {"padLiner" | "padMissed"} Hint */

/** Sites one can name in place of pointing: metres from the middle of the sternum of a grown-up. */
export const NAMED_SITES = /** @type {const} */ ([
  ["siteRightClavicle", -0.08, 0.09, false], ["siteLeftArmpit", 0.165, -0.08, false], ["siteLeftClavicle", 0.08, 0.09, false],
  ["siteMiddle", 0, 0, false], ["siteBelly", 0, -0.22, false], ["siteBack", 0, 0, true],
]);

export class Doings {
  #link;
  #scene;
  #sounds;
  #world = new Vector3();
  #case = new Vector3();
  /** The pad in somebody's hand here. @type {PadSide | null} */
  held = null;
  /** Told when something did not work for a reason that the engine does not know. @type {(hint: Hint) => void} */
  onHint = () => {};
  /** A pad was taken, placed or put back. */
  onPad = () => {};

  /**
   * @param {import("../links/link.js").Link} link
   * @param {import("./scene.js").StageScene} scene
   * @param {import("../sound/sound.js").Sounds} sounds
   */
  constructor(link, scene, sounds) {
    this.#link = link;
    this.#scene = scene;
    this.#sounds = sounds;
  }

  /** Ids of all actions that are possible now. */
  get possible() {
    return allowed(this.#link.table, this.#link.state.scene?.actions ?? [], this.#ownRole);
  }

  get #ownRole() {
    return this.#link.table.roles.length ? this.#link.role : "";
  }

  /** @param {Spot} spot @returns {string[]} */
  at(spot) {
    return actionsAt(spot, this.#link.table, this.#link.state.scene?.actions ?? [], this.#ownRole);
  }

  /** @param {string} action */
  act(action) {
    this.#sounds.play("tap");
    this.#link.send({ kind: "action", action });
  }

  power() {
    this.#sounds.play("tap");
    this.#link.send({ kind: "aed", do: "power" });
  }

  shock() {
    this.#sounds.play("tap");
    this.#link.send({ kind: "aed", do: "shock" });
  }

  /** @param {PadSide} side @returns {boolean} whether it is in the hand now */
  takePad(side) {
    const pad = this.#scene.aed?.pads[side];
    if (!pad || this.held || this.#link.state.aed?.placed.includes(side)) return false;
    this.held = side;
    pad.where = "held";
    this.#scene.attach(pad);
    this.#sounds.play("tap");
    this.onPad();
    return true;
  }

  /**
   * The held pad goes where the hand goes; pulled away from the case it leaves its liner behind.
   * @frame
   * @param {Vector3} at in the room
   * @param {import("three").Quaternion | null} turn
   */
  carry(at, turn) {
    const aed = this.#scene.aed;
    if (aed === null || this.held === null) return;
    const pad = aed.pads[this.held];
    pad.position.copy(at);
    if (turn !== null) pad.quaternion.copy(turn);
    aed.getWorldPosition(this.#case);
    if (!pad.peeled && this.#case.distanceTo(at) > PEEL_M) this.#peel(pad);
  }

  /** @param {import("../props/aed.js").Pad} pad */
  #peel(pad) {
    pad.peeled = true;
    pad.liner.visible = false;
    this.#sounds.play("peel");
  }

  /**
   * The held pad is let go. On the trunk it sticks there, elsewhere it goes back to the case.
   * @param {Vector3} at in the room
   * @returns {boolean} whether it was put on the patient
   */
  releasePad(at) {
    const side = this.held;
    const pad = side && this.#scene.aed?.pads[side];
    if (!side || !pad) return false;
    const site = this.#scene.onChest(at);
    if (!site.near || !pad.peeled) {
      this.onHint(pad.peeled ? "padMissed" : "padLiner");
      this.putBack();
      return false;
    }
    this.held = null;
    this.#scene.stick(side, at);
    this.#tellPad(side, site.x_m, site.y_m, site.back);
    return true;
  }

  /**
   * The held pad goes to a site that was chosen by its name.
   * @param {number} x metres from the middle of the sternum of a grown-up
   * @param {number} y
   * @param {boolean} back
   */
  placeNamed(x, y, back) {
    const side = this.held;
    const pad = side && this.#scene.aed?.pads[side];
    if (!side || !pad) return;
    if (!pad.peeled) this.#peel(pad);
    const scale = this.#scene.patient.child ? this.#scene.patient.asleep.height / 1.66 : 1;
    this.held = null;
    this.#scene.stick(side, null, { x_m: x * scale, y_m: y * scale, back });
    this.#tellPad(side, Math.round(x * scale * 1000) / 1000, Math.round(y * scale * 1000) / 1000, back);
  }

  /** @param {PadSide} side @param {number} x @param {number} y @param {boolean} back */
  #tellPad(side, x, y, back) {
    this.#sounds.play("stick");
    this.#link.send({ kind: "aed", do: "pad", pad: side, x_m: x, y_m: y, back });
    this.onPad();
  }

  putBack() {
    if (!this.held) return;
    this.#scene.aed?.putBack(this.held);
    this.held = null;
    this.onPad();
  }

  /** What the engine would not accept comes off again: a pad in the wrong place, or on a wet or covered chest. */
  dropRefused() {
    const { aed } = this.#scene;
    const placed = this.#link.state.aed?.placed;
    if (!aed || !placed) return;
    for (const side of /** @type {const} */ (["right", "left"]))
      if (aed.pads[side].where === "placed" && !placed.includes(side)) aed.putBack(side);
    this.onPad();
  }

  /**
   * Something was touched or pressed that needs no choice.
   * @param {Spot} spot
   * @returns {boolean} whether that was all
   */
  use(spot) {
    switch (spot.kind) {
      case "aed.power": this.power(); return true;
      case "aed.shock": this.shock(); return true;
      case "pad.right": return this.takePad("right");
      case "pad.left": return this.takePad("left");
      default: return false;
    }
  }
}
