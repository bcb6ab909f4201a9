/** A finished run, shown again from its log: the engine plays it, a slider says where. */

import { clock } from "../clock.js";
import { eventFrom } from "../engine/events.js";
import { RunLog } from "../engine/log.js";
import { entries, objectivesView, view } from "../engine/view.js";
import { RECORD_BYTES, RECORD_NUMBERS, readRecord } from "../together/record.js";
import { Link } from "./link.js";

const STATE_MS = 200;

export class ReplayLink extends Link {
  /** @type {any} */
  #answer;
  /** @type {import("../engine/events.js").Event[]} */
  #events;
  #run;
  #fed = 0;
  #at = 0;
  #since = 0;
  #stateAt = 0;
  #told = 0;
  /** Times as fast. */
  speed = 1;
  /** @type {{ slot: number, t: Float64Array, records: Float32Array[] }[]} */
  #tracks = [];

  /**
   * @param {import("./link.js").Table} table
   * @param {any} log as `GET runs/<uuid>/log/` answers
   */
  constructor(table, log) {
    super(table, log.run);
    this.#answer = log;
    /** @type {import("./link.js").Member[]} */
    this.team = log.run.team ?? [];
    this.#events = log.events.map(plainEvent).map(eventFrom).sort((/** @type {any} */ a, /** @type {any} */ b) => a.t_s - b.t_s || a.seq - b.seq);
    this.duration = log.report?.ended_s ?? log.run.t ?? this.#events.at(-1)?.t_s ?? table.duration_s;
    this.#run = this.#fresh();
    this.state = view(this.#run);
    /** @type {import("./link.js").Phase} */
    this.phase = "paused";
  }

  #fresh() {
    const { mode, seed } = this.#answer.run;
    // Those at the start: who took another's role later is in the events.
    const roles = this.#answer.roles ?? {};
    return new RunLog(this.table, { mode, profile: this.profile.id, seed, roles }).run;
  }

  get t() {
    const now = this.#at + (this.phase === "running" ? ((clock.now() - this.#since) / 1000) * this.speed : 0);
    return Math.min(now, this.duration);
  }

  /** @param {number} speed times as fast */
  setSpeed(speed) {
    this.#at = this.t;
    this.#since = clock.now();
    this.speed = speed;
  }

  start() { this.resume(); }

  resume() {
    if (this.t >= this.duration) this.seek(0);
    this.#since = clock.now();
    this.setPhase("running");
  }

  pause() {
    this.#at = this.t;
    this.setPhase("paused");
  }

  /**
   * Goes to a moment; back as well as forth.
   * @param {number} t seconds
   */
  seek(t) {
    const goal = Math.min(Math.max(0, t), this.duration);
    if (goal < this.t) {
      this.#run = this.#fresh();
      this.#fed = 0;
    }
    this.#at = goal;
    this.#since = clock.now();
    this.#play(goal);
    this.entries = entries(this.#run);
    this.#told = this.entries.length;
    this.#show();
  }

  /** @param {number} goal */
  #play(goal) {
    while (this.#fed < this.#events.length && this.#events[this.#fed].t_s <= goal) this.#run.feed(this.#events[this.#fed++]);
    this.#run.advance(goal);
  }

  #show() {
    this.state = { ...view(this.#run), objectives: objectivesView(this.#run) };
    this.tell("onState", this.state);
    this.tell("onPoses", this.posesAt(this.t));
  }

  /** @param {number} nowMs */
  tick(nowMs) {
    if (this.phase !== "running") return;
    const t = this.t;
    if (this.#tracks.length) this.tell("onPoses", this.posesAt(t));
    if (nowMs - this.#stateAt < STATE_MS) return;
    this.#stateAt = nowMs;
    this.#play(t);
    this.#show();
    this.entries = entries(this.#run);
    const news = this.entries.slice(this.#told);
    this.#told = this.entries.length;
    if (news.length) this.tell("onEntries", news);
    if (t >= this.duration) this.pause();
  }

  /** Times of the compressions so far and to come, for marks on a time line. */
  get compressionTimes() {
    return this.#events.filter(({ kind }) => kind === "compression").map(({ t_s }) => t_s);
  }

  /**
   * Fetches where people's heads and hands were.
   * @returns {Promise<void>}
   */
  async loadPoses() {
    const slots = new Map(this.team.map((member) => [member.actor, member.slot]));
    for (const { actor, kind, url } of this.#answer.tracks ?? []) {
      if (kind !== "pose") continue;
      const answer = await fetch(url);
      if (!answer.ok) continue;
      const bytes = new DataView(await answer.arrayBuffer());
      const count = Math.floor(bytes.byteLength / RECORD_BYTES);
      const records = Array.from({ length: count }, (_, i) => readRecord(bytes, i * RECORD_BYTES, new Float32Array(RECORD_NUMBERS)));
      this.#tracks.push({ slot: slots.get(actor) ?? 0, t: Float64Array.from(records, (record) => record[1]), records });
    }
  }

  /** @param {number} t */
  posesAt(t) {
    /** @type {Map<number, Float32Array>} */
    const poses = new Map();
    for (const track of this.#tracks) {
      let i = track.t.findIndex((time) => time > t);
      if (i < 0) i = track.t.length;
      if (i > 0 && t - track.t[i - 1] < 2) poses.set(track.slot, track.records[i - 1]);
    }
    return poses;
  }
}

/** @param {any} event as the log keeps it */
function plainEvent({ n, received_s, ...event }) {
  void n;
  void received_s;
  return event;
}
