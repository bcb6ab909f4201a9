/**
 * A tiled title as a source like the others: the worker brings segments, MSE plays them (or WebCodecs), and when tiles cannot be played
 * here (no decoder, too slow, damaged files) the untiled ladder goes on at the same place.
 */

import { inVersion, RenewalError, versionOf } from "./playback.js";
import { qualityMenu, renditionsOf } from "./quality.js";
import { readCrowd } from "./crowd.js";
import { BufferQueue } from "./tiled/buffer.js";
import { FrameQueue } from "./tiled/frames.js";
import { SILENCE_MIME, silence } from "./tiled/mux.js";
import { Sound } from "./tiled/sound.js";
import { recall, remember } from "../shared/storage.js";

const STATE_MS = 100;
/** Pictures left out, as share of those due, that show a decoder too slow for the layout. */
const SLOW_SHARE = 0.5;
const SLOW_PICTURES = 60;
/** Seconds of waiting for data after which the lowest tiles are too much for this connection. */
const STARVED = 12;
/** Seconds that sound and picture may end apart from what the index says. */
const END_SLACK = 0.1;
const ABILITY_KEY = "player.tiles";

/**
 * @typedef {import("./source.js").Source} Source
 * @typedef {import("./tiled/engine.js").ToPage} ToPage
 *
 * @typedef {object} TiledOptions
 * @property {() => { yaw: number, pitch: number, fovX: number, fovY: number }} gaze where the person looks now, degrees
 * @property {import("./regions.js").Region[]} regions
 * @property {string | null} crowdUrl
 * @property {number} capKbps
 * @property {() => Source} makeLadder
 * @property {(pictures: Pictures) => void} onPictures what the pictures are like from now on
 *
 * @typedef {object} Pictures
 * @property {import("./tiled/packed-layout.js").Packing | null} packing how they are laid out; null: whole
 * @property {FrameQueue | null} frames where they come from; null: the video element
 */

/** @typedef {{ segment: number, start: number, end: number }} Segment */

/** @implements {Source} */
export class TiledSource {
  #video;
  #address;
  #projection;
  #events;
  #options;
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Source | null} what plays instead of tiles */
  #ladder = null;
  #ladderWanted = false;
  #failed = false;
  /** @type {import("./quality.js").QualityWord | "auto"} */
  #choice = "auto";
  /** @type {Extract<ToPage, { type: "opened" }> | null} */
  #opened = null;
  /** @type {MediaSource | null} */
  #media = null;
  /** @type {BufferQueue | FrameQueue | null} */
  #queue = null;
  /** The title's version that plays: a film that is made anew keeps the old one for those who watch it. */
  #version = "";
  /** @type {Sound | null} */
  #sound = null;
  #timer = 0;
  #wanted = false;
  #startAt = 0;
  /** It was playing when something else had to be opened: it plays on. */
  #playOn = false;
  #starvedSince = 0;
  #drops = { dropped: 0, total: 0 };
  #capKbps;
  /** Segments that the decoder has had once. @type {Set<number>} */
  #shown = new Set();
  /** Something better than what stands on the screen has been appended. */
  #stale = false;
  /** The seek under way is one of ours, to the same place. */
  #redrawing = false;
  /** @type {import("./tiled/predict.js").Crowd | null} */
  #crowd = null;
  /** @type {import("./tiled/engine.js").Progress | null} */
  #progress = null;
  /** What was given to the decoder, by segment. @type {Map<number, { picks: Int8Array, continued: Uint8Array }>} */
  given = new Map();

  /**
   * @param {HTMLVideoElement} video
   * @param {import("./playback.js").PlaybackAddress} address one with `tiled`
   * @param {"equirectangular" | "flat"} projection
   * @param {import("./source.js").SourceEvents} events
   * @param {TiledOptions} options
   */
  constructor(video, address, projection, events, options) {
    this.#video = video;
    this.#address = address;
    this.#projection = projection;
    this.#events = events;
    this.#options = options;
    this.#capKbps = options.capKbps;
    video.addEventListener("error", this.#onVideoError);
    video.addEventListener("seeking", this.#onSeeking);
    for (const event of ["seeking", "seeked", "play", "pause", "waiting", "playing", "ratechange"])
      video.addEventListener(event, this.#tell);
    document.addEventListener("visibilitychange", this.#tell);
    addEventListener("online", () => this.#worker?.postMessage({ type: "retry" }));
  }

  /** Whether tiles are played now. */
  get tiled() {
    return this.#ladder === null;
  }

  /** Whether the picture stands because it has not come, which the video element does not know. */
  get waiting() {
    return this.#ladder === null && this.#queue instanceof FrameQueue && this.#queue.waiting;
  }

  /** @param {number} startAt seconds */
  load(startAt) {
    if (this.#ladder) return this.#ladder.load(startAt);
    this.#startAt = startAt;
    void this.#offerLadder();
    if (this.#choice !== "auto") return this.#toLadder(startAt);
    this.#open(startAt);
    if (this.#options.crowdUrl && !this.#crowd) void this.#learnFromOthers(this.#options.crowdUrl);
  }

  hurry() {
    this.#wanted = true;
    this.#ladder?.hurry();
    this.#tell();
  }

  retry() {
    if (this.#ladder) return this.#ladder.retry();
    if (this.#worker) this.#worker.postMessage({ type: "retry" });
    else this.#open(this.#video.currentTime || this.#startAt);
  }

  close() {
    this.#close();
    this.#ladder?.close();
  }

  /** @param {import("./quality.js").QualityWord | "auto"} word */
  choose(word) {
    const before = this.#choice;
    this.#choice = word;
    if (this.#ladder && word === "auto" && this.#ladderWanted && !this.#failed) return this.#toTiles();
    if (this.#ladder) this.#ladder.choose(word);
    else if (word !== "auto" && before === "auto" && this.#worker) this.#toLadder(this.#video.currentTime);
    this.#events.onQuality();
  }

  /** @param {number} capKbps most traffic, kbit/s */
  limit(capKbps) {
    this.#capKbps = capKbps;
    this.#worker?.postMessage({ type: "cap", capKbps });
  }

  current() {
    if (this.#ladder) return this.#ladder.current();
    const opened = this.#opened;
    if (!opened) return null;
    return { index: -1, width: opened.titleWidth, height: opened.titleHeight, bitrate: (this.#progress?.kbps ?? 0) * 1000, codec: opened.codec };
  }

  figures() {
    if (this.#ladder) return this.#ladder.figures();
    const progress = this.#progress;
    return {
      bitrate: progress ? progress.kbps * 1000 : null,
      bandwidth: progress?.bandwidth || null,
      codec: this.#opened?.codec ?? "",
      tiles: progress ? { view: progress.view, sharp: progress.sharp, broken: progress.broken, packed: this.#opened?.packing !== null } : undefined,
    };
  }

  // --- tiles --------------------------------------------------------------------------------------

  /** @param {number} startAt seconds */
  #open(startAt) {
    this.#close();
    this.#startAt = startAt;
    this.#version = versionOf(this.#address.tiled);
    const worker = new Worker(new URL("./tiles-worker.js", import.meta.url), { type: "module" });
    this.#worker = worker;
    worker.addEventListener("message", ({ data }) => {
      if (worker === this.#worker) void this.#onMessage(data);
    });
    worker.addEventListener("error", (event) => {
      if (worker === this.#worker) this.#fallBack(event.message || "the worker could not be started");
    });
    const refused = recall(ABILITY_KEY, { tooSlow: /** @type {string[]} */ ([]) }).tooSlow;
    worker.postMessage({
      type: "open",
      start: {
        url: this.#index, startAt, refused, capKbps: this.#capKbps, regions: this.#options.regions, crowd: this.#crowd,
        margin: marginHere(),
      },
    });
    this.#timer = window.setInterval(this.#tell, STATE_MS);
  }

  /** Address of the index that plays, with the newest token. */
  get #index() {
    return inVersion(this.#address.tiled ?? "", this.#version);
  }

  #close() {
    clearInterval(this.#timer);
    this.#worker?.postMessage({ type: "close" });
    this.#worker = null;
    this.#queue?.close();
    this.#sound?.close();
    this.#queue = this.#sound = this.#media = null;
    this.#opened = null;
    this.#progress = null;
    this.#drops = { dropped: 0, total: 0 };
    this.#starvedSince = 0;
    this.given.clear();
    this.#shown.clear();
    this.#stale = this.#redrawing = false;
  }

  /** @param {ToPage} message */
  async #onMessage(message) {
    if (message.type === "opened") await this.#onOpened(message);
    else if (message.type === "segment") this.#onSegment(message);
    else if (message.type === "progress") this.#progress = message.progress;
    else if (message.type === "renew") await this.#renew();
    else if (message.type === "trouble") this.#events.onTrouble(message.kind);
    else if (message.type === "recovered") this.#events.onRecovered();
    else if (message.type === "gone") await this.#replaced(message.reason);
    else this.#fallBack(message.reason);
  }

  /** @param {Extract<ToPage, { type: "opened" }>} opened */
  async #onOpened(opened) {
    if (opened.sink === "mse" && !MediaSource.isTypeSupported(opened.mime)) return this.#fallBack("no HEVC decoder");
    this.#opened = opened;
    const media = new MediaSource();
    this.#media = media;
    const playing = this.#playOn || !this.#video.paused;
    this.#playOn = false;
    this.#video.src = URL.createObjectURL(media);
    // A new address has paused it.
    if (playing) void this.#video.play().catch(() => {});
    await new Promise((resolve) => media.addEventListener("sourceopen", resolve, { once: true }));
    URL.revokeObjectURL(this.#video.src);
    if (media !== this.#media) return;
    try {
      media.duration = opened.duration;
      this.#queue = this.#openSink(opened, media);
      this.#openSound(opened, media);
    } catch (reason) {
      return this.#fallBack(String(reason));
    }
    this.#options.onPictures({ packing: opened.packing, frames: this.#queue instanceof FrameQueue ? this.#queue : null });
    if (this.#startAt > 0) this.#video.currentTime = this.#startAt;
    this.#events.onQuality();
    this.#tell();
  }

  /**
   * @param {Extract<ToPage, { type: "opened" }>} opened
   * @param {MediaSource} media
   */
  #openSink({ sink, mime, init, codec, width, height, hvcc, duration }, media) {
    const events = {
      onAppended: (/** @type {Segment} */ entry) => this.#onAppended(entry),
      onError: (/** @type {unknown} */ reason) => this.#fallBack(String(reason)),
      onRemoved: (/** @type {number} */ from, /** @type {number} */ to) => this.#worker?.postMessage({ type: "evicted", from, to }),
    };
    if (sink === "frames") {
      const config = { codec, codedWidth: width, codedHeight: height, description: hvcc };
      return new FrameQueue(config, this.#video, duration, events);
    }
    const queue = new BufferQueue(media.addSourceBuffer(mime), this.#video, events);
    queue.add({ segment: -1, start: 0, end: 0, random: false, data: init });
    return queue;
  }

  /**
   * The film's sound; for pictures by WebCodecs a silent one where there is none, as it is their clock.
   * @param {Extract<ToPage, { type: "opened" }>} opened
   * @param {MediaSource} media
   */
  #openSound({ audio, sink, duration }, media) {
    const sound = audio && `audio/mp4; codecs="${audio.codecs}"`;
    if (audio && sound && MediaSource.isTypeSupported(sound)) {
      const address = (/** @type {string} */ file) => new URL(file, this.#index).href;
      this.#sound = new Sound(media.addSourceBuffer(sound), this.#video, audio, address, (reason) => this.#fallBack(String(reason)));
      void this.#sound.begin();
    } else if (sink === "frames") media.addSourceBuffer(SILENCE_MIME).appendBuffer(silence(duration));
  }

  /** @param {Extract<ToPage, { type: "segment" }>} message */
  #onSegment({ segment, start, end, random, data, picks, continued }) {
    if (!this.#queue) return;
    this.given.set(segment, { picks, continued });
    if (this.given.size > 60) this.given.delete(/** @type {number} */ (this.given.keys().next().value));
    const entry = { segment, start, end, random };
    if (this.#queue instanceof FrameQueue) this.#queue.add({ ...entry, data: /** @type {import("./tiled/chunks.js").Chunk[]} */ (data) });
    else this.#queue.add({ ...entry, data: /** @type {Uint8Array<ArrayBuffer>} */ (data) });
  }

  /** @param {Segment} entry */
  #onAppended({ segment, start, end }) {
    const video = this.#video;
    const opened = this.#opened;
    if (!opened || segment < 0) return;
    if (this.#shown.has(segment) && start <= video.currentTime && video.currentTime < end) this.#stale = true;
    this.#shown.add(segment);
    this.#redraw();
    this.#endStream();
  }

  /**
   * What is on the screen is decoded anew when better tiles of it have come, also if it has begun to play meanwhile: everything
   * that follows goes on from it. A seek to the same place does it. In the middle of a seek it waits: the browser may have read
   * what was there before.
   */
  #redraw() {
    const video = this.#video;
    if (!this.#stale || video.seeking || video.readyState < 2) return;
    this.#stale = false;
    this.#redrawing = true;
    video.currentTime = Math.min(video.currentTime + 0.001, this.#opened?.duration ?? video.currentTime);
  }

  /** What was appended last can have voided the end: it is asked for anew each time. */
  #endStream() {
    const [media, opened, { currentTime }] = [this.#media, this.#opened, this.#video];
    if (!opened || media?.readyState !== "open" || !this.#queue?.idle) return;
    if (currentTime + this.#queue.ahead(currentTime) < opened.duration - END_SLACK) return;
    const buffers = [...media.sourceBuffers];
    if (buffers.some(({ updating }) => updating) || (this.#sound && !this.#sound.complete)) return;
    media.endOfStream();
  }

  /** Told before the state that follows from it. */
  #onSeeking = () => {
    if (!this.#redrawing && this.#opened) this.#worker?.postMessage({ type: "jumped", media: this.#video.currentTime });
    this.#redrawing = false;
  };

  /** Tells the worker where the video and the person are. */
  #tell = () => {
    const worker = this.#worker;
    if (!worker || !this.#opened) return;
    const video = this.#video;
    const standing = video.paused || video.seeking || video.readyState < 3;
    worker.postMessage({
      type: "state", media: video.currentTime, rate: standing ? 0 : video.playbackRate, paused: video.paused, wanted: this.#wanted || !video.paused,
      hidden: document.visibilityState === "hidden", ...this.#options.gaze(),
    });
    this.#sound?.tick();
    this.#redraw();
    this.#endStream();
    this.#watch();
  };

  /** Too slow a decoder, too slow a network: something else plays. */
  #watch() {
    const video = this.#video;
    if (document.visibilityState === "visible") {
      const counts = this.#counts();
      const total = counts.total - this.#drops.total;
      const dropped = counts.dropped - this.#drops.dropped;
      if (total >= SLOW_PICTURES) {
        this.#drops = counts;
        if (dropped > SLOW_SHARE * total) return this.#tooSlow();
      }
    }
    const starved = !video.paused && !video.seeking && (video.readyState < 3 || this.waiting) && navigator.onLine && !video.ended;
    if (!starved) this.#starvedSince = 0;
    else if (this.#starvedSince === 0) this.#starvedSince = performance.now();
    else if (performance.now() - this.#starvedSince > STARVED * 1000 && this.#progress && this.#progress.bandwidth > 0)
      this.#fallBack("the connection is too slow for tiles");
  }

  /** Pictures so far, and those that were left out. */
  #counts() {
    if (this.#queue instanceof FrameQueue) return { ...this.#queue.counts };
    const quality = this.#video.getVideoPlaybackQuality?.();
    return { total: quality?.totalVideoFrames ?? 0, dropped: quality?.droppedVideoFrames ?? 0 };
  }

  /** The decoder leaves out half of the pictures: the next choice of the worker's, and after the last one the ladder. */
  #tooSlow() {
    const opened = this.#opened;
    if (!opened) return;
    const { tooSlow } = recall(ABILITY_KEY, { tooSlow: /** @type {string[]} */ ([]) });
    remember(ABILITY_KEY, { tooSlow: [...new Set([...tooSlow, opened.layoutName])] });
    this.#reopen();
  }

  /** Goes on at the same place with another decoder or another version of the title. */
  #reopen() {
    const { currentTime, paused } = this.#video;
    this.#playOn = !paused;
    this.#open(this.#opened ? currentTime : this.#startAt);
  }

  /** The files are gone: where the film was made anew, the new ones play on. @param {string} reason */
  async #replaced(reason) {
    const before = this.#version;
    try {
      await this.#address.renew();
    } catch {
      return this.#fallBack(reason);
    }
    const now = versionOf(this.#address.tiled);
    if (this.#ladder || this.#version !== before) return;
    if (now && now !== before) this.#reopen();
    else this.#fallBack(reason);
  }

  async #renew() {
    try {
      await this.#address.renew();
      if (this.#address.tiled) this.#worker?.postMessage({ type: "renewed", url: this.#index });
      else this.#fallBack("the title is not there in tiles any more");
    } catch (reason) {
      const kind = reason instanceof RenewalError ? reason.kind : "offline";
      if (kind === "offline") this.#worker?.postMessage({ type: "notRenewed" });
      else this.#events.onTrouble(kind);
    }
  }

  /** @param {string} url */
  async #learnFromOthers(url) {
    const answer = await fetch(url, { credentials: "same-origin" }).catch(() => null);
    this.#crowd = answer?.ok ? readCrowd(await answer.json().catch(() => null)) : null;
    if (this.#crowd) this.#worker?.postMessage({ type: "crowd", crowd: this.#crowd });
  }

  #onVideoError = () => {
    if (this.#ladder || !this.#worker) return;
    this.#fallBack(this.#video.error?.message || "the decoder stopped");
  };

  // --- the ladder ---------------------------------------------------------------------------------

  /** The words of the untiled renditions, for the menu. */
  async #offerLadder() {
    const answer = await fetch(this.#address.manifest, { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok || this.#ladder) return;
    this.#events.onQualities(qualityMenu(renditionsOf(await answer.text()), this.#projection));
  }

  /** @param {string} reason */
  #fallBack(reason) {
    if (this.#ladder) return;
    console.warn(`Tiles are not played: ${reason}`);
    this.#failed = true;
    this.#toLadder(this.#opened ? this.#video.currentTime : this.#startAt);
  }

  /** @param {number} time seconds */
  #toLadder(time) {
    const playing = this.#playOn || !this.#video.paused;
    this.#playOn = false;
    this.#ladderWanted = this.#choice !== "auto";
    this.#close();
    this.#options.onPictures({ packing: null, frames: null });
    this.#ladder = this.#options.makeLadder();
    this.#ladder.choose(this.#choice);
    this.#ladder.load(time);
    if (this.#wanted || playing) this.#ladder.hurry();
    if (playing) void this.#video.play().catch(() => {});
    this.#events.onQuality();
  }

  #toTiles() {
    const { currentTime, paused } = this.#video;
    this.#ladder?.close();
    this.#ladder = null;
    this.#playOn = !paused;
    this.#open(currentTime);
    this.#events.onQuality();
  }
}

/** Seconds between handing a segment over and its play: Firefox reads and decodes about twenty pictures ahead. */
function marginHere() {
  return /Firefox\//.test(navigator.userAgent) ? { seconds: 0.1, pictures: 20 } : { seconds: 0.1, pictures: 4 };
}
