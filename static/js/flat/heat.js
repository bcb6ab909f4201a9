/** What a heat map shows: cells of a grid over the sphere, over a stretch of time, as colours and as numbers. */

import { boxAt } from "../player/regions.js";

/**
 * @typedef {object} Grid as the house tells it
 * @property {number} columns
 * @property {number} rows
 * @property {number} step seconds
 * @property {number} everybody people in all
 * @property {number[]} people in each step; 0 where there are too few to be shown
 * @property {number[][]} cells of each step as cell, weight pairs
 */

/** Colours from few looks to most: dark teal, green, yellow (readable without red and green apart). */
const RAMP = [[12, 74, 96], [31, 145, 140], [122, 209, 81], [253, 231, 37]];

/**
 * Shares of the looks in a stretch of time, each person-second alike; they sum to 1, or all are 0.
 * @param {Grid} grid
 * @param {number} from seconds
 * @param {number} to seconds
 */
export function sharesOf(grid, from, to) {
  const shares = new Float64Array(grid.columns * grid.rows);
  const first = Math.max(0, Math.floor(from / grid.step));
  const last = Math.min(grid.cells.length, Math.max(first + 1, Math.ceil(to / grid.step)));
  let all = 0;
  for (let step = first; step < last; step++) {
    const pairs = grid.cells[step];
    let sum = 0;
    for (let i = 1; i < pairs.length; i += 2) sum += pairs[i];
    for (let i = 0; i < pairs.length; i += 2) shares[pairs[i]] += (grid.people[step] * pairs[i + 1]) / sum;
    if (sum) all += grid.people[step];
  }
  if (all) for (let cell = 0; cell < shares.length; cell++) shares[cell] /= all;
  return shares;
}

/**
 * How many people the stretch shows: the most in any of its steps.
 * @param {Grid} grid
 * @param {number} from seconds
 * @param {number} to seconds
 */
export function peopleIn(grid, from, to) {
  const first = Math.max(0, Math.floor(from / grid.step));
  return grid.people.slice(first, Math.max(first + 1, Math.ceil(to / grid.step))).reduce((most, count) => Math.max(most, count), 0);
}

/**
 * RGBA of each cell; what is looked at most is opaque and yellow.
 * @param {Float64Array} shares
 */
export function coloursOf(shares) {
  const pixels = new Uint8ClampedArray(shares.length * 4);
  const most = shares.reduce((a, b) => Math.max(a, b), 0);
  if (!most) return pixels;
  shares.forEach((share, cell) => {
    // Square root: what few looked at can be seen beside what everybody looked at.
    const heat = Math.sqrt(share / most);
    const at = heat * (RAMP.length - 1);
    const low = RAMP[Math.min(RAMP.length - 2, Math.floor(at))];
    const high = RAMP[Math.min(RAMP.length - 1, Math.floor(at) + 1)];
    const part = Math.min(1, at - Math.min(RAMP.length - 2, Math.floor(at)));
    for (let c = 0; c < 3; c++) pixels[cell * 4 + c] = low[c] + (high[c] - low[c]) * part;
    pixels[cell * 4 + 3] = 225 * heat;
  });
  return pixels;
}

/**
 * How much of the looks falls into each region of a moment. A cell that a region covers in part counts in part.
 * @param {Grid} grid
 * @param {Float64Array} shares
 * @param {import("../player/regions.js").Region[]} regions
 * @param {number} time seconds
 * @returns {{ name: string, share: number }[]}
 */
export function regionShares(grid, shares, regions, time) {
  const [wide, high] = [360 / grid.columns, 180 / grid.rows];
  return regions.flatMap((region) => {
    const box = boxAt(region, time);
    if (!box) return [];
    let share = 0;
    shares.forEach((looks, cell) => {
      if (!looks) return;
      const left = (cell % grid.columns) * wide - 180;
      const top = 90 - Math.floor(cell / grid.columns) * high;
      const down = overlap(top - high, top, box.pitch - box.height / 2, box.pitch + box.height / 2) / high;
      let across = 0;
      for (const turn of [-360, 0, 360]) across += overlap(left, left + wide, box.yaw + turn - box.width / 2, box.yaw + turn + box.width / 2) / wide;
      share += looks * down * Math.min(1, across);
    });
    return [{ name: region.name, share }];
  });
}

/**
 * @param {number} a
 * @param {number} b
 * @param {number} c
 * @param {number} d
 */
function overlap(a, b, c, d) {
  return Math.max(0, Math.min(b, d) - Math.max(a, c));
}

/**
 * The direction most looked at: the middle of the busiest cell; null where nobody looked.
 * @param {Grid} grid
 * @param {Float64Array} shares
 */
export function busiest(grid, shares) {
  let best = -1;
  shares.forEach((share, cell) => {
    if (share > 0 && (best < 0 || share > shares[best])) best = cell;
  });
  if (best < 0) return null;
  return {
    yaw: (((best % grid.columns) + 0.5) / grid.columns) * 360 - 180,
    pitch: 90 - ((Math.floor(best / grid.columns) + 0.5) / grid.rows) * 180,
    share: shares[best],
  };
}
