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
 * @property {(segment: number, quality: number, continued?: boolean) => RangeRequest} floorRange
 * @property {(segment: number, quality: number, first: number, last: number, continued?: boolean) => RangeRequest} tilesRange
 * @property {(segment: number, quality: number, bytes: Uint8Array, continued?: boolean) => void} takeFloor
 * @property {(segment: number, quality: number, first: number, last: number, bytes: Uint8Array, continued?: boolean) => void} takeTiles
 * @property {(segment: number, picks: Int8Array, continued?: Uint8Array) => import("./merge.js").AccessUnits} build `continued`:
 *   1 for tiles that go on from the segment before
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
   * @param {boolean} [continued]
   * @returns {RangeRequest}
   */
  range(segment, quality, first, last, continued = false) {
    const index = this.#index;
    const at = (/** @type {number} */ tile) => index.offset(quality, segment, tile, continued);
    return { file: index.file(quality, segment, continued), from: at(first), to: at(last + 1) - 1, total: at(index.tiles) };
  }

  /**
   * Reads neighbours out of one range. All are read before any is kept: a damaged range leaves nothing behind.
   * @param {number} segment
   * @param {number} quality
   * @param {number} first
   * @param {number} last
   * @param {Uint8Array} bytes
   * @param {boolean} [continued]
   * @throws {import("./bits.js").BrokenData}
   */
  take(segment, quality, first, last, bytes, continued = false) {
    const index = this.#index;
    const offsets = index.compositionOffsets(segment);
    const at = (/** @type {number} */ tile) => index.offset(quality, segment, tile, continued);
    const tracks = [];
    for (let tile = first; tile <= last; tile++) {
      const part = bytes.subarray(at(tile) - at(first), at(tile + 1) - at(first));
      tracks.push(readTile(part, { tile, offsets, address: this.#addresses[tile], continued }, index.configuration));
    }
    const kept = this.#segments.get(segment) ?? new Map();
    this.#segments.set(segment, kept);
    tracks.forEach((track, i) => kept.set(key(first + i, quality, continued), track));
  }

  /**
   * @param {number} segment
   * @param {number} tile
   * @param {number} quality
   * @param {boolean} [continued]
   */
  get(segment, tile, quality, continued = false) {
    const track = this.#segments.get(segment)?.get(key(tile, quality, continued));
    if (!track) throw new Error(`tile ${tile} of segment ${segment} is not here in quality ${quality}${continued ? ", continued" : ""}`);
    return track;
  }

  /** @param {number} segment */
  forget(segment) {
    this.#segments.delete(segment);
  }
}

/** @param {number} tile @param {number} quality @param {boolean} continued */
const key = (tile, quality, continued) => tile * 32 + quality * 2 + Number(continued);

/** @implements {Layout} */
export class GridLayout {
  #index;
  #store;
  slots = Infinity;
  /** @type {RangeRequest[]} */
  preparation = [];

  /** @param {import("./index.js").TiledIndex} index */
  constructor(index) {
    this.#index = index;
    this.#store = new TileStore(index);
    this.schedule = {
      grid: index.grid, qualities: index.qualities, segments: index.segments,
      size: (/** @type {number} */ quality, /** @type {number} */ segment, /** @type {number} */ tile, continued = false) =>
        index.size(quality, segment, tile, continued),
      error: (/** @type {number} */ quality, /** @type {number} */ segment, /** @type {number} */ tile, continued = false) =>
        index.error(quality, segment, tile, continued),
      continues: (/** @type {number} */ segment) => index.continues(segment),
    };
    this.track = { width: index.width, height: index.height, codec: index.codec, hvcc: index.configuration.record };
  }

  prepare() {}

  /** @param {number} segment @param {number} quality @param {boolean} [continued] */
  floorRange(segment, quality, continued) {
    return this.#store.range(segment, quality, 0, this.#index.tiles - 1, continued);
  }

  /** @param {number} segment @param {number} quality @param {number} first @param {number} last @param {boolean} [continued] */
  tilesRange(segment, quality, first, last, continued) {
    return this.#store.range(segment, quality, first, last, continued);
  }

  /** @param {number} segment @param {number} quality @param {Uint8Array} bytes @param {boolean} [continued] */
  takeFloor(segment, quality, bytes, continued) {
    this.#store.take(segment, quality, 0, this.#index.tiles - 1, bytes, continued);
  }

  /** @param {number} segment @param {number} quality @param {number} first @param {number} last @param {Uint8Array} bytes @param {boolean} [continued] */
  takeTiles(segment, quality, first, last, bytes, continued) {
    this.#store.take(segment, quality, first, last, bytes, continued);
  }

  /** @param {number} segment @param {Int8Array} picks @param {Uint8Array} [continued] */
  build(segment, picks, continued) {
    const tracks = Array.from(picks, (quality, tile) => this.#store.get(segment, tile, quality, continued?.[tile] === 1));
    return mergeTiles(tracks, this.#index.compositionOffsets(segment));
  }

  /** @param {number} segment */
  forget(segment) {
    this.#store.forget(segment);
  }
}
