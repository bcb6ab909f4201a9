/** The other people in the run: avatars that move as they do, their names, the eyes of the one an instructor watches from. */

import { Group, Matrix4, Mesh, MeshLambertMaterial, Quaternion, SphereGeometry, Vector3 } from "three";
import { Person } from "../people/person.js";
import { painted } from "../rooms/kit.js";
import { PoseTrack } from "./follow.js";
import { FLAG, HEAD, LEFT, RECORD_BYTES, RECORD_NUMBERS, RIGHT, writeRecord } from "./record.js";

/** @typedef {import("../stage.js").Stage} Stage */

const SEND_S = 0.05;
const OWN_SPACE_M = 0.45;
const SHIRTS = [0x0b6666, 0x4b6cb0, 0xa0693a, 0x7a4a6a, 0x4d7c48, 0x8a4a3a];
const EYES_OVER_NECK = 0.115;
const CLOTHES = { trousers: 0x343a44, shoes: 0x26211d, hair: 0x1a1512, longSleeves: true };

/** @typedef {{ figure: Person, label: Mesh, hands: Mesh[], track: PoseTrack, slot: number, actor: string }} Other */

export class Company {
  #stage;
  #people;
  /** @type {Map<number, Other>} */
  #others = new Map();
  /** @type {Other[]} */
  #list = [];
  #record = new Float32Array(RECORD_NUMBERS);
  #bytes = new DataView(new ArrayBuffer(RECORD_BYTES));
  #sentAt = 0;
  #place = new Vector3();
  #target = new Vector3();
  #elbow = new Vector3();
  #shoulder = new Vector3();
  #eye = new Vector3();
  #turn = new Quaternion();
  #inverse = new Matrix4();
  /** Actor from whose eyes one watches. @type {string | null} */
  eyes = null;

  /**
   * @param {Stage} stage
   * @param {import("../people/decode.js").HumanData} people
   */
  constructor(stage, people) {
    this.#stage = stage;
    this.#people = people;
    stage.link.listen({
      onTeam: () => this.#showTeam(),
      onPoses: (poses) => {
        const time = this.#stage.now;
        for (const [slot, record] of poses) if (slot !== stage.link.slot || stage.replaying) this.#of(slot).track.push(record, time);
      },
    });
  }

  /** Whose eyes one can watch from. */
  get members() {
    return this.#stage.link.team.filter(({ slot, actor }) => actor !== this.#stage.link.actor && this.#others.has(slot));
  }

  #showTeam() {
    const { overlay, link } = this.#stage;
    const others = link.team.filter(({ here, actor }) => here !== false && actor !== link.actor);
    overlay.team.hidden = !others.length;
    overlay.team.textContent = others.map(({ name, role }) => link.table.roles.find(({ id }) => id === role)?.title[this.#stage.language] ? `${name} · ${link.table.roles.find(({ id }) => id === role)?.title[this.#stage.language]}` : name).join("  ");
    for (const other of this.#list) if (!link.team.some(({ slot, here }) => slot === other.slot && here !== false)) other.figure.visible = false;
  }

  /** @param {number} slot @returns {Other} */
  #of(slot) {
    const known = this.#others.get(slot);
    if (known) return known;
    const member = this.#stage.link.team.find((candidate) => candidate.slot === slot);
    const figure = new Person(this.#people, {
      body: { ageYears: 30, sex: slot % 2 ? "female" : "male", build: "average" },
      clothes: { ...CLOTHES, shirt: SHIRTS[slot % SHIRTS.length], longHair: slot % 2 === 1 }, light: true,
    }).pose("standing");
    const hands = [0, 1].map(() => new Mesh(new SphereGeometry(0.035, 12, 8), new MeshLambertMaterial({ color: 0xd9a583 })));
    const label = painted(0.6, 0.12, (paint, width, height) => {
      paint.fillStyle = "rgba(19, 24, 24, 0.85)";
      paint.beginPath();
      paint.roundRect(0, 0, width, height, height / 2);
      paint.fill();
      paint.fillStyle = "#f4f2ee";
      paint.font = `600 ${height * 0.55}px sans-serif`;
      paint.textAlign = "center";
      paint.textBaseline = "middle";
      paint.fillText(member?.name ?? "", width / 2, height / 2, width * 0.9);
    });
    const holder = new Group();
    holder.add(figure, label, ...hands);
    this.#stage.scene.site.add(holder);
    const other = { figure, label, hands, track: new PoseTrack(), slot, actor: member?.actor ?? "" };
    this.#others.set(slot, other);
    this.#list.push(other);
    return other;
  }

  /**
   * @frame
   * @param {number} t run time, seconds
   * @param {number} time of the loop, seconds
   * @param {XRFrame | undefined} frame
   */
  update(t, time, frame) {
    for (let i = 0; i < this.#list.length; i++) this.#move(this.#list[i], time);
    const { link } = this.#stage;
    if (link.shared && link.phase === "running" && Math.abs(time - this.#sentAt) >= SEND_S) {
      this.#sentAt = time;
      this.#send(t, frame !== undefined);
    }
  }

  /**
   * @frame
   * @param {Other} other
   * @param {number} time
   */
  #move(other, time) {
    const { figure, label, track } = other;
    const here = track.update(time);
    const now = track.now;
    this.#place.set(now[HEAD], now[HEAD + 1], now[HEAD + 2]);
    this.#target.copy(this.#place);
    this.#stage.scene.site.localToWorld(this.#target);
    // Whoever kneels where one's own eyes are would only be in the way.
    const apart = this.#target.distanceTo(this.#eye.setFromMatrixPosition(this.#stage.scene.camera.matrixWorld));
    figure.visible = label.visible = here && this.eyes !== other.actor && apart > OWN_SPACE_M;
    this.#hand(other, 0, LEFT, here && (now[0] & FLAG.left) !== 0);
    this.#hand(other, 1, RIGHT, here && (now[0] & FLAG.right) !== 0);
    if (!here) return;
    this.#turn.set(now[HEAD + 3], now[HEAD + 4], now[HEAD + 5], now[HEAD + 6]);
    if (this.eyes === other.actor && !this.#stage.immersion.active) {
      this.#stage.scene.camera.position.copy(this.#place);
      this.#stage.scene.camera.quaternion.copy(this.#turn);
    }
    this.#target.set(0, 0, -1).applyQuaternion(this.#turn);
    figure.rotation.y = Math.atan2(this.#target.x, this.#target.z);
    const stands = figure.joint("head").y + EYES_OVER_NECK;
    figure.position.set(this.#place.x - this.#target.x * 0.08, Math.min(0, this.#place.y - stands), this.#place.z - this.#target.z * 0.08);
    label.position.set(this.#place.x, this.#place.y + 0.34, this.#place.z);
    label.quaternion.copy(this.#stage.scene.camera.quaternion);
    figure.updateWorldMatrix(true, false);
    this.#inverse.copy(figure.matrixWorld).invert();
    this.#reach(other, "l", LEFT, (now[0] & FLAG.left) !== 0);
    this.#reach(other, "r", RIGHT, (now[0] & FLAG.right) !== 0);
  }

  /**
   * @frame
   * @param {Other} other
   * @param {number} index
   * @param {number} part
   * @param {boolean} seen
   */
  #hand(other, index, part, seen) {
    const hand = other.hands[index];
    hand.visible = seen;
    if (seen) hand.position.set(other.track.now[part], other.track.now[part + 1], other.track.now[part + 2]);
  }

  /**
   * Bends an arm so that its hand is where the person's is.
   * @frame
   * @param {Other} other
   * @param {"l" | "r"} side
   * @param {number} part
   * @param {boolean} seen
   */
  #reach({ figure, track }, side, part, seen) {
    const upper = side === "l" ? "upperarm_l" : "upperarm_r";
    const lower = side === "l" ? "lowerarm_l" : "lowerarm_r";
    if (!seen) return;
    this.#target.set(track.now[part], track.now[part + 1], track.now[part + 2]);
    this.#stage.scene.site.localToWorld(this.#target).applyMatrix4(this.#inverse);
    this.#shoulder.copy(figure.joint(upper));
    const first = this.#shoulder.distanceTo(figure.joint(lower));
    const second = figure.joint(lower).distanceTo(figure.joint(side === "l" ? "hand_l" : "hand_r"));
    this.#target.sub(this.#shoulder);
    const reach = Math.min(this.#target.length(), (first + second) * 0.998);
    const bend = Math.sqrt(Math.max(0, first * first - ((first * first - second * second + reach * reach) / (2 * reach)) ** 2));
    this.#target.setLength(reach);
    this.#elbow.copy(this.#target).multiplyScalar((first * first - second * second + reach * reach) / (2 * reach * reach));
    this.#elbow.x += (side === "l" ? 0.6 : -0.6) * bend;
    this.#elbow.y -= 0.7 * bend;
    figure.aim(upper, this.#elbow.x, this.#elbow.y, this.#elbow.z);
    figure.aim(lower, this.#target.x - this.#elbow.x, this.#target.y - this.#elbow.y, this.#target.z - this.#elbow.z);
  }

  /**
   * @frame
   * @param {number} t
   * @param {boolean} immersive
   */
  #send(t, immersive) {
    const record = this.#record;
    const { scene, immersion, link } = this.#stage;
    record[0] = FLAG.head;
    record[1] = t;
    scene.camera.getWorldPosition(this.#place);
    scene.site.worldToLocal(this.#place);
    scene.camera.getWorldQuaternion(this.#turn);
    fill(record, HEAD, this.#place, this.#turn);
    if (immersive) immersion.writeHands(record, scene.site);
    writeRecord(this.#bytes, 0, record);
    link.sendBinary(/** @type {ArrayBuffer} */ (this.#bytes.buffer));
  }
}

/**
 * @frame
 * @param {Float32Array} record
 * @param {number} part
 * @param {Vector3} place
 * @param {Quaternion} turn
 */
export function fill(record, part, place, turn) {
  record[part] = place.x;
  record[part + 1] = place.y;
  record[part + 2] = place.z;
  record[part + 3] = turn.x;
  record[part + 4] = turn.y;
  record[part + 5] = turn.z;
  record[part + 6] = turn.w;
}
