/** Mouse, touch and keyboard on the page: looking around, pressing people and things, carrying pads. */

import { Plane, Raycaster, Vector2, Vector3 } from "three";
import { spotOnRay } from "../play/spots.js";

/** @typedef {import("../stage.js").Stage} Stage */

const TURN_PER_PIXEL = 0.0042;
const TURN_PER_S = 1.5;
const DRAG_FROM = 6;
const SEATS = 4;
const CARRY_OVER = 0.025;
/** Where one kneels: beside the chest, a little towards the feet; metres over the patient's surface. */
const EYE = new Vector3(1.15, 1.28, 0.9);
const LOOK_AT = new Vector3(0, 0.36, -0.34);

export class Desk {
  #stage;
  #yaw = 0;
  #pitch = 0;
  #zoom = 62;
  /** @type {{ id: number, x: number, y: number, moved: number } | null} */
  #drag = null;
  #pointer = new Vector2();
  #ray = new Raycaster();
  #plane = new Plane(new Vector3(0, 1, 0), 0);
  #point = new Vector3();
  #keys = new Set();
  #over = false;
  active = true;
  /** @type {import("../play/spots.js").Spot | null} */
  hover = null;

  /** @param {Stage} stage */
  constructor(stage) {
    this.#stage = stage;
    const canvas = stage.canvas;
    canvas.addEventListener("pointerdown", this.#onDown);
    canvas.addEventListener("pointermove", this.#onMove);
    canvas.addEventListener("pointerup", this.#onUp);
    canvas.addEventListener("pointercancel", () => (this.#drag = null));
    canvas.addEventListener("pointerleave", () => (this.#over = false));
    canvas.addEventListener("wheel", this.#onWheel, { passive: false });
    stage.host.addEventListener("keydown", this.#onKey);
    stage.host.addEventListener("keyup", ({ key }) => this.#keys.delete(key));
    stage.host.addEventListener("focusout", () => this.#keys.clear());
    this.kneel();
  }

  /** Beside the patient, looking at the chest. */
  kneel() {
    const { camera, place } = this.#stage.scene;
    const standing = !this.#stage.scene.patient.lying;
    const size = this.#stage.scene.patient.infant ? 0.62 : 1;
    camera.position.copy(EYE).multiplyScalar(size).setY(place.surface + EYE.y * size);
    // Of several people each has a place: across the patient, and further towards the feet.
    const seat = Math.max(0, this.#stage.link.slot - 1) % SEATS;
    if (seat % 2 === 1) camera.position.x *= -1;
    camera.position.z += 0.5 * Math.floor(seat / 2);
    if (standing) camera.position.set(1.5, 1.5, 0.6);
    this.#point.copy(LOOK_AT).setY(standing ? 1.2 : place.surface + LOOK_AT.y).sub(camera.position);
    if (standing) this.#point.z -= 0.3;
    this.#yaw = Math.atan2(-this.#point.x, -this.#point.z);
    this.#pitch = Math.atan2(this.#point.y, Math.hypot(this.#point.x, this.#point.z));
    this.#aim();
  }

  #aim() {
    const { camera } = this.#stage.scene;
    camera.rotation.set(this.#pitch, this.#yaw, 0, "YXZ");
  }

  #onDown = (/** @type {PointerEvent} */ event) => {
    if (!this.active || event.button > 0) return;
    this.#stage.canvas.setPointerCapture(event.pointerId);
    this.#stage.canvas.focus({ preventScroll: true });
    this.#drag = { id: event.pointerId, x: event.clientX, y: event.clientY, moved: 0 };
    this.#place(event);
  };

  #onMove = (/** @type {PointerEvent} */ event) => {
    if (!this.active) return;
    this.#place(event);
    const drag = this.#drag;
    if (!drag || drag.id !== event.pointerId) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    drag.moved += Math.abs(dx) + Math.abs(dy);
    drag.x = event.clientX;
    drag.y = event.clientY;
    if (drag.moved > DRAG_FROM) this.#turn(dx * TURN_PER_PIXEL, dy * TURN_PER_PIXEL);
  };

  #onUp = (/** @type {PointerEvent} */ event) => {
    const drag = this.#drag;
    this.#drag = null;
    if (!this.active || !drag || drag.moved > DRAG_FROM) return;
    this.#place(event);
    this.#press();
  };

  /** @param {PointerEvent} event */
  #place(event) {
    const box = this.#stage.canvas.getBoundingClientRect();
    this.#pointer.set(((event.clientX - box.left) / box.width) * 2 - 1, 1 - ((event.clientY - box.top) / box.height) * 2);
    this.#over = true;
  }

  #press() {
    const { doings, scene } = this.#stage;
    if (!this.#stage.acts) return;
    this.#aimRay();
    if (doings.held) {
      doings.releasePad(this.#surface());
      return;
    }
    const spot = spotOnRay(scene.spots, this.#ray.ray.origin, this.#ray.ray.direction);
    this.#stage.press(spot);
  }

  #aimRay() {
    this.#stage.scene.camera.updateMatrixWorld();
    this.#ray.setFromCamera(this.#pointer, this.#stage.scene.camera);
  }

  /** Where the pointer meets the height of the chest. */
  #surface() {
    const { patient } = this.#stage.scene;
    const { asleep } = patient;
    this.#plane.constant = -(patient.getWorldPosition(this.#point).y + (asleep.sternum.z - asleep.back) * 0.85);
    this.#ray.ray.intersectPlane(this.#plane, this.#point);
    return this.#point;
  }

  #onWheel = (/** @type {WheelEvent} */ event) => {
    if (!this.active) return;
    event.preventDefault();
    this.#zoom = Math.max(30, Math.min(80, this.#zoom + event.deltaY * 0.02));
    this.#stage.scene.camera.fov = this.#zoom;
    this.#stage.scene.camera.updateProjectionMatrix();
  };

  #onKey = (/** @type {KeyboardEvent} */ event) => {
    if (!this.active || event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
    if (typing) return;
    if (event.key === " " && this.#stage.canPress && this.#stage.playing) {
      event.preventDefault();
      if (!event.repeat) this.#stage.tap();
    } else if (event.key.startsWith("Arrow")) {
      event.preventDefault();
      this.#keys.add(event.key);
    } else if (/^[1-9]$/.test(event.key) && !event.repeat) this.#stage.overlay.choose(Number(event.key) - 1);
    else if (event.key === "Escape") this.#stage.escape();
  };

  /** @param {number} yaw @param {number} pitch */
  #turn(yaw, pitch) {
    this.#yaw += yaw;
    this.#pitch = Math.max(-1.35, Math.min(1.2, this.#pitch + pitch));
    this.#aim();
  }

  /**
   * @frame
   * @param {number} seconds
   */
  update(seconds) {
    if (!this.active) return;
    if (this.#keys.size > 0) {
      const turn = TURN_PER_S * seconds;
      const yaw = (this.#keys.has("ArrowLeft") ? turn : 0) - (this.#keys.has("ArrowRight") ? turn : 0);
      const pitch = (this.#keys.has("ArrowUp") ? turn : 0) - (this.#keys.has("ArrowDown") ? turn : 0);
      this.#turn(yaw, pitch);
    }
    if (this.#stage.doings.held !== null) this.#carry();
  }

  /** @frame */
  #carry() {
    this.#aimRay();
    const at = this.#over ? this.#surface() : this.#point.copy(this.#stage.scene.patient.asleep.sternum);
    at.y += CARRY_OVER;
    this.#stage.doings.carry(at, null);
  }
}
