/** HLS by hls.js: codec choice, quality choice, renewal of tokens, and going on after the network was away. */

import Hls, { ErrorDetails, ErrorTypes, Events } from "hls.js";
import { RenewalError } from "./playback.js";
import { automaticLimit, chooseFamily, codecFamily, qualityMenu } from "./quality.js";

const RETRY_FIRST_MS = 1000;
const RETRY_LONGEST_MS = 8000;
/** Seconds of picture fetched before anyone pressed play: enough to start at once, little enough to waste. */
const BUFFER_BEFORE_PLAY = 4;
const BUFFER_PLAYING = 30;
const BUFFER_BYTES = 80 * 1024 * 1024;
const REFUSED = new Set([401, 403, 410]);

/** @type {import("hls.js").LoadPolicy} */
const LOAD_POLICY = {
  default: {
    maxTimeToFirstByteMs: 8000,
    maxLoadTimeMs: 60000,
    timeoutRetry: { maxNumRetry: 1, retryDelayMs: 0, maxRetryDelayMs: 0 },
    errorRetry: { maxNumRetry: 1, retryDelayMs: 500, maxRetryDelayMs: 2000 },
  },
};

/** @typedef {import("./source.js").Source} Source */

/** @implements {Source} */
export class HlsSource {
  #video;
  #address;
  #projection;
  #events;
  /** @type {Hls | null} */
  #hls = null;
  /** @type {import("./quality.js").Quality[]} */
  #menu = [];
  /** @type {Set<import("./quality.js").CodecFamily>} */
  #failed = new Set();
  /** @type {import("./quality.js").CodecFamily | null} */
  #family = null;
  /** @type {import("./quality.js").QualityWord | "auto"} */
  #choice = "auto";
  #automatic = Infinity;
  #wanted = false;
  #startAt = 0;
  #timer = 0;
  #wait = RETRY_FIRST_MS;
  #troubled = false;
  #recoveries = 0;
  #renewals = 0;

  /**
   * @param {HTMLVideoElement} video
   * @param {import("./playback.js").PlaybackAddress} address
   * @param {"equirectangular" | "flat"} projection
   * @param {import("./source.js").SourceEvents} events
   */
  constructor(video, address, projection, events) {
    this.#video = video;
    this.#address = address;
    this.#projection = projection;
    this.#events = events;
    addEventListener("online", this.#onOnline);
  }

  /** @param {number} startAt seconds */
  load(startAt) {
    this.#startAt = startAt;
    // What is loaded anew stands still until it is told to play.
    const playing = !this.#video.paused;
    this.#hls?.destroy();
    const hls = new Hls({
      autoStartLoad: false,
      enableWorker: false, // CMAF needs no transmuxing, so a worker would only carry bytes back and forth.
      startPosition: startAt,
      maxBufferLength: this.#wanted ? BUFFER_PLAYING : BUFFER_BEFORE_PLAY,
      maxMaxBufferLength: this.#wanted ? BUFFER_PLAYING * 2 : BUFFER_BEFORE_PLAY,
      maxBufferSize: BUFFER_BYTES,
      backBufferLength: 30,
      abrEwmaDefaultEstimate: 4_000_000,
      capLevelToPlayerSize: false, // a sphere shows only a part of its picture at a time
      renderTextTracksNatively: false,
      enableWebVTT: false,
      enableIMSC1: false,
      enableCEA708Captions: false,
      fragLoadPolicy: LOAD_POLICY,
      playlistLoadPolicy: LOAD_POLICY,
      manifestLoadPolicy: LOAD_POLICY,
      xhrSetup: (xhr, url) => xhr.open("GET", this.#address.current(url), true),
    });
    this.#hls = hls;
    hls.on(Events.MANIFEST_PARSED, () => void this.#onManifest(hls, startAt));
    hls.on(Events.LEVEL_SWITCHED, () => this.#events.onQuality());
    hls.on(Events.FRAG_BUFFERED, () => this.#onGood());
    hls.on(Events.ERROR, (_, data) => void this.#onError(hls, data));
    hls.attachMedia(this.#video);
    hls.loadSource(this.#address.manifest);
    if (playing) void this.#video.play().catch(() => {});
  }

  close() {
    clearTimeout(this.#timer);
    removeEventListener("online", this.#onOnline);
    this.#hls?.destroy();
    this.#hls = null;
  }

  hurry() {
    this.#wanted = true;
    if (!this.#hls) return;
    this.#hls.config.maxBufferLength = BUFFER_PLAYING;
    this.#hls.config.maxMaxBufferLength = BUFFER_PLAYING * 2;
  }

  retry() {
    clearTimeout(this.#timer);
    // Where nothing has come yet, the element knows no time but one that somebody chose meanwhile.
    if (!this.#hls?.levels.length) this.load(this.#video.currentTime || this.#startAt);
    else this.#hls.startLoad();
  }

  /** @param {import("./quality.js").QualityWord | "auto"} word */
  choose(word) {
    this.#choice = word;
    const hls = this.#hls;
    if (!hls) return;
    const quality = this.#menu.find((entry) => entry.word === word);
    if (quality) hls.nextLevel = quality.rendition.index;
    else hls.nextLevel = -1;
    this.#events.onQuality();
  }

  current() {
    const index = this.#hls?.currentLevel ?? -1;
    return this.#menuRendition(index);
  }

  figures() {
    const hls = this.#hls;
    const level = hls && hls.currentLevel >= 0 ? hls.levels[hls.currentLevel] : undefined;
    return {
      bitrate: level?.bitrate ?? null,
      bandwidth: hls && Number.isFinite(hls.bandwidthEstimate) ? hls.bandwidthEstimate : null,
      codec: level?.videoCodec ?? "",
    };
  }

  /** @param {number} index */
  #menuRendition(index) {
    const level = this.#hls?.levels[index];
    return level ? rendition(level, index) : null;
  }

  /**
   * Keeps the renditions of one codec, and begins.
   * @param {Hls} hls
   * @param {number} startAt
   */
  async #onManifest(hls, startAt) {
    const judged = await Promise.all(
      hls.levels.map(async (level, index) => ({ rendition: rendition(level, index), ability: await ability(level) })),
    );
    if (hls !== this.#hls) return;
    const family = chooseFamily(judged, this.#failed);
    this.#family = family;
    if (!family) return this.#events.onTrouble("codec");
    this.#automatic = automaticLimit(judged, family);
    for (let index = hls.levels.length - 1; index >= 0; index--) {
      const { rendition: level, ability: able } = judged[index];
      if (!able.supported || codecFamily(level.codec) !== family) hls.removeLevel(index);
    }
    const levels = hls.levels.map(rendition);
    this.#menu = qualityMenu(levels, this.#projection);
    hls.autoLevelCapping = levels.reduce((cap, level) => (level.bitrate <= this.#automatic ? level.index : cap), 0);
    this.#events.onQualities(this.#menu);
    this.choose(this.#choice);
    hls.startLoad(startAt > 0 ? startAt : -1);
  }

  #onGood() {
    this.#wait = RETRY_FIRST_MS;
    this.#renewals = 0;
    if (!this.#troubled) return;
    this.#troubled = false;
    this.#events.onRecovered();
  }

  #onOnline = () => {
    if (this.#troubled) this.retry();
  };

  /**
   * @param {Hls} hls
   * @param {import("hls.js").ErrorData} data
   */
  async #onError(hls, data) {
    if (hls !== this.#hls) return;
    const status = data.response?.code ?? 0;
    if (data.type === ErrorTypes.NETWORK_ERROR && REFUSED.has(status)) return this.#renew(hls);
    if (!data.fatal) return;
    if (data.details === ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR) return this.#events.onTrouble("codec");
    if (data.type === ErrorTypes.NETWORK_ERROR) return status === 404 ? this.#events.onTrouble("gone") : this.#later();
    if (data.type === ErrorTypes.MEDIA_ERROR && this.#recoveries++ === 0) return hls.recoverMediaError();
    this.#nextFamily();
  }

  /**
   * The token has run out: take a fresh one and go on at the same place.
   * @param {Hls} hls
   */
  async #renew(hls) {
    // A fresh token that is refused as well is no matter of time.
    if (this.#renewals++ > 2) return this.#events.onTrouble("denied");
    hls.stopLoad();
    try {
      await this.#address.renew();
      if (hls === this.#hls) this.retry();
    } catch (reason) {
      const kind = reason instanceof RenewalError ? reason.kind : "offline";
      if (kind === "offline") this.#later();
      else this.#events.onTrouble(kind);
    }
  }

  /** No connection: try again after a pause that grows. */
  #later() {
    this.#troubled = true;
    this.#events.onTrouble("network");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.retry(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, RETRY_LONGEST_MS);
  }

  /** This codec promised to play and does not: the next one, at the same place. */
  #nextFamily() {
    if (this.#family) this.#failed.add(this.#family);
    this.#recoveries = 0;
    const others = this.#failed.size < 3 && this.#family !== "h264";
    if (!others) return this.#events.onTrouble("broken");
    this.load(this.#video.currentTime);
  }
}

/**
 * @param {import("hls.js").Level} level
 * @param {number} index
 * @returns {import("./quality.js").Rendition}
 */
function rendition(level, index) {
  return { index, width: level.width, height: level.height, bitrate: level.bitrate, codec: level.videoCodec ?? "" };
}

/**
 * @param {import("hls.js").Level} level
 * @returns {Promise<import("./quality.js").Ability>}
 */
async function ability(level) {
  const contentType = `video/mp4; codecs="${level.videoCodec}"`;
  const supported = MediaSource.isTypeSupported(contentType);
  const unknown = { supported, smooth: supported, powerEfficient: false };
  if (!supported || !navigator.mediaCapabilities || !level.width) return unknown;
  try {
    const { width, height, bitrate } = level;
    const video = { contentType, width, height, bitrate, framerate: level.frameRate || 30 };
    const info = await navigator.mediaCapabilities.decodingInfo({ type: "media-source", video });
    return { supported: info.supported, smooth: info.smooth, powerEfficient: info.powerEfficient };
  } catch {
    return unknown;
  }
}
