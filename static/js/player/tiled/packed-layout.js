/**
 * Packed layout, for decoders that end at 4K: some tiles of the large picture and the small whole sphere in one picture,
 * with strips of pixels that say which tiles they are (region-map.js). Cells without a better tile repeat a low one.
 */

import { BrokenData } from "./bits.js";
import { readFragment, readNals } from "./fragment.js";
import { TileStore } from "./grid-layout.js";
import { isRandomAccess, parseSlice } from "./hevc.js";
import { moveSlice, packedCodec, packedConfiguration, packedPicture } from "./pack.js";
import { RegionMap } from "./region-map.js";

/** Columns of luma samples that show one bit. */
export const BIT_WIDTH = 32;
/** Errors of the low layer by those of the poorest tiles (4 dB): its own PSNR is that of the small picture, before it is enlarged. */
const LOW_LOSS = 2.5;

/**
 * @typedef {object} Packing what the shader needs to find things in a packed picture; luma samples, from the top left
 * @property {number} width
 * @property {number} height
 * @property {number} columns of the large grid; all its tiles have one size
 * @property {number} rows
 * @property {number} tileWidth
 * @property {number} tileHeight
 * @property {[number, number][]} cells top left corners of the cells for tiles
 * @property {number} lowColumns
 * @property {number} lowRows
 * @property {number} lowTileWidth
 * @property {number} lowTileHeight
 * @property {[number, number][]} low top left corners of the low tiles, in raster order
 * @property {{ strips: [number, number][], bits: number, bitWidth: number, height: number }} map corners of the strips
 *
 * @typedef {{ slices: Uint8Array[], headers: import("./hevc.js").SliceHeader[] }} Moving
 */

/** @implements {Layout} */
export class PackedLayout {
  /** @typedef {import("./grid-layout.js").Layout} Layout */
  #index;
  #store;
  #picture;
  #to;
  #strip;
  #low;
  #map;
  /** Slices of the low layer: by segment, then picture, then tile. @type {Map<number, { slices: Uint8Array[][], headers: import("./hevc.js").SliceHeader[][], offsets: Int32Array }>} */
  #lows = new Map();
  /** @type {{ variants: Uint8Array[], followers: Map<number, Uint8Array[]> }} */
  #strips = { variants: [], followers: new Map() };

  /**
   * @param {import("./index.js").TiledIndex} index one with `pack`
   * @throws {BrokenData} when the parts do not fit together
   */
  constructor(index) {
    const { pack, low } = index;
    if (!pack || !low) throw new BrokenData("the title has no packed layout");
    this.#index = index;
    this.#store = new TileStore(index);
    this.#low = low;
    this.#picture = packedPicture(pack.columns, pack.rows, index.timescale / index.ticks);
    this.#strip = pack.map.configuration;
    this.#to = packedConfiguration([index.configuration, low.configuration, this.#strip], this.#picture);
    this.#map = new RegionMap(index.tiles, pack.high.length, pack.columns.length, pack.map.bits);
    this.slots = this.#map.capacity;
    if (this.slots < 1) throw new BrokenData("the packed layout's map is too small");
    this.packing = describe(index, pack, low, this.#picture);
    const floor = index.qualities.length;
    this.schedule = {
      grid: index.grid, qualities: [...index.qualities, { id: "low" }], segments: index.segments,
      size: (/** @type {number} */ quality, /** @type {number} */ segment, /** @type {number} */ tile) =>
        quality === floor ? 0 : index.size(quality, segment, tile),
      error: (/** @type {number} */ quality, /** @type {number} */ segment, /** @type {number} */ tile) =>
        quality === floor ? LOW_LOSS * index.error(floor - 1, segment, tile) : index.error(quality, segment, tile),
      // Its tiles change their places, so none finds there what it would look back to.
      continues: () => false,
      floorBytes: (/** @type {number} */ segment) => index.segments[segment].low,
    };
    const { width, height, level } = this.#picture;
    this.track = { width, height, codec: packedCodec(index.codec, level), hvcc: this.#to.record };
    /** @type {import("./grid-layout.js").RangeRequest[]} */
    this.preparation = [{ file: pack.map.file, from: 0, to: 0, total: 0 }];
  }

  /** @param {Uint8Array[]} answers */
  prepare([file]) {
    const { bits, trailing } = /** @type {import("./index.js").PackLayout} */ (this.#index.pack).map;
    const nals = readNals(file);
    const variants = nals.slice(0, 1 << bits);
    if (variants.length < 1 << bits) throw new BrokenData("the map strips are not complete");
    const followers = new Map();
    for (const [length, at] of Object.entries(trailing)) {
      if (!Number.isInteger(at) || at < 0 || at > file.length) throw new BrokenData("the map strips have no possible place");
      followers.set(Number(length), readNals(file.subarray(at)).slice(0, Number(length) - 1));
    }
    this.#strips = { variants, followers };
  }

  /** @param {number} segment */
  floorRange(segment) {
    const total = this.#index.segments[segment].low;
    return { file: this.#index.lowFile(segment), from: 0, to: total - 1, total };
  }

  /** @param {number} segment @param {number} quality @param {number} first @param {number} last */
  tilesRange(segment, quality, first, last) {
    return this.#store.range(segment, quality, first, last);
  }

  /** @param {number} segment @param {number} _quality @param {Uint8Array} bytes */
  takeFloor(segment, _quality, bytes) {
    const { sps, pps } = this.#low.configuration;
    const count = this.#low.grid.columns * this.#low.grid.rows;
    const fragment = readFragment(bytes);
    if (fragment.samples.length !== this.#index.segments[segment].frames) throw new BrokenData("the low layer has another number of pictures");
    const slices = fragment.samples.map((sample) => readNals(sample).filter((nal) => nal[0] >> 1 < 32));
    if (slices.some((unit) => unit.length !== count)) throw new BrokenData("the low layer has another number of tiles");
    const headers = slices.map((unit) => unit.map((nal) => parseSlice(nal, sps, pps)));
    this.#lows.set(segment, { slices, headers, offsets: fragment.offsets });
  }

  /** @param {number} segment @param {number} quality @param {number} first @param {number} last @param {Uint8Array} bytes */
  takeTiles(segment, quality, first, last, bytes) {
    this.#store.take(segment, quality, first, last, bytes);
  }

  /**
   * @param {number} segment
   * @param {Int8Array} picks
   * @returns {import("./merge.js").AccessUnits}
   */
  build(segment, picks) {
    const low = this.#lows.get(segment);
    if (!low) throw new BrokenData("the low layer is not here");
    const floor = this.#index.qualities.length;
    const chosen = [...picks.keys()].filter((tile) => picks[tile] < floor);
    const highs = chosen.map((tile) => this.#store.get(segment, tile, picks[tile]));
    const strips = this.#stripSlices(chosen, low.slices.length);
    const places = this.#places(chosen.length);
    const keys = low.headers.map(([{ type }]) => isRandomAccess(type));
    const units = low.slices.map((slices, i) => {
      const lead = low.headers[i][0];
      return places.map(({ kind, item, address }) => {
        if (kind === "low") return moveSlice(slices[item], low.headers[i][item], this.#low.configuration.pps, this.#to, address);
        const [nal, header, pps] = kind === "high"
          ? [highs[item].slices[i], highs[item].headers[i], this.#index.configuration.pps]
          : [strips[item].slices[i], strips[item].headers[i], this.#strip.pps];
        if (header.type !== lead.type || header.poc !== lead.poc) throw new BrokenData("the layers are coded in another order");
        return moveSlice(nal, header, pps, this.#to, address);
      });
    });
    return { units, offsets: low.offsets, keys };
  }

  /** @param {number} segment */
  forget(segment) {
    this.#store.forget(segment);
    this.#lows.delete(segment);
  }

  /**
   * @param {number[]} chosen
   * @param {number} frames
   * @returns {Moving[]} of each strip
   */
  #stripSlices(chosen, frames) {
    const followers = frames === 1 ? [] : this.#strips.followers.get(frames);
    if (!followers || followers.length < frames - 1) throw new BrokenData("the map strips do not cover a segment of this length");
    return this.#map.stripNumbers(chosen).map((number) => {
      const slices = [this.#strips.variants[number], ...followers.slice(0, frames - 1)];
      return { slices, headers: slices.map((nal) => parseSlice(nal, this.#strip.sps, this.#strip.pps)) };
    });
  }

  /**
   * What stands where, in the order of the slices: cell by cell, from top to bottom inside a cell.
   * @param {number} count of better tiles
   * @returns {{ kind: "high" | "low" | "strip", item: number, address: number }[]}
   */
  #places(count) {
    const pack = /** @type {import("./index.js").PackLayout} */ (this.#index.pack);
    const { ctb, across } = this.#to.sps;
    const lefts = starts(pack.columns);
    const tops = starts(pack.rows);
    const lowHeight = this.#low.grid.y[1];
    const at = (/** @type {number} */ x, /** @type {number} */ y) => Math.floor(y / ctb) * across + Math.floor(x / ctb);
    /** @type {{ kind: "high" | "low" | "strip", item: number, address: number }[]} */
    const places = [];
    for (let row = 0; row < pack.rows.length; row++) {
      for (let column = 0; column < pack.columns.length; column++) {
        const [x, y] = [lefts[column], tops[row]];
        const here = (/** @type {number[]} */ cell) => cell[0] === column && cell[1] === row;
        const high = pack.high.findIndex(here);
        const lows = pack.low.find(([c, r]) => c === column && r === row)?.[2];
        if (row === pack.map.row) places.push({ kind: "strip", item: column, address: at(x, y) });
        else if (high >= 0 && high < count) places.push({ kind: "high", item: high, address: at(x, y) });
        else {
          const filling = lows ?? new Array(Math.round(pack.rows[row] / lowHeight)).fill(0);
          filling.forEach((item, i) => places.push({ kind: "low", item, address: at(x, y + i * lowHeight) }));
        }
      }
    }
    return places;
  }
}

/** @param {number[]} sizes */
function starts(sizes) {
  let at = 0;
  return sizes.map((size) => (at += size) - size);
}

/**
 * @param {import("./index.js").TiledIndex} index
 * @param {import("./index.js").PackLayout} pack
 * @param {import("./index.js").LowLayer} low
 * @param {{ width: number, height: number }} picture
 * @returns {Packing}
 */
function describe(index, pack, low, picture) {
  const lefts = starts(pack.columns);
  const tops = starts(pack.rows);
  const lowTileHeight = low.grid.y[1];
  /** @type {[number, number][]} */
  const corners = new Array(low.grid.columns * low.grid.rows);
  for (const [column, row, inside] of pack.low)
    inside.forEach((tile, i) => (corners[tile] ??= [lefts[column], tops[row] + i * lowTileHeight]));
  for (let tile = 0; tile < corners.length; tile++) if (!corners[tile]) throw new BrokenData("the packed layout leaves out a part of the sphere");
  return {
    width: picture.width, height: picture.height, columns: index.grid.columns, rows: index.grid.rows,
    tileWidth: index.grid.x[1], tileHeight: index.grid.y[1],
    cells: pack.high.map(([column, row]) => [lefts[column], tops[row]]),
    lowColumns: low.grid.columns, lowRows: low.grid.rows, lowTileWidth: low.grid.x[1], lowTileHeight, low: corners,
    map: { strips: lefts.map((left) => [left, tops[pack.map.row]]), bits: pack.map.bits, bitWidth: BIT_WIDTH, height: pack.rows[pack.map.row] },
  };
}
