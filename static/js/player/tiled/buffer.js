/**
 * A SourceBuffer with a queue: appends one after the other, and makes room when the browser asks.
 *
 * Most segments go on from the one before. So what is appended voids what waits to follow it and what follows it in the buffer,
 * to the next random-access picture; the browser does so by itself when it replaces pictures. It also removes that far, so
 * room is only made in front of such a picture.
 */

/** Seconds kept behind the playhead. */
const KEEP_BEHIND = 10;
const KEEP_BEHIND_TIGHT = 2;
/** Seconds, less than any picture lasts: times of the container and of the page are not the same to the last digit. */
const HAIR = 0.005;

/**
 * @typedef {object} Entry
 * @property {number} segment -1 for an initialisation segment
 * @property {number} start seconds
 * @property {number} end seconds
 * @property {boolean} random it begins with a random-access picture
 * @property {Uint8Array<ArrayBuffer>} data
 */

export class BufferQueue {
  #buffer;
  #video;
  /** @type {Entry[]} */
  #waiting = [];
  /** @type {Entry | null} */
  #running = null;
  /** Where what has been appended can be entered, seconds. @type {Set<number>} */
  #entrances = new Set();
  #closed = false;

  /**
   * @param {SourceBuffer} buffer
   * @param {HTMLVideoElement} video
   * @param {object} events
   * @param {(entry: Entry) => void} events.onAppended
   * @param {(reason: unknown) => void} events.onError
   * @param {(from: number, to: number) => void} [events.onRemoved] seconds
   */
  constructor(buffer, video, events) {
    this.#buffer = buffer;
    this.#video = video;
    this.events = events;
    buffer.addEventListener("updateend", this.#onEnd);
    buffer.addEventListener("error", this.#onError);
  }

  get idle() {
    return !this.#running && this.#waiting.length === 0 && !this.#buffer.updating;
  }

  /** @param {Entry} entry */
  add(entry) {
    this.#waiting = [...this.#waiting.filter(({ segment }) => segment < entry.segment), entry];
    this.#next();
  }

  close() {
    this.#closed = true;
    this.#waiting = [];
    this.#buffer.removeEventListener("updateend", this.#onEnd);
    this.#buffer.removeEventListener("error", this.#onError);
  }

  /**
   * Seconds of what is buffered from a moment on, without a gap.
   * @param {number} time seconds
   */
  ahead(time) {
    const { buffered } = this.#buffer;
    for (let i = 0; i < buffered.length; i++)
      if (buffered.start(i) <= time + 0.1 && buffered.end(i) > time) return buffered.end(i) - time;
    return 0;
  }

  #next() {
    if (this.#closed || this.#running || this.#buffer.updating) return;
    const { currentTime } = this.#video;
    if (this.#first < currentTime - 2 * KEEP_BEHIND && this.#remove(currentTime - KEEP_BEHIND)) return;
    const entry = this.#waiting.shift();
    if (!entry) return;
    this.#running = entry;
    try {
      this.#buffer.appendBuffer(entry.data);
    } catch (reason) {
      this.#running = null;
      if (!(reason instanceof DOMException) || reason.name !== "QuotaExceededError") return this.events.onError(reason);
      this.#waiting.unshift(entry);
      if (!this.#remove(currentTime - KEEP_BEHIND_TIGHT)) setTimeout(() => this.#next(), 500);
    }
  }

  /** Where what is buffered begins, seconds. */
  get #first() {
    const { buffered } = this.#buffer;
    return buffered.length ? buffered.start(0) : Infinity;
  }

  /**
   * Removes what lies before the last random-access picture up to a moment.
   * @param {number} to seconds
   * @returns {boolean} whether there is something to remove
   */
  #remove(to) {
    const from = this.#first;
    const entrance = Math.max(...[...this.#entrances].filter((start) => start <= to), 0);
    if (entrance - HAIR <= from) return false;
    this.#buffer.remove(0, entrance - HAIR);
    for (const start of this.#entrances) if (start < entrance) this.#entrances.delete(start);
    this.events.onRemoved?.(from, entrance);
    return true;
  }

  #onEnd = () => {
    const done = this.#running;
    this.#running = null;
    if (done?.random) this.#entrances.add(done.start);
    else if (done) this.#entrances.delete(done.start);
    if (done) this.events.onAppended(done);
    this.#next();
  };

  #onError = () => {
    this.#running = null;
    this.events.onError(new Error("the decoder refused a segment"));
  };
}
