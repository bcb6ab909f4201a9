/** The try-out's run: events that somebody put at times, and the state at any time, by the stage's engine. */

import { eventFrom } from "../stage/engine/events.js";
import { RunLog } from "../stage/engine/log.js";
import { score } from "../stage/engine/score.js";
import { view } from "../stage/engine/view.js";

/** @typedef {import("../stage/engine/table.js").Table} Table @typedef {import("../stage/engine/events.js").Event} Event */

const BURST = 30;

export class Play {
  /** @param {Table} table @param {{ mode: string, profile: string, seed: number }} options */
  constructor(table, options) {
    this.table = table;
    this.options = options;
    /** Run time that is looked at, seconds. */
    this.t = 0;
    /** Groups that are taken back together. @type {Event[][]} */
    this._done = [];
    this._seq = 0;
  }

  /** @param {Table} table another version of the text: the same is done in it */
  swap(table) {
    this.table = table;
    if (!(this.options.mode in table.modes)) this.options.mode = Object.keys(table.modes)[0];
    if (!(this.options.profile in table.profiles)) this.options.profile = table.default_profile;
    this.t = Math.min(this.t, table.duration_s);
  }

  /** @param {Record<string, any>} doing kind and its fields */
  act(doing) {
    this._done.push([this._event(doing, this.t)]);
  }

  /** Thirty compressions from now on. @param {number} rateCpm @param {number} depthMm */
  compress(rateCpm, depthMm) {
    const period = 60 / rateCpm;
    const burst = Array.from({ length: BURST }, (_, i) =>
      this._event({ kind: "compression", depth_mm: depthMm, recoil: true, source: "controller" }, this.t + i * period),
    );
    this._done.push(burst);
    this.wait(BURST * period);
  }

  /** @param {number} seconds */
  wait(seconds) {
    this.t = Math.min(this.table.duration_s, Math.round((this.t + seconds) * 100) / 100);
  }

  /** Takes back what was done last, and goes back to just before it. */
  undo() {
    const last = this._done.pop();
    if (last) this.t = last[0].t_s;
  }

  get canUndo() {
    return this._done.length > 0;
  }

  /** Everything to be seen at the time that is looked at. */
  look() {
    const log = new RunLog(this.table, this.options);
    log.receiveAll(this._done.flat().filter((event) => event.t_s <= this.t));
    log.advance(this.t);
    return { run: log.run, state: view(log.run), score: score(log.run) };
  }

  /** @param {Record<string, any>} doing @param {number} t */
  _event(doing, t) {
    return eventFrom({ ...doing, t: Math.round(t * 1000) / 1000, seq: this._seq++, actor: "learner" });
  }
}
