/**
 * Which tiles can go on from the segment before, and what they show then. A continued tile looks back to the same tile of the segment that was
 * appended last, and decodes after any quality (docs/tiles.md, "To enter, and to go on"); an entry tile needs nothing.
 *
 * After another quality than its own a continued tile shows what was there, changed by what is new. How much is new, its size tells: beside the entry
 * tile of the same quality it is small where little changes. On a tripod camera that is most tiles, so the lowest quality goes on after the best one
 * looking like the best one. Where all of a tile is new in each second it soon looks worse than the quality is, for what is coded as a
 * difference is added to another picture.
 */

/** Bytes of a tile that are there for every picture, whatever it shows: lengths and slice headers, and the boxes of an entry tile. */
const BYTES_OF_A_PICTURE = { entry: 24, continued: 11 };
/**
 * What is new in a second, by the square of the ratio of sizes: how much of what was there has been replaced, and how much error the differences add. Fitted
 * to decoded tiles of two 8K titles (docs/tiles.md, "Drift").
 */
const REPLACED = 0.7;
const ADDED = 0.8;

/**
 * @typedef {object} Tiles of one segment: what is there, or what is there and on its way
 * @property {Int8Array} entry best quality of each entry tile; the number of qualities where there is none
 * @property {Uint8Array} continued bit q: the continued tile of quality q
 *
 * @typedef {object} Shown a segment as the decoder gets it, tile by tile
 * @property {Int8Array} picks qualities; the number of qualities where there is nothing
 * @property {Uint8Array} continued 1 where the continued tile is meant
 * @property {Float64Array} errors mean squared errors that are to be expected; Infinity where there is nothing
 * @property {Uint8Array} exact 1: what goes on from this tile in the best quality shows what the encoder meant, as the tile has had it since its group began
 *
 * @typedef {object} Chain what a segment goes on from, and what its tiles cost and show
 * @property {Shown | null} before the segment before; null: nothing can go on from it
 * @property {boolean} begins it is the first of its group
 * @property {number} pictures
 * @property {number} seconds
 * @property {ArrayLike<number>} losses mean squared error of each quality, best first
 * @property {(quality: number, tile: number, continued: boolean) => number} size bytes
 */

/** @param {number} tiles @param {number} none @returns {Tiles} */
export const noTiles = (tiles, none) => ({ entry: new Int8Array(tiles).fill(none), continued: new Uint8Array(tiles) });

/** @param {Tiles} tiles @returns {Tiles} */
export const copyOf = ({ entry, continued }) => ({ entry: entry.slice(), continued: continued.slice() });

/**
 * @param {Tiles} tiles
 * @param {number} tile
 * @param {number} quality
 * @param {boolean} continued
 */
export function addTile(tiles, tile, quality, continued) {
  if (continued) tiles.continued[tile] |= 1 << quality;
  else tiles.entry[tile] = Math.min(tiles.entry[tile], quality);
}

/**
 * Mean squared error of a tile that goes on in a quality; Infinity where it cannot.
 * @param {Chain} chain
 * @param {number} tile
 * @param {number} quality
 */
export function errorOnward({ before, pictures, seconds, losses, size }, tile, quality) {
  if (!before) return Infinity;
  if (before.exact[tile] && quality === 0) return losses[0];
  const continued = Math.max(0, size(quality, tile, true) - BYTES_OF_A_PICTURE.continued * pictures);
  const entry = size(quality, tile, false) - BYTES_OF_A_PICTURE.entry * pictures;
  // Of a second that is entered and goes on, against one that only goes on.
  const ratio = continued / Math.max(1, seconds * entry + (1 - seconds) * continued);
  const fresh = seconds * Math.min(1, ratio) ** 2;
  const replaced = Math.min(1, REPLACED * fresh);
  return before.errors[tile] + replaced * (losses[quality] - before.errors[tile]) + ADDED * fresh * losses[quality];
}

/**
 * A segment all of whose tiles are entered.
 * @param {Int8Array} picks
 * @param {Pick<Chain, "begins" | "losses">} chain
 * @returns {Shown}
 */
export function enteredTiles(picks, { begins, losses }) {
  return {
    picks, continued: new Uint8Array(picks.length), errors: Float64Array.from(picks, (quality) => losses[quality] ?? Infinity),
    exact: Uint8Array.from(picks, (quality) => Number(begins && quality === 0)),
  };
}

/**
 * The best that each tile can show.
 * @param {Tiles} tiles
 * @param {Chain} chain
 * @returns {Shown}
 */
export function bestTiles({ entry, continued }, chain) {
  const shown = enteredTiles(entry.slice(), chain);
  const { before, losses } = chain;
  const none = losses.length;
  if (!before) return shown;
  for (let tile = 0; tile < entry.length; tile++)
    for (let quality = 0; quality < none; quality++) {
      if (!(continued[tile] & (1 << quality))) continue;
      const error = errorOnward(chain, tile, quality);
      if (error > shown.errors[tile] || error === Infinity) continue;
      shown.picks[tile] = quality;
      shown.continued[tile] = 1;
      shown.errors[tile] = error;
      shown.exact[tile] = Number(before.exact[tile] && quality === 0);
    }
  return shown;
}
