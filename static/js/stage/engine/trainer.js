/**
 * The AED trainer: it speaks, waits, watches for movement, and never shocks a chest that is touched.
 * The same lines as courses/scenarios/aed/trainer.py.
 */

import { padSitesOf } from "./table.js";

/** @typedef {import("./table.js").Table} Table @typedef {import("./table.js").Profile} Profile */

const NEVER = -60;

export class Trainer {
  /**
   * @param {Table} table
   * @param {Profile} profile
   */
  constructor(table, profile) {
    const age = table.patient.age_years ?? 40;
    const start = table.patient.patient ?? {};
    this._c = table.constants.aed;
    this._timing = profile.aed;
    this._sites = padSitesOf(profile, age);
    this._voice = table.aed.voice;
    this.child = age < profile.child_pads_under_years;
    /** off, pads, analysing, charging, ready, cpr */
    this.phase = "off";
    this.sinceS = 0;
    this.shocks = 0;
    /** @type {Set<string>} */
    this.placed = new Set();
    /** @type {boolean} */
    this.bare = start.bare_chest ?? false;
    /** @type {boolean} */
    this.wet = start.wet_chest ?? false;
    this.childPads = false;
    this.touching = false;
    /** @type {string | null} */
    this.advice = null;
    /** What it said: { t_s, id }. @type {{ t_s: number, id: string }[]} */
    this.cues = [];
    /** What happened, for the run. @type {{ t_s: number, name: string }[]} */
    this.facts = [];
    this._stillS = 0;
    this._speaksUntil = 0;
    /** @type {string[]} */
    this._waiting = [];
    this._warnedS = NEVER;
  }

  /** @returns {number | null} */
  get metronomeCpm() {
    return this.phase === "cpr" ? this._c.metronome_cpm : null;
  }

  get _analyseS() {
    const [low, high] = this._timing.analyse_s;
    return Math.min(Math.max(this._c.usual_analysis_s, low), high);
  }

  get _chargeS() {
    const [low, high] = this._timing.charge_s;
    return (low + high) / 2;
  }

  /** @param {number} tS */
  power(tS) {
    if (this.phase !== "off") return;
    this._enter("pads", tS, "aed.power");
    this._say(tS, ["power_on", "call_help", this.bare ? "attach_pads" : "bare_chest"]);
  }

  /** @param {number} tS */
  bareChest(tS) {
    this.bare = true;
    if (this.phase === "pads" && !this.wet) this._say(tS, ["attach_pads"]);
  }

  /** @param {number} tS */
  dryChest(tS) {
    this.wet = false;
    if (this.phase === "pads") this._say(tS, ["attach_pads"]);
  }

  chooseChildPads() {
    this.childPads = true;
  }

  /**
   * Place the pad "right" or "left"; metres from the middle of the sternum. Says what is wrong when it is.
   * @param {number} tS
   * @param {string} pad
   * @param {number} xM
   * @param {number} yM
   * @param {boolean} back
   */
  placePad(tS, pad, xM, yM, back) {
    if (this.phase !== "pads") return;
    const fault = this._fault(pad, xM, yM, back);
    if (fault) {
      this.facts.push({ t_s: tS, name: "aed.pad_wrong" });
      this._say(tS, [fault]);
      return;
    }
    this.placed.add(pad);
    if (Object.keys(this._sites).every((site) => this.placed.has(site))) this._startAnalysis(tS, "aed.pads_on");
  }

  /**
   * True when current flows.
   * @param {number} tS
   */
  pressShock(tS) {
    if (this.phase !== "ready") return false;
    if (this.touching) {
      this.facts.push({ t_s: tS, name: "aed.shock_while_touched" });
      this._say(tS, ["stand_clear"]);
      return false;
    }
    this.shocks += 1;
    this._enter("cpr", tS, "aed.shock");
    this._say(tS, ["shock_delivered"]);
    return true;
  }

  /** @param {boolean} touching */
  touch(touching) {
    this.touching = touching;
  }

  /**
   * Somebody compresses or pushes the patient: an analysis starts again once it is still.
   * @param {number} tS
   */
  moved(tS) {
    if (this.phase !== "analysing") return;
    this._stillS = tS;
    if (tS - this._warnedS > this._c.warn_again_s) {
      this._warnedS = tS;
      this.facts.push({ t_s: tS, name: "aed.motion" });
      this._say(tS, ["motion"]);
    }
  }

  /**
   * Let time pass until tS; `shockable` is the patient's rhythm now.
   * @param {number} tS
   * @param {boolean} shockable
   */
  advance(tS, shockable) {
    this._speak(tS);
    if (this.phase === "analysing") {
      if (this.touching) this.moved(tS);
      else if (tS - this._stillS >= this._analyseS) this._advise(tS, shockable);
    } else if (this.phase === "charging" && tS - this.sinceS >= this._chargeS) {
      this._enter("ready", tS, "aed.ready");
      this._say(tS, ["press_shock"]);
    } else if (this.phase === "ready" && tS - this.sinceS >= this._c.disarm_after_s) {
      this._enter("cpr", tS, "aed.disarmed");
      this._say(tS, ["disarmed"]);
    } else if (this.phase === "cpr" && tS - this.sinceS >= this._timing.cpr_cycle_s) {
      this._say(tS, ["stop_for_analysis"]);
      this._startAnalysis(tS, "aed.reanalyse");
    }
  }

  /** @param {number} tS @param {boolean} shockable */
  _advise(tS, shockable) {
    this.advice = shockable ? "shock" : "no_shock";
    if (shockable) this._enter("charging", tS, "aed.shock_advised");
    else this._enter("cpr", tS, "aed.no_shock");
    this._say(tS, [shockable ? "shock_advised" : "no_shock"]);
  }

  /** @param {number} tS @param {string} fact */
  _startAnalysis(tS, fact) {
    this._enter("analysing", tS, fact);
    this._stillS = tS;
    this._say(tS, ["analysing"]);
  }

  /** @param {string} pad @param {number} xM @param {number} yM @param {boolean} back @returns {string | null} */
  _fault(pad, xM, yM, back) {
    if (!this.bare) return "bare_chest";
    if (this.wet) return "dry_chest";
    if (this.child && !this.childPads) return "use_child_pads";
    const site = this._sites[pad];
    const dx = xM - site.x_m;
    const dy = yM - site.y_m;
    const off = Math.sqrt(dx * dx + dy * dy);
    if (back === site.back && off <= site.radius_m) return null;
    if (this.child) return site.back ? "pad_back_wrong" : "pad_front_wrong";
    return `pad_${pad}_wrong`;
  }

  /** @param {string} phase @param {number} tS @param {string} fact */
  _enter(phase, tS, fact) {
    this.phase = phase;
    this.sinceS = tS;
    this.facts.push({ t_s: tS, name: fact });
  }

  /**
   * A new situation silences what has not been said yet.
   * @param {number} tS
   * @param {string[]} cues
   */
  _say(tS, cues) {
    this._waiting = cues;
    this._speaksUntil = Math.min(this._speaksUntil, tS);
    this._speak(tS);
  }

  /** @param {number} tS */
  _speak(tS) {
    while (this._waiting.length && tS >= this._speaksUntil) {
      const cue = /** @type {string} */ (this._waiting.shift());
      this.cues.push({ t_s: tS, id: cue });
      this._speaksUntil = tS + this._voice[cue].seconds;
    }
  }
}
