/** Bits of a NAL unit (H.265, clauses 7.2 and 9.2): reading, writing, and emulation prevention. */

/** Thrown for bytes that are not what they should be. */
export class BrokenData extends Error {}

export class BitReader {
  /** @param {Uint8Array} bytes without emulation prevention */
  constructor(bytes) {
    this.bytes = bytes;
    this.position = 0;
    this.end = bytes.length * 8;
  }

  /**
   * @param {number} count 0..32
   * @returns {number} unsigned
   * @throws {BrokenData} past the end
   */
  u(count) {
    if (this.position + count > this.end) throw new BrokenData("a header ends too early");
    let value = 0;
    while (count > 0) {
      const room = 8 - (this.position & 7);
      const take = Math.min(count, room);
      value = value * 2 ** take + ((this.bytes[this.position >> 3] >> (room - take)) & ((1 << take) - 1));
      this.position += take;
      count -= take;
    }
    return value;
  }

  /** @param {number} count */
  skip(count) {
    if (count < 0 || this.position + count > this.end) throw new BrokenData("a header ends too early");
    this.position += count;
  }

  ue() {
    let zeros = 0;
    while (this.u(1) === 0) if (++zeros > 31) throw new BrokenData("a code in a header has no end");
    return 2 ** zeros - 1 + this.u(zeros);
  }

  se() {
    const code = this.ue();
    return code & 1 ? (code + 1) / 2 : -code / 2;
  }

  /** Where the stop bit is: the last one that is set. */
  get stop() {
    let last = this.bytes.length - 1;
    while (last > 0 && this.bytes[last] === 0) last--;
    let low = 0;
    while (low < 7 && !((this.bytes[last] >> low) & 1)) low++;
    return last * 8 + 7 - low;
  }
}

export class BitWriter {
  /** @type {number[]} */
  #bytes = [];
  #bits = 0;

  /**
   * @param {number} value
   * @param {number} count
   */
  u(value, count) {
    for (let i = count - 1; i >= 0; i--) {
      if (this.#bits % 8 === 0) this.#bytes.push(0);
      if (Math.floor(value / 2 ** i) % 2) this.#bytes[this.#bytes.length - 1] |= 128 >> this.#bits % 8;
      this.#bits++;
    }
  }

  /** @param {number} value */
  ue(value) {
    const length = Math.floor(Math.log2(value + 1));
    this.u(0, length);
    this.u(value + 1, length + 1);
  }

  /** @param {number} value */
  se(value) {
    this.ue(value > 0 ? 2 * value - 1 : -2 * value);
  }

  /**
   * @param {BitReader} from
   * @param {number} end copies up to here
   */
  copy(from, end) {
    while (from.position < end) {
      const count = Math.min(24, end - from.position);
      this.u(from.u(count), count);
    }
  }

  /** The 1 bit and zero bits that end a header or a parameter set. */
  trailing() {
    this.u(1, 1);
    while (this.#bits % 8) this.u(0, 1);
  }

  get bytes() {
    return Uint8Array.from(this.#bytes);
  }
}

/**
 * @param {Uint8Array} nal
 * @param {number} [most] bytes of the result that are needed
 */
export function unescape(nal, most = Infinity) {
  const out = new Uint8Array(Math.min(nal.length, most));
  let [at, zeros] = [0, 0];
  for (let i = 0; i < nal.length && at < out.length; i++) {
    const byte = nal[i];
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out[at++] = byte;
  }
  return out.subarray(0, at);
}

/** @param {Uint8Array} bytes */
export function escape(bytes) {
  const out = [];
  let zeros = 0;
  for (const byte of bytes) {
    if (zeros >= 2 && byte <= 3) {
      out.push(3);
      zeros = 0;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out.push(byte);
  }
  return Uint8Array.from(out);
}

/**
 * A slice under another header: the payload keeps its own emulation prevention, which does not depend on what stands before
 * it, as a slice header ends with a 1 bit.
 * @param {Uint8Array} nal
 * @param {number} size bytes of its header without emulation prevention
 * @param {Uint8Array} head the new header, without emulation prevention
 */
export function withHead(nal, size, head) {
  const escaped = escape(head);
  const payload = nal.subarray(escapedLength(nal, size));
  const out = new Uint8Array(escaped.length + payload.length);
  out.set(escaped);
  out.set(payload, escaped.length);
  return out;
}

/**
 * How many bytes of the NAL unit hold its first `count` bytes without emulation prevention.
 * @param {Uint8Array} nal
 * @param {number} count
 */
export function escapedLength(nal, count) {
  let [read, zeros, i] = [0, 0, 0];
  for (; read < count && i < nal.length; i++) {
    if (zeros >= 2 && nal[i] === 3) {
      zeros = 0;
      continue;
    }
    zeros = nal[i] === 0 ? zeros + 1 : 0;
    read++;
  }
  return i;
}
