/** Same-grid layout: the picture is the source's own, each tile in the quality that was chosen for it. */

import { mergeTiles, readTile, tileAddresses } from "./merge.js";

/**
 * @typedef {{ file: string, from: number, to: number, total: number }} RangeRequest relative to the index; `to` included
 *
 * @typedef {object} Layout how tiles become pictures
 * @property {import("./scheduler.js").SchedulerIndex} schedule
 * @property {number} slots tiles that may be better than the floor
 * @property {{ width: number, height: number, codec: string, hvcc: Uint8Array }} track of the pictures it makes
 * @property {RangeRequest[]} preparation what it needs before anything else
 * @property {(answers: Uint8Array[]) => void} prepare
 * @property {(segment: number) => RangeRequest} floorRange
 * @property {(segment: number, quality: number, first: number, last: number) => RangeRequest} tilesRange
 * @property {(segment: number, bytes: Uint8Array) => void} takeFloor
 * @property {(segment: number, quality: number, first: number, last: number, bytes: Uint8Array) => void} takeTiles
 * @property {(segment: number, picks: Int8Array) => import("./merge.js").AccessUnits} build
 * @property {(segment: number) => void} forget
 */

/**
 * Tiles that were read and checked, by segment.
 */
export class TileStore {
  #index;
  #addresses;
  /** @type {Map<number, Map<number, import("./merge.js").TileTrack>>} */
  #segments = new Map();

  /** @param {import("./index.js").TiledIndex} index */
  constructor(index) {
    this.#index = index;
    this.#addresses = tileAddresses(index.grid, index.configuration.sps);
  }

  /**
   * @param {number} segment
   * @param {number} quality
   * @param {number} first
   * @param {number} last
   * @returns {RangeRequest}
   */
  range(segment, quality, first, last) {
    const index = this.#index;
    return {
      file: index.file(quality, segment), from: index.offset(quality, segment, first), to: index.offset(quality, segment, last + 1) - 1,
      total: index.offset(quality, segment, index.tiles),
    };
  }

  /**
   * Reads neighbours out of one range. All are read before any is kept: a damaged range leaves nothing behind.
   * @param {number} segment
   * @param {number} quality
   * @param {number} first
   * @param {number} last
   * @param {Uint8Array} bytes
   * @throws {import("./bits.js").BrokenData}
   */
  take(segment, quality, first, last, bytes) {
    const index = this.#index;
    const { frames } = index.segments[segment];
    const from = index.offset(quality, segment, first);
    const tracks = [];
    for (let tile = first; tile <= last; tile++) {
      const part = bytes.subarray(index.offset(quality, segment, tile) - from, index.offset(quality, segment, tile + 1) - from);
      tracks.push(readTile(part, { tile, frames, address: this.#addresses[tile] }, index.configuration));
    }
    const kept = this.#segments.get(segment) ?? new Map();
    this.#segments.set(segment, kept);
    tracks.forEach((track, i) => kept.set(key(first + i, quality), track));
  }

  /**
   * @param {number} segment
   * @param {number} tile
   * @param {number} quality
   */
  get(segment, tile, quality) {
    const track = this.#segments.get(segment)?.get(key(tile, quality));
    if (!track) throw new Error(`tile ${tile} of segment ${segment} is not here in quality ${quality}`);
    return track;
  }

  /** @param {number} segment */
  forget(segment) {
    this.#segments.delete(segment);
  }
}

/** @param {number} tile @param {number} quality */
const key = (tile, quality) => tile * 16 + quality;

/** @implements {Layout} */
export class GridLayout {
  #store;
  slots = Infinity;
  /** @type {RangeRequest[]} */
  preparation = [];

  /** @param {import("./index.js").TiledIndex} index */
  constructor(index) {
    this.#store = new TileStore(index);
    this.#floor = index.qualities.length - 1;
    this.#last = index.tiles - 1;
    this.schedule = {
      grid: index.grid, qualities: index.qualities, segments: index.segments,
      size: (/** @type {number} */ quality, /** @type {number} */ segment, /** @type {number} */ tile) => index.size(quality, segment, tile),
    };
    this.track = { width: index.width, height: index.height, codec: index.codec, hvcc: index.configuration.record };
  }

  #floor;
  #last;

  prepare() {}

  /** @param {number} segment */
  floorRange(segment) {
    return this.#store.range(segment, this.#floor, 0, this.#last);
  }

  /** @param {number} segment @param {number} quality @param {number} first @param {number} last */
  tilesRange(segment, quality, first, last) {
    return this.#store.range(segment, quality, first, last);
  }

  /** @param {number} segment @param {Uint8Array} bytes */
  takeFloor(segment, bytes) {
    this.#store.take(segment, this.#floor, 0, this.#last, bytes);
  }

  /** @param {number} segment @param {number} quality @param {number} first @param {number} last @param {Uint8Array} bytes */
  takeTiles(segment, quality, first, last, bytes) {
    this.#store.take(segment, quality, first, last, bytes);
  }

  /** @param {number} segment @param {Int8Array} picks */
  build(segment, picks) {
    return mergeTiles(Array.from(picks, (quality, tile) => this.#store.get(segment, tile, quality)));
  }

  /** @param {number} segment */
  forget(segment) {
    this.#store.forget(segment);
  }
}
