/**
 * Parameter sets and slice headers as far as merging and packing need them (H.265, clause 7.3). The same reading as
 * codec_native/src/bitstream, for streams of our encoder: what it never writes is refused.
 */

import { BitReader, BrokenData, unescape } from "./bits.js";

export const NAL = { TRAIL_R: 1, VPS: 32, SPS: 33, PPS: 34, SEI: 39 };
/** slice_type */
export const KIND = { B: 0, P: 1, I: 2 };
/** More than any slice header of ours has. */
const HEADER_MOST = 512;

/** @param {Uint8Array} nal */
export const nalType = (nal) => (nal[0] >> 1) & 63;
/** @param {number} type random-access picture */
export const isRandomAccess = (type) => type >= 16 && type <= 23;
/** @param {number} type instantaneous decoder refresh: no order count and no references in its slices */
export const isRefresh = (type) => type === 19 || type === 20;
/** @param {number} n */
export const ceilLog2 = (n) => (n <= 1 ? 0 : 32 - Math.clz32(n - 1));

/** @param {string} text */
function refuse(text) {
  return new BrokenData(text);
}

/**
 * profile_tier_level, 7.3.3
 * @param {BitReader} r
 * @param {number} layers max_sub_layers_minus1
 * @returns {number} bit position of general_level_idc
 */
function skipProfile(r, layers) {
  r.skip(88);
  const level = r.position;
  r.skip(8);
  const present = [];
  for (let i = 0; i < layers; i++) present.push([r.u(1), r.u(1)]);
  if (layers > 0) r.skip(2 * (8 - layers));
  for (const [profile, own] of present) r.skip(88 * profile + 8 * own);
  return level;
}

/** @param {Uint8Array} nal */
export function parseVps(nal) {
  const r = new BitReader(unescape(nal));
  r.skip(16 + 4 + 2 + 6);
  const layers = r.u(3);
  r.skip(17);
  return { levelAt: skipProfile(r, layers) };
}

/**
 * A short-term reference picture set (7.3.7), as deltas of the picture order count.
 * @param {BitReader} r
 * @param {number} index
 * @param {number} count of sets in the SPS
 * @param {{ delta: number, used: number }[][]} sets those before
 */
function parseReferences(r, index, count, sets) {
  if (index > 0 && r.u(1)) {
    const back = index === count ? r.ue() + 1 : 1;
    const from = sets[index - back];
    if (!from) throw refuse("a reference set is predicted from one that is not there");
    const sign = r.u(1);
    const shift = (sign ? -1 : 1) * (r.ue() + 1);
    const kept = [];
    for (let j = 0; j <= from.length; j++) {
      const used = r.u(1);
      if (used || r.u(1)) kept.push({ delta: shift + (j < from.length ? from[j].delta : 0), used });
    }
    const negative = kept.filter(({ delta }) => delta < 0).sort((a, b) => b.delta - a.delta);
    return [...negative, ...kept.filter(({ delta }) => delta > 0).sort((a, b) => a.delta - b.delta)];
  }
  const [negative, positive] = [r.ue(), r.ue()];
  if (negative + positive > 16) throw refuse("a reference set is too large");
  const set = [];
  for (let i = 0, at = 0; i < negative; i++) set.push({ delta: (at -= r.ue() + 1), used: r.u(1) });
  for (let i = 0, at = 0; i < positive; i++) set.push({ delta: (at += r.ue() + 1), used: r.u(1) });
  return set;
}

/**
 * @typedef {ReturnType<typeof parseSps>} Sps
 * @typedef {ReturnType<typeof parsePps>} Pps
 * @typedef {ReturnType<typeof parseSlice>} SliceHeader
 */

/** @param {Uint8Array} nal */
export function parseSps(nal) {
  const r = new BitReader(unescape(nal));
  r.skip(16 + 4);
  const layers = r.u(3);
  r.skip(1);
  const levelAt = skipProfile(r, layers);
  const id = r.ue();
  if (r.ue() !== 1) throw refuse("the picture is not 4:2:0");
  const sizeAt = r.position;
  const [width, height] = [r.ue(), r.ue()];
  if (r.u(1)) for (let i = 0; i < 4; i++) r.ue();
  const sizeEnd = r.position;
  if (width < 8 || height < 8 || width > 16888 || height > 16888) throw refuse("the picture has no possible size");
  r.ue();
  r.ue();
  const pocBits = r.ue() + 4;
  for (let i = r.u(1) ? layers + 1 : 1; i > 0; i--) for (let k = 0; k < 3; k++) r.ue();
  const minBlock = r.ue() + 3;
  const ctbLog2 = minBlock + r.ue();
  if (ctbLog2 > 6 || ctbLog2 < 4) throw refuse("the coding tree blocks have no possible size");
  for (let i = 0; i < 4; i++) r.ue();
  if (r.u(1)) throw refuse("scaling lists are not ours");
  r.skip(1);
  const sao = r.u(1);
  if (r.u(1)) throw refuse("PCM blocks are not ours");
  const sets = /** @type {{ delta: number, used: number }[][]} */ ([]);
  const count = r.ue();
  if (count > 64) throw refuse("too many reference sets");
  for (let i = 0; i < count; i++) sets.push(parseReferences(r, i, count, sets));
  if (r.u(1)) throw refuse("long-term references are not ours");
  const temporalMvp = r.u(1);
  const ctb = 1 << ctbLog2;
  const [across, down] = [Math.ceil(width / ctb), Math.ceil(height / ctb)];
  return { id, levelAt, sizeAt, sizeEnd, width, height, pocBits, minBlock: 1 << minBlock, ctb, across, down, sao, sets, temporalMvp };
}

/** @param {Uint8Array} nal */
export function parsePps(nal) {
  const r = new BitReader(unescape(nal));
  r.skip(16);
  const [id, spsId] = [r.ue(), r.ue()];
  const dependent = r.u(1);
  const outputFlag = r.u(1);
  const extraBits = r.u(3);
  r.skip(1);
  const cabacInit = r.u(1);
  const references = [r.ue() + 1, r.ue() + 1];
  const initQpAt = r.position;
  const initQp = 26 + r.se();
  const initQpEnd = r.position;
  r.skip(1);
  r.skip(1);
  if (r.u(1)) r.ue();
  r.se();
  r.se();
  const chromaQp = r.u(1);
  if (r.u(1) + r.u(1)) throw refuse("weighted prediction is not ours");
  r.skip(1);
  const tilesAt = r.position;
  const tiles = r.u(1);
  if (r.u(1)) throw refuse("wavefronts are not ours");
  let [columns, rows, filterTiles] = [1, 1, 0];
  if (tiles) {
    columns = r.ue() + 1;
    rows = r.ue() + 1;
    if (columns > 20 || rows > 22) throw refuse("the tile grid is too large");
    if (!r.u(1)) for (let i = 0; i < columns + rows - 2; i++) r.ue();
    filterTiles = r.u(1);
  }
  const tilesEnd = r.position;
  const filterSlices = r.u(1);
  let [deblockOverride, deblockOff] = [0, 0];
  if (r.u(1)) {
    deblockOverride = r.u(1);
    deblockOff = r.u(1);
    if (!deblockOff) {
      r.se();
      r.se();
    }
  }
  if (r.u(1)) throw refuse("scaling lists are not ours");
  const listsModified = r.u(1);
  r.ue();
  const headerExtension = r.u(1);
  return {
    id, spsId, dependent, outputFlag, extraBits, cabacInit, references, initQpAt, initQp, initQpEnd, chromaQp, tilesAt, tiles, columns,
    rows, filterTiles, tilesEnd, filterSlices, deblockOverride, deblockOff, listsModified, headerExtension,
  };
}

/**
 * A slice segment header (7.3.6.1): where its parts are, as bit positions without emulation prevention.
 * @param {Uint8Array} nal
 * @param {Sps} sps
 * @param {Pps} pps
 * @throws {BrokenData}
 */
export function parseSlice(nal, sps, pps) {
  if (nal.length < 4) throw refuse("a slice is shorter than its header");
  const r = new BitReader(unescape(nal, HEADER_MOST));
  const type = nalType(nal);
  if (type > 21 || nal[0] & 128) throw refuse("what should be a slice is something else");
  r.skip(16);
  const first = r.u(1);
  if (isRandomAccess(type)) r.skip(1);
  const ppsId = r.ue();
  if (ppsId !== pps.id) throw refuse("a slice belongs to another parameter set");
  let address = 0;
  if (!first) {
    if (pps.dependent && r.u(1)) throw refuse("dependent slices are not ours");
    address = r.u(ceilLog2(sps.across * sps.down));
    if (address === 0 || address >= sps.across * sps.down) throw refuse("a slice has no possible address");
  }
  const bodyAt = r.position;
  r.skip(pps.extraBits);
  const kind = r.ue();
  if (kind > 2 || (isRandomAccess(type) && kind !== KIND.I)) throw refuse("a slice has no possible type");
  if (pps.outputFlag) r.skip(1);
  let [poc, references, temporal] = [0, 0, 0];
  const orderAt = r.position;
  if (!isRefresh(type)) {
    poc = r.u(sps.pocBits);
    /** @type {{ delta: number, used: number }[]} */
    let set;
    if (!r.u(1)) set = parseReferences(r, sps.sets.length, sps.sets.length, sps.sets);
    else set = sps.sets[sps.sets.length > 1 ? r.u(ceilLog2(sps.sets.length)) : 0];
    if (!set) throw refuse("a slice names a reference set that is not there");
    references = set.filter(({ used }) => used).length;
    if (sps.temporalMvp) temporal = r.u(1);
  }
  const orderEnd = r.position;
  const sao = sps.sao ? r.u(1) + r.u(1) : 0;
  if (kind !== KIND.I) {
    const b = kind === KIND.B;
    const counts = [pps.references[0], b ? pps.references[1] : 0];
    if (r.u(1)) {
      counts[0] = r.ue() + 1;
      if (b) counts[1] = r.ue() + 1;
    }
    if (counts[0] > 15 || counts[1] > 15) throw refuse("a slice has too many references");
    if (pps.listsModified && references > 1)
      for (const count of b ? counts : [counts[0]]) if (r.u(1)) r.skip(count * ceilLog2(references));
    if (b) r.skip(1);
    if (pps.cabacInit) r.skip(1);
    if (temporal) {
      const fromFirst = b ? r.u(1) : 1;
      if (counts[fromFirst ? 0 : 1] > 1) r.ue();
    }
    r.ue();
  }
  const qpAt = r.position;
  const qpDelta = r.se();
  const qpEnd = r.position;
  if (pps.chromaQp) {
    r.se();
    r.se();
  }
  let deblockOff = pps.deblockOff;
  if (pps.deblockOverride && r.u(1)) {
    deblockOff = r.u(1);
    if (!deblockOff) {
      r.se();
      r.se();
    }
  }
  const hasFilter = Boolean(pps.filterSlices && (sao || !deblockOff));
  const filterAt = hasFilter ? r.position : -1;
  if (hasFilter && r.u(1)) throw refuse("a slice is filtered across its edges");
  const entryAt = r.position;
  if (pps.tiles && r.ue() !== 0) throw refuse("a slice holds more than one tile");
  const entryEnd = r.position;
  if (pps.headerExtension) r.skip(8 * r.ue());
  const alignAt = r.position;
  if (r.u(1) !== 1) throw refuse("a slice header has no end");
  while (r.position & 7) if (r.u(1)) throw refuse("a slice header has no end");
  const size = r.position >> 3;
  return {
    type, first, address, bodyAt, kind, orderAt, poc, references, temporal, orderEnd, qpAt, qpDelta, qpEnd, filterAt, entryAt, entryEnd,
    alignAt, size,
  };
}

/**
 * The arrays of an hvcC box (ISO/IEC 14496-15, 8.3.2).
 * @param {Uint8Array} record payload of the box
 * @returns {{ head: Uint8Array, nals: Uint8Array[] }} the 22 bytes before the arrays, and the NAL units in order
 * @throws {BrokenData}
 */
export function parseHvcc(record) {
  if (record.length < 23 || record[0] !== 1) throw refuse("the decoder's configuration is damaged");
  const nals = [];
  let at = 23;
  const word = () => {
    if (at + 2 > record.length) throw refuse("the decoder's configuration is damaged");
    at += 2;
    return (record[at - 2] << 8) | record[at - 1];
  };
  for (let i = 0; i < record[22]; i++) {
    at++;
    for (let count = word(); count > 0; count--) {
      const size = word();
      if (size < 3 || at + size > record.length) throw refuse("the decoder's configuration is damaged");
      nals.push(record.subarray(at, at + size));
      at += size;
    }
  }
  return { head: record.subarray(0, 22), nals };
}

/**
 * What merging needs of a configuration.
 * @param {Uint8Array} record payload of hvcC
 */
export function configurationOf(record) {
  const { head, nals } = parseHvcc(record);
  const find = (/** @type {number} */ type) => {
    const nal = nals.find((one) => nalType(one) === type);
    if (!nal) throw refuse("the decoder's configuration lacks a parameter set");
    return nal;
  };
  const [vps, spsNal, ppsNal] = [find(NAL.VPS), find(NAL.SPS), find(NAL.PPS)];
  const sei = nals.filter((one) => nalType(one) === NAL.SEI);
  return { record, head, vps, spsNal, ppsNal, sei, sps: parseSps(spsNal), pps: parsePps(ppsNal) };
}

/** @typedef {ReturnType<typeof configurationOf>} Configuration */
