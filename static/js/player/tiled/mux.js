/** Writes what MSE takes: an initialisation segment and one fragment for each segment of merged pictures (ISO/IEC 14496-12). */

import { unitSize, writeUnit } from "./chunks.js";

/** @param {number} value */
const u32 = (value) => [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
/** @param {number} value */
const u16 = (value) => [(value >> 8) & 255, value & 255];
/** @param {number} value below 2 ** 53 */
const u64 = (value) => [...u32(Math.floor(value / 2 ** 32)), ...u32(value >>> 0)];
/** @param {string} text */
const letters = (text) => [...text].map((letter) => letter.charCodeAt(0));
/** @param {number} count */
const zeros = (count) => new Uint8Array(count);
const MATRIX = [65536, 0, 0, 0, 65536, 0, 0, 0, 0x40000000].flatMap(u32);

/**
 * @param {string} type
 * @param {...ArrayLike<number>} parts
 */
function box(type, ...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 8));
  out.set(u32(out.length));
  out.set(letters(type), 4);
  let at = 8;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/**
 * @param {string} type
 * @param {number} version
 * @param {number} flags
 * @param {...ArrayLike<number>} parts
 */
const fullBox = (type, version, flags, ...parts) => box(type, [version, (flags >> 16) & 255, (flags >> 8) & 255, flags & 255], ...parts);

/**
 * @param {{ width: number, height: number, timescale: number, hvcc: Uint8Array }} track hvcc: payload of the box
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function initSegment({ width, height, timescale, hvcc }) {
  const hvc1 = box(
    "hvc1", [0, 0, 0, 0, 0, 0, 0, 1], zeros(16), u16(width), u16(height), u32(0x480000), u32(0x480000), u32(0), u16(1), zeros(32), u16(24),
    [255, 255], box("hvcC", hvcc),
  );
  return movie(timescale, "vide", fullBox("vmhd", 0, 1, zeros(8)), hvc1, [...u32(width * 65536), ...u32(height * 65536)]);
}

/**
 * @param {number} timescale
 * @param {"vide" | "soun"} kind
 * @param {Uint8Array} header of this kind of media
 * @param {Uint8Array} entry sample entry
 * @param {number[]} size on the screen
 */
function movie(timescale, kind, header, entry, size) {
  const stbl = box(
    "stbl", fullBox("stsd", 0, 0, u32(1), entry), fullBox("stts", 0, 0, u32(0)), fullBox("stsc", 0, 0, u32(0)),
    fullBox("stsz", 0, 0, u32(0), u32(0)), fullBox("stco", 0, 0, u32(0)),
  );
  const dinf = box("dinf", fullBox("dref", 0, 0, u32(1), fullBox("url ", 0, 1)));
  const minf = box("minf", header, dinf, stbl);
  const mdia = box(
    "mdia", fullBox("mdhd", 0, 0, u32(0), u32(0), u32(timescale), u32(0), [0x55, 0xc4, 0, 0]),
    fullBox("hdlr", 0, 0, u32(0), letters(kind), zeros(12), [0]), minf,
  );
  const tkhd = fullBox("tkhd", 0, 3, u32(0), u32(0), u32(1), u32(0), u32(0), zeros(16), MATRIX, size);
  const mvhd = fullBox("mvhd", 0, 0, u32(0), u32(0), u32(timescale), u32(0), u32(65536), [1, 0], zeros(10), MATRIX, zeros(24), u32(2));
  const moov = box("moov", mvhd, box("trak", tkhd, mdia), box("mvex", fullBox("trex", 0, 0, u32(1), u32(1), u32(0), u32(0), u32(0))));
  const ftyp = box("ftyp", letters("iso6"), u32(0), letters("iso6"), letters("dash"));
  const out = new Uint8Array(ftyp.length + moov.length);
  out.set(ftyp);
  out.set(moov, ftyp.length);
  return out;
}

/**
 * @param {object} media
 * @param {number} media.sequence
 * @param {number} media.time base media decode time
 * @param {number} media.ticks duration of a picture
 * @param {import("./merge.js").AccessUnits} media.pictures
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function mediaSegment({ sequence, time, ticks, pictures }) {
  const { units, offsets, keys } = pictures;
  const sizes = units.map(unitSize);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const samples = units.flatMap((_, i) => [...u32(sizes[i]), ...u32(keys[i] ? 0x2000000 : 0x1010000), ...u32(offsets[i])]);
  const moof = (/** @type {number} */ dataOffset) =>
    box(
      "moof", fullBox("mfhd", 0, 0, u32(sequence)),
      box(
        "traf", fullBox("tfhd", 0, 0x20008, u32(1), u32(ticks)), fullBox("tfdt", 1, 0, u64(time)),
        fullBox("trun", 1, 0xe01, u32(units.length), u32(dataOffset), samples),
      ),
    );
  const head = moof(moof(0).length + 8);
  const out = new Uint8Array(head.length + 8 + bytes);
  out.set(head);
  out.set(u32(bytes + 8), head.length);
  out.set(letters("mdat"), head.length + 4);
  let at = head.length + 8;
  for (const unit of units) at = writeUnit(out, at, unit);
  return out;
}

const SILENCE_RATE = 48_000;
const SILENCE_SAMPLES = 1024;
/** One AAC-LC frame of nothing, mono, and the codec's configuration (ISO/IEC 14496-3): LC, 48 kHz, one channel. */
const SILENT_FRAME = [0x00, 0xc8, 0x00, 0x80, 0x23, 0x80];
const SILENCE_CONFIGURATION = [0x11, 0x88];
export const SILENCE_MIME = 'audio/mp4; codecs="mp4a.40.2"';

/**
 * Silence as a track, for a title without sound whose pictures need a clock (frames.js).
 * @param {number} seconds
 * @returns {Uint8Array<ArrayBuffer>} initialisation segment and one fragment
 */
export function silence(seconds) {
  const frames = Math.ceil((seconds * SILENCE_RATE) / SILENCE_SAMPLES);
  const decoder = [0x04, 15 + SILENCE_CONFIGURATION.length, 0x40, 0x15, ...zeros(11), 0x05, SILENCE_CONFIGURATION.length, ...SILENCE_CONFIGURATION];
  const descriptor = [0x03, 3 + decoder.length + 3, 0, 0, 0, ...decoder, 0x06, 1, 0x02];
  const mp4a = box(
    "mp4a", [0, 0, 0, 0, 0, 0, 0, 1], zeros(8), u16(1), u16(16), zeros(4), u32(SILENCE_RATE * 65536), fullBox("esds", 0, 0, descriptor),
  );
  const init = movie(SILENCE_RATE, "soun", fullBox("smhd", 0, 0, zeros(4)), mp4a, [...zeros(8)]);
  const moof = (/** @type {number} */ dataOffset) =>
    box(
      "moof", fullBox("mfhd", 0, 0, u32(1)),
      box(
        "traf", fullBox("tfhd", 0, 0x20038, u32(1), u32(SILENCE_SAMPLES), u32(SILENT_FRAME.length), u32(0x2000000)),
        fullBox("tfdt", 1, 0, u64(0)), fullBox("trun", 0, 1, u32(frames), u32(dataOffset)),
      ),
    );
  const head = moof(moof(0).length + 8);
  const data = new Uint8Array(frames * SILENT_FRAME.length);
  for (let i = 0; i < data.length; i++) data[i] = SILENT_FRAME[i % SILENT_FRAME.length];
  const mdat = box("mdat", data);
  const out = new Uint8Array(init.length + head.length + mdat.length);
  out.set(init);
  out.set(head, init.length);
  out.set(mdat, init.length + head.length);
  return out;
}
