/** One file on its way to the server: what tus-js-client does, as states that a page can show. */

import { Upload } from "tus-js-client";
import { csrfToken } from "../shared/csrf.js";
import { ChecksumStack } from "./checksums.js";
import { Speed } from "./speed.js";

/**
 * @typedef {"waiting" | "starting" | "sending" | "retrying" | "paused" | "handing" | "done" | "failed" | "given-up"} State
 *
 * @typedef {object} Config
 * @property {string} endpoint
 * @property {string} uploads
 * @property {string} masters
 * @property {string} socket
 * @property {number} chunk bytes of a piece
 * @property {number} limit bytes of a file
 *
 * @typedef {object} Unfinished an upload that the server knows
 * @property {string} id
 * @property {string} name
 * @property {string} fingerprint
 * @property {number} length
 * @property {number} offset
 * @property {string} expires_at
 * @property {string} url
 */

// Then every half minute, for as long as a ward's network may be away over night.
const DELAYS = [500, 1000, 2000, 5000, 10_000, 20_000, ...Array(1500).fill(30_000)];
// Refusals that trying again cannot change: not signed in, gone, too large, no room.
const FINAL = new Set([400, 401, 403, 404, 410, 412, 413, 415, 507]);

/**
 * What the same file is recognised by, in any browser: no byte of it is read.
 * @param {File} file
 */
export function fingerprint(file) {
  return `${file.size}-${file.lastModified}-${file.name}`.slice(0, 200);
}

/** @typedef {{ promise: Promise<void>, resolve: () => void }} Deferred */

/** @returns {Deferred} */
function deferred() {
  let resolve = () => {};
  /** @type {Promise<void>} */
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

export class Transfer extends EventTarget {
  /**
   * While the server makes the upload and its address is on its way. Stopping then would leave an upload behind
   * that nobody knows, so it waits for the answer.
   * @type {Deferred | null}
   */
  #creation = null;
  #stopOnceCreated = false;

  /**
   * @param {File} file
   * @param {Config} config
   * @param {Unfinished | undefined} known where it goes on
   */
  constructor(file, config, known) {
    super();
    this.file = file;
    this.key = fingerprint(file);
    /** @type {State} */
    this.state = "waiting";
    this.sent = known?.offset ?? 0;
    this.resumedFrom = known?.offset ?? 0;
    this.speed = new Speed();
    /** The server's sentence, or a status. @type {{ sentence: string, status: number } | null} */
    this.problem = null;
    this.retryAt = 0;
    /** @type {string | null} */
    this.masterId = null;
    this.upload = new Upload(file, {
      endpoint: config.endpoint,
      uploadUrl: known?.url ?? null,
      chunkSize: config.chunk,
      retryDelays: DELAYS,
      storeFingerprintForResuming: false,
      metadata: { filename: file.name, filetype: file.type, fingerprint: this.key },
      httpStack: new ChecksumStack(),
      onBeforeRequest: (request) => request.setHeader("X-CSRFToken", csrfToken()),
      onAfterResponse: (_request, response) => this.#heard(response),
      onProgress: (sent) => this.#progress(sent),
      onShouldRetry: (error, attempt) => this.#shouldRetry(error, attempt),
      onUploadUrlAvailable: () => this.#creationEnded(),
      onError: (error) => this.#failed(error),
      onSuccess: () => this.#change("done"),
    });
  }

  get isActive() {
    return ["starting", "sending", "retrying", "handing"].includes(this.state);
  }

  start() {
    this.problem = null;
    this.speed.restart();
    this.#stopOnceCreated = false;
    this.#change("starting");
    if (this.#creation) return;
    if (!this.upload.url && !this.upload.options.uploadUrl) this.#creation = deferred();
    this.upload.start();
  }

  pause() {
    if (this.#creation) this.#stopOnceCreated = true;
    else this.upload.abort();
    this.#change("paused");
  }

  #creationEnded() {
    this.#creation?.resolve();
    this.#creation = null;
    if (this.#stopOnceCreated) this.upload.abort();
    this.#stopOnceCreated = false;
  }

  /** The network is back: do not wait for the next try. */
  hurry() {
    if (this.state !== "retrying") return;
    this.upload.abort();
    this.#creationEnded();
    this.start();
  }

  /** Back into the queue after a pause or a failure. */
  wait() {
    this.problem = null;
    this.#change("waiting");
  }

  /** @returns {Promise<void>} when the server has forgotten it */
  async giveUp() {
    await this.#creation?.promise;
    await this.upload.abort(this.upload.url !== null || Boolean(this.upload.options.uploadUrl));
    this.#change("given-up");
  }

  /** @param {import("tus-js-client").HttpResponse} response */
  #heard(response) {
    const master = response.getHeader("Upload-Master");
    if (master) this.masterId = master;
  }

  /** @param {number} sent */
  #progress(sent) {
    this.sent = sent;
    this.speed.note(sent, performance.now());
    this.#change(sent >= this.file.size ? "handing" : "sending");
  }

  /**
   * @param {import("tus-js-client").DetailedError} error
   * @param {number} attempt
   */
  #shouldRetry(error, attempt) {
    const status = error.originalResponse?.getStatus() ?? 0;
    if (this.#stopOnceCreated) {
      this.#creationEnded();
      return false;
    }
    if (FINAL.has(status) || isUnreadable(error)) return false;
    this.retryAt = performance.now() + DELAYS[attempt];
    this.speed.restart();
    this.#change("retrying");
    return true;
  }

  /** @param {Error | import("tus-js-client").DetailedError} error */
  #failed(error) {
    this.#creationEnded();
    const response = "originalResponse" in error ? error.originalResponse : null;
    this.problem = {
      sentence: response ? sentenceOf(response) : "",
      status: isUnreadable(error) ? -1 : (response?.getStatus() ?? 0),
    };
    this.#change("failed");
  }

  /** @param {State} state */
  #change(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * @param {import("tus-js-client").HttpResponse} response
 * @returns {string} empty where the answer holds no sentence of ours
 */
function sentenceOf(response) {
  try {
    return String(JSON.parse(response.getBody()).sentence ?? "");
  } catch {
    return "";
  }
}

/**
 * Whether the file itself cannot be read any more (moved, changed, card taken out).
 * @param {Error} error
 */
function isUnreadable(error) {
  const cause = "causingError" in error ? error.causingError : error;
  return cause instanceof DOMException && (cause.name === "NotReadableError" || cause.name === "NotFoundError");
}
