/** Looking around with mouse, pen or fingers: drag with a glide, wheel, pinch, tap. */

import { verticalFov } from "./projection.js";

/** A press that moves less than this (CSS pixels) and is shorter than TAP_MS is a tap. */
const TAP_REACH = 8;
const TAP_MS = 400;
/** Time before the last movement over which the speed of a drag is measured. */
const SPEED_WINDOW_MS = 90;
/** A finger that rested this long before it was lifted throws nothing. */
const REST_MS = 120;
const WHEEL_STEP = 0.0012;

/**
 * @param {HTMLElement} surface
 * @param {import("./view.js").View} view
 * @param {(pointer: string) => void} onTap told "mouse", "touch" or "pen"
 */
export function lookByHand(surface, view, onTap) {
  /** @type {Map<number, { x: number, y: number }>} */
  const pressed = new Map();
  let travelled = 0;
  let pressedAt = 0;
  let spread = 0;
  /** Way points of the drag: time and the turn since its beginning. @type {{ at: number, yaw: number, pitch: number }[]} */
  let trail = [];

  const degreesPerPixel = () => verticalFov(view.fov, surface.clientWidth / surface.clientHeight) / surface.clientHeight;

  /** Distance of the first two fingers. */
  const reach = () => {
    const [a, b] = [...pressed.values()];
    return Math.hypot(a.x - b.x, a.y - b.y);
  };

  surface.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    surface.setPointerCapture(event.pointerId);
    pressed.set(event.pointerId, { x: event.clientX, y: event.clientY });
    trail = [{ at: event.timeStamp, yaw: 0, pitch: 0 }];
    if (pressed.size === 1) {
      travelled = 0;
      pressedAt = event.timeStamp;
      view.turn(0, 0);
    } else if (pressed.size === 2) {
      spread = reach();
      travelled = Infinity;
    }
  });

  surface.addEventListener("pointermove", (event) => {
    const point = pressed.get(event.pointerId);
    if (!point) return;
    const dx = event.clientX - point.x;
    const dy = event.clientY - point.y;
    point.x = event.clientX;
    point.y = event.clientY;
    travelled += Math.hypot(dx, dy);
    if (pressed.size === 2) {
      const now = reach();
      if (spread > 0 && now > 0) view.zoom(spread / now);
      spread = now;
    }
    if (travelled < TAP_REACH) return;
    surface.dataset.dragging = "";
    // The picture sticks to the finger: dragging it to the right turns the head to the left.
    const scale = degreesPerPixel() / pressed.size;
    view.turn(-dx * scale, dy * scale);
    const { yaw, pitch } = trail[trail.length - 1];
    trail.push({ at: event.timeStamp, yaw: yaw - dx * scale, pitch: pitch + dy * scale });
    if (trail.length > 32) trail.shift();
  });

  /** @param {PointerEvent} event */
  const lift = (event) => {
    if (!pressed.delete(event.pointerId)) return;
    if (pressed.size) return;
    delete surface.dataset.dragging;
    if (event.type === "pointerup" && travelled < TAP_REACH && event.timeStamp - pressedAt < TAP_MS) {
      onTap(event.pointerType);
      return;
    }
    const last = trail[trail.length - 1];
    if (trail.length < 2 || event.timeStamp - last.at > REST_MS) return;
    const first = trail.find(({ at }) => last.at - at < SPEED_WINDOW_MS && at < last.at) ?? trail[trail.length - 2];
    const span = Math.max(16, last.at - first.at) / 1000;
    view.release((last.yaw - first.yaw) / span, (last.pitch - first.pitch) / span);
  };
  surface.addEventListener("pointerup", lift);
  surface.addEventListener("pointercancel", lift);

  surface.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      view.zoom(Math.exp(event.deltaY * lines * WHEEL_STEP));
    },
    { passive: false },
  );
}
