/** HLS by the browser itself (Safari, visionOS): it chooses the quality; we keep the address fresh. */

import { RenewalError } from "./playback.js";

const RETRY_FIRST_MS = 1000;
const RETRY_LONGEST_MS = 8000;

/** @implements {Source} */
export class NativeSource {
  #video;
  #address;
  #events;
  #timer = 0;
  #wait = RETRY_FIRST_MS;
  #troubled = false;
  #renewed = false;

  /**
   * @typedef {import("./source.js").Source} Source
   * @param {HTMLVideoElement} video
   * @param {import("./playback.js").PlaybackAddress} address
   * @param {import("./source.js").SourceEvents} events
   */
  constructor(video, address, events) {
    this.#video = video;
    this.#address = address;
    this.#events = events;
    video.addEventListener("error", this.#onError);
    video.addEventListener("playing", this.#onPlaying);
    video.addEventListener("resize", events.onQuality);
  }

  /** @param {number} startAt seconds */
  load(startAt) {
    this.#video.src = this.#address.manifest;
    this.#video.addEventListener(
      "loadedmetadata",
      () => {
        if (startAt > 0) this.#video.currentTime = startAt;
      },
      { once: true },
    );
  }

  close() {
    clearTimeout(this.#timer);
    this.#video.removeEventListener("error", this.#onError);
    this.#video.removeEventListener("playing", this.#onPlaying);
    this.#video.removeEventListener("resize", this.#events.onQuality);
  }

  hurry() {
    this.#video.preload = "auto";
  }

  retry() {
    clearTimeout(this.#timer);
    this.#again();
  }

  /** The browser chooses by itself and offers no other way. */
  choose() {}

  current() {
    return null;
  }

  figures() {
    return { bitrate: null, bandwidth: null, codec: "" };
  }

  #again() {
    const { currentTime, paused } = this.#video;
    this.load(currentTime);
    if (!paused) void this.#video.play().catch(() => {});
  }

  #onPlaying = () => {
    this.#wait = RETRY_FIRST_MS;
    this.#renewed = false;
    if (!this.#troubled) return;
    this.#troubled = false;
    this.#events.onRecovered();
  };

  #onError = async () => {
    const code = this.#video.error?.code;
    if (code === MediaError.MEDIA_ERR_DECODE) return this.#events.onTrouble("broken");
    // An element does not say why it got no answer. A fresh address tells a dead token from a dead network.
    try {
      await this.#address.renew();
      if (this.#renewed) return this.#events.onTrouble("codec");
      this.#renewed = true;
      this.#again();
    } catch (reason) {
      const kind = reason instanceof RenewalError ? reason.kind : "offline";
      if (kind !== "offline") return this.#events.onTrouble(kind);
      this.#troubled = true;
      this.#events.onTrouble("network");
      this.#timer = setTimeout(() => this.#again(), this.#wait);
      this.#wait = Math.min(this.#wait * 2, RETRY_LONGEST_MS);
    }
  };
}
