/**
 * The index of a tiled title (docs/tiles.md): read once, and not believed before it was checked. Everything that later
 * code takes for granted (grids without gaps, sizes that are numbers, names that stay in their folder) is decided here.
 */

import { BrokenData } from "./bits.js";
import { configurationOf } from "./hevc.js";

const TILES_MOST = 440;
const SEGMENTS_MOST = 20_000;
const GROUP_MOST = 60;
/** Bytes before the first tile. */
const HEADER_MOST = 10_000_000;
/** By a tile's PSNR as it is stored: fifths of a decibel above 10. */
const MEAN_SQUARES = Float64Array.from({ length: 256 }, (_, stored) => 65025 * 10 ** (-(10 + stored / 5) / 10));
const NAME = /^[A-Za-z0-9_-]{1,40}$/;

/** The index cannot be used; `message` says what is wrong with it. */
export class IndexError extends Error {}

/**
 * @typedef {import("./hevc.js").Configuration} Configuration
 * @typedef {{ index: number, frame: number, frames: number, start: number, duration: number, header: number, continuedHeader: number, low: number }} Segment
 * @typedef {{ id: string, directory: string, continued: string | null, kbps: number }} TileQuality
 * @typedef {{ columns: number, rows: number, x: number[], y: number[] }} Edges
 * @typedef {{ directory: string, codec: string, configuration: Configuration, width: number, height: number, grid: Edges, kbps: number }} LowLayer
 * @typedef {object} PackLayout see docs/tiles.md, "Packed"
 * @property {number[]} columns
 * @property {number[]} rows
 * @property {[number, number][]} high
 * @property {[number, number, number[]][]} low
 * @property {{ row: number, bits: number, file: string, configuration: Configuration, trailing: Record<string, number> }} map
 * @typedef {{ codecs: string, init: string, media: string, timescale: number, ticks: number[] }} AudioTrack
 */

/**
 * @param {unknown} condition
 * @param {string} what
 * @returns {asserts condition}
 */
function check(condition, what) {
  if (!condition) throw new IndexError(what);
}

/** @param {any} value @param {number} low @param {number} high */
const whole = (value, low, high) => Number.isInteger(value) && value >= low && value <= high;

/** A folder beside the index. @param {any} value */
const isName = (value) => typeof value === "string" && NAME.test(value);

/** @param {any} value */
const figure = (value) => (typeof value === "number" && Number.isFinite(value) && value > 0 ? value : null);

/**
 * @param {string} text base64
 * @param {string} what
 */
function bytesOf(text, what) {
  check(typeof text === "string" && text.length < 8_000_000, `${what} is missing`);
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    throw new IndexError(`${what} is not base64`);
  }
}

/**
 * @param {any} given
 * @param {number} width
 * @param {number} height
 * @returns {Edges}
 */
function readGrid(given, width, height) {
  check(whole(given?.columns, 1, 20) && whole(given?.rows, 1, 22), "the tile grid has no possible size");
  for (const [edges, count, end] of [[given.x, given.columns, width], [given.y, given.rows, height]]) {
    check(Array.isArray(edges) && edges.length === count + 1 && edges[0] === 0 && edges[count] === end, "the tile grid does not cover the picture");
    check(edges.every((edge, i) => Number.isInteger(edge) && (i === 0 || edge > edges[i - 1])), "the tile grid's edges are not in order");
  }
  return { columns: given.columns, rows: given.rows, x: given.x, y: given.y };
}

/** @param {any} given @param {string} what */
function readConfiguration(given, what) {
  try {
    return configurationOf(bytesOf(given, what));
  } catch (reason) {
    if (reason instanceof BrokenData) throw new IndexError(`${what}: ${reason.message}`);
    throw reason;
  }
}

export class TiledIndex {
  /** @type {Segment[]} */
  segments = [];
  /** @type {Uint8Array[]} */
  #sizes = [];
  /** Of the continued tiles; null where a segment has none. @type {(Uint8Array | null)[]} */
  #continuedSizes = [];
  /** PSNR of the tiles, entered and continued, as it is stored. @type {Uint8Array[]} */
  #psnr = [];
  /** @type {(Uint8Array | null)[]} */
  #continuedPsnr = [];
  /** Composition offsets of the pictures of a segment in decoding order, by their number. @type {Map<number, Int32Array>} */
  #compositionOffsets = new Map();
  /** Where the tiles of a quality begin, for those asked for last. */
  #offsets = { segment: -1, quality: -1, continued: false, list: new Float64Array(0) };

  /**
   * @param {any} given parsed JSON
   * @throws {IndexError}
   */
  constructor(given) {
    check(given && typeof given === "object" && given.version === 4, "this kind of index is not known");
    check(whole(given.width, 256, 16384) && whole(given.height, 64, 16384), "the picture has no possible size");
    this.width = /** @type {number} */ (given.width);
    this.height = /** @type {number} */ (given.height);
    /** @type {"mono" | "top-bottom"} */
    this.stereo = given.stereo === "top-bottom" ? "top-bottom" : "mono";
    check(whole(given.timescale, 1, 10_000_000) && whole(given.ticks, 1, 10_000_000), "the time scale is missing");
    this.timescale = /** @type {number} */ (given.timescale);
    this.ticks = /** @type {number} */ (given.ticks);
    check(/^(hvc1|hev1)\.[\w.]{4,40}$/.test(given.codec), "the codec is not HEVC");
    this.codec = /** @type {string} */ (given.codec);
    this.configuration = readConfiguration(given.hvcc, "the decoder's configuration");
    const { sps, pps } = this.configuration;
    check(sps.width === this.width && sps.height === this.height, "the index and the stream disagree about the picture's size");
    const grid = readGrid(given.grid, this.width, this.height);
    check(pps.columns === grid.columns && pps.rows === grid.rows, "the index and the stream disagree about the tile grid");
    check(!pps.filterTiles, "the stream's tiles lean on each other");
    /** @type {import("./geometry.js").Grid} */
    this.grid = { ...grid, width: this.width, height: this.height, stereo: this.stereo };
    this.tiles = grid.columns * grid.rows;
    check(this.tiles <= TILES_MOST, "the tile grid is too large");
    check(whole(given.group, 1, GROUP_MOST), "the groups of segments have no possible length");
    /** Segments from one that all tiles enter to the next. */
    this.group = /** @type {number} */ (given.group);
    check(Array.isArray(given.qualities) && whole(given.qualities.length, 1, 8), "there are no qualities");
    /** @type {TileQuality[]} */
    this.qualities = given.qualities.map((/** @type {any} */ quality) => {
      check(isName(quality?.directory), "a quality has no folder");
      check(this.group === 1 ? quality.continued === null : isName(quality.continued), "a quality has no folder to continue with");
      return {
        id: String(quality.id ?? quality.directory), directory: quality.directory, continued: quality.continued,
        kbps: figure(quality.kbps) ?? 0,
      };
    });
    this.low = given.low ? this.#readLow(given.low) : null;
    this.#readSegments(given.segments, given.order);
    this.pack = given.pack && this.low ? readPack(given.pack, this.tiles) : null;
    this.audio = Array.isArray(given.audio) ? given.audio.map(readAudio) : [];
    const last = this.segments[this.segments.length - 1];
    this.duration = last.start + last.duration;
  }

  /** @param {any} low @returns {LowLayer} */
  #readLow(low) {
    check(isName(low.directory) && whole(low.width, 64, 8192) && whole(low.height, 64, 8192), "the low layer is described wrongly");
    check(/^(hvc1|hev1)\.[\w.]{4,40}$/.test(low.codec), "the low layer is not HEVC");
    const configuration = readConfiguration(low.hvcc, "the low layer's configuration");
    const { width, height, directory, codec } = low;
    return { directory, codec, configuration, width, height, grid: readGrid(low.grid, width, height), kbps: figure(low.kbps) ?? 0 };
  }

  /** @param {any} given @param {any} orders */
  #readSegments(given, orders) {
    check(Array.isArray(given) && whole(given.length, 1, SEGMENTS_MOST), "there are no segments");
    const each = this.qualities.length * this.tiles;
    let frame = 0;
    this.segments = given.map((segment, index) => {
      check(segment?.frame === frame && whole(segment.frames, 1, 600), `segment ${index} does not follow the one before`);
      const { header, continued_header: continuedHeader, low = 0 } = segment;
      check(whole(header, 0, HEADER_MOST) && whole(continuedHeader, 0, HEADER_MOST) && whole(low, 0, 100_000_000), `segment ${index} has no possible size`);
      const list = (/** @type {any} */ text, /** @type {string} */ what, /** @type {number} */ length) => {
        const bytes = bytesOf(text, `a list of ${what} of segment ${index}`);
        check(bytes.length === length, `segment ${index} has ${what} for another number of tiles`);
        return bytes;
      };
      this.#sizes.push(list(segment.sizes, "sizes", 3 * each));
      this.#psnr.push(list(segment.psnr, "errors", each));
      const first = index % this.group === 0;
      check(!first || segment.continued === null, `segment ${index} begins a group and cannot continue`);
      this.#continuedSizes.push(first ? null : list(segment.continued, "sizes", 3 * each));
      this.#continuedPsnr.push(first ? null : list(segment.continued_psnr, "errors", each));
      const { frames } = segment;
      if (!this.#compositionOffsets.has(frames)) this.#compositionOffsets.set(frames, readOrder(orders?.[frames], frames).map((place, i) => (place - i) * this.ticks));
      const start = (frame * this.ticks) / this.timescale;
      frame += frames;
      return { index, frame: segment.frame, frames, start, duration: (frames * this.ticks) / this.timescale, header, continuedHeader, low };
    });
  }

  /** Whether a segment can be had as one that goes on from the segment before. @param {number} segment */
  continues(segment) {
    return this.#continuedSizes[segment] !== null;
  }

  /** Composition offsets of a segment's pictures, in decoding order. @param {number} segment */
  compositionOffsets(segment) {
    return /** @type {Int32Array} */ (this.#compositionOffsets.get(this.segments[segment].frames));
  }

  /**
   * Bytes of a tile.
   * @param {number} quality
   * @param {number} segment
   * @param {number} tile
   * @param {boolean} [continued] of the file that goes on from the segment before; only where it `continues`
   */
  size(quality, segment, tile, continued = false) {
    const sizes = /** @type {Uint8Array} */ ((continued ? this.#continuedSizes : this.#sizes)[segment]);
    const at = 3 * (quality * this.tiles + tile);
    return sizes[at] | (sizes[at + 1] << 8) | (sizes[at + 2] << 16);
  }

  /**
   * Mean squared error of a tile's luma; of a continued one after the quality that it was coded after.
   * @param {number} quality
   * @param {number} segment
   * @param {number} tile
   * @param {boolean} [continued] only where it `continues`
   */
  error(quality, segment, tile, continued = false) {
    const stored = /** @type {Uint8Array} */ ((continued ? this.#continuedPsnr : this.#psnr)[segment]);
    return MEAN_SQUARES[stored[quality * this.tiles + tile]];
  }

  /**
   * Where a tile begins in its file; one past the last tile: the size of the file.
   * @param {number} quality
   * @param {number} segment
   * @param {number} tile
   * @param {boolean} [continued]
   */
  offset(quality, segment, tile, continued = false) {
    const kept = this.#offsets;
    if (kept.segment !== segment || kept.quality !== quality || kept.continued !== continued) {
      const list = new Float64Array(this.tiles + 1);
      const { header, continuedHeader } = this.segments[segment];
      list[0] = continued ? continuedHeader : header;
      for (let i = 0; i < this.tiles; i++) list[i + 1] = list[i] + this.size(quality, segment, i, continued);
      this.#offsets = { segment, quality, continued, list };
    }
    return this.#offsets.list[tile];
  }

  /** @param {number} quality @param {number} segment @param {boolean} [continued] @returns {string} relative to the index */
  file(quality, segment, continued = false) {
    const { directory, continued: other } = this.qualities[quality];
    return segmentName(continued && other ? other : directory, segment);
  }

  /** @param {number} segment @returns {string} relative to the index */
  lowFile(segment) {
    return segmentName(this.low?.directory ?? "", segment);
  }
}

/** @param {string} directory @param {number} segment */
function segmentName(directory, segment) {
  return `${directory}/seg-${String(segment).padStart(5, "0")}.m4s`;
}

/** Places in the order of display, in decoding order. @param {any} given @param {number} frames */
function readOrder(given, frames) {
  const places = Array.isArray(given) && given.length === frames ? Int32Array.from(given, (place) => (whole(place, 0, frames - 1) ? place : -1)) : null;
  check(places && new Set(places).size === frames && !places.includes(-1), `there is no possible order of ${frames} pictures`);
  return places;
}

/** @param {any} pack @param {number} tiles @returns {PackLayout} */
function readPack(pack, tiles) {
  const sizes = (/** @type {any} */ list) => Array.isArray(list) && list.length > 0 && list.length <= 22 && list.every((size) => whole(size, 8, 16384));
  check(sizes(pack.columns) && sizes(pack.rows), "the packed layout has no possible size");
  const cell = (/** @type {any} */ at) => Array.isArray(at) && whole(at[0], 0, pack.columns.length - 1) && whole(at[1], 0, pack.rows.length - 1);
  check(Array.isArray(pack.high) && whole(pack.high.length, 1, tiles) && pack.high.every(cell), "the packed layout has no cells for tiles");
  check(Array.isArray(pack.low) && pack.low.every((/** @type {any} */ at) => cell(at) && Array.isArray(at[2]) && at[2].every((/** @type {any} */ t) => whole(t, 0, 439))), "the packed layout has no cells for the low layer");
  const map = pack.map;
  check(map && whole(map.row, 0, pack.rows.length - 1) && whole(map.bits, 1, 12), "the packed layout has no map");
  check(typeof map.file === "string" && /^[A-Za-z0-9_.-]{1,40}$/.test(map.file) && !map.file.includes(".."), "the packed layout's map has no file");
  check(map.trailing && Object.values(map.trailing).every((at) => whole(at, 0, 100_000_000)), "the packed layout's map has no places");
  return { ...pack, map: { ...map, configuration: readConfiguration(map.hvcc, "the map strips' configuration") } };
}

/** @param {any} track @returns {AudioTrack} */
function readAudio(track) {
  check(typeof track?.codecs === "string" && typeof track.init === "string" && typeof track.media === "string", "the sound is described wrongly");
  check(/^[\w./-]*%05d[\w./-]*$/.test(track.media) && /^[\w./-]+$/.test(track.init), "the sound has no possible address");
  check(whole(track.timescale, 1, 10_000_000) && Array.isArray(track.ticks) && track.ticks.every((/** @type {any} */ t) => whole(t, 1, 1e9)), "the sound has no time scale");
  return { codecs: track.codecs, init: track.init, media: track.media, timescale: track.timescale, ticks: track.ticks };
}
