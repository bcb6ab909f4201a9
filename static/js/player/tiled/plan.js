/**
 * Which quality each tile of a segment gets: most utility per bit first, until the budget is spent or bits bring next to nothing.
 *
 * Utility is what the views to be expected gain in PSNR, by their probability. It is the logarithm of the error of a whole view that counts:
 * a corner in the lowest quality spoils a view whose rest is perfect, and one perfect tile does little for a view of the lowest quality. So
 * a view that is sure gets full to its edges before anything is spent on one that is not. Costs are the true sizes of the index. A tile
 * that is already there in some quality costs nothing at that quality and its whole size at any other, since tiles are fetched whole.
 */

/** Nepers of a view's error (4.3 dB) that a megabyte must bring for a second; about half of what it brings to a whole sphere at the cap. */
const WORTH_LEAST = 0.4;

/**
 * @typedef {{ weight: number, shares: Float64Array }} ExpectedView its probability, and how much of it each tile fills
 *
 * @typedef {object} PlanInput
 * @property {number} tiles
 * @property {number} qualities best first; the last one is the floor that every tile has at least
 * @property {(quality: number, tile: number) => number} size bytes; of the floor too
 * @property {ArrayLike<number>} losses mean squared error of each quality, smallest first
 * @property {ExpectedView[]} views
 * @property {number} budget bytes that may still be fetched
 * @property {number} [seconds] how long it will be seen; 1 when left out
 * @property {Int8Array} have the best quality of each tile that is there or on its way; `qualities` where there is none
 * @property {Iterable<number>} [always] tiles that get the best quality before all others (an instructor's regions)
 * @property {ArrayLike<number>} [shut] 1: tiles that stay as they are
 * @property {number} [most] how many tiles may be better than the floor (slots of a packed picture): those with the
 *   largest weights, after those of `always`
 *
 * @typedef {object} Plan
 * @property {Int8Array} picks quality of each tile
 * @property {number} bytes what has to be fetched for it
 */

/**
 * @param {PlanInput} input
 * @returns {Plan}
 */
export function planTiles(input) {
  const { tiles, qualities, size, losses, have, seconds = 1 } = input;
  const floor = qualities - 1;
  const picks = new Int8Array(tiles);
  let bytes = 0;
  const cost = (/** @type {number} */ tile, /** @type {number} */ quality) => (have[tile] === quality ? 0 : size(quality, tile));
  for (let tile = 0; tile < tiles; tile++) {
    picks[tile] = Math.min(have[tile], floor);
    if (have[tile] > floor) bytes += size(floor, tile);
  }
  const marked = [...(input.always ?? [])];
  const open = openTiles(input, marked);
  for (const tile of marked) {
    const price = cost(tile, 0) - cost(tile, picks[tile]);
    if (picks[tile] === 0 || !open.has(tile) || bytes + price > input.budget) continue;
    bytes += price;
    picks[tile] = 0;
  }
  const seen = input.views.map((view) => ({ ...view, error: errorOf(view, picks, losses) }));
  for (;;) {
    let [best, bestTile, bestQuality] = [WORTH_LEAST / 1e6 / seconds, -1, 0];
    for (const tile of open) {
      for (let quality = picks[tile] - 1; quality >= 0; quality--) {
        const price = cost(tile, quality) - cost(tile, picks[tile]);
        if (bytes + price > input.budget) continue;
        const value = gain(seen, tile, losses[picks[tile]] - losses[quality]) / Math.max(1, price);
        if (value > best) [best, bestTile, bestQuality] = [value, tile, quality];
      }
    }
    if (bestTile < 0) return { picks, bytes };
    bytes += cost(bestTile, bestQuality) - cost(bestTile, picks[bestTile]);
    const less = losses[picks[bestTile]] - losses[bestQuality];
    for (const view of seen) view.error -= view.shares[bestTile] * less;
    picks[bestTile] = bestQuality;
    if (bestQuality === 0) open.delete(bestTile);
  }
}

/**
 * What all views gain when one tile loses some of its error, in nepers.
 * @param {(ExpectedView & { error: number })[]} seen
 * @param {number} tile
 * @param {number} less
 */
function gain(seen, tile, less) {
  let sum = 0;
  for (const { weight, shares, error } of seen) {
    const part = shares[tile] * less;
    // -log(1 - x), near enough.
    if (part > 0) sum += (weight * part) / (error - part / 2);
  }
  return sum;
}

/**
 * @param {ExpectedView} view
 * @param {Int8Array} picks
 * @param {ArrayLike<number>} losses
 */
export function errorOf({ shares }, picks, losses) {
  let error = 0;
  for (let tile = 0; tile < picks.length; tile++) if (shares[tile]) error += shares[tile] * losses[picks[tile]];
  return error;
}

/**
 * Tiles that may get better than they are.
 * @param {PlanInput} input
 * @param {number[]} marked
 * @returns {Set<number>}
 */
function openTiles({ tiles, views, shut, most = tiles }, marked) {
  const weights = new Float64Array(tiles);
  for (const { weight, shares } of views) for (let tile = 0; tile < tiles; tile++) weights[tile] += weight * shares[tile];
  for (const tile of marked) weights[tile] += 1;
  const order = [...weights.keys()].filter((tile) => weights[tile] > 0 && !shut?.[tile]);
  if (order.length > most) order.sort((a, b) => weights[b] - weights[a]).length = most;
  return new Set(order);
}

/**
 * Mean squared errors of qualities that are known by PSNR, or by QP where nothing was measured.
 * @param {{ psnr?: number | null, qp?: number | null }[]} qualities best first
 * @returns {number[]} strictly growing
 */
export function lossesOf(qualities) {
  const measured = qualities.every(({ psnr }) => typeof psnr === "number" && psnr > 0);
  const losses = qualities.map(({ psnr, qp }, index) => {
    if (measured) return 65025 * 10 ** (-Number(psnr) / 10);
    // The error of a transform quantiser doubles every three QP steps (step size doubles every six).
    return 2 ** ((qp ?? 24 + 6 * index) / 3);
  });
  for (let i = 1; i < losses.length; i++) losses[i] = Math.max(losses[i], losses[i - 1] * 1.01);
  return losses;
}
