/** Which stretch of a run is shown: zooming and moving, never beyond its ends. */

export const SHORTEST_S = 5;

/**
 * @typedef {object} Span
 * @property {number} from seconds
 * @property {number} to seconds
 */

/**
 * The span made `factor` times as long, with `at` staying where it is.
 * @param {Span} span
 * @param {number} factor below 1: closer
 * @param {number} at seconds
 * @param {number} whole length of the run in seconds
 * @returns {Span}
 */
export function zoomed(span, factor, at, whole) {
  const length = Math.min(whole, Math.max(Math.min(SHORTEST_S, whole), (span.to - span.from) * factor));
  const share = (at - span.from) / (span.to - span.from || 1);
  return placed(at - share * length, length, whole);
}

/**
 * The span moved by some seconds.
 * @param {Span} span
 * @param {number} by
 * @param {number} whole
 * @returns {Span}
 */
export function moved(span, by, whole) {
  return placed(span.from + by, span.to - span.from, whole);
}

/**
 * The span moved as little as needed so that `at` is in it, a little away from its edge.
 * @param {Span} span
 * @param {number} at
 * @param {number} whole
 * @returns {Span}
 */
export function showing(span, at, whole) {
  const room = (span.to - span.from) * 0.1;
  if (at < span.from + room) return moved(span, at - room - span.from, whole);
  if (at > span.to - room) return moved(span, at + room - span.to, whole);
  return span;
}

/** @param {number} from @param {number} length @param {number} whole @returns {Span} */
function placed(from, length, whole) {
  const start = Math.min(Math.max(0, from), Math.max(0, whole - length));
  return { from: start, to: start + length };
}

/**
 * Distance of the time marks so that about six to twelve of them fit.
 * @param {number} length seconds
 * @returns {number} seconds
 */
export function tickStep(length) {
  return [1, 2, 5, 10, 15, 30, 60, 120, 300].find((step) => length / step <= 10) ?? 600;
}

/** @param {number} seconds @returns {string} m:ss */
export function clock(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
