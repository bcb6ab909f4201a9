/**
 * Packing: slices move into another picture. Parameter sets and slice headers are written anew, payloads are copied. The same
 * rewriting as codec_native/src/bitstream/pack.c.
 */

import { BitReader, BitWriter, BrokenData, escape, unescape, withHead } from "./bits.js";
import { ceilLog2, isRandomAccess, parsePps, parseSps, parseVps } from "./hevc.js";

/** Table A.8 and A.9: what limits size and tiles. [level_idc, luma samples, tile rows, tile columns, luma samples per second] */
const LEVELS = [
  [30, 36864, 1, 1, 552960], [60, 122880, 1, 1, 3686400], [63, 245760, 1, 1, 7372800], [90, 552960, 2, 2, 16588800],
  [93, 983040, 3, 3, 33177600], [120, 2228224, 5, 5, 66846720], [123, 2228224, 5, 5, 133693440], [150, 8912896, 11, 10, 267386880],
  [153, 8912896, 11, 10, 534773760], [156, 8912896, 11, 10, 1069547520], [180, 35651584, 22, 20, 1069547520],
  [183, 35651584, 22, 20, 2139095040], [186, 35651584, 22, 20, 4278190080],
];

/**
 * @typedef {object} PackedPicture
 * @property {number[]} columns widths in luma samples
 * @property {number[]} rows heights
 * @property {number} width
 * @property {number} height
 * @property {number} level level_idc
 */

/**
 * @param {number[]} columns
 * @param {number[]} rows
 * @param {number} frameRate
 * @returns {PackedPicture}
 * @throws {BrokenData} when no level allows it
 */
export function packedPicture(columns, rows, frameRate) {
  const sum = (/** @type {number[]} */ sizes) => sizes.reduce((a, b) => a + b, 0);
  const [width, height] = [sum(columns), sum(rows)];
  const level = LEVELS.find(
    ([, samples, mostRows, mostColumns, rate]) =>
      width * height <= samples && Math.max(width, height) ** 2 <= 8 * samples && rows.length <= mostRows &&
      columns.length <= mostColumns && width * height * frameRate <= rate,
  );
  if (!level) throw new BrokenData("the packed picture is larger than any level allows");
  return { columns, rows, width, height, level: level[0] };
}

/**
 * Parameter sets of the packed picture, from those of one of its sources.
 * @param {import("./hevc.js").Configuration} from
 * @param {PackedPicture} picture
 * @param {number} initQp
 */
function packedSets(from, picture, initQp) {
  const vps = unescape(from.vps).slice();
  vps[parseVps(from.vps).levelAt >> 3] = picture.level;

  let r = new BitReader(unescape(from.spsNal));
  let w = new BitWriter();
  let stop = r.stop;
  w.copy(r, from.sps.levelAt);
  w.u(picture.level, 8);
  r.skip(8);
  w.copy(r, from.sps.sizeAt);
  w.ue(picture.width);
  w.ue(picture.height);
  w.u(0, 1);
  r.position = from.sps.sizeEnd;
  w.copy(r, stop);
  w.trailing();
  const sps = w.bytes;

  r = new BitReader(unescape(from.ppsNal));
  w = new BitWriter();
  stop = r.stop;
  w.copy(r, from.pps.initQpAt);
  w.se(initQp - 26);
  r.position = from.pps.initQpEnd;
  w.copy(r, from.pps.tilesAt);
  const tiled = picture.columns.length * picture.rows.length > 1;
  w.u(tiled ? 2 : 0, 2);
  if (tiled) {
    w.ue(picture.columns.length - 1);
    w.ue(picture.rows.length - 1);
    w.u(0, 1);
    for (const size of [...picture.columns.slice(0, -1), ...picture.rows.slice(0, -1)]) w.ue(size / from.sps.ctb - 1);
    w.u(0, 1);
  }
  r.position = from.pps.tilesEnd + 1;
  w.u(0, 1);
  w.copy(r, stop);
  w.trailing();
  return { vps: escape(vps), sps: escape(sps), pps: escape(w.bytes) };
}

/** @param {Uint8Array} a @param {Uint8Array} b */
const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

/**
 * The configuration of the packed stream.
 * @param {import("./hevc.js").Configuration[]} sources all must be coded with the same tools
 * @param {PackedPicture} picture
 * @returns {import("./hevc.js").Configuration}
 * @throws {BrokenData}
 */
export function packedConfiguration(sources, picture) {
  const [lead] = sources;
  const { initQp } = lead.pps;
  const sets = packedSets(lead, picture, initQp);
  for (const source of sources.slice(1)) {
    const other = packedSets(source, picture, initQp);
    if (!same(sets.vps, other.vps) || !same(sets.sps, other.sps) || !same(sets.pps, other.pps))
      throw new BrokenData("the layers of the title are coded with different tools");
  }
  const head = lead.head.slice();
  head[12] = picture.level;
  const arrays = [[32, sets.vps], [33, sets.sps], [34, sets.pps]].flatMap(([type, nal]) => {
    const bytes = /** @type {Uint8Array} */ (nal);
    return [0x80 | Number(type), 0, 1, bytes.length >> 8, bytes.length & 255, ...bytes];
  });
  const record = Uint8Array.from([...head, 3, ...arrays]);
  return { record, head, vps: sets.vps, spsNal: sets.sps, ppsNal: sets.pps, sei: [], sps: parseSps(sets.sps), pps: parsePps(sets.pps) };
}

/**
 * @param {string} codec hvc1.… of a source
 * @param {number} level level_idc
 */
export function packedCodec(codec, level) {
  return codec.replace(/\.([LH])\d+/, `.$1${level}`);
}

/**
 * A slice at its new place.
 * @param {Uint8Array} nal
 * @param {import("./hevc.js").SliceHeader} header as read with `from`
 * @param {import("./hevc.js").Pps} from
 * @param {import("./hevc.js").Configuration} to
 * @param {number} address of its first coding tree block in the packed picture
 * @returns {Uint8Array}
 */
export function moveSlice(nal, header, from, to, address) {
  const r = new BitReader(unescape(nal, header.size));
  const w = new BitWriter();
  w.copy(r, 16);
  r.skip(1);
  w.u(address === 0 ? 1 : 0, 1);
  if (isRandomAccess(header.type)) w.copy(r, r.position + 1);
  w.ue(to.pps.id);
  if (address > 0) {
    if (to.pps.dependent) w.u(0, 1);
    w.u(address, ceilLog2(to.sps.across * to.sps.down));
  }
  r.position = header.bodyAt;
  w.copy(r, header.qpAt);
  w.se(header.qpDelta + from.initQp - to.pps.initQp);
  r.position = header.qpEnd;
  if (header.filterAt >= 0) {
    w.copy(r, header.filterAt);
    r.skip(1);
  }
  w.copy(r, header.entryAt);
  if (to.pps.tiles) w.ue(0);
  r.position = header.entryEnd;
  w.copy(r, header.alignAt);
  w.trailing();
  return withHead(nal, header.size, w.bytes);
}
