/** Compressions from whatever hands there are: measured, told to the link, and answered at once by gauge, chest and sound. */

import { Feedback } from "../motion/feedback.js";
import { MotionMeter } from "../motion/meter.js";
import { targetOf } from "../engine/table.js";

/** @typedef {import("../motion/sources.js").Source} Source */
/** @typedef {import("../motion/calibration.js").Calibration} Calibration */

/** Seen this far down when nobody knows how deep a compression was. */
const SHOWN_M = 0.05;
const DEEPEST_SHOWN_M = 0.075;
/** Samples wait for each other, then go to the server as one frame of the record. */
const BATCH = 120;
/** @type {Record<Source, number>} */
const SOURCE_CODE = { controller: 0, hand: 1, phone: 2, sensor: 3 };
/** Hands that rest count as touching; after this long without any they do not. */
const TOUCH_S = 1.2;

export class Compressor {
  #link;
  #scene;
  #sounds;
  /** @type {MotionMeter | null} */
  #meter = null;
  #samples = new Float32Array(BATCH * 4);
  #waiting = 0;
  #frame = 0;
  #touchedAt = -Infinity;
  #touching = false;
  /** @type {Source | "keys"} */
  source = "keys";
  /** @type {Calibration | null} */
  calibration = null;
  /** A vibration for the hands that press. @type {(strength: number, ms: number) => void} */
  buzz = () => {};
  /** Whether gauge and coloured chest may help (not in an exam). */
  helps;

  /**
   * @param {import("../links/link.js").Link} link
   * @param {import("./scene.js").StageScene} scene
   * @param {import("../sound/sound.js").Sounds} sounds
   */
  constructor(link, scene, sounds) {
    this.#link = link;
    this.#scene = scene;
    this.#sounds = sounds;
    this.helps = link.mode !== "exam";
    this.target = targetOf(link.profile, link.table.patient.age_years ?? 40);
    this.feedback = new Feedback(this.target, "controller");
  }

  /**
   * From now on samples come from this source.
   * @param {Source} source
   */
  take(source) {
    if (this.source === source && this.#meter) return;
    this.#flush();
    this.source = source;
    this.#meter = new MotionMeter(source, source === "phone" ? null : this.calibration);
    this.feedback = new Feedback(this.target, source);
  }

  /** The rest height was taken anew. @param {Calibration | null} calibration */
  calibrate(calibration) {
    this.calibration = calibration;
    this.#meter = null;
  }

  /**
   * One sample of the hands on the chest: metres with y up, or m/s² of a phone.
   * @frame
   * @param {number} t run time, seconds
   * @param {number} time of the loop, seconds
   * @param {number} x
   * @param {number} y
   * @param {number} z
   */
  sample(t, time, x, y, z) {
    const meter = this.#meter;
    if (meter === null) return;
    const found = meter.push(t, x, y, z);
    this.#record(t, x, y, z);
    for (let i = 0; i < found.length; i++) this.#count(found[i], time);
    if (this.source !== "phone") {
      const travel = meter.travelMm;
      this.#scene.patient.pressing = travel > 0 ? Math.min(DEEPEST_SHOWN_M, travel / 1000) : 0;
      this.touch(t);
    } else if (found.length > 0) this.#scene.patient.pulse(time, Math.min(DEEPEST_SHOWN_M, found[0].depth_mm / 1000));
  }

  /** The hands left the chest. @param {number} time */
  leave(time) {
    const meter = this.#meter;
    this.#scene.patient.pressing = -1;
    if (meter === null || this.source === "phone") return;
    for (const last of [...meter.finish()]) this.#count(last, time);
    this.#meter = null;
    const source = /** @type {Source} */ (this.source);
    this.source = "keys";
    this.#reopen = source;
  }

  /** @type {Source | null} */
  #reopen = null;

  /**
   * @param {import("../motion/compression.js").Compression} compression
   * @param {number} time
   */
  #count(compression, time) {
    const { t_s, depth_mm, recoil } = compression;
    this.#link.send({ kind: "compression", depth_mm: Math.round(depth_mm * 10) / 10, recoil, source: this.source === "keys" ? (this.#reopen ?? "controller") : this.source }, t_s);
    this.feedback.add(compression);
    this.#answer(time, depth_mm);
  }

  /**
   * A compression of which only the moment is known: a key, a click, a touch.
   * @param {number} time of the loop, seconds
   */
  tap(time) {
    const t = this.#link.t;
    this.source = "keys";
    this.#link.send({ kind: "compression", depth_mm: null, recoil: null, source: "controller" }, t);
    this.feedback.add({ t_s: t, depth_mm: NaN, lean_mm: null, recoil: null, x_mm: null, z_mm: null });
    this.#scene.patient.pulse(time, SHOWN_M);
    this.#answer(time, null);
    this.touch(t);
  }

  /** @param {number} time @param {number | null} depth millimetres */
  #answer(time, depth) {
    this.#sounds.play("press");
    this.buzz(0.5, 30);
    if (!this.helps) return;
    const [least, most] = this.target.depth_mm;
    if (depth !== null) this.#scene.patient.colourChest(time, depth < least ? "short" : depth > most ? "deep" : "right");
    else {
      const rate = this.feedback.rateCpm;
      const [slow, fast] = this.target.rate_cpm;
      this.#scene.patient.colourChest(time, !(rate >= slow) ? "short" : rate > fast ? "deep" : "right");
    }
  }

  /**
   * Somebody's hands are on the patient: an AED that analyses notices.
   * @frame
   * @param {number} t run time, seconds
   */
  touch(t) {
    this.#touchedAt = t;
    if (this.#touching) return;
    this.#touching = true;
    this.#tellTouch("touch");
  }

  /**
   * @frame
   * @param {number} t run time, seconds
   */
  update(t) {
    if (!this.#touching || t - this.#touchedAt < TOUCH_S) return;
    this.#touching = false;
    this.#tellTouch("clear");
  }

  /** @param {"touch" | "clear"} what */
  #tellTouch(what) {
    const aed = this.#link.state.aed;
    if (aed && (aed.phase !== "off" || what === "clear")) this.#link.send({ kind: "aed", do: what });
  }

  /**
   * @frame
   * @param {number} t
   * @param {number} x
   * @param {number} y
   * @param {number} z
   */
  #record(t, x, y, z) {
    const at = this.#waiting * 4;
    this.#samples[at] = t;
    this.#samples[at + 1] = x;
    this.#samples[at + 2] = y;
    this.#samples[at + 3] = z;
    this.#waiting += 1;
    if (this.#waiting === BATCH) this.#flush();
  }

  /** Sends what was recorded (docs/scenarios-protocol.md, motion samples). */
  #flush() {
    if (!this.#waiting || this.source === "keys") {
      this.#waiting = 0;
      return;
    }
    const frame = new DataView(new ArrayBuffer(8 + this.#waiting * 16));
    frame.setUint8(0, 3);
    frame.setUint8(1, SOURCE_CODE[this.source]);
    frame.setUint16(2, this.#waiting, true);
    frame.setUint32(4, this.#frame++, true);
    for (let i = 0; i < this.#waiting * 4; i++) frame.setFloat32(8 + i * 4, this.#samples[i], true);
    this.#waiting = 0;
    this.#link.sendBinary(frame.buffer);
  }
}
