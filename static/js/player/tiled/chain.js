/**
 * Which tiles can go on from the segment before. A continued tile looks back to the same tile of the segment that was appended last, and decodes after
 * any quality that is at least its own (docs/tiles.md, "Continued segments"); an entry tile needs nothing.
 */

/**
 * @typedef {object} Tiles of one segment: what is there, or what is there and on its way
 * @property {Int8Array} entry best quality of each entry tile; the number of qualities where there is none
 * @property {Uint8Array} continued bit q: the continued tile of quality q
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
 * The best that each tile can show; the number of qualities where there is nothing.
 * @param {Tiles} tiles
 * @param {Int8Array | null} before qualities of the segment before; null: nothing can go on from it
 * @param {number} none number of qualities
 * @returns {{ picks: Int8Array, continued: Uint8Array }} continued: 1 where the continued tile is meant
 */
export function bestTiles(tiles, before, none) {
  const picks = tiles.entry.slice();
  const continued = new Uint8Array(picks.length);
  if (!before) return { picks, continued };
  for (let tile = 0; tile < picks.length; tile++) {
    const quality = bestContinued(tiles.continued[tile], before[tile], none);
    // Of the same quality the continued one: its picture goes on where the last one ended.
    if (quality >= none || quality > picks[tile]) continue;
    picks[tile] = quality;
    continued[tile] = 1;
  }
  return { picks, continued };
}

/** @param {number} bits @param {number} least @param {number} none */
function bestContinued(bits, least, none) {
  for (let quality = Math.max(0, least); quality < none; quality++) if (bits & (1 << quality)) return quality;
  return none;
}
