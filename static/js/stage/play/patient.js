/** The patient: the mesh, how it breathes and looks by the state, and the chest that gives way. */

import { Group, Vector3 } from "three";
import { pool, spreadBlanket, tiedTourniquet } from "../props/things.js";
import { Person } from "../people/person.js";

/** Place of the wound on the thigh, on the mesh in its first shape. */
const WOUND = new Vector3(0.125, -0.16, 0.09);
const FULL_BLEEDING = 420;
const PULSE_S = 0.32;
const CALM_PER_S = 2.5;
/** The coloured chest: too little, right, too much; linear colours. */
const AMBER = [0.8, 0.42, 0.05];
const GREEN = [0.06, 0.5, 0.28];
const RED = [0.7, 0.09, 0.05];

/** @typedef {{ ageYears: number, sex: "female" | "male", build: "slim" | "average" | "heavy" }} Body */

/** @param {Record<string, any>} person of a definition @returns {Body} */
export const bodyOf = (person) => ({ ageYears: person.age_years ?? 40, sex: person.sex ?? "male", build: person.build ?? "average" });

export class Patient extends Group {
  #pulseAt = -10;
  #pulseDepth = 0;
  #breathAt = -10;
  #bare = 0;
  #pallor = 0;
  #cyanosis = 0;
  #gaugeUntil = -1;
  #standing = false;
  #bled = 0;
  /** @type {Record<string, any>} */
  state = {};
  /** Depth that hands press now, metres; negative: nobody's hands are measured. */
  pressing = -1;
  bareGoal = 0;

  /**
   * @param {import("../people/decode.js").HumanData} data
   * @param {Record<string, any>} person of the definition, kind patient
   * @param {Record<string, any>} state
   */
  constructor(data, person, state) {
    super();
    this.name = "patient";
    const body = bodyOf(person);
    this.infant = body.ageYears < 1;
    this.child = body.ageYears < 14;
    const clothes = clothesOf(body, person);
    const awake = state.patient?.conscious === true;
    /** Two figures of the same body: awake and not; only one is seen. */
    this.asleep = new Person(data, { body, clothes, asleep: true });
    this.awake = new Person(data, { body, clothes });
    this.asleep.pose(this.infant ? "infant" : "lying").lieDown();
    this.#standing = awake && person.patient?.airway !== undefined && person.patient.airway !== "clear" && !this.infant;
    if (this.#standing) {
      this.awake.pose("choking");
      this.awake.position.set(0, 0, -0.35);
      this.awake.rotation.y = Math.PI / 2;
    } else this.awake.pose(this.infant ? "infant" : "lying").lieDown();
    this.awake.material.values = this.asleep.material.values;
    this.figure = this.asleep;
    this.add(this.asleep, this.awake);
    this.pool = pool();
    this.pool.position.set(0.28, 0.003, this.asleep.sternum.y - this.asleep.joint("thigh_l").y + 0.2);
    this.add(this.pool);
    this.tourniquet = tiedTourniquet(this.asleep.height * 0.064);
    this.#tie();
    this.blanket = spreadBlanket(this.asleep.height);
    this.tourniquet.visible = this.blanket.visible = false;
    this.add(this.blanket);
    this.bleeds = (person.patient?.bleeding_ml_min ?? 0) > 0;
    if (this.bleeds) {
      this.values.wound.value.copy(WOUND);
      this.values.legCut.value = 1;
    }
    this.show(state);
  }

  get values() {
    return this.asleep.material.values;
  }

  get lying() {
    return this.figure === this.asleep || !this.#standing;
  }

  #tie() {
    const thigh = this.awake.joint("thigh_l");
    const knee = this.awake.joint("calf_l");
    for (const figure of [this.awake, this.asleep]) {
      const bone = figure.bones.get("thigh_l");
      if (bone && figure === this.asleep) continue;
      this.tourniquet.position.copy(knee).sub(thigh).multiplyScalar(0.24);
      bone?.add(this.tourniquet);
    }
  }

  /** @param {Record<string, any>} state */
  show(state) {
    const conscious = state.patient?.conscious === true;
    this.awake.visible = conscious;
    this.asleep.visible = !conscious;
    this.figure = conscious ? this.awake : this.asleep;
    this.state = state.patient ?? {};
    this.bareGoal = state.aed?.bare ? 1 : 0;
    this.values.wet.value = state.aed?.wet ? 1 : 0;
    if (this.bleeds) this.#bled = this.state.blood_loss_ml ?? 0;
  }

  /** What has been done to the patient. @param {Set<string>} done facts */
  dress(done) {
    this.tourniquet.visible = done.has("tourniquet_place") && !done.has("tourniquet_removed");
    this.values.bandage.value = done.has("pack_wound") ? 1 : 0;
    this.blanket.visible = done.has("keep_warm");
    if (done.has("bare_chest")) this.bareGoal = 1;
  }

  /** A compression by somebody whose hands are not seen here. @param {number} time seconds @param {number} depth metres */
  pulse(time, depth) {
    this.#pulseAt = time;
    this.#pulseDepth = depth;
  }

  /** A breath is given. @param {number} time */
  inflate(time) {
    this.#breathAt = time;
  }

  /**
   * The chest's colour tells the last compression.
   * @param {number} time
   * @param {"short" | "right" | "deep"} how
   */
  colourChest(time, how) {
    const { value } = this.values.gauge;
    value.set(how === "right" ? GREEN : how === "deep" ? RED : AMBER);
    this.#gaugeUntil = time + 0.9;
  }

  /**
   * @frame
   * @param {number} time seconds
   * @param {number} seconds since the last picture
   */
  update(time, seconds) {
    const values = this.values;
    const calm = Math.min(1, seconds * CALM_PER_S);
    this.#bare += (this.bareGoal - this.#bare) * calm;
    values.bare.value = this.#bare < 0.01 ? 0 : this.#bare;
    this.#pallor += ((this.state.pallor ?? 0) - this.#pallor) * calm * 0.5;
    this.#cyanosis += ((this.state.cyanosis ?? 0) - this.#cyanosis) * calm * 0.5;
    this.asleep.material.colour(this.#pallor, this.#cyanosis);
    const since = (time - this.#pulseAt) / PULSE_S;
    const wave = since >= 0 && since < 1 ? Math.sin(Math.PI * Math.sqrt(since)) * this.#pulseDepth : 0;
    values.pressed.value = this.pressing >= 0 ? this.pressing : wave;
    values.breath.value = this.#breathing(time);
    values.gauge.value[3] = Math.max(0, Math.min(0.75, (this.#gaugeUntil - time) * 1.6));
    values.bleeding.value = this.bleeds ? 0.25 + 0.75 * Math.min(1, (this.state.bleeding_ml_min ?? 0) / FULL_BLEEDING) : 0;
    this.pool.visible = this.#bled > 20;
    if (this.pool.visible) {
      const size = Math.min(1.5, 0.16 + Math.sqrt(this.#bled) * 0.024);
      this.pool.scale.set(size, 1, size * 1.3);
    }
  }

  /**
   * How far chest and belly are filled, 0..1.
   * @frame
   * @param {number} time
   */
  #breathing(time) {
    const given = (time - this.#breathAt) / 2;
    if (given >= 0 && given < 1) return Math.sin(Math.PI * given) * 1.2;
    switch (this.state.breathing) {
      case "normal": return 0.5 - 0.5 * Math.cos(time * (this.infant ? 3.4 : 1.6));
      case "laboured": return 0.35 * (0.5 - 0.5 * Math.cos(time * 3.4));
      case "agonal": {
        const gasp = (time % 9) / 1.4;
        return gasp < 1 ? 0.9 * Math.sin(Math.PI * gasp) : 0;
      }
      default: return 0;
    }
  }
}

/** @param {Body} body @param {Record<string, any>} person */
function clothesOf(body, person) {
  const old = body.ageYears > 62;
  const woman = body.sex === "female" && body.ageYears > 3;
  return {
    shirt: person.patient?.bare_chest ? 0x9cc3bb : body.ageYears < 14 ? 0xd8a05a : woman ? 0x7f5a72 : 0x4b6c8f,
    trousers: body.ageYears < 1 ? 0xe8d9bd : 0x2f3440,
    shoes: body.ageYears < 1 ? 0xe8d9bd : 0x26211d,
    hair: old ? 0x6f6c68 : 0x17120f,
    longSleeves: woman,
    longHair: woman,
  };
}
