/**
 * Which tiles can go on from the segment before, and what they show then. A continued tile looks back to the same tile of the segment that was
 * appended last, and decodes after any quality (docs/tiles.md, "To enter, and to go on"); an entry tile needs nothing.
 *
 * What it shows after the tile that it was coded after, the index says. After a worse one it shows more, as far as it does not code the tile anew; and where
 * it does, it adds differences to another picture than the one that they were taken from. How much is coded anew, its size tells beside the entry
 * tile of the same quality. On a tripod camera that is little in most tiles, so the best quality goes on after the lowest one looking like that.
 */

/** Bytes of a tile that are there for every picture, whatever it shows: lengths and slice headers, and the boxes of an entry tile. */
const BYTES_OF_A_PICTURE = { entry: 24, continued: 11 };
/**
 * What is new in a second, by the square of the ratio of sizes: how much of what was there has been replaced, and how much error the differences add. Fitted
 * to decoded tiles of 8K titles (docs/tiles.md, "Drift").
 */
const REPLACED = 0.7;
const ADDED = 0.4;
/** Continued tiles of any quality go on from it as the encoder meant; or of none. */
const ANY = 127;
const NONE = -1;

/**
 * @typedef {object} Tiles of one segment: what is there, or what is there and on its way
 * @property {Int8Array} entry best quality of each entry tile; the number of qualities where there is none
 * @property {Uint8Array} continued bit q: the continued tile of quality q
 *
 * @typedef {object} Shown a segment as the decoder gets it, tile by tile
 * @property {Int8Array} picks qualities; the number of qualities where there is nothing
 * @property {Uint8Array} continued 1 where the continued tile is meant
 * @property {Float64Array} errors mean squared errors that are to be expected; Infinity where there is nothing
 * @property {Int8Array} meant the quality whose continued tile goes on from it as the encoder meant, as the tile has had it since its group began; ANY: each does
 *
 * @typedef {object} Chain what a segment goes on from, and what its tiles cost and show
 * @property {Shown | null} before the segment before; null: nothing can go on from it
 * @property {boolean} begins it is the first of its group: continued tiles of all qualities were coded after its best entry tiles
 * @property {number} qualities
 * @property {number} pictures
 * @property {number} seconds
 * @property {(quality: number, tile: number, continued: boolean) => number} error mean squared error, of a continued tile after the one that it was coded after
 * @property {(quality: number, tile: number) => number} errorBefore of the tile in the segment before that a continued one was coded after
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
export function errorOnward({ before, pictures, seconds, error, errorBefore, size }, tile, quality) {
  if (!before) return Infinity;
  const meant = error(quality, tile, true);
  if (goesOnAsMeant(before, tile, quality)) return meant;
  const continued = Math.max(0, size(quality, tile, true) - BYTES_OF_A_PICTURE.continued * pictures);
  const entry = size(quality, tile, false) - BYTES_OF_A_PICTURE.entry * pictures;
  // Of a second that is entered and goes on, against one that only goes on.
  const ratio = continued / Math.max(1, seconds * entry + (1 - seconds) * continued);
  const fresh = seconds * Math.min(1, ratio) ** 2;
  const [was, expected] = [before.errors[tile], errorBefore(quality, tile)];
  return meant + (1 - REPLACED * fresh) * Math.max(0, was - expected) + ADDED * fresh * Math.min(was, expected);
}

/** @param {Shown} before @param {number} tile @param {number} quality */
function goesOnAsMeant({ meant }, tile, quality) {
  return meant[tile] === ANY || meant[tile] === quality;
}

/**
 * A segment all of whose tiles are entered.
 * @param {Int8Array} picks
 * @param {Pick<Chain, "begins" | "error" | "qualities">} chain
 * @returns {Shown}
 */
export function enteredTiles(picks, { begins, error, qualities }) {
  return {
    picks, continued: new Uint8Array(picks.length),
    errors: Float64Array.from(picks, (quality, tile) => (quality < qualities ? error(quality, tile, false) : Infinity)),
    meant: Int8Array.from(picks, (quality) => (begins && quality === 0 ? ANY : NONE)),
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
  if (!chain.before) return shown;
  for (let tile = 0; tile < entry.length; tile++)
    for (let quality = 0; quality < chain.qualities; quality++) {
      if (!(continued[tile] & (1 << quality))) continue;
      const error = errorOnward(chain, tile, quality);
      if (error <= shown.errors[tile] && error < Infinity) goOn(shown, chain, tile, quality, error);
    }
  return shown;
}

/**
 * A tile of a segment goes on.
 * @param {Shown} shown
 * @param {Chain} chain
 * @param {number} tile
 * @param {number} quality
 * @param {number} error that is to be expected then
 */
export function goOn(shown, { before }, tile, quality, error) {
  shown.picks[tile] = quality;
  shown.continued[tile] = 1;
  shown.errors[tile] = error;
  shown.meant[tile] = before && goesOnAsMeant(before, tile, quality) ? quality : NONE;
}
