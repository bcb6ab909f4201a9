/** Reads the fragments that a tiled title is made of (one moof with one traf and trun, one mdat), trusting nothing. */

import { BrokenData } from "./bits.js";

/**
 * @typedef {object} Fragment
 * @property {number} track
 * @property {number} time base media decode time
 * @property {Uint8Array[]} samples in decoding order, views of the given bytes
 * @property {Int32Array} offsets composition offset of each sample
 */

/** @param {Uint8Array} bytes @param {number} at */
const u32 = (bytes, at) => ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;

/**
 * The boxes in a range.
 * @param {Uint8Array} bytes
 * @param {number} from
 * @param {number} to
 */
function boxes(bytes, from, to) {
  const found = [];
  for (let at = from; at < to; ) {
    if (at + 8 > to) throw new BrokenData("a box is cut off");
    const size = u32(bytes, at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (size < 8 || at + size > to) throw new BrokenData(`the box ${type} is longer than what holds it`);
    found.push({ type, from: at + 8, to: at + size, at });
    at += size;
  }
  return found;
}

/**
 * @param {ReturnType<typeof boxes>} list
 * @param {string} type
 */
function one(list, type) {
  const found = list.filter((box) => box.type === type);
  if (found.length !== 1) throw new BrokenData(`there is not exactly one ${type}`);
  return found[0];
}

/**
 * @param {Uint8Array} bytes exactly one fragment; a styp may stand before it
 * @returns {Fragment}
 * @throws {BrokenData}
 */
export function readFragment(bytes) {
  const top = boxes(bytes, 0, bytes.length);
  const moof = one(top, "moof");
  const mdat = one(top, "mdat");
  const traf = one(boxes(bytes, moof.from, moof.to), "traf");
  const inside = boxes(bytes, traf.from, traf.to);
  const [tfhd, tfdt, trun] = [one(inside, "tfhd"), one(inside, "tfdt"), one(inside, "trun")];
  const need = (/** @type {{ from: number, to: number }} */ box, /** @type {number} */ size) => {
    if (box.to - box.from < size) throw new BrokenData("a box is cut off");
  };
  need(tfhd, 8);
  need(tfdt, 8);
  const track = u32(bytes, tfhd.from + 4);
  const defaults = u32(bytes, tfhd.from);
  const fixed = defaultSize(bytes, tfhd, defaults);
  let time = u32(bytes, tfdt.from + 4);
  if (bytes[tfdt.from] === 1) {
    need(tfdt, 12);
    time = time * 2 ** 32 + u32(bytes, tfdt.from + 8);
  }
  need(trun, 8);
  const flags = u32(bytes, trun.from) & 0xffffff;
  const count = u32(bytes, trun.from + 4);
  let at = trun.from + 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
  const each = 4 * [0x100, 0x200, 0x400, 0x800].filter((bit) => flags & bit).length;
  if (at + count * each > trun.to) throw new BrokenData("the list of pictures is cut off");
  /** @type {Uint8Array[]} */
  const samples = [];
  const offsets = new Int32Array(count);
  let data = mdat.from;
  for (let i = 0; i < count; i++) {
    if (flags & 0x100) at += 4;
    let size = fixed;
    if (flags & 0x200) {
      size = u32(bytes, at);
      at += 4;
    }
    if (flags & 0x400) at += 4;
    if (flags & 0x800) {
      offsets[i] = u32(bytes, at) | 0;
      at += 4;
    }
    if (data + size > mdat.to) throw new BrokenData("a picture is longer than its data");
    samples.push(bytes.subarray(data, data + size));
    data += size;
  }
  if (data !== mdat.to) throw new BrokenData("the pictures do not fill their data");
  return { track, time, samples, offsets };
}

/**
 * @param {Uint8Array} bytes
 * @param {{ from: number, to: number }} tfhd
 * @param {number} flags
 */
function defaultSize(bytes, tfhd, flags) {
  if (!(flags & 0x10)) return 0;
  const at = tfhd.from + 8 + (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0) + (flags & 8 ? 4 : 0);
  if (at + 4 > tfhd.to) throw new BrokenData("a box is cut off");
  return u32(bytes, at);
}

/**
 * The NAL units of a sample: a length of four bytes before each.
 * @param {Uint8Array} sample
 * @returns {Uint8Array[]}
 * @throws {BrokenData}
 */
export function readNals(sample) {
  const nals = [];
  for (let at = 0; at < sample.length; ) {
    if (at + 4 > sample.length) throw new BrokenData("a NAL unit is cut off");
    const size = u32(sample, at);
    if (size < 3 || at + 4 + size > sample.length) throw new BrokenData("a NAL unit is cut off");
    nals.push(sample.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  return nals;
}
