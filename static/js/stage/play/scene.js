/** Everything that stands in the room, and what the state makes of it. */

import { Color, DirectionalLight, Group, HemisphereLight, Object3D, PerspectiveCamera, Scene, Vector3 } from "three";
import { Person } from "../people/person.js";
import { Aed } from "../props/aed.js";
import { Monitor } from "../props/monitor.js";
import { thing } from "../props/things.js";
import { placeNamed } from "../rooms/index.js";
import { bodyOf, Patient } from "./patient.js";
import { spot } from "./spots.js";

/** @typedef {import("./spots.js").Spot} Spot */

/** Prompts at which the AED is beside the patient (the trolley brings one too). */
const AED_COMES = new Set(["aed_here", "trolley"]);
/** Where it is put, from the middle of the chest: within a kneeling helper's reach, beside the patient's head. */
const AED_BESIDE = new Vector3(0.5, 0, -0.5);
/** Beside a bed it stands on its trolley. */
const TROLLEY_BESIDE = new Vector3(0.78, 0, -0.8);
const WALK_M_S = 1.8;
const SHIRTS = [0x7a4a3a, 0x3f6b58, 0x885f77, 0x4b6cb0, 0xa07848];

/** @typedef {{ id: string, figure: Person, spot: Spot, pose: import("../people/poses.js").PoseName }} Other */

export class StageScene extends Scene {
  /** @type {Spot[]} */
  spots = [];
  /** @type {Other[]} */
  others = [];
  /** @type {Map<string, Spot>} */
  #parts = new Map();
  /** What each spot hangs on, and where from its middle. */
  #anchors = /** @type {[Spot, Object3D, Vector3][]} */ ([]);
  /** @type {Set<string>} what has been done, and which prompts came */
  done = new Set();
  #aedGoal = new Vector3();
  #mouth = new Vector3();
  #state = /** @type {Record<string, any>} */ ({});

  /**
   * @param {import("../people/decode.js").HumanData} data
   * @param {import("../engine/table.js").Table} table
   * @param {Record<string, any>} state
   */
  constructor(data, table, state) {
    super();
    this.table = table;
    this.place = placeNamed(table.scene.room);
    const { light } = this.place;
    this.sky = new Color(this.place.sky);
    /** @type {Color | null} */
    this.background = this.sky;
    this.add(new HemisphereLight(light.sky, light.ground, light.strength));
    const sun = new DirectionalLight(0xffffff, light.sun);
    sun.position.set(2.5, 5, 2);
    this.add(sun);
    this.room = this.place.room;
    this.add(this.room);
    /** What lies about the patient; in AR it is put on the real floor, in calibration at the real chest. */
    this.site = new Group();
    this.site.name = "site";
    this.add(this.site);
    this.patient = new Patient(data, table.patient, state);
    this.patient.position.y = this.place.surface;
    this.site.add(this.patient);
    /** Person and eyes move together with this. */
    this.rig = new Group();
    this.rig.name = "rig";
    this.camera = new PerspectiveCamera(62, 1, 0.03, 60);
    this.rig.add(this.camera);
    this.add(this.rig);
    this.#bringPeople(data);
    this.aed = table.has_aed ? new Aed() : null;
    this.trolley = table.objects.some(({ kind }) => kind === "trolley") ? thing("trolley") : null;
    if (this.aed) this.#hangAed(this.aed);
    this.monitor = this.place.monitor ? new Monitor(table.people.length) : null;
    if (this.monitor && this.place.monitor) {
      this.monitor.position.set(...this.place.monitor.at);
      this.monitor.rotation.y = this.place.monitor.turn;
      this.site.add(this.monitor);
    }
    this.#layThings();
    this.#makeSpots();
    this.show(state);
    this.update(0, 0);
  }

  /** @param {import("../people/decode.js").HumanData} data */
  #bringPeople(data) {
    const people = this.table.people.filter(({ kind }) => kind !== "patient");
    people.forEach((person, i) => {
      const woman = (person.sex ?? (i % 2 ? "male" : "female")) === "female";
      const body = { ...bodyOf(person), sex: /** @type {"female" | "male"} */ (woman ? "female" : "male"), ageYears: person.age_years ?? 34 + 11 * i };
      const nurse = person.kind === "colleague";
      const clothes = { shirt: nurse ? 0x6fa8c8 : SHIRTS[i % SHIRTS.length], trousers: nurse ? 0x6fa8c8 : 0x343a44, shoes: nurse ? 0xe8e6e0 : 0x26211d, hair: 0x1a1512, longSleeves: !nurse && i % 2 === 0, longHair: woman };
      const figure = new Person(data, { body, clothes, light: true });
      const [x, z, turn] = this.place.stands[i % this.place.stands.length];
      figure.position.set(x, 0, z);
      figure.rotation.y = turn;
      const pose = person.kind === "relative" ? "watching" : "standing";
      figure.pose(pose);
      this.site.add(figure);
      const here = spot(`person.${person.id}`, "person", 0.42, person.id);
      this.#anchors.push([here, figure, new Vector3(0, 0.72 * figure.height, 0)]);
      this.others.push({ id: person.id, figure, spot: here, pose });
      this.spots.push(here);
    });
  }

  /** @param {Aed} aed */
  #hangAed(aed) {
    aed.position.set(...this.place.aedHome.at);
    aed.rotation.y = this.place.aedHome.turn;
    this.#aedGoal.copy(aed.position);
    this.add(aed);
    aed.hangCables(this);
    if (this.trolley) this.add(this.trolley);
  }

  #layThings() {
    const kinds = this.table.objects.map(({ kind }) => kind).filter((kind) => kind !== "aed" && kind !== "trolley");
    kinds.forEach((kind, i) => {
      const made = thing(kind);
      made.position.set(0.62 + 0.02 * i, this.place.surface > 0.3 ? this.place.surface + 0.02 : 0.02, 0.42 + 0.26 * i);
      if (this.place.surface > 0.3) made.position.set(0.36, this.place.surface + 0.02, 0.34 + 0.17 * i);
      this.site.add(made);
      const id = kind === "phone" ? "phone" : `thing.${kind}`;
      const here = spot(id, kind === "phone" ? "phone" : "thing", 0.1, kind);
      this.#anchors.push([here, made, new Vector3()]);
      this.spots.push(here);
    });
  }

  #makeSpots() {
    const { asleep } = this.patient;
    const size = asleep.height;
    const parts = /** @type {const} */ ([
      ["face", "head", [0, 0.055, 0.09], 0.068], ["neck", "neck_01", [0, 0.01, 0.05], 0.034], ["shoulders", "clavicle_l", [0.09, 0, 0.03], 0.062],
      ["chest", "spine_03", [0, 0.09, 0.1], 0.085], ["belly", "spine_01", [0, 0, 0.1], 0.075], ["back", "spine_03", [0, 0.06, -0.08], 0.07],
      ["leg", "thigh_l", [0.02, -0.14, 0.05], 0.085],
    ]);
    for (const [kind, bone, [x, y, z], radius] of parts) {
      if (kind === "leg" && !this.patient.bleeds) continue;
      const here = spot(kind, kind, radius * size * (this.patient.infant ? 1.25 : 1));
      const scale = size / 1.66;
      for (const figure of [this.patient.asleep, this.patient.awake]) {
        const anchor = figure.bones.get(bone);
        if (anchor) this.#anchors.push([here, anchor, new Vector3(x, y, z).multiplyScalar(scale)]);
      }
      this.#parts.set(kind, here);
      this.spots.push(here);
    }
    if (this.table.actions.machine_off) {
      const machine = spot("machine", "machine", 0.45);
      machine.at.set(1.2, 1.25, -2.6);
      this.spots.push(machine);
    }
    if (!this.aed) return;
    const { aed } = this;
    const touch = /** @type {const} */ ([["aed.power", aed.power, 0.034], ["aed.shock", aed.shock, 0.038], ["pad.right", aed.pads.right, 0.055], ["pad.left", aed.pads.left, 0.055]]);
    for (const [kind, object, radius] of touch) {
      const here = spot(kind, kind, radius);
      this.#anchors.push([here, object, new Vector3()]);
      this.spots.push(here);
    }
    const box = spot("aed", "aed", 0.13);
    this.#anchors.push([box, aed, new Vector3(0, 0.1, -0.12)]);
    this.spots.push(box);
  }

  /** @param {string} id @returns {Spot | undefined} */
  spot(id) {
    return this.spots.find((candidate) => candidate.id === id);
  }

  /** @param {Record<string, any>} state */
  show(state) {
    this.#state = state;
    this.patient.show(state);
    if (state.patient) this.monitor?.show(state.patient);
    if (this.aed && state.aed) {
      for (const side of /** @type {const} */ (["right", "left"])) {
        const placed = state.aed.placed.includes(side);
        if (placed && this.aed.pads[side].where === "tray") this.stick(side, null, this.#siteOf(side));
      }
    }
  }

  /** Where the profile wants a pad: for pads that somebody else placed. @param {"right" | "left"} side */
  #siteOf(side) {
    const profile = Object.values(this.table.profiles)[0];
    const child = this.patient.child && (this.table.patient.age_years ?? 40) < profile.child_pads_under_years;
    return profile.pads[child ? "child" : "adult"][side];
  }

  /**
   * Lines of the time line change what stands about.
   * @param {import("../links/link.js").Entry[]} entries
   * @param {number} time seconds of the loop
   */
  tell(entries, time) {
    for (const { kind, what } of entries) {
      if (kind === "action" || kind === "prompt") this.done.add(what);
      if (kind === "action" && this.table.actions[what]?.breath) this.patient.inflate(time);
      if (kind === "prompt" && AED_COMES.has(what)) this.#bringAed();
      if (what === "ask_for_call" || what === "call_emergency") this.#pose(0, "phoning");
    }
    this.patient.dress(this.done);
  }

  /** The time line from its beginning, as after a seek in a replay. @param {import("../links/link.js").Entry[]} entries */
  retell(entries) {
    this.done.clear();
    if (this.aed) {
      this.#aedGoal.set(...this.place.aedHome.at);
      this.aed.position.copy(this.#aedGoal);
      this.aed.putBack("right");
      this.aed.putBack("left");
    }
    for (const other of this.others) other.figure.pose(other.pose);
    this.tell(entries, -100);
    if (this.aed) this.aed.position.copy(this.#aedGoal);
    this.show(this.#state);
  }

  /** @param {number} index @param {import("../people/poses.js").PoseName} pose */
  #pose(index, pose) {
    this.others[index]?.figure.pose(pose);
  }

  #bringAed() {
    if (!this.aed) return;
    this.#aedGoal.copy(this.trolley ? TROLLEY_BESIDE : AED_BESIDE).applyMatrix4(this.site.matrixWorld);
    if (this.trolley) this.#aedGoal.y += this.place.aedHome.at[1];
    this.aed.rotation.y = Math.PI / 2;
  }

  /** Whether the AED stands beside the patient. */
  get aedIsHere() {
    return this.aed !== null && this.done.size > 0 && [...AED_COMES].some((prompt) => this.done.has(prompt));
  }

  /** Middle of the mouth, in the room. */
  get mouth() {
    return this.#mouth.copy(this.#parts.get("face")?.at ?? this.#mouth);
  }

  /**
   * A place on the patient as the guideline counts it.
   * @param {Vector3} at in the room
   * @returns {{ x_m: number, y_m: number, back: boolean, near: boolean }} near: whether it is on the trunk at all
   */
  onChest(at) {
    const local = this.patient.worldToLocal(at.clone());
    const thick = this.patient.asleep.sternum.z - this.patient.asleep.back;
    const reach = this.patient.asleep.height / 1.66;
    const child = (this.table.patient.age_years ?? 40) < 8;
    const back = child && local.y < 0.42 * thick;
    const near = Math.abs(local.x) < 0.3 * reach && local.z > -0.3 * reach && local.z < 0.42 * reach && local.y < thick + 0.14 && local.y > -0.1;
    const round = (/** @type {number} */ value) => Math.round(value * 1000) / 1000;
    const x = back ? Math.sign(local.x) * Math.max(0, Math.abs(local.x) - 0.12) : local.x;
    return { x_m: round(x), y_m: round(-local.z), back, near };
  }

  /**
   * A pad stays on the chest.
   * @param {"right" | "left"} side
   * @param {Vector3 | null} at in the room; null: at `site`
   * @param {{ x_m: number, y_m: number, back?: boolean }} [site]
   */
  stick(side, at, site) {
    const pad = this.aed?.pads[side];
    if (!pad) return;
    const local = at ? this.patient.worldToLocal(at.clone()) : new Vector3(site?.x_m ?? 0, 0, -(site?.y_m ?? 0));
    const figure = this.patient.asleep;
    const half = figure.height * 0.108;
    const share = Math.max(-0.97, Math.min(0.97, local.x / (half * 1.32)));
    const thick = figure.sternum.z - figure.back;
    const y = site?.back ? 0.006 : thick * (0.42 + 0.58 * Math.sqrt(1 - share * share)) + 0.004;
    pad.where = "placed";
    pad.peeled = true;
    this.patient.add(pad);
    pad.position.set(local.x, y, local.z);
    pad.rotation.set(0, 0, -Math.asin(share) * 0.75);
  }

  /**
   * @frame
   * @param {number} time seconds
   * @param {number} seconds since the last picture
   */
  update(time, seconds) {
    this.patient.update(time, seconds);
    const { aed } = this;
    if (aed !== null) {
      const away = aed.position.distanceTo(this.#aedGoal);
      if (away > 0.001) aed.position.lerp(this.#aedGoal, Math.min(1, (WALK_M_S * seconds) / away));
      if (this.trolley !== null) {
        this.trolley.position.copy(aed.position).y -= this.place.aedHome.at[1];
        this.trolley.rotation.y = aed.rotation.y;
      }
      aed.show(time, this.#state.aed ? this.#state.aed.phase : "off");
    }
    if (this.monitor !== null && this.#state.patient !== undefined) this.monitor.update(seconds, this.#state.patient.rhythm, this.patient.values.pressed.value);
    for (let i = 0; i < this.#anchors.length; i++) {
      const anchor = this.#anchors[i];
      if (!shownWithin(anchor[1])) continue;
      anchor[1].updateWorldMatrix(true, false);
      anchor[0].at.copy(anchor[2]).applyMatrix4(anchor[1].matrixWorld);
    }
    for (let i = 0; i < this.others.length; i++) {
      const { figure } = this.others[i];
      figure.rotation.z = 0.012 * Math.sin(time * 0.9 + i * 2);
    }
  }
}

/**
 * Whether an object and all above it are seen.
 * @frame
 * @param {Object3D} object
 */
function shownWithin(object) {
  for (let at = /** @type {Object3D | null} */ (object); at !== null; at = at.parent) if (!at.visible) return false;
  return true;
}
