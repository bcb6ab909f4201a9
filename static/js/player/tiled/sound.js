/** The film's ordinary sound beside the tiles: fetched some seconds ahead, segment by segment. */

import { BufferQueue } from "./buffer.js";

const AHEAD = 12;
const RETRY_MS = 1500;

export class Sound {
  #video;
  #track;
  #address;
  #queue;
  /** Start of each segment, seconds, and the end of the last. @type {number[]} */
  #starts = [0];
  #fetching = new AbortController();
  #busy = false;
  #last = -1;
  #started = false;

  /**
   * @param {SourceBuffer} buffer
   * @param {HTMLVideoElement} video
   * @param {import("./index.js").AudioTrack} track
   * @param {(file: string) => string} address of a file relative to the index, with the newest token
   * @param {(reason: unknown) => void} onError
   */
  constructor(buffer, video, track, address, onError) {
    this.#video = video;
    this.#track = track;
    this.#address = address;
    this.#queue = new BufferQueue(buffer, video, { onAppended: () => {}, onError });
    for (const ticks of track.ticks) this.#starts.push(this.#starts[this.#starts.length - 1] + ticks / track.timescale);
  }

  get complete() {
    const end = this.#starts[this.#starts.length - 1];
    return this.#queue.idle && this.#video.currentTime + this.#queue.ahead(this.#video.currentTime) >= end - 0.3;
  }

  async begin() {
    try {
      this.#queue.add({ segment: -1, start: 0, end: 0, random: false, data: await this.#get(this.#track.init) });
      this.#started = true;
    } catch {
      setTimeout(() => void this.begin(), RETRY_MS);
    }
  }

  /** Called now and then: asks for the next segment where one is needed. */
  tick() {
    if (!this.#started || this.#busy || this.#fetching.signal.aborted || !this.#queue.idle) return;
    const time = this.#video.currentTime;
    const ahead = this.#queue.ahead(time);
    if (ahead > AHEAD) return;
    const at = time + ahead + (ahead > 0 ? 0.05 : 0);
    const next = this.#starts.findIndex((start, i) => start <= at && this.#starts[i + 1] > at);
    if (next < 0 || (next === this.#last && ahead > 0.5)) return;
    void this.#load(next);
  }

  close() {
    this.#fetching.abort();
    this.#queue.close();
  }

  /** @param {number} segment */
  async #load(segment) {
    this.#busy = true;
    try {
      const file = this.#track.media.replace("%05d", String(segment).padStart(5, "0"));
      const data = await this.#get(file);
      this.#last = segment;
      this.#queue.add({ segment, start: this.#starts[segment], end: this.#starts[segment + 1], random: true, data });
      this.#busy = false;
    } catch {
      // The pictures' own requests say what is wrong with the network or the address; the sound only tries again.
      setTimeout(() => {
        this.#busy = false;
      }, RETRY_MS);
    }
  }

  /** @param {string} file */
  async #get(file) {
    const answer = await fetch(this.#address(file), { credentials: "same-origin", signal: this.#fetching.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    return new Uint8Array(await answer.arrayBuffer());
  }
}
