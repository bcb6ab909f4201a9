/** Where the moving picture comes from: one face for hls.js and for browsers that play HLS by themselves. */

import Hls from "hls.js";
import { HlsSource } from "./source-hls.js";
import { NativeSource } from "./source-native.js";

/**
 * @typedef {"network" | "denied" | "gone" | "codec" | "broken"} Trouble
 *   network: no connection, it is tried again; denied: sign in again; gone: taken away; codec: nothing this browser
 *   decodes; broken: the file itself
 *
 * @typedef {object} Figures for the information panel
 * @property {number | null} bitrate of the rendition, bit/s
 * @property {number | null} bandwidth measured, bit/s
 * @property {string} codec RFC 6381, empty when unknown
 *
 * @typedef {object} SourceEvents what a source tells the player
 * @property {(qualities: import("./quality.js").Quality[]) => void} onQualities
 * @property {() => void} onQuality the rendition on screen has changed
 * @property {(trouble: Trouble) => void} onTrouble
 * @property {() => void} onRecovered
 *
 * @typedef {object} Source
 * @property {(startAt: number) => void} load
 * @property {() => void} hurry play was pressed: fill the buffer
 * @property {() => void} retry
 * @property {(word: import("./quality.js").QualityWord | "auto") => void} choose
 * @property {() => import("./quality.js").Rendition | null} current
 * @property {() => Figures} figures
 */

/** Apple's browsers play HLS in hardware with their own player; others answer "maybe" without being as able. */
function playsHlsWell(/** @type {HTMLVideoElement} */ video) {
  const apple = navigator.vendor.startsWith("Apple");
  return video.canPlayType("application/vnd.apple.mpegurl") !== "" && (apple || !Hls.isSupported());
}

/**
 * @param {HTMLVideoElement} video
 * @param {import("./playback.js").PlaybackAddress} address
 * @param {"equirectangular" | "flat"} projection
 * @param {SourceEvents} events
 * @returns {Source}
 */
export function createSource(video, address, projection, events) {
  if (playsHlsWell(video)) return new NativeSource(video, address, events);
  return new HlsSource(video, address, projection, events);
}
