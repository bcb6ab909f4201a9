/** Writes what MSE takes: an initialisation segment and one fragment for each segment of merged pictures (ISO/IEC 14496-12). */

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
  const stbl = box(
    "stbl", fullBox("stsd", 0, 0, u32(1), hvc1), fullBox("stts", 0, 0, u32(0)), fullBox("stsc", 0, 0, u32(0)),
    fullBox("stsz", 0, 0, u32(0), u32(0)), fullBox("stco", 0, 0, u32(0)),
  );
  const dinf = box("dinf", fullBox("dref", 0, 0, u32(1), fullBox("url ", 0, 1)));
  const minf = box("minf", fullBox("vmhd", 0, 1, zeros(8)), dinf, stbl);
  const mdia = box(
    "mdia", fullBox("mdhd", 0, 0, u32(0), u32(0), u32(timescale), u32(0), [0x55, 0xc4, 0, 0]),
    fullBox("hdlr", 0, 0, u32(0), letters("vide"), zeros(12), [0]), minf,
  );
  const tkhd = fullBox("tkhd", 0, 3, u32(0), u32(0), u32(1), u32(0), u32(0), zeros(16), MATRIX, u32(width * 65536), u32(height * 65536));
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
  const sizes = units.map((unit) => unit.reduce((sum, nal) => sum + 4 + nal.length, 0));
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
  for (const unit of units) {
    for (const nal of unit) {
      out.set(u32(nal.length), at);
      out.set(nal, at + 4);
      at += 4 + nal.length;
    }
  }
  return out;
}
