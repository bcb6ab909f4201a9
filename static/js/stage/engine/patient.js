/**
 * The simple patient: enough for colour, pulse, breathing, monitor and outcome to answer to what is done.
 * The same lines as courses/scenarios/engine/physiology.py; names of vital signs are the language's.
 */

import { draw } from "./numbers.js";

/** @typedef {import("./table.js").Table} Table @typedef {import("./table.js").Profile} Profile */

export class Patient {
  /**
   * The patient as the definition has them at the beginning.
   * @param {Table} table
   * @param {Profile} profile
   * @param {number} seed
   */
  constructor(table, profile, seed) {
    const person = table.patient;
    const start = person.patient ?? {};
    const age = person.age_years ?? 40;
    const weight = person.weight_kg || (age < 1 ? 4 + 8 * age : Math.min(8 + 2.5 * age, 68));
    this._c = table.constants.patient;
    this._tickS = table.constants.run.tick_s;
    this._profile = profile;
    this._seed = seed;
    /** @type {string} */
    this.rhythm = start.rhythm ?? "sinus";
    const sinus = this.rhythm === "sinus";
    /** @type {boolean} */
    this.conscious = start.conscious ?? sinus;
    /** @type {string} */
    this.breathing = start.breathing ?? (sinus ? "normal" : "none");
    /** @type {string} */
    this.airway = start.airway ?? "clear";
    /** @type {number} ml per minute at full flow */
    this.bleeding_ml_min = start.bleeding_ml_min ?? 0;
    this.blood_ml = weight * this._c.blood_ml_per_kg;
    /** @type {string | null} */
    this._convertsTo = start.converts_to ?? null;
    /** @type {number} */
    this._convertsFromShock = start.converts_from_shock ?? 1;
    /** @type {number | null} */
    this._fadesAfterS = "fades_after_s" in start ? start.fades_after_s * (0.9 + 0.2 * draw(seed, "fade")) : null;
    /** Percent. */
    this.oxygen = 97;
    /** Share, 0..1. */
    this.survival = sinus ? 1 : profile.survival_at_collapse;
    this.blood_loss_ml = 0;
    this.cprFlow = 0;
    this.dead = false;
    this._lastCompressionS = -1000;
    this._untreatedS = 0;
  }

  get ownFlow() {
    if (this.rhythm !== "sinus" || this.dead) return 0;
    const { fatal_loss_share: fatal, compensated_loss_share: compensated } = this._c;
    const lost = this.blood_loss_ml / this.blood_ml;
    const shortage = Math.max(0, lost - compensated) / (fatal - compensated);
    return Math.max(0, 1 - shortage);
  }

  /** Share of normal flow, 0..1. */
  get perfusion() {
    return Math.max(this.ownFlow, this.cprFlow);
  }

  get pulse() {
    return this.ownFlow > 0.2;
  }

  /** @returns {boolean} */
  get shockable() {
    return this._c.shockable.includes(this.rhythm);
  }

  /**
   * One compression, worth 0..1.
   * @param {number} tS
   * @param {number} credit
   */
  compress(tS, credit) {
    this.cprFlow += this._c.build_up_share * (this._c.best_cpr_flow * credit - this.cprFlow);
    this._lastCompressionS = tS;
  }

  breatheInto() {
    if (this.airway !== "blocked") this.oxygen = Math.min(98, this.oxygen + this._c.oxygen_per_breath);
  }

  /**
   * The number-th shock; true when the rhythm converts.
   * @param {number} number
   */
  shock(number) {
    if (!this.shockable || this._convertsTo === null || number < this._convertsFromShock) return false;
    const chance = Math.min(0.98, 0.3 + this.survival + this.cprFlow);
    if (draw(this._seed, `shock:${number}`) >= chance) return false;
    this.rhythm = this._convertsTo;
    return true;
  }

  /**
   * Let one tick pass, which ends at tS.
   * @param {number} tS
   */
  step(tS) {
    if (this.dead) return;
    if (tS - this._lastCompressionS > this._c.pause_after_s) this.cprFlow *= this._c.pause_decay_per_tick;
    this._bleed();
    this._oxygenate();
    this._decline();
    this._fade();
  }

  _bleed() {
    this.blood_loss_ml += (this.bleeding_ml_min * this.perfusion * this._tickS) / 60;
    if (this.blood_loss_ml >= this._c.fatal_loss_share * this.blood_ml) this.survival = 0;
  }

  _oxygenate() {
    const c = this._c;
    const pulse = this.pulse;
    let change = -c.oxygen_fall_arrest;
    if (this.airway === "blocked") change = pulse ? -c.oxygen_fall_blocked : -c.oxygen_fall_arrest;
    else if (this.airway === "partial") change = -c.oxygen_fall_partial;
    else if (pulse && (this.breathing === "normal" || this.breathing === "laboured")) change = c.oxygen_rise;
    this.oxygen = Math.min(98, Math.max(0, this.oxygen + (change * this._tickS) / 60));
  }

  _decline() {
    if (this.pulse && this.oxygen > 40) return;
    const share = Math.min(1, this.cprFlow / this._c.best_cpr_flow);
    const without = this._profile.survival_loss_no_cpr;
    const withCpr = this._profile.survival_loss_with_cpr;
    this.survival = Math.max(0, this.survival - ((without + share * (withCpr - without)) * this._tickS) / 60);
    if (this.survival <= 0) this._die();
  }

  _fade() {
    if (this.rhythm !== "vf_coarse" || this._fadesAfterS === null) return;
    this._untreatedS += this._tickS * (1 - Math.min(1, this.cprFlow / this._c.best_cpr_flow));
    if (this._untreatedS >= this._fadesAfterS) this.rhythm = "vf_fine";
  }

  _die() {
    this.dead = true;
    this.rhythm = "asystole";
    this.breathing = "none";
    this.conscious = false;
  }
}
