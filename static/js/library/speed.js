/** How fast bytes go, over the last seconds: a pause or a new connection must not count. */

const WINDOW_MS = 8000;
const SETTLED_MS = 1500;

export class Speed {
  constructor() {
    /** @type {{ at: number, bytes: number }[]} */
    this.samples = [];
  }

  /** Forget what was: after a pause or a retry. */
  restart() {
    this.samples = [];
  }

  /**
   * @param {number} bytes sent so far
   * @param {number} at milliseconds of any clock that does not jump
   */
  note(bytes, at) {
    const last = this.samples.at(-1);
    // A chunk that is sent again starts lower.
    if (last && bytes < last.bytes) this.samples = [];
    this.samples.push({ at, bytes });
    while (this.samples.length > 2 && at - this.samples[0].at > WINDOW_MS) this.samples.shift();
  }

  /** @returns {number | null} bytes per second; null until there is something to go by */
  get bytesPerSecond() {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (!first || !last || last.at - first.at < SETTLED_MS) return null;
    return ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
  }

  /**
   * @param {number} all bytes of the file
   * @returns {number | null} seconds
   */
  secondsLeft(all) {
    const speed = this.bytesPerSecond;
    const last = this.samples.at(-1);
    return speed && last ? (all - last.bytes) / speed : null;
  }
}
