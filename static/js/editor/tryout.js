/** Trying a scenario out in the page, step by step. */

import { element } from "../shared/dom.js";
import { languageKey } from "../shared/language.js";
import { endWords } from "./graph.js";
import { Play } from "./play.js";

/**
 * @typedef {import("../stage/engine/table.js").Table} Table
 * @typedef {import("./messages.js").Say} Say
 * @typedef {import("./messages.js").MessageKey} MessageKey
 */

const STEPS_S = [1, 5, 30];
const RATES = [60, 90, 110, 120, 140];
const DEPTHS = [30, 45, 54, 65];

export class TryOut {
  /** @param {Say} say @param {(state: string | null) => void} onState */
  constructor(say, onState) {
    this._say = say;
    this._onState = onState;
    this._language = languageKey(document.documentElement.lang);
    /** @type {Play | null} */
    this._play = null;
    this.element = element("div", { class: "sced-try" }, element("p", { class: "muted" }, say("tryErrors")));
  }

  /** @param {Table | null} table null while the text has errors: what is on show stays */
  setTable(table) {
    if (!table) return;
    if (this._play) this._play.swap(table);
    else this._play = new Play(table, { mode: Object.keys(table.modes).at(-1) ?? "", profile: table.default_profile, seed: 1 });
    this._build(this._play);
  }

  /** @param {Play} play */
  _build(play) {
    const { table } = play;
    const heading = (/** @type {MessageKey} */ key) => element("h3", { class: "h4" }, this._say(key));
    this._clock = element("output", { class: "sced-try__clock" });
    this._slider = element("input", { type: "range", min: 0, max: table.duration_s, step: 0.25, class: "sced-try__slider" });
    this._slider.addEventListener("input", () => {
      play.t = Number(this._slider?.value);
      this._show();
    });
    this._actions = element("div", { class: "cluster sced-try__actions" });
    this._facts = element("dl", { class: "sced-try__facts" });
    this._score = element("p", { class: "h4" });
    this._marks = element("ul", { class: "plain-list sced-try__marks" });
    this._lines = element("ol", { class: "plain-list sced-try__lines" });
    this._undo = this._button(this._say("undo"), () => play.undo());
    const steps = STEPS_S.map((seconds) => this._button(`+${seconds} s`, () => play.wait(seconds)));
    const label = element("label", { class: "sced-try__time" }, this._clock, this._slider);
    this.element.replaceChildren(
      element("p", { class: "small muted" }, this._say("tryHelp")),
      this._choices(play),
      label,
      element("div", { class: "cluster" }, ...steps, this._undo),
      element("section", { class: "stack stack--tight" }, heading("doNow"), this._actions, this._hands(play), table.has_aed && this._aed(play)),
      element("section", { class: "stack stack--tight" }, heading("now"), this._facts),
      element("section", { class: "stack stack--tight" }, heading("timeline"), this._lines),
      element("section", { class: "stack stack--tight" }, this._score, this._marks),
    );
    this._show();
  }

  /** @param {Play} play */
  _choices(play) {
    const { table, options } = play;
    const modes = Object.keys(table.modes).map((mode) => /** @type {[string, string]} */ ([mode, this._say(/** @type {MessageKey} */ (mode))]));
    const profiles = Object.values(table.profiles).map((profile) => /** @type {[string, string]} */ ([profile.id, profile.name[this._language]]));
    const mode = select(this._say("mode"), modes, options.mode, (value) => this._restart({ ...options, mode: value }));
    const profile = select(this._say("profile"), profiles, options.profile, (value) => this._restart({ ...options, profile: value }));
    const seeds = Array.from({ length: 9 }, (_, i) => /** @type {[string, string]} */ ([String(i + 1), String(i + 1)]));
    const seed = select(this._say("seed"), seeds, String(options.seed), (value) => this._restart({ ...options, seed: Number(value) }));
    const again = element("button", { type: "button", class: "btn btn--small" }, this._say("restart"));
    again.addEventListener("click", () => this._restart(options));
    return element("div", { class: "cluster sced-try__choices" }, mode, profile, seed, again);
  }

  /** @param {{ mode: string, profile: string, seed: number }} options */
  _restart(options) {
    if (!this._play) return;
    this._play = new Play(this._play.table, options);
    this._build(this._play);
  }

  /** @param {Play} play */
  _hands(play) {
    const rate = select(this._say("rate"), RATES.map((n) => [String(n), String(n)]), "110", () => {});
    const depth = select(this._say("depth"), DEPTHS.map((n) => [String(n), String(n)]), "54", () => {});
    const chosen = (/** @type {HTMLElement} */ field) => Number(field.querySelector("select")?.value);
    const press = this._button(this._say("compress"), () => play.compress(chosen(rate), chosen(depth)));
    return element("div", { class: "cluster sced-try__hands" }, press, rate, depth);
  }

  /** @param {Play} play */
  _aed(play) {
    const sites = play.table.profiles[play.options.profile];
    const age = play.table.patient.age_years ?? 40;
    const pads = sites.pads[age < sites.child_pads_under_years ? "child" : "adult"];
    const place = (/** @type {string} */ pad) => ({ kind: "aed", do: "pad", pad, x_m: pads[pad].x_m, y_m: pads[pad].y_m, back: pads[pad].back });
    /** @type {[MessageKey, Record<string, any>][]} */
    const doings = [
      ["aedPower", { kind: "aed", do: "power" }],
      ["aedRight", place("right")],
      ["aedLeft", place("left")],
      ["aedWrong", { ...place("right"), x_m: 0.3 }],
      ["aedTouch", { kind: "aed", do: "touch" }],
      ["aedClear", { kind: "aed", do: "clear" }],
      ["aedShock", { kind: "aed", do: "shock" }],
    ];
    const buttons = doings.map(([key, doing]) => this._button(this._say(key), () => play.act(doing)));
    return element("div", { class: "cluster", role: "group", "aria-label": this._say("aedDo") }, element("span", { class: "small muted" }, this._say("aedDo")), ...buttons);
  }

  /** @param {string} words @param {() => void} doing */
  _button(words, doing) {
    const button = element("button", { type: "button", class: "btn btn--small" }, words);
    button.addEventListener("click", () => {
      doing();
      this._show();
    });
    return button;
  }

  _show() {
    const play = this._play;
    if (!play || !this._slider || !this._clock || !this._undo) return;
    const { run, state, score } = play.look();
    this._slider.value = String(play.t);
    this._slider.setAttribute("aria-valuetext", `${play.t} s`);
    this._clock.textContent = this._say("time", { t: play.t.toFixed(play.t % 1 ? 1 : 0), d: play.table.duration_s });
    this._undo.disabled = !play.canUndo;
    this._showActions(play, state.scene.actions, run.ended);
    this._facts?.replaceChildren(...this._factsOf(state, run).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
    this._showLines(run);
    if (this._score) this._score.textContent = this._say("objectives", { total: score.total.toFixed(0) });
    this._marks?.replaceChildren(
      ...score.objectives.map((m) =>
        element("li", {}, element("meter", { min: 0, max: 1, value: m.credit, "aria-hidden": true }), ` ${m.objective.title[this._language]} `, element("span", { class: "small muted" }, `${m.points.toFixed(1)} / ${m.possible.toFixed(0)}`)),
      ),
    );
    this._onState(run.state.id);
  }

  /** @param {Play} play @param {string[]} possible @param {boolean} over */
  _showActions(play, possible, over) {
    const buttons = possible.map((id) => {
      const button = this._button(play.table.actions[id].label[this._language], () => play.act({ kind: "action", action: id }));
      button.disabled = over;
      return button;
    });
    this._actions?.replaceChildren(...buttons);
  }

  /** @param {Record<string, any>} state @param {import("../stage/engine/run.js").Run} run @returns {[string, string][]} */
  _factsOf({ patient, aed }, run) {
    const say = this._say;
    /** @type {[string, string][]} */
    const facts = [
      [say("stateNow"), run.state.title[this._language]],
      [say("rhythm"), patient.rhythm],
      [say("pulse"), say(patient.pulse ? "yes" : "no")],
      [say("breathing"), patient.breathing],
      [say("oxygen"), `${patient.oxygen.toFixed(0)} %`],
      [say("survival"), `${(100 * patient.survival).toFixed(0)} %`],
    ];
    if (patient.blood_loss_ml > 0) facts.push([say("bloodLoss"), `${patient.blood_loss_ml.toFixed(0)} ml`]);
    if (aed) facts.push([say("aed"), aed.phase]);
    if (run.outcome) facts.push(["", say("ended", { how: endWords(run.outcome, say) })]);
    return facts;
  }

  /** @param {import("../stage/engine/run.js").Run} run */
  _showLines(run) {
    const table = run.table;
    /** @param {import("../stage/engine/run.js").Entry} entry */
    const words = ({ kind, what, detail }) => {
      if (kind === "prompt") return `“${table.prompts[what].text[this._language]}”`;
      if (kind === "aed") return `AED: “${table.aed.voice[what][this._language]}”`;
      if (kind === "state") return `→ ${table.states[what].title[this._language]}`;
      if (kind === "refused") return `${table.actions[what]?.label[this._language] ?? what} (${this._say("refused", { why: detail })})`;
      return table.actions[what]?.label[this._language] ?? what;
    };
    const lines = run.timeline.map((entry) =>
      element("li", { class: `sced-line sced-line--${entry.kind}` }, element("span", { class: "sced-line__t" }, `${entry.t_s.toFixed(1)} s`), words(entry)),
    );
    this._lines?.replaceChildren(...lines.reverse());
  }
}

/**
 * A labelled choice.
 * @param {string} label
 * @param {[string, string][]} choices value and words
 * @param {string} chosen
 * @param {(value: string) => void} onChange
 */
function select(label, choices, chosen, onChange) {
  const field = element("select", { class: "select select--small" }, ...choices.map(([value, words]) => element("option", { value, selected: value === chosen }, words)));
  field.addEventListener("change", () => onChange(field.value));
  return element("label", { class: "sced-choice" }, element("span", { class: "small muted" }, label), field);
}
