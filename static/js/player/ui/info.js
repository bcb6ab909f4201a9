/** The true figures behind the words, for those who want them. */

import { element } from "../../shared/dom.js";
import { codecFamily, codecName } from "../quality.js";
import { iconButton } from "./parts.js";

const REFRESH_MS = 1000;

export class Info {
  #player;
  #list = element("dl", { class: "player__figures" });
  #timer = 0;

  /** @param {import("../player.js").Player} player */
  constructor(player) {
    this.#player = player;
    this.root = element(
      "section",
      { class: "player__info", "aria-label": player.say("info"), hidden: true },
      element(
        "div",
        { class: "player__sheet-head" },
        element("strong", {}, player.say("info")),
        iconButton("close", player.say("close"), () => this.toggle()),
      ),
      this.#list,
    );
  }

  toggle() {
    this.root.hidden = !this.root.hidden;
    clearInterval(this.#timer);
    if (this.root.hidden) return;
    this.#show();
    this.#timer = setInterval(() => this.#show(), REFRESH_MS);
  }

  #show() {
    const { say, video, source } = this.#player;
    const { bitrate, bandwidth, codec, tiles } = source.figures();
    const quality = video.getVideoPlaybackQuality?.();
    const rate = (/** @type {number | null} */ bits) =>
      bits === null ? null : say("infoRate", { rate: (bits / 1e6).toFixed(1) });
    /** @type {[import("../messages.js").MessageKey, string | null][]} */
    const rows = [
      ["infoResolution", video.videoWidth ? `${video.videoWidth} × ${video.videoHeight}` : null],
      ["infoBitrate", rate(bitrate)],
      ["infoCodec", codec ? `${codecName(codecFamily(codec))} (${codec})` : null],
      ["infoDropped", quality ? say("infoDroppedOf", { dropped: quality.droppedVideoFrames, total: quality.totalVideoFrames }) : null],
      ["infoBuffer", say("infoSeconds", { seconds: this.#ahead().toFixed(1) })],
      ["infoBandwidth", rate(bandwidth)],
      ["infoView", tiles ? say("infoViewShare", { share: Math.round(100 * (tiles.view[0] ?? 0)) }) : null],
      ["infoSharp", tiles?.sharp.turns ? say("infoSharpTimes", { half: tiles.sharp.p50.toFixed(1), most: tiles.sharp.p95.toFixed(1) }) : null],
      ["infoBroken", tiles?.broken ? String(tiles.broken) : null],
    ];
    this.#list.replaceChildren(
      ...rows.flatMap(([key, value]) => (value === null ? [] : [element("dt", {}, say(key)), element("dd", {}, value)])),
    );
  }

  #ahead() {
    const { buffered, currentTime } = this.#player.video;
    for (let i = 0; i < buffered.length; i++)
      if (buffered.start(i) <= currentTime + 0.1 && buffered.end(i) > currentTime) return buffered.end(i) - currentTime;
    return 0;
  }
}
