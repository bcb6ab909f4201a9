/** What the lesson page tells the player (json_script "player-config"). */

import { completeRegions } from "./regions.js";

/**
 * @typedef {object} CaptionTrack
 * @property {string} lang BCP 47
 * @property {string} label as the person reads it
 * @property {string} src WebVTT
 *
 * @typedef {object} PlayerConfig
 * @property {string} id the lesson or master; names what this browser remembers
 * @property {string} title
 * @property {{ hls: string, dash?: string, tiled?: string }} src
 * @property {"equirectangular" | "flat"} projection
 * @property {"mono" | "top-bottom"} stereo
 * @property {string | null} poster
 * @property {string | null} thumbnails WebVTT with `#xywh=` fragments
 * @property {CaptionTrack[]} captions
 * @property {{ position: number, url: string | null }} resume seconds; url is null for anonymous viewers
 * @property {{ title: string, url: string } | null} next
 * @property {string} language
 * @property {string | null} playbackUrl answers fresh media addresses when a token has run out
 * @property {import("./regions.js").Region[]} regions what the instructor marked
 * @property {string | null} gazeUrl takes gaze samples; null without the person's consent
 * @property {string | null} crowdUrl answers where others looked (docs/tiles.md, "behaviour data")
 */

/**
 * Fills in what may be left out and refuses what the player cannot show.
 * @param {any} given parsed JSON
 * @returns {PlayerConfig}
 * @throws {Error} when there is no media address
 */
export function completeConfig(given) {
  const hls = given?.src?.hls;
  if (typeof hls !== "string" || !hls) throw new Error("player-config has no src.hls");
  return {
    id: String(given.id ?? hls),
    title: String(given.title ?? ""),
    src: { hls, dash: given.src.dash ?? undefined, tiled: given.src.tiled || undefined },
    projection: given.projection === "flat" ? "flat" : "equirectangular",
    stereo: given.stereo === "top-bottom" ? "top-bottom" : "mono",
    poster: given.poster || null,
    thumbnails: given.thumbnails || null,
    captions: Array.isArray(given.captions) ? given.captions : [],
    resume: { position: Number(given.resume?.position) || 0, url: given.resume?.url || null },
    next: given.next?.url ? given.next : null,
    language: String(given.language ?? "zh-hans"),
    playbackUrl: given.playbackUrl || null,
    regions: completeRegions(given.regions),
    gazeUrl: given.gazeUrl || null,
    crowdUrl: given.crowdUrl || null,
  };
}

/**
 * @param {Document} page
 * @returns {PlayerConfig}
 */
export function readConfig(page) {
  const holder = page.getElementById("player-config");
  if (!holder) throw new Error("The page has no player-config");
  return completeConfig(JSON.parse(holder.textContent ?? ""));
}
