/**
 * Carries out what the scheduler decides: fetches, checks, merges, muxes, and hands segments to the page. It runs in the
 * worker (worker.js); its clock, its network and its way to the page are given to it, so tests run it under Node.
 */

import { BrokenData } from "./bits.js";
import { chunksOf } from "./chunks.js";
import { failureOf, fetchRange, FetchError } from "./fetcher.js";
import { MOST_AHEAD } from "./frames.js";
import { GridLayout } from "./grid-layout.js";
import { IndexError, TiledIndex } from "./index.js";
import { mediaSegment, initSegment } from "./mux.js";
import { PackedLayout } from "./packed-layout.js";
import { Scheduler } from "./scheduler.js";

const RETRY_FIRST = 0.5;
const RETRY_LONGEST = 8;
/** A clock that jumps by more than this slept: what is under way is asked for again. */
const SLEPT = 5;
/** So many tiles that were not what the index says, and the title is given up. */
const BROKEN_MOST = 40;

/**
 * @typedef {object} EngineStart
 * @property {string} url absolute address of the index
 * @property {number} startAt seconds
 * @property {string[]} refused layouts that this device decodes too slowly, as `nameOf` names them
 * @property {{ seconds: number, pictures: number }} margin how far ahead of what it shows the decoder of MSE reads
 * @property {number} capKbps
 * @property {import("../regions.js").Region[]} regions
 * @property {import("./predict.js").Crowd | null} crowd
 *
 * @typedef {object} Progress for the information panel and for measurements
 * @property {number} kbps of what was fetched, over the last seconds of play
 * @property {number} bandwidth measured, bit/s
 * @property {number[]} view share of the view by quality, best first; the last one is missing
 * @property {{ turns: number, p50: number, p95: number }} sharp seconds from a turn to full quality
 * @property {number} broken tiles that were refused
 *
 * @typedef {"mse" | "frames"} Sink how the page decodes: Media Source Extensions, or WebCodecs (frames.js)
 *
 * @typedef {{ type: "opened", sink: Sink, init: Uint8Array<ArrayBuffer>, hvcc: Uint8Array, mime: string, width: number, height: number,
 *     duration: number, codec: string, titleWidth: number, titleHeight: number, layoutName: string,
 *     audio: import("./index.js").AudioTrack | null, packing: import("./packed-layout.js").Packing | null }
 *   | { type: "segment", segment: number, start: number, end: number, random: boolean,
 *     data: Uint8Array<ArrayBuffer> | import("./chunks.js").Chunk[], picks: Int8Array, continued: Uint8Array }
 *   | { type: "trouble", kind: "network" | "denied" | "gone" } | { type: "recovered" } | { type: "renew" }
 *   | { type: "gone", reason: string } | { type: "fallback", reason: string } | { type: "progress", progress: Progress }} ToPage
 *   of a segment: `random` whether it begins with a random-access picture, so that nothing before it is needed; `continued` 1 for
 *   tiles that go on from the segment before
 */

/**
 * What a browser says about a track.
 * @typedef {{ codec: string, width: number, height: number, bitrate: number, framerate: number, hvcc: Uint8Array }} Track
 * @typedef {(track: Track, sink: Sink) => Promise<{ supported: boolean, smooth: boolean }>} Able
 */

/** @type {Sink[]} */
const SINKS = ["mse", "frames"];

/** A picture of this many samples is decoded in software too. */
const SMALL_PICTURE = 4096 * 2304;

export class TiledEngine {
  #fetch;
  #able;
  #post;
  #clock;
  #base = "";
  /** @type {EngineStart | null} */
  #start = null;
  /** @type {Sink} */
  #sink = "mse";
  /** @type {TiledIndex | null} */
  #index = null;
  /** @type {import("./grid-layout.js").Layout | null} */
  #layout = null;
  /** @type {Scheduler | null} */
  #scheduler = null;
  /** @type {Map<number, AbortController>} */
  #running = new Map();
  #retryAt = 0;
  #wait = RETRY_FIRST;
  #troubled = false;
  #renewing = false;
  #renewals = 0;
  #hidden = false;
  #broken = 0;
  #closed = false;
  #tickAt = 0;
  #sequence = 0;
  #bytes = /** @type {{ at: number, bytes: number }[]} */ ([]);
  #progressAt = 0;
  #look = { yaw: 0, pitch: 0 };
  #meter = new TurnMeter();
  #media = 0;

  /**
   * @param {{ fetch: typeof fetch, able: Able, post: (message: ToPage, transfer?: Transferable[]) => void, clock: () => number }} outside
   *   clock: seconds
   */
  constructor({ fetch, able, post, clock }) {
    this.#fetch = fetch;
    this.#able = able;
    this.#post = post;
    this.#clock = clock;
  }

  /**
   * Reads the index and says what the pictures will be.
   * @param {EngineStart} start
   */
  async open(start) {
    this.#start = start;
    this.#base = start.url;
    await this.#begin(start);
  }

  /** @param {EngineStart} start */
  async #begin(start) {
    try {
      const given = await this.#readIndex();
      const index = new TiledIndex(given);
      const { layout, sink } = await this.#chooseLayout(index, start);
      const abort = new AbortController();
      const parts = layout.preparation.map(({ file }) => this.#whole(file, abort.signal));
      layout.prepare(await Promise.all(parts));
      if (this.#closed) return;
      this.#index = index;
      this.#layout = layout;
      this.#sink = sink;
      const ahead = sink === "mse" ? start.margin.pictures : MOST_AHEAD;
      this.#scheduler = new Scheduler(layout.schedule, {
        capKbps: start.capKbps, regions: start.regions, crowd: start.crowd, slots: layout.slots,
        margin: start.margin.seconds + (ahead * index.ticks) / index.timescale,
      });
      this.#scheduler.playhead(this.#clock(), start.startAt, 0);
      const { width, height, codec, hvcc } = layout.track;
      const init = initSegment({ width, height, timescale: index.timescale, hvcc });
      this.#post({
        type: "opened", sink, init, hvcc, mime: `video/mp4; codecs="${codec}"`, width, height, duration: index.duration,
        codec, titleWidth: index.width, titleHeight: index.height, layoutName: nameOf(layout, sink),
        audio: index.audio[0] ?? null, packing: layout instanceof PackedLayout ? layout.packing : null,
      });
      this.tick();
    } catch (reason) {
      const kind = reason instanceof FetchError ? reason.kind : null;
      // A page that stood open for long brings an address that has run out.
      if ((kind === "expired" || kind === "denied") && !this.#closed) this.#renew(kind);
      else this.#giveUp(reason);
    }
  }

  /** @param {string} url of the index, with a fresh token */
  renewed(url) {
    this.#base = url;
    this.#renewing = false;
    this.#retryAt = 0;
    if (!this.#index && this.#start) void this.#begin(this.#start);
    else this.tick();
  }

  /** The page could not renew the address: it is tried again with the next request. */
  notRenewed() {
    this.#renewing = false;
    if (this.#index) this.#later();
    else this.#giveUp(new FetchError("offline"));
  }

  /**
   * @param {{ media: number, rate: number, paused: boolean, wanted: boolean, yaw: number, pitch: number, fovX: number, fovY: number, hidden: boolean }} state
   */
  state({ media, rate, paused, wanted, yaw, pitch, fovX, fovY, hidden }) {
    const scheduler = this.#scheduler;
    if (!scheduler) return;
    const now = this.#clock();
    this.#look = { yaw, pitch };
    this.#media = media;
    this.#hidden = hidden;
    if (!hidden) scheduler.setViewport({ fovX, fovY });
    if (wanted) scheduler.hurry();
    scheduler.rich = !hidden;
    scheduler.look(now, yaw, pitch);
    scheduler.playhead(now, media, rate, paused);
    this.tick();
  }

  /** @param {number} capKbps */
  cap(capKbps) {
    if (this.#scheduler) this.#scheduler.capKbps = capKbps;
  }

  /** @param {import("./predict.js").Crowd | null} crowd */
  crowd(crowd) {
    if (this.#scheduler) this.#scheduler.crowd = crowd;
  }

  /** The person has jumped to another moment. @param {number} media seconds */
  jumped(media) {
    this.#scheduler?.jumped(media);
  }

  /** Parts of what the page was given are no longer in its buffer. @param {number} from seconds @param {number} to seconds */
  evicted(from, to) {
    this.#scheduler?.forgetAppended(from, to);
  }

  close() {
    this.#closed = true;
    for (const controller of this.#running.values()) controller.abort();
    this.#running.clear();
  }

  /** Decides and acts; called by the worker's timer too. */
  tick() {
    const [scheduler, layout] = [this.#scheduler, this.#layout];
    if (!scheduler || !layout || this.#closed) return;
    const now = this.#clock();
    if (this.#tickAt > 0 && now - this.#tickAt > SLEPT && !this.#hidden) this.#wake(now);
    this.#tickAt = now;
    this.#report(now);
    if (this.#renewing || now < this.#retryAt) return;
    for (const action of scheduler.decide(now)) {
      if (action.type === "fetch") void this.#run(action);
      else if (action.type === "cancel") this.#cancel(action.id);
      else this.#give(action);
    }
    for (const segment of scheduler.outdated()) {
      scheduler.forget(segment);
      layout.forget(segment);
    }
  }

  /**
   * The whole picture where the decoder takes it, else the packed one; by WebCodecs where MSE takes neither.
   * @param {TiledIndex} index
   * @param {EngineStart} start
   * @returns {Promise<{ layout: import("./grid-layout.js").Layout, sink: Sink }>}
   */
  async #chooseLayout(index, start) {
    const layouts = [new GridLayout(index), ...(index.pack ? [new PackedLayout(index)] : [])];
    const choices = SINKS.flatMap((sink) => layouts.map((layout) => ({ layout, sink })));
    const framerate = index.timescale / index.ticks;
    let possible = null;
    for (const choice of choices) {
      const { layout, sink } = choice;
      if (start.refused.includes(nameOf(layout, sink))) continue;
      const { supported, smooth } = await this.#able({ ...layout.track, framerate, bitrate: start.capKbps * 1000 }, sink);
      if (supported && smooth) return choice;
      if (supported && layout.track.width * layout.track.height <= SMALL_PICTURE) possible ??= choice;
    }
    if (!possible) throw new IndexError("this device has no decoder that is fast enough for tiles");
    return possible;
  }

  /** @param {string} file relative to the index */
  #address(file) {
    return new URL(file, this.#base).href;
  }

  async #readIndex() {
    const answer = await this.#fetch(this.#base, { credentials: "same-origin" }).catch(() => {
      throw new FetchError("offline");
    });
    if (!answer.ok) throw new FetchError(failureOf(answer.status), `${answer.status} for the index`);
    return answer.json().catch(() => {
      throw new IndexError("the index is not JSON");
    });
  }

  /**
   * @param {string} file
   * @param {AbortSignal} signal
   */
  async #whole(file, signal) {
    const answer = await this.#fetch(this.#address(file), { credentials: "same-origin", signal });
    if (!answer.ok) throw new FetchError(failureOf(answer.status), `${answer.status} ${file}`);
    return new Uint8Array(await answer.arrayBuffer());
  }

  /** @param {import("./scheduler.js").FetchAction} action */
  async #run(action) {
    const scheduler = /** @type {Scheduler} */ (this.#scheduler);
    const layout = /** @type {import("./grid-layout.js").Layout} */ (this.#layout);
    const { id, segment, quality, first, last, continued } = action;
    const controller = new AbortController();
    const base = this.#base;
    this.#running.set(id, controller);
    const range = action.floor ? layout.floorRange(segment, quality, continued) : layout.tilesRange(segment, quality, first, last, continued);
    scheduler.started(this.#clock(), id);
    try {
      const bytes = await fetchRange(this.#fetch, this.#address(range.file), range, controller.signal, (count) => {
        scheduler.received(this.#clock(), count);
        this.#bytes.push({ at: this.#clock(), bytes: count });
      });
      if (!this.#running.delete(id) || this.#closed) return;
      if (action.floor) layout.takeFloor(segment, quality, bytes, continued);
      else layout.takeTiles(segment, quality, first, last, bytes, continued);
      scheduler.arrived(this.#clock(), id);
      this.#good();
      this.tick();
    } catch (reason) {
      this.#running.delete(id);
      if (this.#closed || (reason instanceof DOMException && reason.name === "AbortError")) return;
      this.#failed(action, reason, base);
    }
  }

  /**
   * @param {import("./scheduler.js").FetchAction} action
   * @param {unknown} reason
   * @param {string} base address that was asked
   */
  #failed(action, reason, base) {
    const scheduler = /** @type {Scheduler} */ (this.#scheduler);
    const kind = reason instanceof FetchError ? reason.kind : reason instanceof BrokenData ? "broken" : null;
    if (kind === null) return this.#giveUp(reason);
    const forGood = kind === "gone" || kind === "broken";
    scheduler.failed(this.#clock(), action.id, forGood);
    if (kind === "offline") return this.#later();
    // Answers to the old address may come after the new one.
    if (kind === "expired" || kind === "denied") return base === this.#base ? this.#renew(kind) : this.tick();
    // A better tile that is damaged leaves the poorer one in its place; without the floor there would be a hole.
    if (action.floor || ++this.#broken > BROKEN_MOST) return this.#giveUp(reason);
    this.tick();
  }

  #good() {
    this.#wait = RETRY_FIRST;
    this.#renewals = 0;
    if (!this.#troubled) return;
    this.#troubled = false;
    this.#post({ type: "recovered" });
  }

  /** No connection: again after a pause that grows. */
  #later() {
    this.#retryAt = this.#clock() + this.#wait;
    this.#wait = Math.min(RETRY_LONGEST, this.#wait * 2);
    if (this.#troubled) return;
    this.#troubled = true;
    this.#post({ type: "trouble", kind: "network" });
  }

  /** The network is said to be back. */
  retry() {
    this.#retryAt = 0;
    this.#renewals = 0;
    this.#wait = RETRY_FIRST;
    this.tick();
  }

  /** @param {"expired" | "denied"} kind */
  #renew(kind) {
    if (this.#renewing) return;
    // A fresh address that is refused as well is no matter of time.
    if ((kind === "denied" && this.#renewals > 0) || this.#renewals > 2) {
      if (this.#retryAt !== Infinity) this.#post({ type: "trouble", kind: "denied" });
      this.#retryAt = Infinity;
      return;
    }
    this.#renewals++;
    this.#renewing = true;
    this.#post({ type: "renew" });
  }

  /** Files that are gone may have been replaced by newer ones: the page knows whom to ask. @param {unknown} reason */
  #giveUp(reason) {
    if (this.#closed) return;
    this.close();
    const gone = reason instanceof FetchError && reason.kind === "gone";
    this.#post({ type: gone ? "gone" : "fallback", reason: reason instanceof Error ? reason.message : String(reason) });
  }

  /** @param {number} id */
  #cancel(id) {
    this.#running.get(id)?.abort();
    this.#running.delete(id);
  }

  /** After sleep, connections are dead without a word. @param {number} now */
  #wake(now) {
    for (const [id, controller] of this.#running) {
      controller.abort();
      this.#scheduler?.failed(now, id);
    }
    this.#running.clear();
    this.#retryAt = 0;
  }

  /** @param {import("./scheduler.js").AppendAction} action */
  #give({ segment, picks, continued }) {
    const [index, layout] = [/** @type {TiledIndex} */ (this.#index), /** @type {import("./grid-layout.js").Layout} */ (this.#layout)];
    const { frame, start, duration } = index.segments[segment];
    try {
      const { ticks, timescale } = index;
      const pictures = layout.build(segment, picks, continued);
      const media = { sequence: ++this.#sequence, time: frame * ticks, ticks, timescale, pictures };
      const data = this.#sink === "mse" ? mediaSegment(media) : chunksOf(media);
      const { buffer } = data instanceof Uint8Array ? data : data[0].data;
      const random = pictures.keys[0];
      this.#post({ type: "segment", segment, start, end: start + duration, random, data, picks, continued }, [buffer]);
    } catch (reason) {
      this.#giveUp(reason);
    }
  }

  /** @param {number} now */
  #report(now) {
    const scheduler = /** @type {Scheduler} */ (this.#scheduler);
    if (now - this.#progressAt < 0.1) return;
    this.#progressAt = now;
    while (this.#bytes.length && this.#bytes[0].at < now - 5) this.#bytes.shift();
    const { yaw, pitch } = this.#look;
    const view = [...scheduler.viewQuality(scheduler.segmentAt(this.#media), yaw, pitch)];
    if (!this.#hidden) this.#meter.add(now, view);
    this.#post({
      type: "progress",
      progress: {
        kbps: (this.#bytes.reduce((sum, { bytes }) => sum + bytes, 0) * 8) / 5000,
        bandwidth: scheduler.throughput.known ? scheduler.throughput.estimate * 8 : 0,
        view, sharp: this.#meter.figures, broken: this.#broken,
      },
    });
  }
}

/**
 * @param {import("./grid-layout.js").Layout} layout
 * @param {Sink} sink
 */
function nameOf(layout, sink) {
  const name = `${layout instanceof PackedLayout ? "packed" : "grid"} ${layout.track.width}x${layout.track.height}`;
  return sink === "mse" ? name : `${name} by frames`;
}

/**
 * Time from a turn to full quality: from the moment that the view falls clearly below how good it was before the turn, to
 * the moment that it is nearly as good again. How good: the shares of the view by quality, best counting most.
 */
export class TurnMeter {
  #usual = 0;
  #since = -1;
  /** @type {number[]} */
  #times = [];

  /**
   * @param {number} now seconds
   * @param {number[]} view shares by quality, best first, the last one missing
   */
  add(now, view) {
    const qualities = view.length - 1;
    let good = 0;
    for (let quality = 0; quality < qualities; quality++) good += (view[quality] * (qualities - quality)) / qualities;
    if (this.#since >= 0) {
      if (good >= 0.95 * this.#usual) {
        this.#times.push(now - this.#since);
        if (this.#times.length > 200) this.#times.shift();
        this.#since = -1;
      }
      // A view that stays poorer for long is not a turn any more: the budget does not give more.
      else if (now - this.#since > 5) {
        this.#since = -1;
        this.#usual = good;
      }
    } else if (good < 0.8 * this.#usual) this.#since = now;
    else this.#usual += 0.2 * (good - this.#usual);
  }

  get figures() {
    const sorted = [...this.#times].sort((a, b) => a - b);
    const at = (/** @type {number} */ share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    return { turns: sorted.length, p50: at(0.5), p95: at(0.95) };
  }
}
