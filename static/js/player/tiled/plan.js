/**
 * Which quality each tile of a segment gets: most utility per bit first, until the budget is spent.
 *
 * Utility is the error that a person does not see: the tile's expected share of the view times the mean squared error
 * that the better quality removes. Costs are the true sizes of the index. A tile that is already there in some quality
 * costs nothing at that quality and its whole size at any other, since tiles are fetched whole.
 */

/**
 * @typedef {object} PlanInput
 * @property {number} tiles
 * @property {number} qualities best first; the last one is the floor that every tile has at least
 * @property {(quality: number, tile: number) => number} size bytes; of the floor too
 * @property {ArrayLike<number>} losses mean squared error of each quality, smallest first
 * @property {ArrayLike<number>} weights expected share of the view of each tile
 * @property {number} budget bytes that may still be fetched
 * @property {Int8Array} have the best quality of each tile that is there or on its way; `qualities` where there is none
 * @property {Iterable<number>} [always] tiles that get the best quality before all others (an instructor's regions)
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
  const { tiles, qualities, size, losses, weights, have } = input;
  const floor = qualities - 1;
  const picks = new Int8Array(tiles);
  const allowed = mostWanted(input);
  let bytes = 0;
  const cost = (/** @type {number} */ tile, /** @type {number} */ quality) => (have[tile] === quality ? 0 : size(quality, tile));
  for (let tile = 0; tile < tiles; tile++) {
    picks[tile] = Math.min(have[tile], floor);
    if (have[tile] > floor) bytes += size(floor, tile);
  }
  /**
   * Takes a better quality where the budget allows it.
   * @param {number} tile
   * @param {number} quality
   */
  const take = (tile, quality) => {
    const price = cost(tile, quality) - cost(tile, picks[tile]);
    if (bytes + price > input.budget) return false;
    bytes += price;
    picks[tile] = quality;
    return true;
  };
  for (const tile of input.always ?? []) if (picks[tile] > 0 && allowed(tile)) take(tile, 0);
  const queue = new StepQueue();
  const offer = (/** @type {number} */ tile) => {
    let best = -1;
    let ratio = 0;
    for (let quality = picks[tile] - 1; quality >= 0; quality--) {
      const price = cost(tile, quality) - cost(tile, picks[tile]);
      const gain = weights[tile] * (losses[picks[tile]] - losses[quality]);
      const value = gain / Math.max(1, price);
      if (value > ratio) {
        ratio = value;
        best = quality;
      }
    }
    if (best >= 0) queue.push(ratio, tile, best, picks[tile]);
  };
  for (let tile = 0; tile < tiles; tile++) if (weights[tile] > 0 && allowed(tile)) offer(tile);
  for (let step = queue.pop(); step; step = queue.pop()) {
    if (picks[step.tile] !== step.from) continue;
    // A step that does not fit leaves room for smaller ones of other tiles.
    if (take(step.tile, step.quality)) offer(step.tile);
  }
  return { picks, bytes };
}

/**
 * Which tiles may be better than the floor.
 * @param {PlanInput} input
 * @returns {(tile: number) => boolean}
 */
function mostWanted({ tiles, weights, most = tiles, always = [] }) {
  if (most >= tiles) return () => true;
  const marked = new Set(always);
  const order = Array.from({ length: tiles }, (_, tile) => tile).filter((tile) => marked.has(tile) || weights[tile] > 0);
  order.sort((a, b) => Number(marked.has(b)) - Number(marked.has(a)) || weights[b] - weights[a]);
  const chosen = new Set(order.slice(0, most));
  return (tile) => chosen.has(tile);
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

/** Steps by utility per byte, largest first (a binary heap). */
class StepQueue {
  /** @type {{ ratio: number, tile: number, quality: number, from: number }[]} */
  #heap = [];

  /**
   * @param {number} ratio
   * @param {number} tile
   * @param {number} quality
   * @param {number} from
   */
  push(ratio, tile, quality, from) {
    const heap = this.#heap;
    let at = heap.push({ ratio, tile, quality, from }) - 1;
    for (let up = (at - 1) >> 1; at > 0 && heap[up].ratio < heap[at].ratio; up = (at - 1) >> 1) {
      [heap[up], heap[at]] = [heap[at], heap[up]];
      at = up;
    }
  }

  pop() {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (heap.length && last) {
      heap[0] = last;
      for (let at = 0, child = 1; child < heap.length; child = 2 * at + 1) {
        if (child + 1 < heap.length && heap[child + 1].ratio > heap[child].ratio) child++;
        if (heap[at].ratio >= heap[child].ratio) break;
        [heap[at], heap[child]] = [heap[child], heap[at]];
        at = child;
      }
    }
    return top;
  }
}
