/** Where the moving picture comes from: one face for hls.js and for browsers that play HLS by themselves. */

import Hls from "hls.js";
import { HlsSource } from "./source-hls.js";
import { NativeSource } from "./source-native.js";
import { TiledSource } from "./source-tiled.js";

/**
 * @typedef {"network" | "denied" | "gone" | "codec" | "broken"} Trouble
 *   network: no connection, it is tried again; denied: sign in again; gone: taken away; codec: nothing this browser
 *   decodes; broken: the file itself
 *
 * @typedef {object} Figures for the information panel
 * @property {number | null} bitrate of the rendition, bit/s
 * @property {number | null} bandwidth measured, bit/s
 * @property {string} codec RFC 6381, empty when unknown
 * @property {TileFigures} [tiles] where tiles are played
 *
 * @typedef {object} TileFigures
 * @property {number[]} view shares of the view by quality, best first; the last one is missing
 * @property {{ turns: number, p50: number, p95: number }} sharp seconds from a turn of the head to full quality
 * @property {number} broken tiles that were damaged and shown in a lower quality
 * @property {boolean} packed whether pictures are packed for a 4K decoder
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
 * @property {() => void} close another source takes over the video
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
export function createLadder(video, address, projection, events) {
  if (playsHlsWell(video)) return new NativeSource(video, address, events);
  return new HlsSource(video, address, projection, events);
}

/**
 * The title in tiles where there is one, with the ladder to fall back on.
 * @param {HTMLVideoElement} video
 * @param {import("./playback.js").PlaybackAddress} address
 * @param {"equirectangular" | "flat"} projection
 * @param {SourceEvents} events
 * @param {Omit<import("./source-tiled.js").TiledOptions, "makeLadder">} tiled
 * @returns {Source}
 */
export function createSource(video, address, projection, events, tiled) {
  const makeLadder = () => createLadder(video, address, projection, events);
  if (!address.tiled || typeof MediaSource === "undefined" || typeof Worker === "undefined") return makeLadder();
  return new TiledSource(video, address, projection, events, { ...tiled, makeLadder });
}
