/**
 * Reading WebVTT: captions, and thumbnail strips that use it as an index.
 * Source: W3C WebVTT, sections 4 (syntax) and 6 (parsing). Regions, styles and positions are not used here: captions
 * are drawn in one place, on the page and in the headset alike.
 */

/**
 * @typedef {object} Cue
 * @property {number} start seconds
 * @property {number} end seconds
 * @property {string} text lines separated by \n, without markup
 */

const TIMING = /^((?:\d+:)?\d{2}:\d{2}[.,]\d{3})\s+-->\s+((?:\d+:)?\d{2}:\d{2}[.,]\d{3})/;
/** @type {Record<string, string>} */
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&nbsp;": "\u00a0", "&lrm;": "\u200e", "&rlm;": "\u200f" };

/**
 * @param {string} stamp "mm:ss.mmm" or "hh:mm:ss.mmm"
 * @returns {number} seconds
 */
function seconds(stamp) {
  return stamp
    .replace(",", ".")
    .split(":")
    .reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** @param {string} text */
function plain(text) {
  return text.replace(/<[^>]*>/g, "").replace(/&(?:amp|lt|gt|nbsp|lrm|rlm);/g, (entity) => ENTITIES[entity]);
}

/**
 * Cues in order of their start. Blocks that are no cues (NOTE, STYLE, REGION) and cues with an impossible time are
 * passed over.
 * @param {string} file
 * @returns {Cue[]}
 */
export function parseWebvtt(file) {
  const cues = [];
  for (const block of file.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n").split(/\n{2,}/)) {
    const lines = block.split("\n").filter((line) => line.trim() !== "");
    const at = lines.findIndex((line) => line.includes("-->"));
    if (at < 0 || at > 1) continue;
    const timing = TIMING.exec(lines[at].trim());
    if (!timing) continue;
    const cue = { start: seconds(timing[1]), end: seconds(timing[2]), text: plain(lines.slice(at + 1).join("\n")) };
    if (cue.end > cue.start) cues.push(cue);
  }
  return cues.sort((a, b) => a.start - b.start);
}

/**
 * The text shown at a time; cues that overlap stand under each other.
 * @param {Cue[]} cues
 * @param {number} time seconds
 */
export function textAt(cues, time) {
  let text = "";
  for (const cue of cues) {
    if (cue.start > time) break;
    if (cue.end > time) text = text ? `${text}\n${cue.text}` : cue.text;
  }
  return text;
}

/**
 * @typedef {object} Thumbnail
 * @property {number} start seconds
 * @property {number} end seconds
 * @property {string} url picture that holds it
 * @property {number} x pixels
 * @property {number} y
 * @property {number} width
 * @property {number} height
 */

/**
 * A strip of small pictures: each cue names a rectangle of a sheet (Media Fragments `#xywh=`).
 * @param {string} file
 * @param {string} base address of the file; sheets are relative to it
 * @returns {Thumbnail[]}
 */
export function parseThumbnails(file, base) {
  const found = [];
  for (const cue of parseWebvtt(file)) {
    const match = /^(.*)#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/.exec(cue.text.trim());
    if (!match) continue;
    const [x, y, width, height] = match.slice(2).map(Number);
    found.push({ start: cue.start, end: cue.end, url: new URL(match[1], base).href, x, y, width, height });
  }
  return found;
}
