/** Moving about: in VR one goes by pointing at the floor and turns in steps; in AR the patient is laid on the real floor. */

import { CircleGeometry, Mesh, MeshBasicMaterial, Vector3 } from "three";

/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {import("./hand.js").Hand} Hand */

/** A stick that is pushed so far means it. */
const STICK = 0.7;
const FARTHEST_M = 6;
/** A ray flatter than this does not mean the floor. */
const FLATTEST = -0.08;

export class Moving {
  #stage;
  #immersion;
  /** @type {XRHitTestSource | null} */
  #hits = null;
  #marker = new Mesh(new CircleGeometry(0.24, 32).rotateX(-Math.PI / 2), new MeshBasicMaterial({ color: 0x62c8bf, transparent: true, opacity: 0.75 }));
  #goal = new Vector3();
  #arm = new Vector3();
  #aims = false;
  #turned = false;
  /** In AR: whether the patient lies somewhere already. */
  placed = true;

  /** @param {Stage} stage @param {import("./immersion.js").Immersion} immersion */
  constructor(stage, immersion) {
    this.#stage = stage;
    this.#immersion = immersion;
    this.#marker.name = "goal";
    this.#marker.visible = false;
    stage.scene.add(this.#marker);
  }

  /** Everything is where it was at first. */
  settle() {
    this.placed = true;
    this.#marker.visible = false;
    this.#hits = null;
  }

  /**
   * @frame
   * @param {XRFrame} frame
   */
  update(frame) {
    const { ar, comfort, hands } = this.#immersion;
    if (!this.placed) this.#seekFloor(frame);
    if (ar) return;
    this.#aims = false;
    for (let i = 0; i < hands.length; i++) {
      const hand = hands[i];
      const walks = (hand.side === "left") !== comfort.leftHanded;
      if (walks && hand.stick(3) < -STICK) this.#aimAtFloor(hand);
      if (!walks) this.#snapTurn(hand.stick(2));
    }
    if (!this.#aims && this.#marker.visible) {
      this.#marker.visible = false;
      this.#go();
    }
  }

  // --- in VR --------------------------------------------------------------------------------------

  /**
   * @frame
   * @param {Hand} hand
   */
  #aimAtFloor(hand) {
    this.#aims = this.#floorUnder(hand);
    this.#marker.visible = this.#aims;
    if (this.#aims) this.#marker.position.copy(this.#goal).setY(0.01);
  }

  /**
   * @frame
   * @param {Hand} hand
   * @returns {boolean} whether its ray meets the floor within reach; the place is in #goal
   */
  #floorUnder(hand) {
    if (hand.direction.y > FLATTEST) return false;
    const along = -hand.origin.y / hand.direction.y;
    if (along > FARTHEST_M || along < 0) return false;
    this.#goal.copy(hand.origin).addScaledVector(hand.direction, along);
    return true;
  }

  /** One goes where a hand points, when that is the floor. @param {Hand} hand */
  follow(hand) {
    if (this.#floorUnder(hand)) this.#go();
  }

  /**
   * One stands at the goal, with a fade.
   * @frame
   */
  #go() {
    const { rig } = this.#stage.scene;
    const { head, veil } = this.#immersion;
    rig.position.x += this.#goal.x - head.x;
    rig.position.z += this.#goal.z - head.z;
    veil.drop();
  }

  /**
   * @frame
   * @param {number} push of the stick, -1..1
   */
  #snapTurn(push) {
    if (Math.abs(push) < STICK) {
      this.#turned = false;
      return;
    }
    if (this.#turned) return;
    this.#turned = true;
    const { rig } = this.#stage.scene;
    const { comfort, head, veil } = this.#immersion;
    const angle = (-Math.sign(push) * comfort.turn * Math.PI) / 180;
    this.#arm.subVectors(rig.position, head);
    const x = this.#arm.x * Math.cos(angle) + this.#arm.z * Math.sin(angle);
    const z = this.#arm.z * Math.cos(angle) - this.#arm.x * Math.sin(angle);
    rig.position.set(head.x + x, rig.position.y, head.z + z);
    rig.rotation.y += angle;
    veil.drop();
  }

  // --- in AR --------------------------------------------------------------------------------------

  /** @param {XRSession} session */
  async lookForFloor(session) {
    const { scene } = this.#stage;
    scene.room.visible = false;
    scene.background = null;
    scene.rig.position.set(0, 0, 0);
    scene.rig.rotation.set(0, 0, 0);
    scene.site.position.set(0, 0, -0.75);
    scene.site.rotation.y = -Math.PI / 2;
    this.placed = false;
    this.#stage.news.show({ who: "", text: this.#stage.say("arPlace") }, true);
    const viewer = await session.requestReferenceSpace("viewer").catch(() => null);
    this.#hits = (viewer && (await session.requestHitTestSource?.({ space: viewer })?.catch(() => null))) ?? null;
  }

  /**
   * @frame
   * @param {XRFrame} frame
   */
  #seekFloor(frame) {
    const space = this.#stage.renderer.xr.getReferenceSpace();
    if (this.#hits === null || space === null) return;
    const found = frame.getHitTestResults(this.#hits);
    if (found.length === 0) return;
    const pose = found[0].getPose(space);
    if (!pose) return;
    this.#goal.set(pose.transform.position.x, pose.transform.position.y, pose.transform.position.z);
    this.#marker.visible = true;
    this.#marker.position.copy(this.#goal);
  }

  /** The patient lies where the marker is, with the left side towards the person. */
  lay() {
    const { scene } = this.#stage;
    const { head } = this.#immersion;
    if (this.#marker.visible) {
      scene.site.position.copy(this.#goal);
      const turn = Math.atan2(head.x - this.#goal.x, head.z - this.#goal.z);
      scene.site.rotation.y = turn - Math.PI / 2;
    }
    this.#hits?.cancel();
    this.settle();
  }
}
