/**
 * One run of a scenario: a function of (table, profile, mode, roles, seed, events) and of nothing else. The same lines as
 * courses/scenarios/engine/run.py; tests/scenarios/test_client_engine.py compares them state by state. Time moves on a
 * grid of ticks, events happen at their own times between them, no clock is read.
 */

import { holds } from "./conditions.js";
import { compressionCredit } from "./credit.js";
import { general } from "./numbers.js";
import { Patient } from "./patient.js";
import { targetOf } from "./table.js";
import { Trainer } from "./trainer.js";

/**
 * @typedef {import("./table.js").Table} Table
 * @typedef {import("./table.js").State} State
 * @typedef {import("./table.js").Effect} Effect
 * @typedef {import("./events.js").Event} Event
 * @typedef {{ t_s: number, name: string, actor: string, role: string }} Fact
 * @typedef {{ t_s: number, depth_mm: number | null, recoil: boolean | null, interval_s: number | null, credit: number,
 *   source: string, actor: string }} Pressed a compression that counted
 * @typedef {{ t_s: number, kind: string, what: string, actor: string, detail: string }} Entry a line of the time line
 */

const TIME_UP = "time_up";
/** @type {number[]} */
const NO_TIMES = [];
const ORDERING = new Set(["analysing", "charging", "ready"]);

/** The scenario is not offered in that mode, by that profile, or has no such role. `code` says which. */
export class NotOffered extends Error {
  /** @param {string} code @param {string} value */
  constructor(code, value) {
    super(`${code}: ${value}`);
    this.code = code;
  }
}

export class Run {
  /**
   * @param {Table} table
   * @param {{ mode: string, profile: string, seed: number, roles?: Record<string, string> }} options
   */
  constructor(table, { mode, profile, seed, roles = {} }) {
    if (!(mode in table.modes)) throw new NotOffered("mode", mode);
    if (!(profile in table.profiles)) throw new NotOffered("profile", profile);
    this._roleIds = new Set(table.roles.map((role) => role.id));
    for (const role of Object.values(roles)) if (!this._roleIds.has(role)) throw new NotOffered("role", role);
    this.table = table;
    this.mode = mode;
    this.seed = seed;
    this.roles = new Map(Object.entries(roles));
    this.constants = table.constants.run;
    this.profile = table.profiles[profile];
    this.target = targetOf(this.profile, table.patient.age_years ?? 40);
    this.patient = new Patient(table, this.profile, seed);
    this.aed = table.has_aed ? new Trainer(table, this.profile) : null;
    this.t_s = 0;
    this.stateSinceS = 0;
    /** @type {string | null} */
    this.outcome = null;
    /** @type {Fact[]} */
    this.facts = [];
    /** @type {Pressed[]} */
    this.compressions = [];
    /** @type {Entry[]} */
    this.timeline = [];
    /** Critical errors that were made, with their time. @type {Map<string, number>} */
    this.critical = new Map();
    /** Stretches in which a pause is not the rescuer's. @type {[number, number][]} */
    this.handsOffOrdered = [];
    /** @type {Map<string, number[]>} */
    this._times = new Map();
    /** @type {Set<string>} */
    this._happened = new Set();
    this._ticks = 0;
    this._factsBefore = 0;
    this._aedFactsSeen = 0;
    this._aedCuesSeen = 0;
    /** @type {number | null} */
    this._orderedSince = null;
    /** @type {number | null} */
    this._lostSince = null;
    this._hadPulse = this.patient.pulse;
    /** @type {State} */
    this.state = table.states[table.start];
    this._note("start");
    this._enter(this.state);
  }

  get ended() {
    return this.outcome !== null;
  }

  /** @param {string} fact */
  timesOf(fact) {
    return this._times.get(fact) ?? NO_TIMES;
  }

  /**
   * How often since the state was entered.
   * @param {string} fact
   */
  countHere(fact) {
    let count = 0;
    for (let i = this._factsBefore; i < this.facts.length; i++) if (this.facts[i].name === fact) count += 1;
    return count;
  }

  // --- time and events -------------------------------------------------------------------------------

  /**
   * Let the run go on until tS. A run that is left alone ends at its duration, not a day later.
   * @param {number} tS
   */
  advance(tS) {
    const until = Math.min(tS, this.table.duration_s);
    while (!this.ended && (this._ticks + 1) * this.constants.tick_s <= until) {
      this._ticks += 1;
      this._tick(this._ticks * this.constants.tick_s);
    }
  }

  /**
   * One event, at or after the time of the one before.
   * @param {Event} event
   */
  feed(event) {
    this.advance(event.t_s);
    if (this.ended) {
      this._refuse(event, "after_end");
      return;
    }
    if (event.t_s > this.t_s) this.t_s = event.t_s;
    if (event.kind === "action") this._act(event);
    else if (event.kind === "compression") this._press(event);
    else if (event.kind === "aed") this._useAed(event);
    else if (event.kind === "role") this._takeRole(event);
    else if (event.kind === "direct") this._direct(event);
    else this._track(event);
    this._collectAed();
    this._look();
  }

  /** Nothing more will come: play to the end. */
  finish() {
    this.advance(this.table.duration_s);
    if (!this.ended) this._end(TIME_UP);
  }

  // --- what happens ----------------------------------------------------------------------------------

  /** @param {number} tS */
  _tick(tS) {
    this.t_s = tS;
    this.patient.step(tS);
    if (this.aed) {
      this.aed.advance(tS, this.patient.shockable);
      this._collectAed();
    }
    this._watchPatient();
    this._look();
    if (!this.ended && tS >= this.table.duration_s) this._end(TIME_UP);
  }

  _watchPatient() {
    const pulse = this.patient.pulse;
    if (pulse && !this._hadPulse) this._note("rosc");
    this._hadPulse = pulse;
    if (this.patient.dead && this.timesOf("death").length === 0) this._note("death");
  }

  /** Distractors, critical errors, and at most one transition: two states never swap for ever in one instant. */
  _look() {
    if (this.ended) return;
    for (const error of this.table.critical_errors) {
      if (!this.critical.has(error.id) && holds(error.when, this)) {
        this.critical.set(error.id, this.t_s);
        this._write("fact", `critical.${error.id}`);
      }
    }
    for (const distractor of this.table.distractors) {
      if (distractor.modes.includes(this.mode) && !this._happened.has(distractor.id) && holds(distractor.when, this)) {
        this._distract(distractor);
      }
    }
    for (const transition of this.state.transitions) {
      if (!holds(transition.when, this)) continue;
      this._apply(transition.effects);
      this._enter(this.table.states[transition.to]);
      return;
    }
  }

  /** @param {import("./table.js").Distractor} distractor */
  _distract(distractor) {
    this._happened.add(distractor.id);
    this._show(distractor.prompt);
    this._apply(distractor.effects);
  }

  /** @param {State} state */
  _enter(state) {
    this.state = state;
    this.stateSinceS = this.t_s;
    this._factsBefore = this.facts.length;
    this._write("state", state.id);
    this._count(`state.${state.id}`, this.t_s, "");
    this._apply(state.effects);
    for (const prompt of state.prompts) this._show(prompt);
    if (state.end) this._end(state.end);
  }

  /** @param {string} outcome */
  _end(outcome) {
    this.outcome = outcome;
    if (this._orderedSince !== null) this.handsOffOrdered.push([this._orderedSince, this.t_s]);
    if (this._lostSince !== null) this.handsOffOrdered.push([this._lostSince, this.t_s]);
    this._orderedSince = this._lostSince = null;
  }

  /** @param {Effect[]} effects */
  _apply(effects) {
    for (const effect of effects) {
      const [[name, value]] = Object.entries(effect);
      if (name === "prompt") this._show(value);
      else if (name === "fact") this._note(value);
      else /** @type {any} */ (this.patient)[name] = value;
    }
  }

  /** @param {Event} event */
  _act(event) {
    const action = Object.hasOwn(this.table.actions, event.data.action) ? this.table.actions[event.data.action] : null;
    if (action === null) {
      this._refuse(event, "unknown_action");
      return;
    }
    const refusal = this._refusal(action, event);
    if (refusal) {
      this._refuse(event, refusal);
      return;
    }
    this._note(action.id, event);
    if (action.breath) this.patient.breatheInto();
    if (this.aed && action.aed === "bare_chest") this.aed.bareChest(this.t_s);
    else if (this.aed && action.aed === "dry_chest") this.aed.dryChest(this.t_s);
    else if (this.aed && action.aed === "child_pads") this.aed.chooseChildPads();
    this._apply(action.effects);
  }

  /** @param {import("./table.js").Action} action @param {Event} event */
  _refusal(action, event) {
    const role = this.roles.get(event.actor);
    if (action.roles.length && this.roles.size && !(role && action.roles.includes(role))) return "other_role";
    return action.needs === null || holds(action.needs, this) ? null : "not_possible_now";
  }

  /** @param {Event} event */
  _press(event) {
    const { depth_mm: depth, recoil, source } = event.data;
    const before = this.compressions.length ? this.compressions[this.compressions.length - 1].t_s : null;
    const interval = before === null ? null : event.t_s - before;
    const impossibleDepth = depth !== null && !(depth > 0 && depth <= this.constants.deepest_mm);
    if (impossibleDepth || (interval !== null && interval < this.constants.shortest_interval_s)) {
      this._refuse(event, "impossible_motion");
      return;
    }
    const goesOn = interval !== null && interval < this.constants.pause_from_s;
    const rate = goesOn ? 60 / interval : null;
    const credit = compressionCredit(this.table.constants.credit, this.target, depth, rate, recoil);
    this.compressions.push({
      t_s: event.t_s,
      depth_mm: depth,
      recoil,
      interval_s: interval,
      credit,
      source,
      actor: event.actor,
    });
    if (!goesOn) this._note(before === null ? "compressions.start" : "compressions.resume", event);
    this._noteWhilePulse(event);
    this.patient.compress(event.t_s, credit);
    this.aed?.moved(event.t_s);
  }

  /** @param {Event} event */
  _noteWhilePulse(event) {
    const noted = this.timesOf("compressions.while_pulse");
    const again = !noted.length || event.t_s - noted[noted.length - 1] > this.constants.note_again_s;
    if (this.patient.pulse && again) this._note("compressions.while_pulse", event);
  }

  /** @param {Event} event */
  _useAed(event) {
    const aed = this.aed;
    const data = event.data;
    if (aed === null) this._refuse(event, "no_aed");
    else if (data.do === "power") aed.power(event.t_s);
    else if (data.do === "touch" || data.do === "clear") aed.touch(data.do === "touch");
    else if (data.do === "pad") aed.placePad(event.t_s, data.pad, data.x_m, data.y_m, data.back);
    else if (aed.pressShock(event.t_s)) this.patient.shock(aed.shocks);
    else if (aed.phase !== "ready") this._refuse(event, "not_charged");
  }

  /** What the trainer did and said since. While it orders hands off, a pause is not the rescuer's. */
  _collectAed() {
    const aed = this.aed;
    if (aed === null) return;
    for (; this._aedFactsSeen < aed.facts.length; this._aedFactsSeen++) {
      const { t_s, name } = aed.facts[this._aedFactsSeen];
      this._note(name, null, t_s);
    }
    for (; this._aedCuesSeen < aed.cues.length; this._aedCuesSeen++) {
      const { t_s, id } = aed.cues[this._aedCuesSeen];
      this.timeline.push({ t_s, kind: "aed", what: id, actor: "", detail: "" });
    }
    const orders = ORDERING.has(aed.phase);
    if (orders && this._orderedSince === null) this._orderedSince = this.t_s;
    else if (!orders && this._orderedSince !== null) {
      this.handsOffOrdered.push([this._orderedSince, this.t_s]);
      this._orderedSince = null;
    }
  }

  /**
   * While tracking is lost nobody knows whether there were compressions: the time counts neither way.
   * @param {Event} event
   */
  _track(event) {
    if (event.data.lost && this._lostSince === null) {
      this._lostSince = event.t_s;
      this._note("tracking.lost", event);
    } else if (!event.data.lost && this._lostSince !== null) {
      this.handsOffOrdered.push([this._lostSince, event.t_s]);
      this._lostSince = null;
      this._note("tracking.found", event);
    }
  }

  /**
   * The actor takes a role; whoever had it gets the actor's old one, or none.
   * @param {Event} event
   */
  _takeRole(event) {
    const wanted = event.data.role;
    const mine = this.roles.get(event.actor);
    if (!this._roleIds.has(wanted)) {
      this._refuse(event, "unknown_role");
      return;
    }
    const holder = [...this.roles].find(([, role]) => role === wanted)?.[0] ?? event.actor;
    this.roles = new Map([...this.roles].filter(([actor, role]) => role !== wanted && actor !== event.actor));
    if (holder !== event.actor && mine !== undefined) this.roles.set(holder, mine);
    this.roles.set(event.actor, wanted);
    this.timeline.push({ t_s: event.t_s, kind: "role", what: wanted, actor: event.actor, detail: "" });
  }

  /**
   * An instructor changes a vital sign, lets a distractor happen, or goes to a state.
   * @param {Event} event
   */
  _direct(event) {
    const { do: doing, effect, to, id } = event.data;
    if (doing === "effect") {
      const [[name, value]] = Object.entries(effect);
      if (name === "prompt" && !Object.hasOwn(this.table.prompts, value)) return this._refuse(event, "unknown_prompt");
      this._writeDirect(event, name, typeof value === "number" ? general(value) : String(value));
      this._apply([effect]);
    } else if (doing === "state") {
      if (!Object.hasOwn(this.table.states, to)) return this._refuse(event, "unknown_state");
      this._writeDirect(event, "state", to);
      this._enter(this.table.states[to]);
    } else {
      const found = this.table.distractors.find((distractor) => distractor.id === id);
      if (!found) return this._refuse(event, "unknown_distractor");
      this._writeDirect(event, "distractor", found.id);
      this._distract(found);
    }
  }

  // --- what is written down --------------------------------------------------------------------------

  /** @param {string} name @param {Event | null} [event] @param {number} [at] */
  _note(name, event = null, at = this.t_s) {
    const actor = event ? event.actor : "";
    this._count(name, at, actor);
    const kind = Object.hasOwn(this.table.actions, name) ? "action" : "fact";
    this.timeline.push({ t_s: at, kind, what: name, actor, detail: "" });
  }

  /** @param {string} name @param {number} tS @param {string} actor */
  _count(name, tS, actor) {
    this.facts.push({ t_s: tS, name, actor, role: this.roles.get(actor) ?? "" });
    const times = this._times.get(name);
    if (times) times.push(tS);
    else this._times.set(name, [tS]);
  }

  /** @param {string} kind @param {string} what */
  _write(kind, what) {
    this.timeline.push({ t_s: this.t_s, kind, what, actor: "", detail: "" });
  }

  /** @param {Event} event @param {string} what @param {string} detail */
  _writeDirect(event, what, detail) {
    this.timeline.push({ t_s: event.t_s, kind: "direct", what, actor: event.actor, detail });
  }

  /** @param {string} prompt */
  _show(prompt) {
    const { modes } = this.table.prompts[prompt];
    if (!modes || modes.includes(this.mode)) this._write("prompt", prompt);
  }

  /** @param {Event} event @param {string} why */
  _refuse(event, why) {
    const what = event.data.action || event.data.do || event.kind;
    this.timeline.push({ t_s: event.t_s, kind: "refused", what, actor: event.actor, detail: why });
  }
}
