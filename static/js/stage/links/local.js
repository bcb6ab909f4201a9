/** A run that is played in this page alone by the compiled table; its log is handed in at the end. */

import { clock } from "../clock.js";
import { eventFrom, messageOf } from "../engine/events.js";
import { RunLog } from "../engine/log.js";
import { Outbox } from "../engine/outbox.js";
import { score } from "../engine/score.js";
import { entries, objectivesView, view } from "../engine/view.js";
import { csrfToken } from "../../shared/csrf.js";
import { Link } from "./link.js";

/** At most so often is the state read; the engine's own grid is as fine. */
const STATE_MS = 250;
const OBJECTIVES_MS = 1000;

export class LocalLink extends Link {
  #log;
  #choice;
  /** Keeps the log while it grows, so that a closed tab loses nothing; null where it is kept nowhere. */
  #outbox;
  #seq = 0;
  /** Run time at #since. */
  #elapsed = 0;
  #since = 0;
  #revision = 0;
  #told = 0;
  #stateAt = -Infinity;
  #objectivesAt = -Infinity;
  #done = false;

  /**
   * @param {import("./link.js").Table} table
   * @param {import("../config.js").Choice} choice
   * @param {string | null} handIn address that takes the log; null: it is kept nowhere
   */
  constructor(table, choice, handIn) {
    super(table, choice);
    this.#choice = choice;
    const tell = (/** @type {boolean} */ waits) => this.tell("onTrouble", waits ? "handIn" : null);
    this.#outbox = handIn ? new Outbox(sender(handIn), tell, choice.owner ?? "") : null;
    this.#log = new RunLog(table, { mode: choice.mode, profile: this.profile.id, seed: choice.seed });
    this.team = [{ actor: "learner", slot: 0, role: "", name: "", kind: "team", here: true }];
    this.state = view(this.#log.run);
  }

  /** The log that will be handed in. */
  get log() {
    return this.#log;
  }

  get t() {
    return this.#elapsed + (this.phase === "running" ? (clock.now() - this.#since) / 1000 : 0);
  }

  start() {
    if (this.phase !== "lobby") return;
    const { table, mode, profile } = this;
    this.#outbox?.begin(table, {
      client_run_id: crypto.randomUUID(), scenario: table.id, version: table.version, table: table.hash, mode, profile: profile.id,
      seed: this.#choice.seed, started_at: new Date().toISOString(), lesson: this.#choice.lesson,
    });
    this.#run();
  }

  pause() {
    if (this.phase !== "running") return;
    this.#elapsed = this.t;
    this.setPhase("paused");
  }

  resume() {
    if (this.phase === "paused") this.#run();
  }

  #run() {
    this.#since = clock.now();
    this.setPhase("running");
    this.#look(true);
  }

  end() {
    if (this.#done) return;
    this.#log.run.finish();
    this.#look(true);
  }

  /** @param {Record<string, any>} event @param {number} [at] */
  send(event, at) {
    if (this.phase !== "running") return;
    const t = Math.round(1000 * Math.max(0, at ?? this.t)) / 1000;
    const done = eventFrom({ ...event, seq: this.#seq++, t, actor: this.actor });
    this.#log.receive(done);
    this.#outbox?.add(messageOf(done));
    this.#look(true);
  }

  /** @param {number} nowMs */
  tick(nowMs) {
    if (this.phase !== "running" || nowMs - this.#stateAt < STATE_MS) return;
    this.#log.advance(this.t);
    this.#look(false, nowMs);
  }

  /** @param {boolean} atOnce @param {number} [nowMs] */
  #look(atOnce, nowMs = clock.now()) {
    const run = this.#log.run;
    this.#stateAt = nowMs;
    const { objectives } = this.state;
    this.state = { ...view(run), objectives };
    if (this.mode !== "exam" && (nowMs - this.#objectivesAt > OBJECTIVES_MS || (atOnce && run.ended))) {
      this.#objectivesAt = nowMs;
      this.state.objectives = objectivesView(run);
    }
    if (this.#log.revision !== this.#revision) {
      this.#revision = this.#log.revision;
      this.entries = entries(run);
      this.#told = Math.min(this.#told, this.entries.length);
    } else this.entries.push(...entries(run, this.entries.length));
    const news = this.entries.slice(this.#told);
    this.#told = this.entries.length;
    this.tell("onState", this.state);
    if (news.length) this.tell("onEntries", news);
    if (run.ended && !this.#done) void this.#finish();
  }

  async #finish() {
    this.#done = true;
    this.#elapsed = this.t;
    const run = this.#log.run;
    const marks = score(run);
    this.setPhase("ended");
    const own = { outcome: run.outcome, score: marks.total, passed: marks.passed, run: null };
    this.tell("onEnded", own);
    const card = await this.#outbox?.finish(run);
    if (card) this.tell("onEnded", { outcome: card.outcome, score: card.score, passed: card.passed, run: card.id });
  }
}

/**
 * @param {string} address
 * @returns {import("../engine/offline.js").Post}
 */
function sender(address) {
  return (body) =>
    fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify(body),
    });
}
