/** How this person likes to watch; kept in this browser. */

import { recall, remember } from "../shared/storage.js";

const KEY = "player.preferences";

/** @typedef {"small" | "medium" | "large"} CaptionSize */

export const CAPTION_SIZES = /** @type {const} */ (["small", "medium", "large"]);
/** kbit/s */
export const TILE_CAPS = [6000, 10_000, 15_000, 25_000, 40_000];
export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];

/**
 * @typedef {object} Preferences
 * @property {number} volume 0..1
 * @property {boolean} muted
 * @property {number} speed one of SPEEDS
 * @property {string | null} captions language, or null for none; "" when never chosen
 * @property {CaptionSize} captionSize
 * @property {import("./quality.js").QualityWord | "auto"} quality
 * @property {number} tilesCap most traffic of a title in tiles, kbit/s
 */

/** @type {Preferences} */
const DEFAULTS = { volume: 1, muted: false, speed: 1, captions: "", captionSize: "medium", quality: "auto", tilesCap: 15_000 };

/** @returns {Preferences} */
export function loadPreferences() {
  return { ...DEFAULTS, ...recall(KEY, {}) };
}

/** @param {Preferences} preferences */
export function savePreferences(preferences) {
  remember(KEY, preferences);
}
