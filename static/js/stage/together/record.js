/**
 * Pose records on the wire: 50 bytes, little endian (docs/scenarios-protocol.md). In memory a record is 23 numbers: flags,
 * run time, then head, left and right as x, y, z (metres from the patient's chest place) and quaternion x, y, z, w.
 */

export const RECORD_BYTES = 50;
export const RECORD_NUMBERS = 23;
export const HEAD = 2;
export const LEFT = 9;
export const RIGHT = 16;
/** @enum {number} */
export const FLAG = { head: 1, left: 2, right: 4, leftHand: 8, rightHand: 16, leftGrips: 32, rightGrips: 64 };

const MILLIMETRES = 1000;
const TURNS = 32767;

/**
 * @frame
 * @param {DataView} bytes
 * @param {number} at
 * @param {Float32Array} record
 */
export function writeRecord(bytes, at, record) {
  bytes.setUint8(at, 1);
  bytes.setUint8(at + 1, record[0]);
  bytes.setUint16(at + 2, 0, true);
  bytes.setFloat32(at + 4, record[1], true);
  for (let i = 0; i < 21; i++) {
    const scaled = Math.round(record[2 + i] * (i % 7 < 3 ? MILLIMETRES : TURNS));
    bytes.setInt16(at + 8 + 2 * i, Math.max(-32768, Math.min(32767, scaled)), true);
  }
}

/**
 * @param {DataView} bytes
 * @param {number} at
 * @param {Float32Array} record
 * @returns {Float32Array} the same record
 */
export function readRecord(bytes, at, record) {
  record[0] = bytes.getUint8(at + 1);
  record[1] = bytes.getFloat32(at + 4, true);
  for (let i = 0; i < 21; i++) record[2 + i] = bytes.getInt16(at + 8 + 2 * i, true) / (i % 7 < 3 ? MILLIMETRES : TURNS);
  return record;
}

/**
 * @param {ArrayBuffer} frame from the server
 * @returns {{ n: number, poses: Map<number, Float32Array> }} slot -> record
 */
export function readPoses(frame) {
  const bytes = new DataView(frame);
  /** @type {Map<number, Float32Array>} */
  const poses = new Map();
  const count = bytes.getUint8(1);
  for (let i = 0; i < count && 4 + (i + 1) * RECORD_BYTES <= bytes.byteLength; i++) {
    const at = 4 + i * RECORD_BYTES;
    poses.set(bytes.getUint8(at), readRecord(bytes, at, new Float32Array(RECORD_NUMBERS)));
  }
  return { n: bytes.getUint16(2, true), poses };
}
