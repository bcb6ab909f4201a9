/** Where others looked in this lesson, as the house tells it (docs/tiles.md, "behaviour data"). */

const MOST_CELLS = 4096;
const MOST_STEPS = 24 * 3600;

/**
 * Unfolds the house's answer, in which each step lists only the cells that somebody looked at, as cell, weight pairs.
 * @param {any} given parsed JSON
 * @returns {import("./tiled/predict.js").Crowd | null} null where it is not what it should be, or nobody has watched yet
 */
export function readCrowd(given) {
  const { columns, rows, step, cells } = given ?? {};
  const count = columns * rows;
  const shaped = Number.isInteger(columns) && Number.isInteger(rows) && count > 0 && count <= MOST_CELLS;
  if (!shaped || !(step > 0) || !Array.isArray(cells) || cells.length > MOST_STEPS) return null;
  if (!cells.some((pairs) => Array.isArray(pairs) && pairs.length > 0)) return null;
  return {
    columns, rows, step,
    cells: cells.map((pairs) => {
      const weights = new Uint8Array(count);
      if (!Array.isArray(pairs)) return weights;
      for (let i = 0; i + 1 < pairs.length; i += 2) if (pairs[i] >= 0 && pairs[i] < count) weights[pairs[i]] = pairs[i + 1];
      return weights;
    }),
  };
}
