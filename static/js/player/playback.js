/** Media addresses run out. Here they are renewed, and requests that carry an old token are sent to the new address. */

/**
 * The folder of a manifest: everything of one master lies below it, and the token is part of it.
 * @param {string} manifest address, absolute or relative to `base`
 * @param {string} base
 */
export function folderOf(manifest, base) {
  const address = new URL(manifest, base);
  return `${address.origin}${address.pathname.slice(0, address.pathname.lastIndexOf("/") + 1)}`;
}

/** A version of a film is the folder above its tiles: `…/<token>/<version>/tiled/index.json`. */
const VERSION = /[^/]+(?=\/tiled\/index\.json$)/;

/** @param {string | null} index address of a tiled title @returns {string} */
export const versionOf = (index) => VERSION.exec(index ?? "")?.[0] ?? "";

/**
 * The same address for another version.
 * @param {string} index
 * @param {string} version
 */
export const inVersion = (index, version) => index.replace(VERSION, version);

/** @typedef {"gone" | "denied" | "offline"} RenewalFailure */

export class RenewalError extends Error {
  /** @param {RenewalFailure} kind */
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

export class PlaybackAddress {
  #manifest;
  #base;
  #playbackUrl;
  #tiled;
  /** Folders whose token has run out. @type {string[]} */
  #old = [];
  /** @type {Promise<void> | null} */
  #renewing = null;

  /**
   * @param {string} manifest
   * @param {string | null} playbackUrl answers `{"hls": …}` with a fresh token; null: addresses do not run out
   * @param {string} [base] address of the page
   * @param {string | null} [tiled] index of the title in tiles
   */
  constructor(manifest, playbackUrl, base = document.baseURI, tiled = null) {
    this.#tiled = tiled;
    this.#manifest = manifest;
    this.#playbackUrl = playbackUrl;
    this.#base = base;
  }

  /** Absolute address of the manifest, with the newest token. */
  get manifest() {
    return new URL(this.#manifest, this.#base).href;
  }

  /** Absolute address of the tiled title's index, with the newest token; null where there is none. */
  get tiled() {
    return this.#tiled && new URL(this.#tiled, this.#base).href;
  }

  /**
   * Where a request should go now: addresses below an outdated folder move to the newest one.
   * @param {string} url absolute
   */
  current(url) {
    const outdated = this.#old.find((folder) => url.startsWith(folder));
    return outdated ? folderOf(this.#manifest, this.#base) + url.slice(outdated.length) : url;
  }

  /**
   * Asks the house for fresh addresses. Calls at the same time share one request.
   * @throws {RenewalError} gone: not there any more; denied: sign in again; offline: no answer
   */
  renew() {
    this.#renewing ??= this.#ask().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #ask() {
    if (!this.#playbackUrl) throw new RenewalError("denied");
    let answer;
    try {
      answer = await fetch(this.#playbackUrl, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    } catch {
      throw new RenewalError("offline");
    }
    if (answer.status === 404 || answer.status === 410) throw new RenewalError("gone");
    if (answer.status >= 500) throw new RenewalError("offline");
    const fresh = answer.ok ? await answer.json().catch(() => null) : null;
    if (!fresh?.hls) throw new RenewalError("denied");
    this.#old.push(folderOf(this.#manifest, this.#base));
    this.#manifest = fresh.hls;
    this.#tiled = fresh.tiled ?? null;
    const now = folderOf(this.#manifest, this.#base);
    this.#old = this.#old.filter((folder) => folder !== now);
  }
}
