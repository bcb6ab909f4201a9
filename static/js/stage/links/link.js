/** What the stage is driven by: a room on the server, the engine in this page, or the log of a finished run. */

/**
 * @typedef {import("../engine/table.js").Table} Table
 * @typedef {{ t_s: number, kind: string, what: string, actor: string, detail: string }} Entry a line of the time line
 * @typedef {{ actor: string, slot: number, role: string, name: string, kind: string, here?: boolean }} Member
 * @typedef {"lobby" | "running" | "paused" | "held" | "ended"} Phase
 * @typedef {Record<string, any>} State sections of docs/scenarios-protocol.md
 *
 * @typedef {object} LinkEvents
 * @property {(state: State) => void} onState sections changed
 * @property {(entries: Entry[]) => void} onEntries new lines of the time line, to be shown and spoken
 * @property {(entries: Entry[]) => void} onPast the whole time line so far, when one comes in late or the past changed: to be
 *   shown, not spoken
 * @property {(phase: Phase) => void} onPhase
 * @property {(team: Member[]) => void} onTeam
 * @property {(poses: Map<number, Float32Array>) => void} onPoses slot -> pose record (together/record.js)
 * @property {(from: string, name: string, text: string) => void} onSaid
 * @property {(from: string, data: any) => void} onSignal
 * @property {(trouble: Trouble | null) => void} onTrouble null: it is over
 * @property {(result: { outcome: string | null, score: number | null, passed: boolean | null, run: string | null }) => void} onEnded
 *
 * @typedef {"offline" | "refused" | "gone" | "elsewhere" | "handIn"} Trouble
 */

/** Lines that are older than this when they arrive are shown in the state, but not spoken again. */
export const OLD_NEWS_S = 6;

export class Link {
  /** @type {State} */
  state = {};
  /** @type {Entry[]} */
  entries = [];
  /** @type {Phase} */
  phase = "lobby";
  /** @type {Member[]} */
  team = [];
  /** The own actor's name. */
  actor = "learner";
  slot = 0;
  role = "";
  kind = "team";
  /** Whether others are in it. */
  shared = false;
  /** Each is called for every event of its kind. @type {Partial<LinkEvents>[]} */
  #listeners = [];

  /**
   * @param {Table} table
   * @param {{ mode: string, profile: string }} choice
   */
  constructor(table, choice) {
    this.table = table;
    this.mode = choice.mode;
    this.profile = table.profiles[choice.profile] ?? table.profiles[table.default_profile];
  }

  /** Run time now, seconds. @returns {number} */
  get t() {
    return 0;
  }

  /** @param {Partial<LinkEvents>} listener */
  listen(listener) {
    this.#listeners.push(listener);
  }

  /**
   * @template {keyof LinkEvents} Name
   * @param {Name} name
   * @param {Parameters<LinkEvents[Name]>} values
   */
  tell(name, ...values) {
    for (const listener of this.#listeners) /** @type {any} */ (listener[name])?.(...values);
  }

  /** @param {Phase} phase */
  setPhase(phase) {
    if (phase === this.phase) return;
    this.phase = phase;
    this.tell("onPhase", phase);
  }

  start() {}
  pause() {}
  resume() {}
  end() {}
  close() {}

  /**
   * Something was done now (or at `at`, run time in seconds).
   * @param {Record<string, any>} event `kind` and its fields (docs/scenarios-protocol.md), without seq and t
   * @param {number} [at]
   */
  send(event, at) {
    void event;
    void at;
  }

  /** @param {string} text @param {string | null} to */
  say(text, to) {
    void text;
    void to;
  }

  /** @param {string} to @param {any} data */
  signal(to, data) {
    void to;
    void data;
  }

  /** @param {ArrayBuffer} frame */
  sendBinary(frame) {
    void frame;
  }

  /** @param {string | null} actor */
  watch(actor) {
    void actor;
  }

  /** Time goes on; called for every picture. @param {number} nowMs */
  tick(nowMs) {
    void nowMs;
  }
}
