/** What may be fetched: what the cap allows and the connection brings, and an account of what was not used and what was borrowed. In bytes and seconds. */

/** Share of the measured throughput that is planned with. */
const SAFETY = 0.85;
/** The account, in seconds of the rate: the most that is owed and saved, and over how many segments a debt evens out. */
const OWED_MOST = 1.5;
const SAVED_MOST = 2;
const EVEN_OUT = 6;

export class Budget {
  #throughput;
  /** Bytes that were allowed and nothing has used; negative: borrowed. */
  #account = 0;
  #earnedAt = 0;

  /**
   * @param {import("./throughput.js").Throughput} throughput
   * @param {number} capKbps
   */
  constructor(throughput, capKbps) {
    this.#throughput = throughput;
    this.capKbps = capKbps;
  }

  /** Bytes per second that the cap allows. */
  get capped() {
    return (this.capKbps * 1000) / 8;
  }

  /** Bytes per second that the connection brings. */
  get brought() {
    return SAFETY * this.#throughput.estimate;
  }

  /** Bytes per second that may be used. */
  get rate() {
    return Math.min(this.capped, this.brought);
  }

  /** Whether the connection brings less than the cap allows. */
  get slow() {
    return this.brought < this.capped;
  }

  /** Bytes of the account that a segment may have besides its own: all that was saved, or its part of a debt. */
  get carried() {
    return this.#account > 0 ? this.#account : this.#account / EVEN_OUT;
  }

  /**
   * Time brings allowance: what is not used lapses but for a little, what was borrowed is paid back.
   * @param {number} now seconds
   * @returns {number} bytes
   */
  earn(now) {
    const second = this.rate;
    const earned = second * Math.max(0, now - this.#earnedAt);
    this.#account = Math.max(-OWED_MOST * second, Math.min(SAVED_MOST * second, this.#account + earned));
    this.#earnedAt = now;
    return earned;
  }

  /** @param {number} bytes */
  spend(bytes) {
    this.#account -= bytes;
  }
}
