/** A SourceBuffer with a queue: appends one after the other, replaces what waits, and makes room when the browser asks. */

/** Seconds kept behind the playhead. */
const KEEP_BEHIND = 10;
const KEEP_BEHIND_TIGHT = 2;

/**
 * @typedef {object} Entry
 * @property {number} segment -1 for an initialisation segment
 * @property {number} start seconds
 * @property {number} end seconds
 * @property {Uint8Array<ArrayBuffer>} data
 */

export class BufferQueue {
  #buffer;
  #video;
  /** @type {Entry[]} */
  #waiting = [];
  /** @type {Entry | null} */
  #running = null;
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
    const same = this.#waiting.findIndex(({ segment }) => segment === entry.segment && segment >= 0);
    if (same >= 0) this.#waiting[same] = entry;
    else this.#waiting.push(entry);
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
    const behind = this.#video.currentTime - KEEP_BEHIND;
    const { buffered } = this.#buffer;
    if (buffered.length && buffered.start(0) < behind - KEEP_BEHIND) return this.#remove(behind);
    const entry = this.#waiting.shift();
    if (!entry) return;
    this.#running = entry;
    try {
      this.#buffer.appendBuffer(entry.data);
    } catch (reason) {
      this.#running = null;
      if (!(reason instanceof DOMException) || reason.name !== "QuotaExceededError") return this.events.onError(reason);
      this.#waiting.unshift(entry);
      const to = this.#video.currentTime - KEEP_BEHIND_TIGHT;
      if (buffered.length && buffered.start(0) < to) this.#remove(to);
      else setTimeout(() => this.#next(), 500);
    }
  }

  /** @param {number} to seconds */
  #remove(to) {
    const from = this.#buffer.buffered.start(0);
    this.#buffer.remove(0, to);
    this.events.onRemoved?.(from, to);
  }

  #onEnd = () => {
    const done = this.#running;
    this.#running = null;
    if (done) this.events.onAppended(done);
    this.#next();
  };

  #onError = () => {
    this.#running = null;
    this.events.onError(new Error("the decoder refused a segment"));
  };
}
