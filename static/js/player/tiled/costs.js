/** What tiles of a title cost together: floors, qualities played on, and which of them are fetched as one range. */

/** Bytes between two wanted tiles that are fetched along rather than ask twice, and never more than half of what is wanted. */
const JOIN_GAP = 2048;

/**
 * @typedef {object} Run neighbours that are one range
 * @property {number} quality
 * @property {boolean} continued
 * @property {number} first tile
 * @property {number} last tile, included
 * @property {number} bytes
 */

export class Costs {
  #index;
  #tiles;
  /** Bytes per second of all tiles of a quality, played on. @type {Map<number, number>} */
  #rates = new Map();

  /** @param {import("./scheduler.js").SchedulerIndex} index */
  constructor(index) {
    this.#index = index;
    this.#tiles = index.grid.columns * index.grid.rows;
  }

  /**
   * Bytes of a segment's floor.
   * @param {number} segment
   * @param {number} quality
   * @param {boolean} continued
   */
  floor(segment, quality, continued) {
    if (this.#index.floorBytes) return this.#index.floorBytes(segment);
    let bytes = 0;
    for (let tile = 0; tile < this.#tiles; tile++) bytes += this.#index.size(quality, segment, tile, continued);
    return bytes;
  }

  /** Bytes per second of all tiles of a quality, entered at the beginnings of groups only. @param {number} quality */
  playedOn(quality) {
    let rate = this.#rates.get(quality);
    if (rate === undefined) {
      const { segments } = this.#index;
      let bytes = 0;
      for (let s = 0; s < segments.length; s++) bytes += this.floor(s, quality, Boolean(this.#index.continues?.(s)));
      const last = segments[segments.length - 1];
      rate = bytes / (last.start + last.duration);
      this.#rates.set(quality, rate);
    }
    return rate;
  }

  /**
   * Bytes of what a view touches in the best quality, entered.
   * @param {number} segment
   * @param {ArrayLike<number>} view shares of it that the tiles fill
   */
  enter(segment, view) {
    let bytes = 0;
    for (let tile = 0; tile < this.#tiles; tile++) if (view[tile] > 0) bytes += this.#index.size(0, segment, tile);
    return bytes;
  }

  /**
   * Neighbours of the same quality and kind in one range; between them tiles that cost less than another request.
   * @param {(import("./plan.js").Choice | null)[]} wanted
   * @param {number} segment
   */
  runs(wanted, segment) {
    /** @type {Run[]} */
    const runs = [];
    const kinds = new Map(wanted.flatMap((choice) => (choice ? [[`${choice.quality} ${choice.continued}`, choice]] : [])));
    for (const { quality, continued } of kinds.values()) {
      let gap = 0;
      /** @type {Run | null} */
      let run = null;
      for (let tile = 0; tile < wanted.length; tile++) {
        const bytes = this.#index.size(quality, segment, tile, continued);
        if (wanted[tile]?.quality === quality && wanted[tile]?.continued === continued) {
          if (run && gap <= Math.min(JOIN_GAP, run.bytes / 2)) run.bytes += gap + bytes;
          else runs.push((run = { quality, continued, first: tile, last: tile, bytes }));
          run.last = tile;
          gap = 0;
        } else gap += bytes;
      }
    }
    return runs;
  }
}
