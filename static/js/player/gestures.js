/** Looking around with mouse, pen or fingers: drag with a glide, wheel, pinch, tap. */

import { verticalFov } from "./projection.js";

/** A press that moves less than this (CSS pixels) and is shorter than TAP_MS is a tap. */
const TAP_REACH = 8;
const TAP_MS = 400;
/** Time over which the speed at letting go is measured. */
const SPEED_WINDOW_MS = 90;
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
  /** @type {{ at: number, yaw: number, pitch: number }[]} */
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
    trail = [];
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
    trail.push({ at: event.timeStamp, yaw: -dx * scale, pitch: dy * scale });
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
    const recent = trail.filter(({ at }) => event.timeStamp - at < SPEED_WINDOW_MS);
    if (recent.length < 2) return;
    const span = Math.max(16, event.timeStamp - recent[0].at) / 1000;
    view.release(
      recent.reduce((sum, { yaw }) => sum + yaw, 0) / span,
      recent.reduce((sum, { pitch }) => sum + pitch, 0) / span,
    );
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
