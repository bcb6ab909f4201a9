/** A 360-degree film as a map of the sphere, with a clock: what the heat map and the regions are drawn over. */

import { element } from "../shared/dom.js";
import { clockTime } from "../player/clock.js";
import { PlaybackAddress } from "../player/playback.js";
import { createLadder } from "../player/source.js";

/**
 * @typedef {object} FilmConfig
 * @property {string} hls
 * @property {string | null} playbackUrl
 * @property {string | null} poster
 * @property {"mono" | "top-bottom"} stereo
 * @property {number} duration seconds
 *
 * @typedef {ReturnType<typeof import("../shared/language.js").translator<import("./messages.js").MessageKey>>} Say
 */

export class FlatFilm {
  /** @type {(time: number) => void} called whenever another moment is shown */
  onTime = () => {};
  #frame = 0;

  /**
   * @param {FilmConfig} config
   * @param {Say} say
   * @param {Element} overlay what lies over the picture
   */
  constructor(config, say, overlay) {
    this.duration = config.duration;
    this.#say = say;
    this.video = element("video", { class: "flat__video", playsinline: true, muted: true, crossorigin: "anonymous", tabindex: -1, "aria-hidden": "true" });
    this.video.muted = true;
    if (config.poster) this.video.poster = config.poster;
    this.picture = element("div", { class: "flat__picture", "data-stereo": config.stereo }, this.video, overlay);
    this.#button = element("button", { type: "button", class: "btn" }, say("play"));
    this.#slider = element("input", { type: "range", class: "flat__slider", min: 0, max: config.duration.toFixed(1), step: 0.1, value: 0, "aria-label": say("time") });
    this.#clock = element("output", { class: "flat__clock" });
    this.#trouble = element("p", { class: "notice notice--error", role: "alert", hidden: true });
    this.controls = element("div", { class: "flat__controls" }, this.#button, this.#slider, this.#clock);
    this.root = element("div", { class: "flat__film" }, this.picture, this.#trouble, this.controls);
    this.#listen();
    this.#tell();
    const source = createLadder(this.video, new PlaybackAddress(config.hls, config.playbackUrl), "equirectangular", {
      onQualities: () => {},
      onQuality: () => {},
      onTrouble: () => this.#showTrouble(true),
      onRecovered: () => this.#showTrouble(false),
    });
    source.load(0);
  }

  #say;
  #button;
  #slider;
  #clock;
  #trouble;

  /** Seconds of the moment that is shown. */
  get time() {
    return Math.min(this.video.currentTime, this.duration);
  }

  /** @param {number} seconds */
  seek(seconds) {
    this.video.currentTime = Math.max(0, Math.min(seconds, this.duration));
    this.#tell();
  }

  toggle() {
    if (!this.video.paused) this.video.pause();
    else void this.video.play().catch(() => this.#showTrouble(true));
  }

  #listen() {
    const { video } = this;
    this.#button.addEventListener("click", () => this.toggle());
    this.#slider.addEventListener("input", () => this.seek(Number(this.#slider.value)));
    video.addEventListener("play", () => {
      this.#button.textContent = this.#say("pause");
      this.#run();
    });
    for (const event of ["pause", "ended"]) video.addEventListener(event, () => (this.#button.textContent = this.#say("play")));
    for (const event of ["seeked", "pause", "loadeddata"]) video.addEventListener(event, () => this.#tell());
  }

  /** While it plays, every picture is told. */
  #run() {
    cancelAnimationFrame(this.#frame);
    const step = () => {
      this.#tell();
      if (!this.video.paused) this.#frame = requestAnimationFrame(step);
    };
    step();
  }

  #tell() {
    const { time } = this;
    this.#slider.value = time.toFixed(1);
    const spoken = this.#say("timeOf", { time: clockTime(time), all: clockTime(this.duration) });
    this.#slider.setAttribute("aria-valuetext", spoken);
    this.#clock.textContent = spoken;
    this.onTime(time);
  }

  /** @param {boolean} shown */
  #showTrouble(shown) {
    this.#trouble.hidden = !shown;
    if (shown) this.#trouble.textContent = this.#say("filmTrouble");
  }
}
