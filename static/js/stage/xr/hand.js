/** One of the two inputs in the headset: a controller or a bare hand, where it is, and what it does. */

import { CapsuleGeometry, CylinderGeometry, Group, InstancedMesh, Matrix4, Mesh, MeshBasicMaterial, MeshLambertMaterial, Quaternion, SphereGeometry, Vector3 } from "three";
import { mergeGeometries } from "three/addons/utils/BufferGeometryUtils.js";

/**
 * @typedef {object} HandEvents
 * @property {(hand: Hand) => void} onDown trigger, grip or pinch
 * @property {(hand: Hand) => void} onUp
 */

const SKIN = 0xd9a583;
const BALLS = 25 + 2 * 24;
const IDLE_RAY_M = 1.6;
/** From a controller's grip to the heel of the hand that holds it. */
const HEEL = new Vector3(0, -0.01, 0.035);

export class Hand {
  #ray;
  #joints;
  #beam;
  #dot;
  #model;
  #balls;
  #matrix = new Matrix4();
  #before = new Vector3();
  #at = new Vector3();
  connected = false;
  isHand = false;
  /** @type {XRInputSource | null} */
  source = null;
  /** @type {XRHandedness} */
  side = "none";
  down = false;
  tracked = false;
  /** Heel of the hand, in the room. */
  palm = new Vector3();
  /** What it touches and holds things with: the tip of a bare index finger, a controller's heel. */
  touch = new Vector3();
  turn = new Quaternion();
  /** Where the ray begins and goes, in the room. */
  origin = new Vector3();
  direction = new Vector3();
  /** Set by what the ray meets; metres. */
  rayLength = IDLE_RAY_M;
  carries = false;

  /**
   * @param {import("three").WebXRManager} xr
   * @param {number} index 0 or 1
   * @param {Group} rig
   * @param {HandEvents} events
   */
  constructor(xr, index, rig, events) {
    this.#ray = xr.getController(index);
    this.grip = xr.getControllerGrip(index);
    this.#joints = xr.getHand(index);
    this.#beam = new Mesh(new CylinderGeometry(0.0013, 0.0013, 1, 6).rotateX(-Math.PI / 2).translate(0, 0, -0.5), new MeshBasicMaterial({ color: 0xdff5f2, transparent: true, opacity: 0.6 }));
    this.#dot = new Mesh(new SphereGeometry(0.009, 12, 8), new MeshBasicMaterial({ color: 0xffffff }));
    this.#model = fist();
    this.#balls = new InstancedMesh(new SphereGeometry(1, 12, 8), new MeshLambertMaterial({ color: SKIN }), BALLS);
    this.#balls.frustumCulled = false;
    this.#balls.visible = this.#beam.visible = this.#dot.visible = false;
    this.#ray.add(this.#beam);
    this.grip.add(this.#model);
    rig.add(this.#ray, this.grip, this.#joints);
    rig.parent?.add(this.#balls, this.#dot);
    this.#ray.addEventListener("connected", ({ data }) => this.#connect(data));
    this.#ray.addEventListener("disconnected", () => this.#disconnect());
    for (const start of /** @type {const} */ (["selectstart", "squeezestart"])) this.#ray.addEventListener(start, () => this.#press(events));
    for (const end of /** @type {const} */ (["selectend", "squeezeend"])) this.#ray.addEventListener(end, () => this.#letGo(events));
  }

  /** @param {HandEvents} events */
  #press(events) {
    if (this.down) return;
    this.down = true;
    events.onDown(this);
  }

  /** @param {HandEvents} events */
  #letGo(events) {
    if (!this.down) return;
    this.down = false;
    events.onUp(this);
  }

  /** @param {XRInputSource} source */
  #connect(source) {
    this.source = source;
    this.connected = true;
    this.isHand = Boolean(source.hand);
    this.side = source.handedness;
    this.#model.visible = !this.isHand && source.targetRayMode === "tracked-pointer";
    this.#model.scale.x = this.side === "left" ? -1 : 1;
  }

  #disconnect() {
    this.connected = this.isHand = this.tracked = this.down = false;
    this.source = null;
    this.#balls.visible = this.#beam.visible = this.#dot.visible = false;
  }

  /**
   * Where the hand is in this picture.
   * @frame
   * @param {boolean} pointing whether the ray is shown
   */
  update(pointing) {
    this.#balls.visible = false;
    this.tracked = this.connected && (this.isHand ? this.#seesWrist() : this.grip.visible);
    this.#beam.visible = this.#dot.visible = pointing && this.connected && this.#ray.visible && !this.carries;
    if (!this.connected) return;
    this.origin.setFromMatrixPosition(this.#ray.matrixWorld);
    this.direction.set(0, 0, -1).transformDirection(this.#ray.matrixWorld);
    if (this.isHand) this.#drawHand();
    else if (this.tracked) {
      this.palm.copy(HEEL).applyMatrix4(this.grip.matrixWorld);
      this.touch.copy(this.palm);
      this.turn.setFromRotationMatrix(this.grip.matrixWorld);
    }
    this.#beam.scale.z = this.rayLength;
    this.#dot.position.copy(this.origin).addScaledVector(this.direction, this.rayLength);
  }

  /** The ray meets nothing. @frame */
  clearRay() {
    this.rayLength = IDLE_RAY_M;
  }

  /** @frame */
  #seesWrist() {
    const wrist = this.#joints.joints.wrist;
    return wrist !== undefined && wrist.visible;
  }

  /** @frame */
  #drawHand() {
    const joints = this.#joints.joints;
    const wrist = joints.wrist;
    const knuckle = joints["middle-finger-metacarpal"];
    if (!this.tracked || wrist === undefined) return;
    this.palm.setFromMatrixPosition((knuckle !== undefined && knuckle.visible ? knuckle : wrist).matrixWorld);
    const tip = joints["index-finger-tip"];
    this.touch.setFromMatrixPosition((tip !== undefined && tip.visible ? tip : wrist).matrixWorld);
    this.turn.setFromRotationMatrix(wrist.matrixWorld);
    this.#balls.visible = true;
    let count = 0;
    let radiusBefore = 0;
    for (const name in joints) {
      const joint = joints[/** @type {XRHandJoint} */ (name)];
      if (joint === undefined || !joint.visible) continue;
      const radius = joint.jointRadius ?? 0.008;
      this.#at.setFromMatrixPosition(joint.matrixWorld);
      if (radiusBefore > 0 && !name.endsWith("metacarpal"))
        for (let k = 1; k < 3 && count < BALLS; k++) count = this.#ball(count, k / 3, radiusBefore + ((radius - radiusBefore) * k) / 3);
      if (count < BALLS) count = this.#ball(count, 1, radius);
      this.#before.copy(this.#at);
      radiusBefore = radius;
    }
    this.#balls.count = count;
    this.#balls.instanceMatrix.needsUpdate = true;
  }

  /**
   * @frame
   * @param {number} index
   * @param {number} share of the way from the joint before
   * @param {number} radius metres
   * @returns {number} the next index
   */
  #ball(index, share, radius) {
    this.#matrix.makeScale(radius, radius, radius);
    const places = this.#matrix.elements;
    places[12] = this.#before.x + (this.#at.x - this.#before.x) * share;
    places[13] = this.#before.y + (this.#at.y - this.#before.y) * share;
    places[14] = this.#before.z + (this.#at.z - this.#before.z) * share;
    this.#balls.setMatrixAt(index, this.#matrix);
    return index + 1;
  }

  /** @param {number} strength 0..1 @param {number} ms */
  buzz(strength, ms) {
    const gamepad = /** @type {{ hapticActuators?: { pulse?: (strength: number, ms: number) => unknown }[] } | undefined} */ (/** @type {unknown} */ (this.source?.gamepad));
    gamepad?.hapticActuators?.[0]?.pulse?.(strength, ms);
  }

  /**
   * A thumbstick's axis; 0 without one.
   * @frame
   * @param {number} axis 2: right, 3: back
   */
  stick(axis) {
    const axes = this.source !== null && this.source.gamepad ? this.source.gamepad.axes : null;
    return axes !== null && axes.length > axis ? axes[axis] : 0;
  }
}

/** A hand that holds something, in the place of the controller. */
function fist() {
  const fingers = [];
  for (let i = 0; i < 4; i++) fingers.push(new CapsuleGeometry(0.009, 0.035, 4, 10).rotateZ(1.2).translate(-0.012, 0.004, -0.032 + i * 0.02));
  fingers.push(new CapsuleGeometry(0.01, 0.04, 4, 10).rotateX(1.1).translate(0.012, 0.02, -0.02));
  fingers.push(new SphereGeometry(0.04, 18, 12).scale(0.62, 0.5, 1.05).translate(0.01, 0, 0.005));
  fingers.push(new CylinderGeometry(0.026, 0.032, 0.12, 16).rotateX(Math.PI / 2).translate(0.006, -0.004, 0.1));
  const group = new Group();
  group.add(new Mesh(mergeGeometries(fingers.map((part) => part.toNonIndexed())), new MeshLambertMaterial({ color: SKIN })));
  return group;
}
