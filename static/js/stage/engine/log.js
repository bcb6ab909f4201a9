/** Events as they come: late, twice, in any order. The run is always the one of the ordered log (engine/log.py). */

import { compareTexts } from "./numbers.js";
import { Run } from "./run.js";

/**
 * @typedef {import("./table.js").Table} Table
 * @typedef {import("./events.js").Event} Event
 * @typedef {{ mode: string, profile: string, seed: number, roles?: Record<string, string> }} Options
 * @typedef {"accepted" | "duplicate" | "conflict"} Receipt
 */

/** @param {Event} a @param {Event} b */
export function inOrder(a, b) {
  return a.t_s - b.t_s || compareTexts(a.actor, b.actor) || a.seq - b.seq;
}

/**
 * The run of a whole log, played to its end. Throws NotOffered.
 * @param {Table} table
 * @param {Event[]} events
 * @param {Options} options
 */
export function replay(table, events, options) {
  const log = new RunLog(table, options);
  log.receiveAll(events);
  log.run.finish();
  return log.run;
}

/** A run in progress. An event that comes later than others of a later time makes the run be played anew. */
export class RunLog {
  /** @param {Table} table @param {Options} options */
  constructor(table, options) {
    this._table = table;
    this._options = options;
    /** @type {Event[]} */
    this.events = [];
    /** @type {Map<string, Event>} */
    this._known = new Map();
    /** Rises when the past was played anew: entries and state must be read from the beginning. */
    this.revision = 0;
    this.run = this._fresh();
  }

  /**
   * Take one event. The same number with other contents is a conflict: the first one stays.
   * @param {Event} event
   * @returns {Receipt}
   */
  receive(event) {
    const receipt = this._file(event);
    if (receipt === "accepted") {
      if (this.events[this.events.length - 1] === event && event.t_s >= this.run.t_s) this.run.feed(event);
      else this._rebuild(this.run.t_s);
    }
    return receipt;
  }

  /**
   * Take many at once and play them once.
   * @param {Event[]} events
   * @returns {Receipt[]}
   */
  receiveAll(events) {
    const now = this.run.t_s;
    const receipts = events.map((event) => this._file(event));
    this._rebuild(now);
    return receipts;
  }

  /** @param {number} tS */
  advance(tS) {
    this.run.advance(tS);
  }

  /** @param {Event} event @returns {Receipt} */
  _file(event) {
    const number = JSON.stringify([event.actor, event.seq]);
    const known = this._known.get(number);
    if (known) return JSON.stringify(known) === JSON.stringify(event) ? "duplicate" : "conflict";
    this._known.set(number, event);
    let place = this.events.length;
    while (place > 0 && inOrder(this.events[place - 1], event) > 0) place -= 1;
    this.events.splice(place, 0, event);
    return "accepted";
  }

  /** @param {number} untilS */
  _rebuild(untilS) {
    this.run = this._fresh();
    this.revision += 1;
    for (const event of this.events) this.run.feed(event);
    this.run.advance(untilS);
  }

  _fresh() {
    return new Run(this._table, this._options);
  }
}
