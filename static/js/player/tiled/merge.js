/**
 * Same-grid merging: the slices of all tiles, each of the quality that was chosen, become the access units of one stream.
 * Nothing is rewritten; the bytes equal `python -m codec_native merge` (merge.test.js).
 */

import { BrokenData } from "./bits.js";
import { isRandomAccess, parseSlice } from "./hevc.js";
import { readFragment, readNals } from "./fragment.js";

/**
 * @typedef {object} TileTrack one tile of one segment in one quality
 * @property {Uint8Array[]} slices one for each picture, in decoding order
 * @property {import("./hevc.js").SliceHeader[]} headers
 * @property {Int32Array} offsets composition offsets
 *
 * @typedef {object} AccessUnits a segment in decoding order
 * @property {Uint8Array[][]} units the NAL units of each picture
 * @property {Int32Array} offsets composition offsets
 * @property {boolean[]} keys whether the picture is a random-access one
 */

/**
 * Reads a tile's fragment and makes sure that it is that tile's.
 * @param {Uint8Array} bytes
 * @param {{ tile: number, frames: number, address: number }} expected address: of its first coding tree block
 * @param {import("./hevc.js").Configuration} configuration
 * @returns {TileTrack}
 * @throws {BrokenData}
 */
export function readTile(bytes, expected, configuration) {
  const fragment = readFragment(bytes);
  if (fragment.track !== expected.tile + 1) throw new BrokenData("the bytes are those of another tile");
  if (fragment.samples.length !== expected.frames) throw new BrokenData("the tile has another number of pictures than its segment");
  const slices = fragment.samples.map((sample) => {
    const nals = readNals(sample);
    if (nals.length !== 1) throw new BrokenData("a tile's picture is not exactly one slice");
    return nals[0];
  });
  const headers = slices.map((slice) => parseSlice(slice, configuration.sps, configuration.pps));
  for (const header of headers)
    if (header.address !== expected.address || Boolean(header.first) !== (expected.address === 0))
      throw new BrokenData("a slice belongs to another place in the picture");
  if (!isRandomAccess(headers[0].type)) throw new BrokenData("the segment does not begin with a random-access picture");
  return { slices, headers, offsets: fragment.offsets };
}

/**
 * @param {TileTrack[]} tracks one for each tile, in raster order
 * @returns {AccessUnits}
 * @throws {BrokenData} when the tiles do not belong together
 */
export function mergeTiles(tracks) {
  const [lead] = tracks;
  /** @type {Uint8Array[][]} */
  const units = lead.slices.map(() => []);
  for (const [tile, track] of tracks.entries()) {
    if (track.slices.length !== units.length) throw new BrokenData(`tile ${tile} has another number of pictures`);
    for (let i = 0; i < units.length; i++) {
      const [header, first] = [track.headers[i], lead.headers[i]];
      if (header.type !== first.type || header.poc !== first.poc || track.offsets[i] !== lead.offsets[i])
        throw new BrokenData(`tile ${tile} is coded in another order`);
      units[i].push(track.slices[i]);
    }
  }
  return { units, offsets: lead.offsets, keys: lead.headers.map(({ type }) => isRandomAccess(type)) };
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
