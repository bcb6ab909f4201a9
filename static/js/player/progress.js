/** Where one left off: told to the house for people with an account, kept in this browser for the others. */

import { csrfToken } from "../shared/csrf.js";
import { forget, recall, remember } from "../shared/storage.js";

const REPORT_EVERY_MS = 10_000;
/** Nearer to the end (seconds) than this, one begins anew; nearer to the start, nothing needs to be resumed. */
const NEAR_END = 5;
const NEAR_START = 3;

/**
 * Where to begin.
 * @param {number} position seconds, as remembered
 * @param {number} duration seconds; NaN while unknown
 * @returns {number} seconds
 */
export function resumePoint(position, duration) {
  if (!(position > NEAR_START)) return 0;
  if (Number.isFinite(duration) && position > duration - NEAR_END) return 0;
  return position;
}

export class Progress {
  #video;
  #url;
  #key;
  #told = -1;
  /** The sitting's id: a report that arrives twice counts once. */
  sitting = crypto.randomUUID?.() ?? uuidWithoutSecureContext();

  /**
   * @param {HTMLVideoElement} video
   * @param {import("./config.js").PlayerConfig} config
   */
  constructor(video, config) {
    this.#video = video;
    this.#url = config.resume.url;
    this.#key = `player.position.${config.id}`;
    this.remembered = this.#url ? config.resume.position : recall(this.#key, 0);
    setInterval(() => this.#report(), REPORT_EVERY_MS);
    video.addEventListener("pause", this.#report);
    video.addEventListener("ended", this.#report);
    // pagehide comes on phones too, where a tab is put away and never unloaded.
    addEventListener("pagehide", this.#leave);
    document.addEventListener("visibilitychange", this.#onVisibility);
  }

  #onVisibility = () => {
    if (document.visibilityState === "hidden") this.#leave();
  };

  #report = () => this.#tell(false);
  #leave = () => this.#tell(true);

  /** @param {boolean} leaving the page may be gone before an answer comes */
  #tell(leaving) {
    const { currentTime, duration, played } = this.#video;
    if (!played.length || !Number.isFinite(duration) || duration <= 0 || currentTime === this.#told) return;
    this.#told = currentTime;
    if (!this.#url) {
      if (resumePoint(currentTime, duration) > 0) remember(this.#key, currentTime);
      else forget(this.#key);
      return;
    }
    const report = new FormData();
    report.set("session", this.sitting);
    report.set("position", currentTime.toFixed(2));
    report.set("duration", duration.toFixed(2));
    report.set("csrfmiddlewaretoken", csrfToken());
    if (leaving && navigator.sendBeacon(this.#url, report)) return;
    fetch(this.#url, { method: "POST", body: report, credentials: "same-origin", keepalive: true }).catch(() => {
      this.#told = -1; // told again with the next report
    });
  }
}

/** Plain HTTP in the same room has no crypto.randomUUID, but it has random bytes. */
function uuidWithoutSecureContext() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
