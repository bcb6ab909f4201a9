/**
 * The instructor's regions: parts of the picture (the wound, the monitor) that stay in full quality over a stretch of
 * time, whatever one looks at. They come with the playback data of the lesson; docs/tiles.md describes them.
 */

import { clamp, wrapDegrees } from "./projection.js";

/**
 * @typedef {object} Box a rectangle on the equirectangular picture, degrees
 * @property {number} yaw of the centre, -180..180
 * @property {number} pitch of the centre, -90..90
 * @property {number} width 0..360
 * @property {number} height 0..180
 *
 * @typedef {Box & { t: number }} Keyframe t: media time, seconds
 *
 * @typedef {object} Region
 * @property {string} id
 * @property {string} name
 * @property {number} start seconds, the first moment
 * @property {number} end seconds, the first moment after it
 * @property {Keyframe[]} keyframes by rising t, at least one; between two of them the box moves in a straight line
 */

/**
 * Where a region is at a moment; before its first and after its last keyframe it stands still.
 * @param {Region} region
 * @param {number} time seconds
 * @returns {Box | null} null outside its time
 */
export function boxAt(region, time) {
  if (time < region.start || time >= region.end) return null;
  const frames = region.keyframes;
  const next = frames.findIndex(({ t }) => t > time);
  if (next === 0) return frames[0];
  if (next < 0) return frames[frames.length - 1];
  const a = frames[next - 1];
  const b = frames[next];
  const share = (time - a.t) / (b.t - a.t);
  const between = (/** @type {number} */ from, /** @type {number} */ to) => from + (to - from) * share;
  return {
    yaw: wrapDegrees(a.yaw + wrapDegrees(b.yaw - a.yaw) * share),
    pitch: between(a.pitch, b.pitch),
    width: between(a.width, b.width),
    height: between(a.height, b.height),
  };
}

/**
 * The boxes that regions take between two moments (a segment): at its ends, its middle, and at keyframes within.
 * @param {Region[]} regions
 * @param {number} from seconds
 * @param {number} to seconds
 * @returns {Box[]}
 */
export function boxesWithin(regions, from, to) {
  const boxes = [];
  for (const region of regions) {
    const first = Math.max(from, region.start);
    const last = Math.min(to, region.end);
    if (first >= last) continue;
    const inside = region.keyframes.map(({ t }) => t).filter((t) => t > first && t < last);
    // The end itself belongs to the next moment; a thousandth before it stands for it.
    for (const time of [first, ...inside, (first + last) / 2, last - 0.001]) {
      const box = boxAt(region, time);
      if (box) boxes.push(box);
    }
  }
  return boxes;
}

/**
 * Takes over what the page says and leaves out what is not a region, so that nothing downstream has to doubt.
 * @param {unknown} given
 * @returns {Region[]}
 */
export function completeRegions(given) {
  if (!Array.isArray(given)) return [];
  return given.flatMap((entry) => {
    const keyframes = Array.isArray(entry?.keyframes) ? entry.keyframes.filter(isKeyframe).map(tidy) : [];
    const start = Number(entry?.start);
    const end = Number(entry?.end);
    if (!keyframes.length || !(end > start)) return [];
    keyframes.sort((/** @type {Keyframe} */ a, /** @type {Keyframe} */ b) => a.t - b.t);
    return [{ id: String(entry.id ?? ""), name: String(entry.name ?? ""), start, end, keyframes }];
  });
}

/** @param {any} frame */
function isKeyframe(frame) {
  return ["t", "yaw", "pitch", "width", "height"].every((key) => Number.isFinite(frame?.[key]));
}

/**
 * @param {Keyframe} frame
 * @returns {Keyframe}
 */
function tidy({ t, yaw, pitch, width, height }) {
  return {
    t, yaw: wrapDegrees(yaw), pitch: clamp(pitch, -90, 90), width: clamp(width, 0, 360), height: clamp(height, 0, 180),
  };
}
