/**
 * The connection's speed, from what arrives while something is asked for. Requests share one connection, so bytes are
 * counted over all of them and time only while at least one is under way.
 */

/** Half-lives in seconds of busy time; the slower of the two estimates counts, so that a drop is believed at once. */
const QUICK = 0.8;
const SLOW = 4;
/** Samples shorter than this say more about the kernel's buffers than about the network. */
const SHORTEST = 0.05;

export class Throughput {
  #busy = 0;
  #since = 0;
  /** Of the busy time since the last sample. */
  #seconds = 0;
  #bytes = 0;
  #quick = new Average(QUICK);
  #slow = new Average(SLOW);
  #first;

  /** @param {number} [first] bytes per second to believe before anything is measured */
  constructor(first = 500_000) {
    this.#first = first;
  }

  /** A request starts. @param {number} now seconds */
  begin(now) {
    if (this.#busy++ === 0) this.#since = now;
  }

  /**
   * @param {number} now seconds
   * @param {number} bytes that have arrived since the last call
   */
  received(now, bytes) {
    this.#bytes += bytes;
    this.#count(now);
  }

  /** A request ends, well or not. @param {number} now seconds */
  end(now) {
    this.#count(now);
    if (this.#busy > 0) this.#busy--;
  }

  /** Bytes per second. */
  get estimate() {
    if (!this.#slow.known) return this.#first;
    return Math.min(this.#quick.value, this.#slow.value);
  }

  /** Whether anything was measured yet. */
  get known() {
    return this.#slow.known;
  }

  /** @param {number} now */
  #count(now) {
    if (this.#busy === 0) return;
    this.#seconds += Math.max(0, now - this.#since);
    this.#since = now;
    if (this.#seconds < SHORTEST) return;
    this.#quick.add(this.#bytes / this.#seconds, this.#seconds);
    this.#slow.add(this.#bytes / this.#seconds, this.#seconds);
    this.#seconds = 0;
    this.#bytes = 0;
  }
}

/** Exponentially weighted by time, free of the bias to its start. */
class Average {
  #halfLife;
  #sum = 0;
  #weight = 0;

  /** @param {number} halfLife seconds */
  constructor(halfLife) {
    this.#halfLife = halfLife;
  }

  get known() {
    return this.#weight > 0;
  }

  get value() {
    return this.#sum / this.#weight;
  }

  /**
   * @param {number} value
   * @param {number} seconds it stands for
   */
  add(value, seconds) {
    const keep = 0.5 ** (seconds / this.#halfLife);
    this.#sum = this.#sum * keep + value * (1 - keep);
    this.#weight = this.#weight * keep + (1 - keep);
  }
}
