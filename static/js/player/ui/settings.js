/** The sheet with picture, speed and captions. */

import { element } from "../../shared/dom.js";
import { CAPTION_SIZES, SPEEDS, TILE_CAPS } from "../preferences.js";
import { choice, iconButton, wordButton } from "./parts.js";

/** @typedef {import("../player.js").Player} Player */

/** @type {Record<import("../quality.js").QualityWord, import("../messages.js").MessageKey>} */
export const QUALITY_WORDS = {
  "8k": "quality8k", "very-clear": "qualityVeryClear", clear: "qualityClear", light: "qualityLight",
};
/** @type {Record<import("../preferences.js").CaptionSize, import("../messages.js").MessageKey>} */
const SIZE_WORDS = { small: "sizeSmall", medium: "sizeMedium", large: "sizeLarge" };

export class Settings {
  #player;
  #quality;
  #cap;
  #speed;
  #captions;
  #size;
  #byBrowser;
  /** @type {HTMLElement | null} what had the focus before the sheet opened */
  #opener = null;

  /** @param {Player} player */
  constructor(player) {
    this.#player = player;
    const { say } = player;
    this.#quality = choice(say("quality"), "list", (/** @type {any} */ word) => player.chooseQuality(word));
    this.#cap = choice(say("tilesCap"), "chips", (/** @type {number} */ cap) => player.chooseTilesCap(cap));
    this.#speed = choice(say("speed"), "chips", (/** @type {number} */ speed) => player.setSpeed(speed));
    this.#captions = choice(say("captions"), "chips", (/** @type {string} */ language) => player.chooseCaptions(language || null));
    this.#size = choice(say("captionSize"), "chips", (/** @type {any} */ size) => player.setCaptionSize(size));
    this.#byBrowser = element("p", { class: "player__detail", hidden: true }, say("qualityByBrowser"));
    this.root = element(
      "div",
      { class: "player__sheet", role: "dialog", "aria-label": say("settings"), hidden: true },
      element(
        "div",
        { class: "player__sheet-head" },
        element("strong", {}, say("settings")),
        iconButton("close", say("close"), () => this.close()),
      ),
      element(
        "div",
        { class: "player__sheet-body" },
        this.#quality.root,
        this.#byBrowser,
        this.#cap.root,
        this.#speed.root,
        player.config.captions.length > 0 && this.#captions.root,
        player.config.captions.length > 0 && this.#size.root,
        element(
          "div",
          { class: "player__sheet-links" },
          wordButton("info", say("info"), () => (this.close(), player.toggleInfo()), "player__word-button--quiet"),
          wordButton("keyboard", say("shortcuts"), () => (this.close(), player.showShortcuts()), "player__word-button--quiet player__for-keyboard"),
        ),
      ),
    );
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
    player.addEventListener("change", () => this.show());
    this.show();
  }

  get isOpen() {
    return !this.root.hidden;
  }

  toggle() {
    if (this.isOpen) return this.close();
    this.#opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    this.root.hidden = false;
    this.show();
    const first = this.root.querySelector("fieldset:not([hidden]) input:checked") ?? this.root.querySelector("button");
    /** @type {HTMLElement | null} */ (first)?.focus();
    this.#player.wake();
  }

  close() {
    if (!this.isOpen) return;
    const inside = this.root.contains(document.activeElement);
    this.root.hidden = true;
    if (inside) this.#opener?.focus();
    this.#player.wake();
  }

  show() {
    const { say, preferences, qualities, config } = this.#player;
    this.#byBrowser.hidden = qualities.length > 0;
    this.#quality.root.hidden = qualities.length === 0;
    const playing = this.#player.qualityWordNow();
    const { tiled } = this.#player;
    this.#byBrowser.hidden ||= tiled;
    this.#cap.root.hidden = !tiled;
    this.#cap.show(TILE_CAPS.map((cap) => ({ value: cap, words: say("infoRate", { rate: String(cap / 1000) }) })), preferences.tilesCap);
    const automatic = tiled ? say("qualityTiles") : playing && preferences.quality === "auto"
      ? say("qualityAutoNow", { word: say(QUALITY_WORDS[playing]) })
      : say("qualityAuto");
    this.#quality.show(
      [
        ...qualities.map(({ word, rendition }) => ({
          value: word, words: say(QUALITY_WORDS[word]), detail: `${rendition.width} × ${rendition.height}`,
        })),
        { value: "auto", words: automatic },
      ],
      qualities.some(({ word }) => word === preferences.quality) ? preferences.quality : "auto",
    );
    this.#speed.show(
      SPEEDS.map((speed) => ({ value: speed, words: speed === 1 ? say("speedNormal") : `${speed}×` })),
      preferences.speed,
    );
    this.#captions.show(
      [{ value: "", words: say("captionsOff") }, ...config.captions.map(({ lang, label }) => ({ value: lang, words: label }))],
      this.#player.captions.language ?? "",
    );
    this.#size.show(CAPTION_SIZES.map((size) => ({ value: size, words: say(SIZE_WORDS[size]) })), preferences.captionSize);
  }
}
