/** Changes to regions, as plain functions: each gives a new region and leaves the old one as it was. */

import { languageKey } from "../shared/language.js";
import { clamp, wrapDegrees } from "../player/projection.js";
import { boxAt } from "../player/regions.js";

/** As the house checks them (courses/catalog/services/regions.py). */
export const SMALLEST = 2;
export const WIDEST = 180;
export const HIGHEST = 120;
/** Keyframes nearer than this (seconds) are the same one. */
const SAME_MOMENT = 0.05;
const FIRST_SECONDS = 10;

/**
 * @typedef {import("../player/regions.js").Box} Box
 * @typedef {import("../player/regions.js").Keyframe} Keyframe
 * @typedef {{ title_zh: string, title_en: string, start: number, end: number, keyframes: Keyframe[] }} Draft
 */

/**
 * The name that a person reads on this page.
 * @param {Draft} region
 * @param {string} [tag] language of the page
 */
export function nameOf(region, tag = document.documentElement.lang) {
  return languageKey(tag) === "en" ? region.title_en || region.title_zh : region.title_zh || region.title_en;
}

/** @param {number} value */
const tenth = (value) => Math.round(value * 10) / 10;

/**
 * A box within what a region may be.
 * @param {Box} box
 * @returns {Box}
 */
export function tidyBox({ yaw, pitch, width, height }) {
  return {
    yaw: tenth(wrapDegrees(yaw)), pitch: tenth(clamp(pitch, -90, 90)),
    width: tenth(clamp(width, SMALLEST, WIDEST)), height: tenth(clamp(height, SMALLEST, HIGHEST)),
  };
}

/**
 * The box between two corners of a drag.
 * @param {{ yaw: number, pitch: number }} a
 * @param {{ yaw: number, pitch: number }} b
 */
export function boxBetween(a, b) {
  return tidyBox({ yaw: (a.yaw + b.yaw) / 2, pitch: (a.pitch + b.pitch) / 2, width: Math.abs(a.yaw - b.yaw), height: Math.abs(a.pitch - b.pitch) });
}

/**
 * @param {Box} box
 * @param {number} time seconds
 * @param {number} duration of the film
 * @param {{ zh: string, en: string }} name
 * @returns {Draft}
 */
export function newRegion(box, time, duration, name) {
  const start = tenth(Math.max(0, Math.min(time, duration - 1)));
  return { title_zh: name.zh, title_en: name.en, start, end: tenth(Math.min(duration, start + FIRST_SECONDS)), keyframes: [{ t: start, ...tidyBox(box) }] };
}

/**
 * Puts the box elsewhere at a moment. A region that stands still moves as a whole; one that moves gets a waypoint.
 * @param {Draft} region
 * @param {number} time seconds
 * @param {Box} box
 * @returns {Draft}
 */
export function place(region, time, box) {
  const tidy = tidyBox(box);
  if (region.keyframes.length === 1) return { ...region, keyframes: [{ t: region.keyframes[0].t, ...tidy }] };
  const others = region.keyframes.filter(({ t }) => Math.abs(t - time) > SAME_MOMENT);
  const same = region.keyframes.find(({ t }) => Math.abs(t - time) <= SAME_MOMENT);
  return { ...region, keyframes: [...others, { t: same?.t ?? tenth(time), ...tidy }].sort((a, b) => a.t - b.t) };
}

/**
 * A waypoint where the region is at a moment, so that it can move from there.
 * @param {Draft} region
 * @param {number} time seconds, within the region's
 * @returns {Draft}
 */
export function addWaypoint(region, time) {
  const box = boxAt({ id: "", name: "", ...region }, time);
  if (!box || region.keyframes.some(({ t }) => Math.abs(t - time) <= SAME_MOMENT)) return region;
  return { ...region, keyframes: [...region.keyframes, { t: tenth(time), ...tidyBox(box) }].sort((a, b) => a.t - b.t) };
}

/**
 * @param {Draft} region
 * @param {number} index of the waypoint; the last one stays
 * @returns {Draft}
 */
export function removeWaypoint(region, index) {
  return region.keyframes.length < 2 ? region : { ...region, keyframes: region.keyframes.filter((_, i) => i !== index) };
}

/** Steps back through what was done. @template State */
export class History {
  /** @type {State[]} */
  #past = [];

  /** @param {State} state before a change */
  note(state) {
    this.#past.push(state);
    if (this.#past.length > 100) this.#past.shift();
  }

  get empty() {
    return this.#past.length === 0;
  }

  /** @returns {State | undefined} */
  back() {
    return this.#past.pop();
  }
}
