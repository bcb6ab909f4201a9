/** The run in the headset: the session, where one is, the board and the captions. What hands do there is in its parts. */

import { Vector3 } from "three";
import { recall, remember } from "../../shared/storage.js";
import { CaptionBoard } from "../../player/xr/captions.js";
import { clockText, adviceWords } from "../ui/overlay.js";
import { fill } from "../together/company.js";
import { FLAG, LEFT, RIGHT } from "../together/record.js";
import { Board } from "./board.js";
import { Calibrator } from "./calibrator.js";
import { Hand } from "./hand.js";
import { menuRows } from "./menu.js";
import { Moving } from "./moving.js";
import { Pressing } from "./pressing.js";
import { Touching } from "./touching.js";
import { Veil } from "./veil.js";

/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {import("../links/link.js").Phase} Phase */
/** @typedef {{ seated: boolean, leftHanded: boolean, narrow: boolean, turn: number }} Comfort */

const KEY = "stage-comfort";
const SEATED_M = 0.42;
/** Where one kneels, from the middle of the chest, and where the board stands. */
const KNEEL = new Vector3(0.62, 0, 0.06);
const BOARD = new Vector3(-0.72, 0.98, -0.8);
const BOARD_TURN = 0.99;
/** Where one stands before somebody who stands, and the board to the right of them, not behind. */
const STAND = new Vector3(1, 0, -0.3);
const BOARD_ASIDE = new Vector3(-0.1, 1.3, -1.35);
const BOARD_ASIDE_TURN = 0.81;
/** Captions float this much lower than in a film, so that they lie under the board. */
const UNDER_BOARD_M = 0.36;
/** A headset that sees no hand for so long says so. */
const HANDLESS_S = 3;
/** One reaches an AED that is this near. */
const REACH_M = 1.4;

export class Immersion {
  #stage;
  /** @type {XRSession | null} */
  #session = null;
  /** @type {Hand[]} */
  hands = [];
  /** @type {Board | null} */
  board = null;
  /** @type {CaptionBoard | null} */
  #captions = null;
  veil = new Veil();
  #touching;
  #calibrator;
  #point = new Vector3();
  #eye = new Vector3();
  #menuOpen = false;
  #handAt = 0;
  #handless = false;
  /** Middle of the eyes, in the room. */
  head = new Vector3();
  ar = false;
  comfort = /** @type {Comfort} */ (recall(KEY, { seated: false, leftHanded: false, narrow: true, turn: 45 }));

  /** @param {Stage} stage */
  constructor(stage) {
    this.#stage = stage;
    this.pressing = new Pressing(stage, this);
    this.moving = new Moving(stage, this);
    this.#touching = new Touching(stage, this);
    this.#calibrator = new Calibrator(stage, this);
    this.veil.narrow = this.comfort.narrow;
  }

  get active() {
    return this.#session !== null;
  }

  /** Whether the AED stands within reach of the person in the headset. */
  get reachesAed() {
    const { aed } = this.#stage.scene;
    return this.active && aed !== null && aed.getWorldPosition(new Vector3()).setY(0).distanceTo(this.head.clone().setY(0)) < REACH_M;
  }

  get calibrator() {
    return this.#calibrator;
  }

  /** @returns {Promise<{ vr: boolean, ar: boolean }>} */
  async offers() {
    const can = async (/** @type {XRSessionMode} */ mode) => (await navigator.xr?.isSessionSupported(mode).catch(() => false)) ?? false;
    const [vr, ar] = await Promise.all([can("immersive-vr"), can("immersive-ar")]);
    return { vr, ar };
  }

  /**
   * @param {"vr" | "ar"} mode
   * @returns {Promise<boolean>} whether one is in it; if not, the reason was said
   */
  async enter(mode) {
    if (this.#session || !navigator.xr) return false;
    const stage = this.#stage;
    try {
      const session = await navigator.xr.requestSession(mode === "ar" ? "immersive-ar" : "immersive-vr", {
        requiredFeatures: ["local-floor"], optionalFeatures: mode === "ar" ? ["hand-tracking", "hit-test", "layers"] : ["hand-tracking", "layers"],
      });
      this.#session = session;
      session.addEventListener("end", this.#onEnd, { once: true });
      // The headset was taken off, or its own menu is open.
      session.addEventListener("visibilitychange", () => session.visibilityState === "hidden" && stage.playing && stage.canPause && stage.pause());
      await stage.renderer.xr.setSession(session);
    } catch {
      stage.overlay.showTrouble(mode === "ar" ? "arFailed" : "vrFailed");
      return false;
    }
    this.ar = mode === "ar";
    if (!this.board) this.#furnish();
    this.#settle();
    if (this.ar) await this.moving.lookForFloor(/** @type {XRSession} */ (this.#session));
    this.#handAt = stage.now;
    stage.desk.active = false;
    stage.host.dataset.immersed = mode;
    return true;
  }

  #furnish() {
    const { scene, renderer, say } = this.#stage;
    this.hands = [0, 1].map((index) => new Hand(renderer.xr, index, scene.rig, this.#touching));
    this.board = new Board({ close: say("close"), more: say("nextPage"), menu: say("vrMenu") });
    this.board.onMenu = () => {
      this.#menuOpen = !this.#menuOpen;
      this.board?.rewind();
    };
    const { depth_mm: depth } = this.#stage.compressor.target;
    this.board.depthFrom = depth[0] / 80;
    this.board.depthTo = depth[1] / 80;
    this.#captions = new CaptionBoard();
    scene.site.add(this.board);
    scene.rig.add(this.#captions);
    scene.camera.add(this.veil);
    this.#stage.compressor.buzz = (strength, ms) => this.pressing.hand?.buzz(strength, ms);
  }

  /** One kneels beside the chest and looks at it. */
  #settle() {
    const { scene } = this.#stage;
    scene.camera.position.set(0, 0, 0);
    scene.camera.rotation.set(0, 0, 0);
    scene.site.position.set(0, 0, 0);
    scene.site.rotation.set(0, 0, 0);
    const standing = !scene.patient.lying;
    scene.rig.position.copy(KNEEL).setY(this.comfort.seated && scene.place.surface < 0.2 && !standing ? -SEATED_M : 0);
    if (standing) scene.rig.position.copy(STAND);
    scene.rig.rotation.set(0, Math.PI / 2, 0);
    if (this.board) {
      this.board.position.copy(standing ? BOARD_ASIDE : BOARD);
      if (scene.place.surface > 0.2) this.board.position.y = 1.3;
      this.board.rotation.set(0, standing ? BOARD_ASIDE_TURN : BOARD_TURN, 0);
      this.board.rotateX(-0.16);
    }
    this.moving.settle();
    scene.room.visible = true;
    scene.background = scene.sky;
    for (const { figure } of scene.others) figure.visible = true;
  }

  leave() {
    return this.#session?.end();
  }

  #onEnd = () => {
    const stage = this.#stage;
    this.#session = null;
    stage.doings.putBack();
    this.pressing.leave(stage.now);
    this.#settle();
    stage.scene.rig.position.set(0, 0, 0);
    stage.scene.rig.rotation.set(0, 0, 0);
    if (this.board) this.board.visible = false;
    stage.desk.active = true;
    stage.desk.kneel();
    delete stage.host.dataset.immersed;
    if (stage.playing && stage.canPause) stage.pause();
  };

  /** @param {Partial<Comfort>} changed */
  setComfort(changed) {
    this.comfort = { ...this.comfort, ...changed };
    remember(KEY, this.comfort);
    this.veil.narrow = this.comfort.narrow;
    if ("seated" in changed && !this.ar) {
      this.#stage.compressor.calibrate(null);
      this.#settle();
    }
  }

  /** @param {import("../play/news.js").Caption | null} caption */
  showCaption(caption) {
    if (this.active) this.#captions?.write(caption ? (caption.who ? `${caption.who}  ${caption.text}` : caption.text) : "", "medium");
  }

  /** @param {Phase} phase */
  showPhase(phase) {
    if (phase === "paused" || phase === "held") this.#menuOpen = true;
    else if (phase === "running") this.#menuOpen = false;
  }

  /** @type {{ outcome: string | null, score: number | null } | null} */
  #result = null;

  /** @param {{ outcome: string | null, score: number | null }} result */
  showEnd(result) {
    this.#result = result;
    this.#menuOpen = true;
  }

  refresh() {
    if (this.active) this.tick(this.#stage.link.t);
  }

  /** Words and figures of the board, a few times a second. @param {number} t */
  tick(t) {
    const board = this.board;
    if (!board || !this.active) return;
    const stage = this.#stage;
    board.visible = this.moving.placed;
    this.#missHands();
    const { feedback, source } = stage.compressor;
    const fresh = feedback.count > 1 && feedback.pauseS(t) < 3;
    const advice = feedback.count ? feedback.advice(t) : "none";
    const menu = this.#menuOpen;
    const title = this.#calibrator.active ? this.#calibrator.words : this.#result ? stage.say("score", { score: Math.round(this.#result.score ?? 0) }) : menu ? stage.say("vrMenu") : stage.focusLabel || stage.say("allActions");
    board.show({
      title, clock: clockText(t), rows: this.#calibrator.active ? this.#calibrator.rows : menu ? menuRows(stage, this) : stage.acts ? stage.choices() : [],
      rate: fresh ? Math.round(feedback.rateCpm) : 0, depth: source === "keys" ? 0 : fresh ? Math.round(feedback.depthMm) : 0,
      advice: adviceWords(stage, advice), good: advice === "good", gauge: stage.compressor.helps && stage.canPress && !menu && !this.#calibrator.active,
    });
  }

  /** Controllers that sleep, or hands that are not tracked: without a word the board would only hang there. */
  #missHands() {
    const { now, news, say } = this.#stage;
    if (this.hands.some(({ connected }) => connected)) this.#handAt = now;
    const handless = now - this.#handAt > HANDLESS_S;
    if (handless && !this.#handless) news.show({ who: "", text: say("noHands") }, true);
    this.#handless = handless;
  }

  /**
   * @frame
   * @param {XRFrame} frame
   * @param {number} t run time, seconds
   * @param {number} time of the loop, seconds
   * @param {number} seconds since the last picture
   */
  update(frame, t, time, seconds) {
    const { scene, renderer } = this.#stage;
    scene.rig.updateMatrixWorld();
    renderer.xr.updateCamera(scene.camera);
    this.#findHead(renderer.xr.getCamera());
    if (this.#captions !== null) {
      this.#eye.set(0, 0, -1).transformDirection(scene.camera.matrixWorld);
      const heading = (Math.atan2(this.#eye.x, -this.#eye.z) * 180) / Math.PI + (scene.rig.rotation.y * 180) / Math.PI;
      scene.rig.worldToLocal(this.#point.copy(this.head));
      this.#point.y -= UNDER_BOARD_M;
      this.#captions.follow(heading, this.#point, seconds);
    }
    for (let i = 0; i < this.hands.length; i++) this.#touching.follow(this.hands[i], t);
    this.pressing.update(t, time);
    this.#calibrator.update();
    this.moving.update(frame);
    this.veil.update(seconds);
  }

  /**
   * @frame
   * @param {import("three").WebXRArrayCamera} camera
   */
  #findHead(camera) {
    const eyes = camera.cameras;
    this.head.set(0, 0, 0);
    for (let i = 0; i < eyes.length; i++) this.head.add(this.#eye.setFromMatrixPosition(eyes[i].matrixWorld));
    if (eyes.length > 0) this.head.divideScalar(eyes.length);
  }

  /**
   * Where the hands are, for others to see.
   * @frame
   * @param {Float32Array} record
   * @param {import("three").Group} site
   */
  writeHands(record, site) {
    for (let i = 0; i < this.hands.length; i++) {
      const hand = this.hands[i];
      if (!hand.tracked) continue;
      const left = hand.side === "left";
      record[0] |= left ? FLAG.left : FLAG.right;
      if (hand.isHand) record[0] |= left ? FLAG.leftHand : FLAG.rightHand;
      if (hand.down) record[0] |= left ? FLAG.leftGrips : FLAG.rightGrips;
      site.worldToLocal(this.#point.copy(hand.palm));
      fill(record, left ? LEFT : RIGHT, this.#point, hand.turn);
    }
  }
}
