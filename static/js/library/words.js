/** Bytes and times as the person reads them. */

import { translator } from "../shared/language.js";
import { messages } from "./messages.js";

export const say = translator(messages);

const UNITS = ["B", "KB", "MB", "GB", "TB"];

/**
 * @param {number} count bytes
 * @returns {string} three digits and a unit of 1024, as the server's pages have it
 */
export function bytes(count) {
  let unit = 0;
  let value = count;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/**
 * @param {number} seconds
 * @param {typeof say} [words]
 * @returns {string} two units at most: 40 s, 2 min 5 s, 3 h 10 min
 */
export function duration(seconds, words = say) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return words("seconds", { seconds: whole });
  if (whole < 3600) return words("minutes", { minutes: Math.floor(whole / 60), seconds: whole % 60 });
  return words("hours", { hours: Math.floor(whole / 3600), minutes: Math.floor((whole % 3600) / 60) });
}

/**
 * @param {number} part
 * @param {number} all
 * @returns {number} whole percent that never says 100 too early
 */
export function percent(part, all) {
  if (all <= 0) return 100;
  return part >= all ? 100 : Math.min(99, Math.floor((100 * part) / all));
}
