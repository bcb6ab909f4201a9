/** Which segment goes on from which, and what its tiles show then: by what the decoder was given last, and what it will be given next. */

import { bestTiles, enteredTiles, errorOnward, goOn } from "./chain.js";

/** Not the one before any segment. */
const NO_SEGMENT = -2;

export class Succession {
  #index;
  #stock;
  #tiles;
  #none;
  /** The segment that was appended last. */
  #last = NO_SEGMENT;
  /** The segment that plays. */
  playing = 0;

  /**
   * @param {import("./scheduler.js").SchedulerIndex} index
   * @param {import("./stock.js").Stock} stock
   */
  constructor(index, stock) {
    this.#index = index;
    this.#stock = stock;
    this.#tiles = index.grid.columns * index.grid.rows;
    this.#none = index.qualities.length;
  }

  /** Whether a segment is the next one for the decoder. @param {number} segment */
  follows(segment) {
    return this.#last === segment - 1;
  }

  /** Whether a segment can go on from the one before: that was appended last, or will be. @param {number} segment */
  goesOn(segment) {
    return Boolean(this.#index.continues?.(segment)) && (this.follows(segment) || segment - 1 >= this.#upcoming());
  }

  /** The first segment from here on that the decoder has not. */
  #upcoming() {
    let segment = this.playing;
    while (this.#stock.appended(segment)) segment++;
    return segment;
  }

  /** The segment in which the picture began that goes on in this one. @param {number} segment */
  beginningOf(segment) {
    let first = segment;
    while (this.#stock.appended(first)?.continued.some(Boolean)) first--;
    return first;
  }

  /** The segment before, as it is or will be; null where a segment cannot go on. @param {number} segment @returns {import("./chain.js").Shown | null} */
  before(segment) {
    if (!this.goesOn(segment)) return null;
    return this.#stock.appended(segment - 1) ?? this.expected(segment - 1);
  }

  /**
   * @param {number} segment
   * @param {import("./chain.js").Shown | null} before
   * @returns {import("./chain.js").Chain}
   */
  #chain(segment, before) {
    const { error, size, continues, segments } = this.#index;
    const goesOn = Boolean(continues?.(segment - 1));
    return {
      before, begins: !continues?.(segment), qualities: this.#none, pictures: segments[segment].frames, seconds: segments[segment].duration,
      error: (quality, tile, continued) => error(quality, segment, tile, continued),
      errorBefore: (quality, tile) => error(goesOn ? quality : 0, segment - 1, tile, goesOn),
      size: (quality, tile, continued) => size(quality, segment, tile, continued),
    };
  }

  /** The best that is here of a segment. @param {number} segment @param {import("./chain.js").Shown | null} [before] */
  best(segment, before = this.before(segment)) {
    return bestTiles(this.#stock.state(segment).have, this.#chain(segment, before));
  }

  /** A segment of entry tiles only. @param {number} segment @param {Int8Array} picks */
  entered(segment, picks) {
    return enteredTiles(picks, this.#chain(segment, null));
  }

  /** A segment when all has come that is on its way, the floor too. @param {number} segment @param {import("./chain.js").Shown | null} [before] */
  expected(segment, before = this.before(segment)) {
    const chain = this.#chain(segment, before);
    const shown = bestTiles(this.#stock.state(segment).coming, chain);
    const floor = this.#none - 1;
    for (let tile = 0; tile < this.#tiles; tile++) {
      if (shown.picks[tile] < this.#none) continue;
      if (before) goOn(shown, chain, tile, floor, errorOnward(chain, tile, floor));
      else [shown.picks[tile], shown.errors[tile]] = [floor, chain.error(floor, tile, false)];
    }
    return shown;
  }

  /**
   * The better tiles that can be fetched.
   * @param {number} segment
   * @param {number} tile
   * @param {import("./chain.js").Shown | null} before
   */
  choices(segment, tile, before) {
    const chain = this.#chain(segment, before);
    const found = [];
    for (let quality = 0; quality < this.#none - 1; quality++) {
      found.push({ quality, continued: false, bytes: chain.size(quality, tile, false), error: chain.error(quality, tile, false) });
      const error = errorOnward(chain, tile, quality);
      if (error < Infinity) found.push({ quality, continued: true, bytes: chain.size(quality, tile, true), error });
    }
    return found;
  }

  /** @param {number} segment */
  floorIsHere(segment) {
    const { floor, appended } = this.#stock.state(segment);
    return appended !== null || floor.entry === "here" || (floor.continued === "here" && this.goesOn(segment));
  }

  /** The decoder gets a segment. @param {number} segment @param {import("./chain.js").Shown} shown */
  give(segment, shown) {
    // What the decoder has of later ones, from before a seek, went on from other pictures than these.
    this.voidAfter(segment + 1);
    this.#stock.state(segment).appended = shown;
    this.#last = segment;
  }

  /** What the decoder has from this segment on counts no longer. @param {number} segment */
  voidAfter(segment) {
    for (const [other, state] of this.#stock.states) {
      if (other < segment || !state.appended) continue;
      state.appended = null;
      this.#last = NO_SEGMENT;
    }
  }

  /** The decoder has lost a segment. @param {number} segment */
  lose(segment) {
    const state = this.#stock.states.get(segment);
    if (state) state.appended = null;
    if (segment === this.#last) this.#last = NO_SEGMENT;
  }
}
