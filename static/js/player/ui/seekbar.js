/** The time line: where one is, what is loaded, and a small picture of where the pointer is. */

import { element } from "../../shared/dom.js";
import { clockTime } from "../clock.js";
import { clamp } from "../projection.js";
import { parseThumbnails } from "../webvtt.js";

const KEY_STEP = 5;
const PAGE_STEP = 30;

export class SeekBar {
  #video;
  #say;
  #seek;
  #played = element("div", { class: "player__played" });
  #loaded = element("div", { class: "player__loaded" });
  #knob = element("div", { class: "player__knob" });
  #line;
  #picture = element("div", { class: "player__thumbnail-picture" });
  #stamp = element("div", { class: "player__thumbnail-time" });
  #preview = element("div", { class: "player__thumbnail", hidden: true }, this.#picture, this.#stamp);
  /** @type {import("../webvtt.js").Thumbnail[]} */
  #thumbnails = [];
  /** Seconds the pointer holds; null when nobody drags. @type {number | null} */
  #held = null;

  /**
   * @param {HTMLVideoElement} video
   * @param {ReturnType<typeof import("../../shared/language.js").translator<import("../messages.js").MessageKey>>} say
   * @param {(seconds: number) => void} seek
   */
  constructor(video, say, seek) {
    this.#video = video;
    this.#say = say;
    this.#seek = seek;
    this.#line = element("div", { class: "player__line" }, this.#loaded, this.#played, this.#knob);
    this.root = element(
      "div",
      { class: "player__seek", role: "slider", tabindex: 0, "aria-label": say("seek"), "aria-valuemin": 0 },
      this.#line,
      this.#preview,
    );
    this.root.addEventListener("pointerdown", this.#onDown);
    this.root.addEventListener("pointermove", this.#onMove);
    this.root.addEventListener("pointerup", this.#onUp);
    this.root.addEventListener("pointercancel", this.#onUp);
    this.root.addEventListener("pointerleave", () => this.#held === null && this.#hidePreview());
    this.root.addEventListener("keydown", this.#onKey);
    for (const event of ["timeupdate", "progress", "durationchange", "seeking", "seeked"])
      video.addEventListener(event, () => this.show());
    this.show();
  }

  /**
   * @param {string} address of the WebVTT index
   */
  async loadThumbnails(address) {
    const url = new URL(address, document.baseURI).href;
    const answer = await fetch(url, { credentials: "same-origin" }).catch(() => null);
    if (answer?.ok) this.#thumbnails = parseThumbnails(await answer.text(), url);
  }

  show() {
    const duration = this.#duration();
    const time = this.#held ?? this.#video.currentTime;
    const share = duration ? clamp(time / duration, 0, 1) : 0;
    this.#played.style.transform = `scaleX(${share})`;
    this.#knob.style.left = `${share * 100}%`;
    this.#loaded.style.transform = `scaleX(${duration ? clamp(this.#loadedUntil() / duration, 0, 1) : 0})`;
    this.root.setAttribute("aria-valuemax", String(Math.round(duration)));
    this.root.setAttribute("aria-valuenow", String(Math.round(time)));
    this.root.setAttribute(
      "aria-valuetext",
      this.#say("seekText", { position: clockTime(time), duration: clockTime(duration) }),
    );
  }

  #duration() {
    return Number.isFinite(this.#video.duration) ? this.#video.duration : 0;
  }

  #loadedUntil() {
    const { buffered, currentTime } = this.#video;
    for (let i = 0; i < buffered.length; i++)
      if (buffered.start(i) <= currentTime + 0.1 && buffered.end(i) >= currentTime) return buffered.end(i);
    return currentTime;
  }

  /** @param {PointerEvent} event */
  #timeAt(event) {
    const { left, width } = this.#line.getBoundingClientRect();
    return clamp((event.clientX - left) / width, 0, 1) * this.#duration();
  }

  #onDown = (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0) return;
    this.root.setPointerCapture(event.pointerId);
    this.#held = this.#timeAt(event);
    this.root.dataset.held = "";
    this.#showPreview(event);
    this.show();
  };

  #onMove = (/** @type {PointerEvent} */ event) => {
    if (this.#held !== null) {
      this.#held = this.#timeAt(event);
      this.show();
    }
    if (this.#held !== null || event.pointerType === "mouse") this.#showPreview(event);
  };

  #onUp = (/** @type {PointerEvent} */ event) => {
    if (this.#held === null) return;
    const goal = this.#held;
    this.#held = null;
    delete this.root.dataset.held;
    if (event.type === "pointerup") this.#seek(goal);
    if (event.pointerType !== "mouse") this.#hidePreview();
    this.show();
  };

  #onKey = (/** @type {KeyboardEvent} */ event) => {
    const { currentTime } = this.#video;
    /** @type {Record<string, number>} */
    const goals = {
      ArrowRight: currentTime + KEY_STEP, ArrowUp: currentTime + KEY_STEP,
      ArrowLeft: currentTime - KEY_STEP, ArrowDown: currentTime - KEY_STEP,
      PageUp: currentTime + PAGE_STEP, PageDown: currentTime - PAGE_STEP, Home: 0, End: this.#duration(),
    };
    if (!(event.key in goals)) return;
    event.preventDefault();
    this.#seek(clamp(goals[event.key], 0, this.#duration()));
  };

  /** @param {PointerEvent} event */
  #showPreview(event) {
    const duration = this.#duration();
    if (!duration) return;
    const time = this.#timeAt(event);
    const found = this.#thumbnails.find(({ start, end }) => time >= start && time < end) ?? this.#thumbnails.at(-1);
    this.#preview.hidden = false;
    this.#stamp.textContent = clockTime(time);
    this.#picture.hidden = !found;
    if (found) {
      const style = this.#picture.style;
      style.width = `${found.width}px`;
      style.height = `${found.height}px`;
      style.backgroundImage = `url("${CSS.escape(found.url).replace(/\\/g, "")}")`;
      style.backgroundPosition = `-${found.x}px -${found.y}px`;
    }
    const { left, width } = this.#line.getBoundingClientRect();
    const half = this.#preview.offsetWidth / 2;
    this.#preview.style.left = `${clamp(event.clientX - left, half, Math.max(half, width - half))}px`;
  }

  #hidePreview() {
    this.#preview.hidden = true;
  }
}
