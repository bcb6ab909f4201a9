/** What the hands hold or are: rays of controllers, gazes and pinching hands, and fingertips that press. */

import {
  CircleGeometry, CylinderGeometry, Group, InstancedMesh, Matrix4, Mesh, MeshBasicMaterial, MeshLambertMaterial, SphereGeometry,
  Vector3,
} from "three";
import { COLUMN, DISTANCE, pointAt, ROW, touchAt } from "./curve.js";
import { targetAt } from "./layout.js";

/** A fingertip this near (metres) presses instead of pointing. */
const NEAR_FINGER = 0.08;
/** How far behind the panel a finger still counts as having gone through it. */
const THROUGH = 0.12;
/** A ball for each joint, and two between neighbours, so that they close up to fingers. */
const BALLS = 25 + 2 * 24;
const IDLE_RAY = 0.9;
const RAY_THICKNESS = 0.0014;

/**
 * @typedef {object} PointerEvents
 * @property {(pointer: Pointer) => void} onPress
 * @property {(pointer: Pointer) => void} onHold
 * @property {(pointer: Pointer) => void} onLetGo
 * @property {() => void} onKind a hand or a controller came or went
 */

/** One of the two inputs, with what it points at. */
export class Pointer {
  #panel;
  #events;
  #ray;
  #hand;
  #line;
  #dot;
  #model;
  #joints;
  #hit = new Float64Array(3);
  #touch = new Float64Array(3);
  #origin = new Vector3();
  #direction = new Vector3();
  #tip = new Vector3();
  #matrix = new Matrix4();
  #tipDistance = 1;
  #balls = 0;
  /** @type {import("./layout.js").PanelTarget | null} */
  target = null;
  /** Column of the panel's canvas. */
  column = 0;
  /** Whether it points at the panel at all. */
  onPanel = false;
  isHand = false;
  connected = false;

  /**
   * @param {import("three").WebXRManager} xr
   * @param {number} index 0 or 1
   * @param {Group} parent that stands at the origin of the reference space
   * @param {import("./panel.js").Panel} panel
   * @param {PointerEvents} events
   */
  constructor(xr, index, parent, panel, events) {
    this.#panel = panel;
    this.#events = events;
    this.#ray = xr.getController(index);
    this.#hand = xr.getHand(index);
    const grip = xr.getControllerGrip(index);
    const beam = new CylinderGeometry(RAY_THICKNESS, RAY_THICKNESS, 1, 8).rotateX(-Math.PI / 2).translate(0, 0, -0.5);
    this.#line = new Mesh(beam, new MeshBasicMaterial({ color: 0xdff5f2, transparent: true, opacity: 0.75 }));
    this.#line.renderOrder = 11;
    this.#dot = new Mesh(
      new CircleGeometry(1, 24),
      new MeshBasicMaterial({ color: 0xffffff, transparent: true, depthTest: false, depthWrite: false, toneMapped: false }),
    );
    this.#dot.renderOrder = 12;
    this.#dot.visible = false;
    this.#model = handle();
    this.#joints = new InstancedMesh(
      new SphereGeometry(1, 16, 10), new MeshLambertMaterial({ color: 0xdfe9e6 }), BALLS,
    );
    this.#joints.frustumCulled = false;
    this.#joints.visible = false;
    this.#ray.add(this.#line);
    grip.add(this.#model);
    panel.board.add(this.#dot);
    parent.add(this.#ray, grip, this.#hand, this.#joints);
    this.#ray.addEventListener("connected", this.#onConnected);
    this.#ray.addEventListener("disconnected", this.#onDisconnected);
    this.#ray.addEventListener("select", () => events.onPress(this));
    this.#ray.addEventListener("selectstart", () => events.onHold(this));
    this.#ray.addEventListener("selectend", () => events.onLetGo(this));
  }

  /**
   * Finds out what is pointed at.
   * @frame
   */
  update() {
    this.target = null;
    this.onPanel = false;
    const shown = this.#panel.visible && this.connected;
    this.#line.visible = shown;
    this.#dot.visible = false;
    this.#joints.visible = this.connected && this.isHand;
    if (this.isHand && this.connected) this.#drawHand();
    if (!shown) return;
    if (this.isHand && this.#press()) return;
    this.#point();
  }

  /** @frame */
  #point() {
    const { board, curve, areas } = this.#panel;
    this.#origin.setFromMatrixPosition(this.#ray.matrixWorld);
    this.#direction.set(0, 0, -1).transformDirection(this.#ray.matrixWorld);
    this.#matrix.copy(board.matrixWorld).invert();
    this.#origin.applyMatrix4(this.#matrix);
    this.#direction.transformDirection(this.#matrix);
    this.onPanel = pointAt(curve, this.#origin, this.#direction, this.#hit);
    this.#line.scale.z = this.onPanel ? this.#hit[DISTANCE] : IDLE_RAY;
    if (!this.onPanel) return;
    this.column = this.#hit[COLUMN];
    this.target = targetAt(areas, this.#hit[COLUMN], this.#hit[ROW]);
    this.#placeDot(this.#origin.addScaledVector(this.#direction, this.#hit[DISTANCE]));
  }

  /**
   * The fingertip at the panel.
   * @frame
   * @returns {boolean} whether it is so near that it presses and does not point
   */
  #press() {
    const joint = this.#hand.joints["index-finger-tip"];
    if (joint === undefined || !joint.visible) return false;
    const { board, curve, areas } = this.#panel;
    this.#tip.setFromMatrixPosition(joint.matrixWorld);
    this.#matrix.copy(board.matrixWorld).invert();
    this.#tip.applyMatrix4(this.#matrix);
    const over = touchAt(curve, this.#tip, this.#touch);
    const before = this.#tipDistance;
    const distance = this.#touch[DISTANCE];
    this.#tipDistance = over ? distance : 1;
    if (!over || distance > NEAR_FINGER || distance < -THROUGH) return false;
    this.onPanel = true;
    this.#line.visible = false;
    this.column = this.#touch[COLUMN];
    this.target = targetAt(areas, this.#touch[COLUMN], this.#touch[ROW]);
    this.#placeDot(this.#tip);
    if (before > 0 && before <= NEAR_FINGER && distance <= 0) this.#events.onPress(this);
    return true;
  }

  /**
   * @frame
   * @param {Vector3} place in the board's space
   */
  #placeDot(place) {
    const radius = this.#panel.curve.radius;
    const angle = Math.atan2(place.x, -place.z);
    const before = radius * 0.995;
    this.#dot.position.set(Math.sin(angle) * before, place.y, -Math.cos(angle) * before);
    this.#dot.rotation.y = -angle;
    this.#dot.scale.setScalar(radius * 0.0065);
    this.#dot.visible = true;
  }

  /** @frame */
  #drawHand() {
    const joints = this.#hand.joints;
    this.#balls = 0;
    let radiusBefore = 0;
    for (const name in joints) {
      const joint = joints[/** @type {XRHandJoint} */ (name)];
      if (joint === undefined || !joint.visible) continue;
      const radius = joint.jointRadius ?? 0.008;
      this.#direction.setFromMatrixPosition(joint.matrixWorld);
      // Joints come finger by finger, from the hand outwards; each finger begins at its metacarpal.
      if (radiusBefore > 0 && !name.endsWith("metacarpal")) {
        this.#ball(1 / 3, radiusBefore + (radius - radiusBefore) / 3);
        this.#ball(2 / 3, radiusBefore + ((radius - radiusBefore) * 2) / 3);
      }
      this.#ball(1, radius);
      this.#origin.copy(this.#direction);
      radiusBefore = radius;
    }
    this.#joints.count = this.#balls;
    this.#joints.instanceMatrix.needsUpdate = true;
  }

  /**
   * A ball on the way from #origin to #direction.
   * @frame
   * @param {number} share of the way
   * @param {number} radius metres
   */
  #ball(share, radius) {
    if (this.#balls === BALLS) return;
    this.#tip.lerpVectors(this.#origin, this.#direction, share);
    this.#matrix.makeScale(radius, radius, radius).setPosition(this.#tip);
    this.#joints.setMatrixAt(this.#balls++, this.#matrix);
  }

  #onConnected = (/** @type {{ data: XRInputSource }} */ { data }) => {
    this.connected = true;
    this.isHand = Boolean(data.hand);
    // What a gaze or a hand shows as its own must not be drawn a second time.
    this.#model.visible = data.targetRayMode === "tracked-pointer" && !data.hand;
    this.#events.onKind();
  };

  #onDisconnected = () => {
    this.connected = this.isHand = false;
    this.#events.onKind();
  };
}

/** A plain handle in the place of the controller, without any maker's model. */
function handle() {
  const body = new Mesh(
    new CylinderGeometry(0.012, 0.016, 0.095, 24), new MeshLambertMaterial({ color: 0x59645f }),
  );
  body.rotation.x = -Math.PI / 3;
  const tip = new Mesh(new SphereGeometry(0.0125, 24, 16), new MeshLambertMaterial({ color: 0x62c8bf }));
  tip.position.set(0, 0.0475, 0);
  body.add(tip);
  const group = new Group();
  group.add(body);
  return group;
}
