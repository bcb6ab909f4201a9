/** One compression, and what a series of them adds up to (courses/scenarios/motion/compression.py). */

import { PAUSE_FROM_S } from "./sources.js";

/**
 * t_s: when the bottom was reached. depth_mm: rest height minus bottom. lean_mm: how much of the rest height the following
 * release left out. recoil: lean within tolerance. null where the source cannot tell; x_mm, z_mm: hand position off the
 * calibrated point, null without one.
 * @typedef {{ t_s: number, depth_mm: number, lean_mm: number | null, recoil: boolean | null, x_mm: number | null,
 *   z_mm: number | null }} Compression
 *
 * @typedef {{ rateCpm: number, ccf: number, meanDepthMm: number, recoilShare: number | null,
 *   pauses: [number, number][] }} Summary
 */

/**
 * What compressions between two times add up to. Each one covers half a period before and after its bottom.
 * @param {readonly Compression[]} compressions
 * @param {number} startS
 * @param {number} endS
 * @returns {Summary}
 */
export function summarise(compressions, startS, endS) {
  const times = compressions.map((compression) => compression.t_s);
  const length = endS - startS;
  if (!times.length || length <= 0) {
    return { rateCpm: 0, ccf: 0, meanDepthMm: 0, recoilShare: null, pauses: length > 0 ? [[startS, length]] : [] };
  }
  const gaps = times.slice(1).map((t, i) => t - times[i]);
  const steady = gaps.filter((gap) => gap < PAUSE_FROM_S);
  const period = steady.length ? sum(steady) / steady.length : 0;
  const pauses = pausesBetween(times, startS, endS, period / 2);
  const still = sum(pauses.map(([, seconds]) => seconds));
  const judged = compressions.filter((compression) => compression.recoil !== null);
  return {
    rateCpm: period ? 60 / period : 0,
    ccf: Math.min(1, Math.max(0, 1 - still / length)),
    meanDepthMm: sum(compressions.map((compression) => compression.depth_mm)) / compressions.length,
    recoilShare: judged.length ? judged.filter((compression) => compression.recoil).length / judged.length : null,
    pauses,
  };
}

/** @param {number[]} times @param {number} startS @param {number} endS @param {number} half @returns {[number, number][]} */
function pausesBetween(times, startS, endS, half) {
  /** @type {[number, number][]} */
  const found = [];
  const last = times[times.length - 1];
  if (times[0] - half > startS) found.push([startS, times[0] - half - startS]);
  for (let i = 1; i < times.length; i++) {
    const gap = times[i] - times[i - 1];
    if (gap >= PAUSE_FROM_S) found.push([times[i - 1] + half, gap - 2 * half]);
  }
  if (last + half < endS) found.push([last + half, endS - last - half]);
  return found;
}

/** @param {number[]} values */
const sum = (values) => values.reduce((total, value) => total + value, 0);
