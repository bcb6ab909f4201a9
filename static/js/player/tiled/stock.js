/** What of each segment is here, what is on its way, and what the decoder got of it. */

import { addTile, copyOf, noTiles } from "./chain.js";
import { Throughput } from "./throughput.js";

/**
 * @typedef {object} FetchAction
 * @property {"fetch"} type
 * @property {number} id
 * @property {number} segment
 * @property {number} quality
 * @property {number} first tile
 * @property {number} last tile, included
 * @property {number} bytes
 * @property {number} deadline seconds on the caller's clock; Infinity when it is useful at any time
 * @property {boolean} floor the segment's floor: with a `floorBytes` index the low layer, else every tile of the quality
 * @property {boolean} continued continued tiles
 *
 * @typedef {object} SegmentState
 * @property {import("./chain.js").Tiles} have
 * @property {import("./chain.js").Tiles} coming there or on its way
 * @property {Record<"entry" | "continued", "no" | "asked" | "here">} floor
 * @property {import("./chain.js").Shown | null} appended what the decoder got
 * @property {number} spent bytes asked for beyond the floor
 * @property {number | null} waitsFrom since when its floor has waited for better tiles, where the picture begins anew
 * @property {{ yaw: number, pitch: number } | null} planned the view that better tiles were first asked for
 * @property {Uint8Array} shut 1: a better quality of this tile is broken at its source
 * @property {{ yaw: number, pitch: number } | null} aimed the view that better tiles were last asked for
 * @property {import("./chain.js").Shown | null} after what was expected before it when better tiles were last asked for
 * @property {Set<number>} requests
 */

export class Stock {
  #tiles;
  #none;
  #nextId = 1;
  /** Requests that the driver has not started yet. @type {Set<number>} */
  #unstarted = new Set();
  /** @type {Map<number, SegmentState>} */
  states = new Map();
  /** Under way. @type {Map<number, FetchAction>} */
  requests = new Map();

  /**
   * @param {number} tiles
   * @param {number} none the mark of a tile that is not there: the number of qualities
   * @param {number} [firstThroughput] bytes per second to believe at first
   */
  constructor(tiles, none, firstThroughput) {
    this.#tiles = tiles;
    this.#none = none;
    this.throughput = new Throughput(firstThroughput);
  }

  /**
   * What is known about a segment; made when first asked for.
   * @param {number} segment
   * @returns {SegmentState}
   */
  state(segment) {
    let state = this.states.get(segment);
    if (!state) {
      state = {
        have: noTiles(this.#tiles, this.#none), coming: noTiles(this.#tiles, this.#none), floor: { entry: "no", continued: "no" },
        appended: null, spent: 0, waitsFrom: null, planned: null, aimed: null, after: null, shut: new Uint8Array(this.#tiles), requests: new Set(),
      };
      this.states.set(segment, state);
    }
    return state;
  }

  /** What the decoder got of a segment. @param {number} segment */
  appended(segment) {
    return this.states.get(segment)?.appended ?? null;
  }

  /** @param {number} segment whose tiles were thrown away */
  forget(segment) {
    for (const id of this.states.get(segment)?.requests ?? []) this.requests.delete(id);
    this.states.delete(segment);
  }

  /** @param {Omit<FetchAction, "type" | "id">} request */
  ask(request) {
    const action = /** @type {FetchAction} */ ({ type: "fetch", id: this.#nextId++, ...request });
    const state = this.state(action.segment);
    this.requests.set(action.id, action);
    this.#unstarted.add(action.id);
    state.requests.add(action.id);
    if (action.floor) state.floor[kindOf(action)] = "asked";
    else state.spent += action.bytes;
    addRequested(state.coming, action);
    return action;
  }

  /** @param {number} now seconds @param {number} id */
  started(now, id) {
    if (this.#unstarted.delete(id)) this.throughput.begin(now);
  }

  /** @param {number} now seconds @param {number} id */
  arrived(now, id) {
    const request = this.#take(now, id);
    if (!request) return;
    const state = this.state(request.segment);
    if (request.floor) state.floor[kindOf(request)] = "here";
    addRequested(state.have, request);
  }

  /**
   * A request came to nothing, or is given up. What it was for may be asked for again, unless `forGood`.
   * @param {number} now seconds
   * @param {number} id
   * @param {boolean} [forGood]
   * @returns {SegmentState | null} of its segment, when it was under way
   */
  drop(now, id, forGood = false) {
    const request = this.#take(now, id);
    if (!request) return null;
    const state = this.state(request.segment);
    if (request.floor && !forGood) state.floor[kindOf(request)] = "no";
    if (forGood && !request.floor) state.shut.fill(1, request.first, request.last + 1);
    state.coming = copyOf(state.have);
    for (const other of this.#of(state)) addRequested(state.coming, other);
    return state;
  }

  /** Requests under way for better tiles of a segment. @param {SegmentState} state */
  better(state) {
    return this.#of(state).filter(({ floor }) => !floor);
  }

  get floorsUnderWay() {
    let count = 0;
    for (const request of this.requests.values()) if (request.floor) count++;
    return count;
  }

  /** Bytes asked for and not here that come before a new request for this segment. @param {number} segment */
  underWay(segment) {
    let bytes = 0;
    for (const request of this.requests.values()) if (request.segment <= segment) bytes += request.bytes;
    return bytes;
  }

  /** @param {SegmentState} state */
  #of({ requests }) {
    return [...requests].flatMap((id) => this.requests.get(id) ?? []);
  }

  /** @param {number} now @param {number} id */
  #take(now, id) {
    const request = this.requests.get(id);
    if (!request) return null;
    this.requests.delete(id);
    this.state(request.segment).requests.delete(id);
    if (!this.#unstarted.delete(id)) this.throughput.end(now);
    return request;
  }
}

/** @param {FetchAction} request which floor it is, if it is one */
const kindOf = (request) => (request.continued ? "continued" : "entry");

/** @param {import("./chain.js").Tiles} tiles @param {FetchAction} request */
function addRequested(tiles, { first, last, quality, continued }) {
  for (let tile = first; tile <= last; tile++) addTile(tiles, tile, quality, continued);
}
