/**
 * Where people look: the direction of the view, five times a second of media time, sent in batches to the house.
 *
 * Only for people who agreed (the page gives an address only then); when the house says that the consent is gone, this
 * stops for good. Samples are pairs of int16, yaw and pitch in hundredths of a degree, little-endian; a moment that was
 * not seen (a jump, a pause) is NOT_SEEN. docs/tiles.md, "behaviour data".
 */

import { csrfToken } from "../shared/csrf.js";
import { clamp, wrapDegrees } from "./projection.js";

export const SAMPLES_PER_SECOND = 5;
export const NOT_SEEN = -32768;
const SEND_EVERY_MS = 10_000;
/** The house takes at most this many samples at once (two minutes). */
export const LARGEST_BATCH = 600;

/** @typedef {{ yaw: number, pitch: number }} Direction degrees, see projection.js */

/** A run of samples that follow each other in media time. */
export class GazeBatch {
  #first = 0;
  /** @type {number[]} yaw, pitch, yaw, pitch… */
  #pairs = [];

  get size() {
    return this.#pairs.length / 2;
  }

  /**
   * Notes a direction at a media time.
   * @param {number} time seconds
   * @param {Direction} direction
   * @returns {"noted" | "known" | "full"} known: this fifth of a second has its sample; full: it does not follow on
   *   the batch, or the batch has no room: take() first
   */
  note(time, direction) {
    const index = Math.floor(time * SAMPLES_PER_SECOND);
    if (this.size === 0) this.#first = index;
    const next = this.#first + this.size;
    if (index === next - 1) return "known";
    // A late timer leaves a gap of a few samples; a jump begins a new batch.
    if (index < next || index - next > SAMPLES_PER_SECOND || index - this.#first >= LARGEST_BATCH) return "full";
    for (let missed = next; missed < index; missed++) this.#pairs.push(NOT_SEEN, NOT_SEEN);
    this.#pairs.push(
      Math.round(clamp(wrapDegrees(direction.yaw), -180, 179.99) * 100),
      Math.round(clamp(direction.pitch, -90, 90) * 100),
    );
    return "noted";
  }

  /**
   * The batch as the house reads it; the batch is empty afterwards.
   * @returns {{ first: number, samples: string } | null} null where there is nothing
   */
  take() {
    if (this.size === 0) return null;
    const bytes = new DataView(new ArrayBuffer(this.#pairs.length * 2));
    this.#pairs.forEach((value, i) => bytes.setInt16(i * 2, value, true));
    let text = "";
    for (let i = 0; i < bytes.byteLength; i++) text += String.fromCharCode(bytes.getUint8(i));
    const taken = { first: this.#first, samples: btoa(text) };
    this.#pairs = [];
    return taken;
  }
}

/** Watches the view while the video plays, and reports. */
export class GazeRecorder {
  #video;
  #look;
  #url;
  #sitting;
  #batch = new GazeBatch();
  #timers;

  /**
   * @param {HTMLVideoElement} video
   * @param {() => Direction} look where the person looks now
   * @param {string} url
   * @param {string} sitting UUID of this sitting: a batch that arrives twice is stored once
   */
  constructor(video, look, url, sitting) {
    this.#video = video;
    this.#look = look;
    this.#url = url;
    this.#sitting = sitting;
    // Twice the rate: at normal speed no fifth of a second is missed for a timer that comes late.
    this.#timers = [setInterval(this.#sample, 500 / SAMPLES_PER_SECOND), setInterval(this.#send, SEND_EVERY_MS)];
    addEventListener("pagehide", this.#leave);
    document.addEventListener("visibilitychange", this.#leave);
  }

  stop() {
    this.#timers.forEach((timer) => clearInterval(timer));
    removeEventListener("pagehide", this.#leave);
    document.removeEventListener("visibilitychange", this.#leave);
  }

  #sample = () => {
    const video = this.#video;
    if (video.paused || video.seeking || video.readyState < 3 || document.visibilityState === "hidden") return;
    if (this.#batch.note(video.currentTime, this.#look()) !== "full") return;
    this.#send();
    this.#batch.note(video.currentTime, this.#look());
  };

  #leave = () => {
    if (document.visibilityState === "hidden") this.#send();
  };

  #send = () => {
    const taken = this.#batch.take();
    if (!taken) return;
    // What is lost on the way is lost: a gap in a heat map is no reason to keep trying.
    fetch(this.#url, {
      method: "POST",
      body: JSON.stringify({ session: this.#sitting, ...taken }),
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      credentials: "same-origin",
      keepalive: true,
    }).then((answer) => {
      if (answer.status === 401 || answer.status === 403) this.stop();
    }, () => {});
  };
}
