/** A person on the stage: patient, bystander or somebody else's avatar. */

import { Bone, BufferAttribute, BufferGeometry, Group, Matrix4, Quaternion, Skeleton, SkinnedMesh, Vector3 } from "three";
import { PersonMaterial } from "./material.js";
import { POINTS_AT, POSES } from "./poses.js";
import { heightOf, mixOf, shapeOf } from "./shape.js";
import { putOnShoes } from "./shoes.js";

/** @typedef {import("./shape.js").Body} Body */

/**
 * @typedef {object} Looks
 * @property {Body} body
 * @property {import("./material.js").Clothes} clothes
 * @property {boolean} [light] a quarter of the triangles, for people who stand further away
 * @property {boolean} [asleep] eyes closed
 * @property {number} [height] metres, in place of what the age gives
 */

/** Middle of the sternum between the lowest chest joint and the collarbones, and the pressing point below it. */
const STERNUM_SHARE = 0.55;
const PRESS_SHARE = 0.33;

export class Person extends Group {
  /** @type {Map<string, Bone>} */
  bones = new Map();
  #bind = new Map();
  #turns = new Map();
  #parents = new Map();

  /**
   * @param {import("./decode.js").HumanData} data
   * @param {Looks} looks
   */
  constructor(data, looks) {
    super();
    const mix = mixOf(looks.body);
    if (looks.asleep) mix.eyesClosed = 1;
    this.height = looks.height ?? heightOf(looks.body);
    const { place, joints, back } = shapeOf(data, mix, this.height);
    putOnShoes(data.place, place, looks.light ? data.light : data.full);
    this.back = back;
    this.material = new PersonMaterial(looks.clothes);
    const geometry = geometryOf(data, place, looks.light === true);
    this.mesh = new SkinnedMesh(geometry, this.material);
    this.mesh.frustumCulled = false;
    this.#build(data, joints);
    const low = this.joint("spine_03");
    const high = this.joint("clavicle_l");
    const at = new Vector3();
    /** Middle of the sternum and the place to press, in the upright figure's space. */
    this.sternum = new Vector3(0, low.y + STERNUM_SHARE * (high.y - low.y), frontAt(place, low.y + STERNUM_SHARE * (high.y - low.y)));
    this.pressPoint = new Vector3(0, low.y + PRESS_SHARE * (high.y - low.y), frontAt(place, low.y + PRESS_SHARE * (high.y - low.y)));
    this.chestSize = at.copy(high).sub(low).length() * 0.62;
    this.material.values.chest.value.copy(this.pressPoint);
    this.material.values.chestSize.value = this.chestSize;
    this.add(this.mesh);
  }

  /**
   * @param {import("./decode.js").HumanData} data
   * @param {Float32Array} joints
   */
  #build(data, joints) {
    /** @type {Bone[]} */
    const bones = [];
    data.bones.forEach(({ name, parent }, i) => {
      const bone = new Bone();
      bone.name = name;
      const head = new Vector3(joints[3 * i], joints[3 * i + 1], joints[3 * i + 2]);
      this.#bind.set(name, head);
      this.#parents.set(name, parent < 0 ? null : data.bones[parent].name);
      this.bones.set(name, bone);
      if (parent < 0) {
        bone.position.copy(head);
        this.mesh.add(bone);
      } else {
        bone.position.copy(head).sub(/** @type {Vector3} */ (this.#bind.get(data.bones[parent].name)));
        bones[parent].add(bone);
      }
      bones.push(bone);
    });
    const inverses = bones.map((bone) => {
      const head = /** @type {Vector3} */ (this.#bind.get(bone.name));
      return new Matrix4().makeTranslation(-head.x, -head.y, -head.z);
    });
    this.mesh.bind(new Skeleton(bones, inverses), new Matrix4());
  }

  /**
   * Where a joint is in the upright figure, before any pose.
   * @param {string} name
   * @returns {Vector3}
   */
  joint(name) {
    return /** @type {Vector3} */ (this.#bind.get(name));
  }

  /**
   * @param {import("./poses.js").PoseName} name
   */
  pose(name) {
    for (const [bone, direction] of Object.entries(POSES[name])) this.aim(bone, direction[0], direction[1], direction[2]);
    return this;
  }

  /**
   * Turns a limb so that it points along a direction of the figure's own space. Limbs nearer to the root come first.
   * @frame
   * @param {string} name
   * @param {number} x
   * @param {number} y
   * @param {number} z
   */
  aim(name, x, y, z) {
    const bone = this.bones.get(name);
    const goal = POINTS_AT.get(name);
    if (bone === undefined || goal === undefined) return;
    along.subVectors(this.joint(goal), this.joint(name)).normalize();
    wanted.set(x, y, z).normalize().applyQuaternion(this.#turnOf(name).invert());
    bone.quaternion.setFromUnitVectors(along, wanted);
  }

  /**
   * The turn of all bones above one.
   * @frame
   * @param {string} name
   */
  #turnOf(name) {
    turn.identity();
    let above = this.#parents.get(name);
    while (above) {
      turn.premultiply(/** @type {Bone} */ (this.bones.get(above)).quaternion);
      above = this.#parents.get(above);
    }
    return turn;
  }

  /** Lays the figure on its back: the middle of its sternum is over this group's origin, the head towards -z. */
  lieDown() {
    this.mesh.rotation.x = -Math.PI / 2;
    this.mesh.position.set(0, -this.back, this.sternum.y);
    return this;
  }

  /** Height of the chest's surface over the floor where one presses, lying down. */
  get chestHeight() {
    return this.pressPoint.z - this.back;
  }

  get triangles() {
    return (this.mesh.geometry.index?.count ?? 0) / 3;
  }
}

const along = new Vector3();
const wanted = new Vector3();
const turn = new Quaternion();

/**
 * How far the middle of the chest stands forward at a height.
 * @param {Float32Array} place
 * @param {number} y
 */
function frontAt(place, y) {
  let front = 0;
  for (let i = 0; i < place.length; i += 3)
    if (Math.abs(place[i]) < 0.04 && Math.abs(place[i + 1] - y) < 0.035) front = Math.max(front, place[i + 2]);
  return front;
}

/**
 * @param {import("./decode.js").HumanData} data
 * @param {Float32Array} place
 * @param {boolean} light
 */
function geometryOf(data, place, light) {
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(place, 3));
  geometry.setAttribute("ref", new BufferAttribute(data.place, 3));
  geometry.setAttribute("eye", new BufferAttribute(data.eye, 1));
  geometry.setAttribute("skinIndex", new BufferAttribute(data.bone, 4));
  geometry.setAttribute("skinWeight", new BufferAttribute(data.share, 4));
  geometry.setIndex(new BufferAttribute(light ? data.light : data.full, 1));
  geometry.computeVertexNormals();
  return geometry;
}
