/** Access units as decoders take them: NAL units with their lengths in front, and what WebCodecs wants to know of each picture. */

/** @param {Uint8Array[]} unit NAL units of a picture */
export const unitSize = (unit) => unit.reduce((sum, nal) => sum + 4 + nal.length, 0);

/**
 * @param {Uint8Array} out
 * @param {number} at
 * @param {Uint8Array[]} unit
 * @returns {number} where the next one begins
 */
export function writeUnit(out, at, unit) {
  const view = new DataView(out.buffer, out.byteOffset);
  for (const nal of unit) {
    view.setUint32(at, nal.length);
    out.set(nal, at + 4);
    at += 4 + nal.length;
  }
  return at;
}

/**
 * @typedef {{ type: "key" | "delta", timestamp: number, duration: number, data: Uint8Array<ArrayBuffer> }} Chunk as
 *   EncodedVideoChunk takes it: microseconds; `timestamp` is when the picture is shown
 *
 * @param {object} media
 * @param {number} media.time base media decode time
 * @param {number} media.ticks duration of a picture
 * @param {number} media.timescale
 * @param {import("./merge.js").AccessUnits} media.pictures
 * @returns {Chunk[]} in decoding order, all in one buffer
 */
export function chunksOf({ time, ticks, timescale, pictures }) {
  const { units, offsets, keys } = pictures;
  const bytes = new Uint8Array(units.reduce((sum, unit) => sum + unitSize(unit), 0));
  const micro = (/** @type {number} */ value) => Math.round((value * 1e6) / timescale);
  let at = 0;
  return units.map((unit, i) => {
    const from = at;
    at = writeUnit(bytes, at, unit);
    const shown = time + i * ticks + offsets[i];
    return { type: keys[i] ? "key" : "delta", timestamp: micro(shown), duration: micro(shown + ticks) - micro(shown), data: bytes.subarray(from, at) };
  });
}
