/**
 * Pictures by WebCodecs, where MSE takes no HEVC: segments go in as they go into a BufferQueue, decoded pictures come out one
 * by one, by the video element's clock. The element itself plays the sound, so pausing, seeking and speed are its own.
 *
 * Most segments go on from the one before: decoding begins, after a seek too, at the last one that begins with a random-access
 * picture, and pictures up to the moment are not shown. Few pictures are decoded ahead: each holds a decoder's surface until it
 * is closed.
 */

export const MOST_AHEAD = 8;
/** Pictures that must be there before the clock goes on after it had to wait. */
const ENOUGH = 4;
/** Seconds kept behind the playhead. */
const KEEP_BEHIND = 10;
/** Half a picture at 60 a second, in microseconds: clocks of sound and picture are not the same to the last digit. */
const EARLY = 8000;

/**
 * @typedef {object} FrameEntry
 * @property {number} segment
 * @property {number} start seconds
 * @property {number} end seconds
 * @property {boolean} random it begins with a random-access picture
 * @property {import("./chunks.js").Chunk[]} data
 */

export class FrameQueue {
  #config;
  #video;
  #events;
  #end;
  /** @type {VideoDecoder} */
  #decoder;
  /** @type {Map<number, FrameEntry>} */
  #entries = new Map();
  /** What is decoded next. @type {{ entry: FrameEntry, at: number } | null} */
  #cursor = null;
  /** Decoded and not shown yet, in the order of showing. @type {VideoFrame[]} */
  #frames = [];
  /** On the screen; open, as the texture may be needed again. @type {VideoFrame | null} */
  #shown = null;
  /** Pictures before this belong to the way to a seek's goal, microseconds. */
  #from = 0;
  #held = false;
  /** All pictures were brought out of the decoder: it goes on with a random-access picture only. */
  #drained = false;
  /** Pictures that were decoded, and those of them that came too late to be shown. */
  counts = { total: 0, dropped: 0 };

  /**
   * @param {VideoDecoderConfig} config
   * @param {HTMLVideoElement} video the clock
   * @param {number} duration seconds
   * @param {object} events
   * @param {(entry: FrameEntry) => void} events.onAppended
   * @param {(reason: unknown) => void} events.onError
   * @param {(from: number, to: number) => void} [events.onRemoved] seconds
   */
  constructor(config, video, duration, events) {
    this.#config = config;
    this.#video = video;
    this.#end = (duration - 0.1) * 1e6;
    this.#events = events;
    this.#decoder = new VideoDecoder({ output: (frame) => this.#onFrame(frame), error: (reason) => events.onError(reason) });
    this.#decoder.configure(config);
    this.#decoder.addEventListener("dequeue", this.#decode);
    video.addEventListener("seeking", this.#restart);
    for (const event of ["playing", "seeked"]) video.addEventListener(event, this.#stillWaits);
  }

  /** Nothing waits to be taken in. */
  get idle() {
    return true;
  }

  /** Whether the clock stands because a picture is missing. */
  get waiting() {
    return this.#held;
  }

  /**
   * Seconds of what is there from a moment on, without a gap.
   * @param {number} time seconds
   */
  ahead(time) {
    let end = time;
    for (let entry = this.#entryAt(time); entry; entry = this.#entries.get(entry.segment + 1) ?? null) end = entry.end;
    return end - time;
  }

  /** Pictures that are decoded and open. */
  get open() {
    return this.#frames.length + (this.#shown ? 1 : 0);
  }

  /**
   * @param {FrameEntry} entry one that is there already is replaced, but for what has been decoded of it; what went on from
   *   that goes too
   */
  add(entry) {
    this.#entries.set(entry.segment, entry);
    for (let after = entry.segment + 1; this.#entries.get(after)?.random === false; after++) this.#entries.delete(after);
    if (this.#cursor?.at === 0 && this.#cursor.entry.segment === entry.segment) this.#cursor.entry = entry;
    this.#forget();
    this.#decode();
    queueMicrotask(() => this.#events.onAppended(entry));
  }

  close() {
    this.#video.removeEventListener("seeking", this.#restart);
    for (const event of ["playing", "seeked"]) this.#video.removeEventListener(event, this.#stillWaits);
    this.#decoder.removeEventListener("dequeue", this.#decode);
    if (this.#decoder.state !== "closed") this.#decoder.close();
    this.#clear();
    this.#shown?.close();
    this.#shown = null;
    if (this.#held) this.#hold(false);
  }

  /**
   * The picture that is due now, if it is another one than before; it stays open until the next one is taken.
   * @frame
   * @returns {VideoFrame | null}
   */
  take() {
    const now = this.#video.currentTime * 1e6 + EARLY;
    const before = this.#shown;
    while (this.#frames.length > 0 && this.#frames[0].timestamp <= now) {
      if (this.#shown !== null) this.#shown.close();
      this.#shown = /** @type {VideoFrame} */ (this.#frames.shift());
    }
    this.#watch(now);
    this.#decode();
    return this.#shown === before ? null : this.#shown;
  }

  /**
   * Holds the clock while the picture for it is missing, and lets it go on when there are enough.
   * @frame
   * @param {number} now microseconds
   */
  #watch(now) {
    const cursor = this.#cursor;
    // Hidden for a while, or too slow a decoder: what lies between is not worth decoding, if nothing is needed of it.
    if (cursor !== null && now > cursor.entry.end * 1e6 + EARLY) {
      const entrance = this.#entranceTo(now / 1e6);
      if (entrance !== null && entrance.segment > cursor.entry.segment) this.#restart();
    }
    const shown = this.#shown;
    const due = shown === null || now > shown.timestamp + 2 * (shown.duration ?? 0) || now < shown.timestamp;
    const lacking = due && this.#frames.length === 0 && now < this.#end;
    if (lacking !== this.#held && (lacking || this.#frames.length >= ENOUGH || now >= this.#end || this.#atEnd())) this.#hold(lacking);
    // Another speed was chosen meanwhile.
    else if (this.#held && this.#video.playbackRate !== 0) this.#video.playbackRate = 0;
    // Playing, the pictures that the decoder holds back come with what follows; one that stands is shown.
    if (lacking && this.#video.paused && this.#atEnd()) this.#drain();
  }

  /** Everything that is there has been given to the decoder. */
  #atEnd() {
    return this.#cursor !== null && this.#cursor.at === this.#cursor.entry.data.length && this.#decoder.decodeQueueSize === 0;
  }

  /** Says it as the element says it of itself: the page shows why. @param {boolean} held */
  #hold(held) {
    this.#held = held;
    this.#video.playbackRate = held ? 0 : this.#video.defaultPlaybackRate;
    if (!this.#video.paused) this.#video.dispatchEvent(new Event(held ? "waiting" : "playing"));
  }

  /** The element has its sound and says that it plays; the picture is still missing. */
  #stillWaits = () => {
    if (this.#held && !this.#video.paused) this.#video.dispatchEvent(new Event("waiting"));
  };

  /** @param {VideoFrame} frame */
  #onFrame(frame) {
    this.#frames.push(frame);
    if (frame.timestamp >= this.#from) this.counts.total++;
    const now = this.#video.currentTime * 1e6 + EARLY;
    while (this.#frames.length > 1 && this.#frames[1].timestamp <= now) {
      const late = /** @type {VideoFrame} */ (this.#frames.shift());
      if (late.timestamp >= this.#from) this.counts.dropped++;
      late.close();
    }
    this.#decode();
  }

  /** Feeds the decoder, never further ahead than its surfaces reach. */
  #decode = () => {
    while (this.#decoder.state === "configured" && this.#frames.length + this.#decoder.decodeQueueSize < MOST_AHEAD) {
      const chunk = this.#next();
      if (!chunk) return;
      this.#decoder.decode(new EncodedVideoChunk(chunk));
      const { at, entry } = /** @type {{ at: number, entry: FrameEntry }} */ (this.#cursor);
      if (at === entry.data.length && entry.end * 1e6 > this.#end) this.#drain();
    }
  };

  /** Where nothing follows that would bring the last pictures out of the decoder. */
  #drain() {
    if (this.#drained) return;
    this.#drained = true;
    void this.#decoder.flush().catch(() => {});
  }

  #next() {
    const cursor = (this.#cursor ??= this.#begin());
    if (!cursor) return null;
    if (cursor.at === cursor.entry.data.length) {
      const following = this.#following();
      if (!following) return null;
      if (this.#drained && !following.random) {
        this.#restart();
        return null;
      }
      this.#drained = false;
      cursor.entry = following;
      cursor.at = 0;
    }
    return cursor.entry.data[cursor.at++];
  }

  #begin() {
    const entry = this.#entranceTo(this.#video.currentTime);
    return entry && { entry, at: 0 };
  }

  /** Where decoding begins to come to a moment; null when not all of the way is there. @param {number} time seconds */
  #entranceTo(time) {
    let entry = this.#entryAt(time);
    while (entry && !entry.random) entry = this.#entries.get(entry.segment - 1) ?? null;
    return entry;
  }

  #following() {
    return this.#cursor && this.#entries.get(this.#cursor.entry.segment + 1);
  }

  /** @param {number} time seconds */
  #entryAt(time) {
    for (const entry of this.#entries.values()) if (entry.start <= time + 1e-3 && time < entry.end) return entry;
    return null;
  }

  /** From the playhead on, as after a seek. */
  #restart = () => {
    if (this.#decoder.state === "closed") return;
    this.#decoder.reset();
    this.#decoder.configure(this.#config);
    this.#clear();
    this.#cursor = null;
    this.#drained = false;
    this.#from = this.#video.currentTime * 1e6;
    this.#decode();
  };

  #clear() {
    for (const frame of this.#frames) frame.close();
    this.#frames = [];
  }

  #forget() {
    const edge = this.#video.currentTime - KEEP_BEHIND;
    const entrances = [...this.#entries.values()].filter(({ random, start }) => random && start <= edge);
    const entrance = Math.max(...entrances.map(({ start }) => start), -Infinity);
    for (const { segment, start, end } of [...this.#entries.values()]) {
      if (end > entrance) continue;
      this.#entries.delete(segment);
      this.#events.onRemoved?.(start, end);
    }
  }
}
