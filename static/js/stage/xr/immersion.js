/** The run in the headset: session, hands on the patient, the board, moving about, and what makes it bearable. */

import { CircleGeometry, Mesh, MeshBasicMaterial, Vector3 } from "three";
import { recall, remember } from "../../shared/storage.js";
import { CaptionBoard } from "../../player/xr/captions.js";
import { clockText, adviceWords } from "../ui/overlay.js";
import { spotAt, spotOnRay } from "../play/spots.js";
import { fill } from "../together/company.js";
import { FLAG, LEFT, RIGHT } from "../together/record.js";
import { Board } from "./board.js";
import { Calibrator } from "./calibrator.js";
import { Hand } from "./hand.js";
import { menuRows } from "./menu.js";
import { Veil } from "./veil.js";

/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {import("../links/link.js").Phase} Phase */
/** @typedef {{ seated: boolean, leftHanded: boolean, narrow: boolean, turn: number }} Comfort */

const KEY = "stage-comfort";
/** Hands this near to the pressing point (aside, and over or under the surface) press it; further away they have left. */
const NEAR_M = 0.15;
const OVER_M = 0.16;
const UNDER_M = 0.12;
const LEFT_M = 0.26;
const SEATED_M = 0.42;
const STICK = 0.7;
/** Where one kneels, from the middle of the chest, and where the board stands. */
const KNEEL = new Vector3(0.62, 0, 0.06);
const BOARD = new Vector3(-0.72, 0.98, -0.8);
const BOARD_TURN = 0.99;
/** Captions float this much lower than in a film, so that they lie under the board. */
const UNDER_BOARD_M = 0.36;
/** One reaches an AED that is this near. */
const REACH_M = 1.4;

export class Immersion {
  #stage;
  /** @type {XRSession | null} */
  #session = null;
  /** @type {XRHitTestSource | null} */
  #hits = null;
  /** @type {Hand[]} */
  hands = [];
  /** @type {Board | null} */
  board = null;
  /** @type {CaptionBoard | null} */
  #captions = null;
  #veil = new Veil();
  #marker = new Mesh(new CircleGeometry(0.24, 32).rotateX(-Math.PI / 2), new MeshBasicMaterial({ color: 0x62c8bf, transparent: true, opacity: 0.75 }));
  #calibrator;
  /** @type {Hand | null} */
  #pressing = null;
  #press = new Vector3();
  #point = new Vector3();
  #head = new Vector3();
  #eye = new Vector3();
  #goal = new Vector3();
  #aims = false;
  #turned = false;
  #placed = true;
  #menuOpen = false;
  #lost = false;
  ar = false;
  comfort = /** @type {Comfort} */ (recall(KEY, { seated: false, leftHanded: false, narrow: true, turn: 45 }));

  /** @param {Stage} stage */
  constructor(stage) {
    this.#stage = stage;
    this.#calibrator = new Calibrator(stage, this);
  }

  get active() {
    return this.#session !== null;
  }

  /** Whether the AED stands within reach of the person in the headset. */
  get reachesAed() {
    const { aed } = this.#stage.scene;
    return this.active && aed !== null && aed.getWorldPosition(new Vector3()).setY(0).distanceTo(this.#head.clone().setY(0)) < REACH_M;
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
    if (this.ar) await this.#lookForFloor(/** @type {XRSession} */ (this.#session));
    stage.desk.active = false;
    stage.host.dataset.immersed = mode;
    return true;
  }

  #furnish() {
    const { scene, renderer, say } = this.#stage;
    const events = { onDown: (/** @type {Hand} */ hand) => this.#onDown(hand), onUp: (/** @type {Hand} */ hand) => this.#onUp(hand) };
    this.hands = [0, 1].map((index) => new Hand(renderer.xr, index, scene.rig, events));
    this.board = new Board({ close: say("close"), more: say("nextPage"), menu: say("vrMenu") });
    this.board.onMenu = () => {
      this.#menuOpen = !this.#menuOpen;
      this.board?.rewind();
    };
    const { depth_mm: depth } = this.#stage.compressor.target;
    this.board.depthFrom = depth[0] / 80;
    this.board.depthTo = depth[1] / 80;
    this.#captions = new CaptionBoard();
    this.#marker.visible = false;
    scene.site.add(this.board);
    scene.rig.add(this.#captions);
    scene.add(this.#marker);
    scene.camera.add(this.#veil);
    this.#stage.compressor.buzz = (strength, ms) => this.#pressing?.buzz(strength, ms);
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
    if (standing) scene.rig.position.set(1, 0, -0.3);
    scene.rig.rotation.set(0, Math.PI / 2, 0);
    if (this.board) {
      this.board.position.copy(BOARD);
      if (scene.place.surface > 0.2 || standing) this.board.position.y = 1.3;
      this.board.rotation.set(0, BOARD_TURN, 0);
      this.board.rotateX(-0.16);
    }
    this.#placed = true;
    scene.room.visible = true;
    scene.background = scene.sky;
    for (const { figure } of scene.others) figure.visible = true;
  }

  /** @param {XRSession} session */
  async #lookForFloor(session) {
    const { scene } = this.#stage;
    scene.room.visible = false;
    scene.background = null;
    scene.rig.position.set(0, 0, 0);
    scene.rig.rotation.set(0, 0, 0);
    scene.site.position.set(0, 0, -0.75);
    scene.site.rotation.y = -Math.PI / 2;
    this.#placed = false;
    this.#stage.news.show({ who: "", text: this.#stage.say("arPlace") }, true);
    const viewer = await session.requestReferenceSpace("viewer").catch(() => null);
    this.#hits = (viewer && (await session.requestHitTestSource?.({ space: viewer })?.catch(() => null))) ?? null;
  }

  leave() {
    return this.#session?.end();
  }

  #onEnd = () => {
    const stage = this.#stage;
    this.#session = null;
    this.#hits = null;
    this.#pressing = null;
    stage.doings.putBack();
    stage.compressor.leave(stage.now);
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
    this.#veil.narrow = this.comfort.narrow;
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
    board.visible = this.#placed;
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

  // --- every picture ------------------------------------------------------------------------------

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
      scene.rig.worldToLocal(this.#point.copy(this.#head));
      this.#point.y -= UNDER_BOARD_M;
      this.#captions.follow(heading, this.#point, seconds);
    }
    if (!this.#placed) this.#seekFloor(frame);
    for (let i = 0; i < this.hands.length; i++) this.#follow(this.hands[i], t);
    this.#compress(t, time);
    this.#calibrator.update();
    this.#move();
    this.#veil.update(seconds);
  }

  /**
   * @frame
   * @param {import("three").WebXRArrayCamera} camera
   */
  #findHead(camera) {
    const eyes = camera.cameras;
    this.#head.set(0, 0, 0);
    for (let i = 0; i < eyes.length; i++) this.#head.add(this.#eye.setFromMatrixPosition(eyes[i].matrixWorld));
    if (eyes.length > 0) this.#head.divideScalar(eyes.length);
  }

  /**
   * @frame
   * @param {Hand} hand
   * @param {number} t
   */
  #follow(hand, t) {
    const { scene, doings, compressor } = this.#stage;
    const board = this.board;
    hand.clearRay();
    if (board !== null && hand.connected) {
      const along = board.meet(hand.origin, hand.direction);
      if (along >= 0) {
        hand.rayLength = along;
        if (board.hover !== board.hit) board.hover = board.hit;
      } else if (spotOnRay(scene.spots, hand.origin, hand.direction, 5) === null && board.hover >= 0 && !this.#otherOnBoard(hand)) board.hover = -1;
    }
    hand.update(this.#pressing === null);
    if (hand.carries) doings.carry(hand.palm, hand.turn);
    else if (hand.tracked && scene.patient.lying) {
      const near = spotAt(scene.spots, hand.palm, 0);
      if (near !== null && (near.kind === "chest" || near.kind === "face" || near.kind === "belly" || near.kind === "neck")) compressor.touch(t);
    }
  }

  /**
   * @frame
   * @param {Hand} hand
   */
  #otherOnBoard(hand) {
    for (let i = 0; i < this.hands.length; i++) {
      const other = this.hands[i];
      if (other !== hand && other.connected && this.board !== null && this.board.meet(other.origin, other.direction) >= 0) return true;
    }
    return false;
  }

  /**
   * Hands on the chest are measured; the nearer of the two counts, for as long as it stays.
   * @frame
   * @param {number} t
   * @param {number} time
   */
  #compress(t, time) {
    const { scene, compressor, playing, acts } = this.#stage;
    if (!playing || !acts || !scene.patient.lying || this.#calibrator.active) return;
    const figure = scene.patient.asleep;
    this.#press.set(0, figure.chestHeight, figure.sternum.y - figure.pressPoint.y);
    scene.patient.localToWorld(this.#press);
    const was = this.#pressing;
    if (was !== null && (!was.tracked || this.#aside(was) > LEFT_M || was.palm.y > this.#press.y + 2 * OVER_M)) {
      this.#pressing = null;
      compressor.leave(time);
      if (!was.tracked) this.#track(true);
    }
    if (this.#pressing === null) {
      for (let i = 0; i < this.hands.length; i++) {
        const hand = this.hands[i];
        if (!hand.tracked || hand.carries || this.#aside(hand) > NEAR_M) continue;
        const over = hand.palm.y - this.#press.y;
        if (over > OVER_M || over < -UNDER_M) continue;
        if (this.#pressing === null || this.#aside(hand) < this.#aside(this.#pressing)) this.#pressing = hand;
      }
    }
    const hand = this.#pressing;
    if (hand === null) return;
    this.#track(false);
    compressor.take(hand.isHand ? "hand" : "controller");
    compressor.sample(t, time, hand.palm.x, hand.palm.y, hand.palm.z);
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
    return Math.hypot(hand.palm.x - this.#press.x, hand.palm.z - this.#press.z);
  }

  /** @frame */
  #move() {
    if (this.ar) return;
    this.#aims = false;
    for (let i = 0; i < this.hands.length; i++) {
      const hand = this.hands[i];
      const walks = (hand.side === "left") !== this.comfort.leftHanded;
      if (walks && hand.stick(3) < -STICK) this.#aimAtFloor(hand);
      if (!walks) this.#snapTurn(hand.stick(2));
    }
    if (!this.#aims && this.#marker.visible && this.#placed) {
      this.#marker.visible = false;
      this.#goTo(this.#goal);
    }
  }

  /**
   * @frame
   * @param {Hand} hand
   */
  #aimAtFloor(hand) {
    this.#aims = this.#floorUnder(hand);
    this.#marker.visible = this.#aims;
    if (this.#aims) this.#marker.position.copy(this.#goal).setY(0.01);
  }

  /**
   * @frame
   * @param {Hand} hand
   * @returns {boolean} whether its ray meets the floor within 6 m; the place is in #goal
   */
  #floorUnder(hand) {
    if (hand.direction.y > -0.08) return false;
    const along = -hand.origin.y / hand.direction.y;
    if (along > 6 || along < 0) return false;
    this.#goal.copy(hand.origin).addScaledVector(hand.direction, along);
    return true;
  }

  /**
   * One stands there, with a fade.
   * @frame
   * @param {Vector3} place
   */
  #goTo(place) {
    const { rig } = this.#stage.scene;
    rig.position.x += place.x - this.#head.x;
    rig.position.z += place.z - this.#head.z;
    this.#veil.drop();
  }

  /**
   * @frame
   * @param {number} push of the stick, -1..1
   */
  #snapTurn(push) {
    if (Math.abs(push) < STICK) {
      this.#turned = false;
      return;
    }
    if (this.#turned) return;
    this.#turned = true;
    const { rig } = this.#stage.scene;
    const angle = (-Math.sign(push) * this.comfort.turn * Math.PI) / 180;
    this.#point.subVectors(rig.position, this.#head).setY(0);
    const height = rig.position.y;
    const x = this.#point.x * Math.cos(angle) + this.#point.z * Math.sin(angle);
    const z = this.#point.z * Math.cos(angle) - this.#point.x * Math.sin(angle);
    rig.position.set(this.#head.x + x, height, this.#head.z + z);
    rig.rotation.y += angle;
    this.#veil.drop();
  }

  /**
   * @frame
   * @param {XRFrame} frame
   */
  #seekFloor(frame) {
    const space = this.#stage.renderer.xr.getReferenceSpace();
    if (this.#hits === null || space === null) return;
    const found = frame.getHitTestResults(this.#hits);
    if (found.length === 0) return;
    const pose = found[0].getPose(space);
    if (!pose) return;
    this.#goal.set(pose.transform.position.x, pose.transform.position.y, pose.transform.position.z);
    this.#marker.visible = true;
    this.#marker.position.copy(this.#goal);
  }

  // --- what hands do ------------------------------------------------------------------------------

  /** @param {Hand} hand */
  #onDown(hand) {
    const stage = this.#stage;
    stage.sounds.wake();
    if (!this.#placed) return this.#lay();
    const board = this.board;
    if (board && board.meet(hand.origin, hand.direction) >= 0 && board.hit >= 0) {
      board.areas[board.hit].row.act();
      hand.buzz(0.3, 20);
      return this.refresh();
    }
    if (!stage.playing || !stage.acts) return;
    const near = hand.tracked ? spotAt(stage.scene.spots, hand.palm, 0.05) : null;
    const spot = near ?? (this.#pressing === hand ? null : spotOnRay(stage.scene.spots, hand.origin, hand.direction, 4));
    if (!spot) {
      if (hand.isHand && !this.ar && this.#pressing === null && this.#floorUnder(hand)) this.#goTo(this.#goal);
      return;
    }
    if (this.#pressing === hand && (spot.kind === "chest" || spot.kind === "belly")) return;
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
  #onUp(hand) {
    if (!hand.carries) return;
    hand.carries = false;
    if (this.#stage.doings.releasePad(hand.palm)) hand.buzz(0.7, 60);
  }

  /** In AR: the patient lies where the marker is, with the left side towards the person. */
  #lay() {
    const { scene } = this.#stage;
    if (this.#marker.visible) {
      scene.site.position.copy(this.#goal);
      const turn = Math.atan2(this.#head.x - this.#goal.x, this.#head.z - this.#goal.z);
      scene.site.rotation.y = turn - Math.PI / 2;
    }
    this.#marker.visible = false;
    this.#placed = true;
    this.#hits?.cancel();
    this.#hits = null;
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

  /** The hand that lies lowest, for taking the rest height. @returns {Hand | null} */
  lowestHand() {
    const seen = this.hands.filter(({ tracked }) => tracked);
    return seen.sort((a, b) => a.palm.y - b.palm.y)[0] ?? null;
  }

  /**
   * The chest comes to where the hands are: in VR one is moved, in AR the patient.
   * @param {Vector3} palm in the room
   */
  align(palm) {
    const { scene } = this.#stage;
    const figure = scene.patient.asleep;
    this.#press.set(0, figure.chestHeight + 0.02, figure.sternum.y - figure.pressPoint.y);
    scene.patient.localToWorld(this.#press);
    if (this.ar) scene.site.position.add(palm).sub(this.#press);
    else scene.rig.position.add(this.#press).sub(palm);
    scene.updateMatrixWorld();
    return this.#press;
  }
}

