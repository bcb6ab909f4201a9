/**
 * Which quality each tile of a segment gets: most utility per bit first, until the budget is spent or bits bring next to nothing.
 *
 * Utility is what the views to be expected gain in PSNR, by their probability. It is the logarithm of the error of a whole view that counts:
 * a corner in the lowest quality spoils a view whose rest is perfect, and one perfect tile does little for a view of the lowest quality. So
 * a view that is sure gets full to its edges before anything is spent on one that is not. Costs are the true sizes of the index. What
 * is already there costs nothing, and every other tile its whole size, since tiles are fetched whole.
 */

/** Nepers of a view's error (4.3 dB) that a megabyte must bring for a second. */
const WORTH_LEAST = 0.3;
/** Ratio of errors (half a decibel) below which two qualities look alike. */
export const ALIKE = 1.122;

/** @type {Choice} */
const NOTHING = { quality: -1, continued: false, bytes: 0, error: Infinity };

/**
 * @typedef {{ weight: number, shares: Float64Array }} ExpectedView its probability, and how much of it each tile fills
 *
 * @typedef {object} Choice a tile that can be fetched
 * @property {number} quality
 * @property {boolean} continued
 * @property {number} bytes
 * @property {number} error mean squared error that it shows
 *
 * @typedef {object} PlanInput
 * @property {number} tiles
 * @property {(tile: number) => Choice[]} choices
 * @property {ExpectedView[]} views
 * @property {number} budget bytes that may still be fetched
 * @property {number} [seconds] how long it will be seen; 1 when left out
 * @property {ArrayLike<number>} have mean squared error of each tile by what is there or on its way
 * @property {Iterable<number>} [always] tiles that get the best quality before all others (an instructor's regions)
 * @property {ArrayLike<number>} [shut] 1: tiles that stay as they are
 * @property {number} [most] how many tiles may be better than the floor (slots of a packed picture): those with the
 *   largest weights, after those of `always`
 *
 * @typedef {object} Plan
 * @property {(Choice | null)[]} picks what to fetch of each tile
 * @property {Float64Array} errors mean squared error of each tile then
 * @property {number} bytes what has to be fetched for it
 */

/**
 * @param {PlanInput} input
 * @returns {Plan}
 */
export function planTiles(input) {
  const { tiles, have, seconds = 1 } = input;
  const picks = new Array(tiles).fill(null);
  const errors = Float64Array.from(have);
  const marked = [...(input.always ?? [])];
  const open = new Map(Array.from(openTiles(input, marked), (tile) => [tile, input.choices(tile)]));
  let bytes = 0;
  const price = (/** @type {number} */ tile, /** @type {Choice} */ choice) => choice.bytes - (picks[tile]?.bytes ?? 0);
  const take = (/** @type {number} */ tile, /** @type {Choice} */ choice) => {
    bytes += price(tile, choice);
    picks[tile] = choice;
    errors[tile] = choice.error;
  };
  for (const tile of marked) {
    const best = (open.get(tile) ?? []).reduce((least, choice) => (choice.error < least.error ? choice : least), NOTHING);
    if (best.error * ALIKE < errors[tile] && bytes + best.bytes <= input.budget) take(tile, best);
  }
  const seen = input.views.map((view) => ({ ...view, error: errorOf(view, errors) }));
  for (;;) {
    let [value, tile] = [WORTH_LEAST / 1e6 / seconds, -1];
    let choice = NOTHING;
    for (const [at, choices] of open)
      for (const one of choices) {
        if (one.error >= errors[at] || bytes + price(at, one) > input.budget) continue;
        const worth = gain(seen, at, errors[at] - one.error) / Math.max(1, price(at, one));
        if (worth > value) [value, tile, choice] = [worth, at, one];
      }
    if (tile < 0) return { picks, errors, bytes };
    for (const view of seen) view.error -= view.shares[tile] * (errors[tile] - choice.error);
    take(tile, choice);
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
 * @param {ArrayLike<number>} errors of the tiles
 */
export function errorOf({ shares }, errors) {
  let error = 0;
  for (let tile = 0; tile < errors.length; tile++) if (shares[tile]) error += shares[tile] * errors[tile];
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
