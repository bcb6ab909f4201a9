/** Which words are said now. Drawing them is the page's and the headset's own business. */

import { parseWebvtt, textAt } from "./webvtt.js";

export class Captions {
  #video;
  #tracks;
  /** @type {import("./webvtt.js").Cue[]} */
  #cues = [];
  #text = "";
  /** @type {string | null} */
  language = null;

  /** @type {(text: string) => void} */
  onText = () => {};
  /** The file did not come. */
  onMissing = () => {};

  /**
   * @param {HTMLVideoElement} video
   * @param {import("./config.js").CaptionTrack[]} tracks
   */
  constructor(video, tracks) {
    this.#video = video;
    this.#tracks = tracks;
    video.addEventListener("seeked", this.#show);
    video.addEventListener("timeupdate", this.#show);
    this.#watch();
  }

  /**
   * @param {string | null} language null: none
   */
  async choose(language) {
    const track = this.#tracks.find((entry) => entry.lang === language);
    this.language = track?.lang ?? null;
    this.#cues = [];
    this.#show();
    if (!track) return;
    try {
      const answer = await fetch(track.src, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(`captions: ${answer.status}`);
      const cues = parseWebvtt(await answer.text());
      if (this.language !== track.lang) return;
      this.#cues = cues;
      this.#show();
    } catch {
      if (this.language === track.lang) this.onMissing();
    }
  }

  /** timeupdate comes four times a second, which is late for a word; pictures come more often. */
  #watch() {
    if (!("requestVideoFrameCallback" in this.#video)) return;
    const step = () => {
      this.#show();
      this.#video.requestVideoFrameCallback(step);
    };
    this.#video.requestVideoFrameCallback(step);
  }

  #show = () => {
    const text = this.#cues.length ? textAt(this.#cues, this.#video.currentTime) : "";
    if (text === this.#text) return;
    this.#text = text;
    this.onText(text);
  };
}
