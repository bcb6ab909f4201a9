/**
 * Same-grid merging: the slices of all tiles, each of the quality that was chosen, become the access units of one stream.
 * Nothing is rewritten but the headers of entry slices in a first picture in which other tiles continue; the bytes equal
 * `python -m codec_native merge` (tests/browser/test_tiled_merge.py).
 */

import { BitReader, BitWriter, BrokenData, unescape, withHead } from "./bits.js";
import { KIND, NAL, isRandomAccess, isRefresh, parseSlice } from "./hevc.js";
import { readFragment, readNals } from "./fragment.js";

/**
 * @typedef {object} TileTrack one tile of one segment in one quality
 * @property {Uint8Array[]} slices one for each picture, in decoding order
 * @property {import("./hevc.js").SliceHeader[]} headers
 *
 * @typedef {object} AccessUnits a segment in decoding order
 * @property {Uint8Array[][]} units the NAL units of each picture
 * @property {Int32Array} offsets composition offsets
 * @property {boolean[]} keys whether the picture is a random-access one
 */

/**
 * Reads a tile and makes sure that it is that one: an entry tile is a fragment, a continued one its samples without any box.
 * @param {Uint8Array} bytes
 * @param {{ tile: number, offsets: Int32Array, address: number, continued?: boolean }} expected offsets: composition offsets of its
 *   pictures; address: of its first coding tree block; continued: it goes on from the segment before
 * @param {import("./hevc.js").Configuration} configuration
 * @returns {TileTrack}
 * @throws {BrokenData}
 */
export function readTile(bytes, expected, configuration) {
  const slices = expected.continued ? readNals(bytes) : fragmentSlices(bytes, expected);
  if (slices.length !== expected.offsets.length) throw new BrokenData("the tile has another number of pictures than its segment");
  const headers = slices.map((slice) => parseSlice(slice, configuration.sps, configuration.pps));
  for (const header of headers)
    if (header.address !== expected.address || Boolean(header.first) !== (expected.address === 0))
      throw new BrokenData("a slice belongs to another place in the picture");
  checkBeginning(headers[0], expected.continued ?? false);
  return { slices, headers };
}

/**
 * @param {Uint8Array} bytes
 * @param {{ tile: number, offsets: Int32Array }} expected
 */
function fragmentSlices(bytes, { tile, offsets }) {
  const fragment = readFragment(bytes);
  if (fragment.track !== tile + 1) throw new BrokenData("the bytes are those of another tile");
  if (fragment.offsets.some((offset, i) => offset !== offsets[i])) throw new BrokenData("the tile's pictures are shown in another order");
  return fragment.samples.map((sample) => {
    const nals = readNals(sample);
    if (nals.length !== 1) throw new BrokenData("a tile's picture is not exactly one slice");
    return nals[0];
  });
}

/**
 * @param {import("./hevc.js").SliceHeader} header of a segment's first slice
 * @param {boolean} continued
 */
function checkBeginning({ type, kind, poc, references, temporal }, continued) {
  if (!continued) {
    if (!isRandomAccess(type)) throw new BrokenData("the segment does not begin with a random-access picture");
  } else if (type !== NAL.TRAIL_R || kind !== KIND.P || poc !== 0 || references !== 1 || temporal)
    throw new BrokenData("the segment does not go on from the one before");
}

/**
 * @param {TileTrack[]} tracks one for each tile, in raster order
 * @param {Int32Array} offsets composition offsets
 * @returns {AccessUnits}
 * @throws {BrokenData} when the tiles do not belong together
 */
export function mergeTiles(tracks, offsets) {
  const [lead] = tracks;
  // Where one tile looks back the whole picture does, and those that do not say so in the same words.
  const back = tracks.find(({ headers: [{ type }] }) => !isRandomAccess(type));
  /** @type {Uint8Array[][]} */
  const units = lead.slices.map(() => []);
  for (const [tile, track] of tracks.entries()) {
    if (track.slices.length !== units.length) throw new BrokenData(`tile ${tile} has another number of pictures`);
    for (let i = 0; i < units.length; i++) {
      const enters = i === 0 && back && isRefresh(track.headers[0].type);
      const [header, first] = [track.headers[i], (i === 0 && back ? back : lead).headers[i]];
      const fits = enters || (header.type === first.type && header.poc === first.poc);
      if (!fits) throw new BrokenData(`tile ${tile} is coded in another order`);
      units[i].push(enters ? enterMidway(track.slices[0], header, back.slices[0], first) : track.slices[i]);
    }
  }
  const keys = lead.headers.map(({ type }, i) => (i === 0 && back ? false : isRandomAccess(type)));
  return { units, offsets, keys };
}

/**
 * The I slice of an IDR picture as one of a picture that looks back: of the other's NAL unit type, and with its order count
 * and references (7.3.6.1, slice_pic_order_cnt_lsb to slice_temporal_mvp_enabled_flag). Its payload stays.
 * @param {Uint8Array} nal
 * @param {import("./hevc.js").SliceHeader} header
 * @param {Uint8Array} like a slice of the picture that it enters
 * @param {import("./hevc.js").SliceHeader} likeHeader
 * @returns {Uint8Array}
 */
function enterMidway(nal, header, like, likeHeader) {
  const r = new BitReader(unescape(nal, header.size));
  const from = new BitReader(unescape(like, likeHeader.size));
  const w = new BitWriter();
  w.u(likeHeader.type, 7); // behind forbidden_zero_bit
  r.skip(7);
  w.copy(r, 17);
  r.skip(1); // no_output_of_prior_pics_flag
  w.copy(r, header.orderAt);
  from.position = likeHeader.orderAt;
  w.copy(from, likeHeader.orderEnd);
  w.copy(r, header.alignAt);
  w.trailing();
  return withHead(nal, header.size, w.bytes);
}

/**
 * Addresses of the tiles' first coding tree blocks, in raster order.
 * @param {{ columns: number, rows: number, x: number[], y: number[] }} grid
 * @param {import("./hevc.js").Sps} sps
 */
export function tileAddresses(grid, sps) {
  const addresses = [];
  for (let row = 0; row < grid.rows; row++)
    for (let column = 0; column < grid.columns; column++) addresses.push(Math.floor(grid.y[row] / sps.ctb) * sps.across + Math.floor(grid.x[column] / sps.ctb));
  return addresses;
}

/**
 * The stream as a file (Annex B), as the reference tool writes it.
 * @param {AccessUnits[]} segments
 * @param {import("./hevc.js").Configuration} configuration
 * @returns {Uint8Array}
 */
export function annexB(segments, configuration) {
  /** @type {Uint8Array[]} */
  const parts = [];
  const [long, short] = [Uint8Array.of(0, 0, 0, 1), Uint8Array.of(0, 0, 1)];
  for (const { units, keys } of segments) {
    for (const [i, unit] of units.entries()) {
      if (keys[i]) {
        for (const nal of [configuration.vps, configuration.spsNal, configuration.ppsNal]) parts.push(long, nal);
        for (const nal of configuration.sei) parts.push(short, nal);
      }
      for (const [k, nal] of unit.entries()) parts.push(k === 0 && !keys[i] ? long : short, nal);
    }
  }
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
