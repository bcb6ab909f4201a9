/** Compression fraction and pauses, without the time that is excused (courses/scenarios/scoring/hands_off.py). */

/** @typedef {[number, number]} Span */

/**
 * From the first compression until endS. Each compression covers half a period before and after its bottom.
 * @param {number[]} times
 * @param {number} endS
 * @param {Span[]} excused
 * @param {number} pauseFromS
 * @returns {{ ccf: number, pauses: Span[], longestS: number }} pauses: start, and seconds that count
 */
export function handsOff(times, endS, excused, pauseFromS) {
  if (times.length === 0) return { ccf: 0, pauses: [], longestS: 0 };
  const last = times[times.length - 1];
  let steady = 0;
  let steadyCount = 0;
  for (let i = 1; i < times.length; i++) {
    if (times[i] - times[i - 1] >= pauseFromS) continue;
    steady += times[i] - times[i - 1];
    steadyCount += 1;
  }
  const half = steadyCount ? steady / steadyCount / 2 : 0.3;
  /** @type {Span[]} */
  const spans = [];
  for (let i = 1; i < times.length; i++) {
    if (times[i] - times[i - 1] >= pauseFromS) spans.push([times[i - 1] + half, times[i] - half]);
  }
  if (endS - last >= pauseFromS) spans.push([last + half, endS]);
  const others = merged(excused);
  const pauses = spans.map(([a, b]) => /** @type {Span} */ ([a, b - a - overlap(a, b, others)]));
  let still = 0;
  let away = 0;
  for (const [, seconds] of pauses) still += seconds;
  for (const [a, b] of spans) away += overlap(a, b, others);
  const length = endS - times[0] - away;
  const ccf = length > 0 ? Math.max(0, Math.min(1, 1 - still / length)) : 1;
  return { ccf, pauses, longestS: pauses.reduce((longest, [, seconds]) => Math.max(longest, seconds), pauses.length ? -Infinity : 0) };
}

/**
 * The same spans, those that overlap made one, so that nothing is excused twice.
 * @param {Span[]} spans
 */
function merged(spans) {
  /** @type {Span[]} */
  const one = [];
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = one[one.length - 1];
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else one.push([start, end]);
  }
  return one;
}

/** @param {number} start @param {number} end @param {Span[]} others */
function overlap(start, end, others) {
  let seconds = 0;
  for (const [from, to] of others) seconds += Math.max(0, Math.min(end, to) - Math.max(start, from));
  return seconds;
}
