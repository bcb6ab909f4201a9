/**
 * Pointing at a curved panel: a piece of a cylinder around the viewer, axis y, centred on -z, all in the panel's own
 * space. Places on it are pixels of its canvas, from the upper left.
 */

/**
 * @typedef {object} Curve
 * @property {number} radius metres
 * @property {number} angle width of the panel, radians
 * @property {number} height metres
 * @property {number} columns width of the canvas, pixels
 * @property {number} rows height of the canvas, pixels
 */

/** Indices into the result of the functions below. */
export const COLUMN = 0;
export const ROW = 1;
/** Metres along the ray, or in front of the panel (negative: behind it). */
export const DISTANCE = 2;

/**
 * Where a ray from inside the cylinder meets the panel.
 * @frame
 * @param {Curve} curve
 * @param {import("three").Vector3} origin
 * @param {import("three").Vector3} direction of length 1
 * @param {Float64Array} out column, row, distance
 * @returns {boolean} whether it meets the panel
 */
export function pointAt(curve, origin, direction, out) {
  const a = direction.x * direction.x + direction.z * direction.z;
  const b = origin.x * direction.x + origin.z * direction.z;
  const c = origin.x * origin.x + origin.z * origin.z - curve.radius * curve.radius;
  if (a < 1e-9 || c >= 0) return false;
  const along = (-b + Math.sqrt(b * b - a * c)) / a;
  out[DISTANCE] = along;
  return place(curve, origin.x + along * direction.x, origin.y + along * direction.y, origin.z + along * direction.z, out);
}

/**
 * How far a fingertip is in front of the panel, and over which place.
 * @frame
 * @param {Curve} curve
 * @param {import("three").Vector3} tip
 * @param {Float64Array} out column, row, distance
 * @returns {boolean} whether it is over the panel
 */
export function touchAt(curve, tip, out) {
  out[DISTANCE] = curve.radius - Math.hypot(tip.x, tip.z);
  return place(curve, tip.x, tip.y, tip.z, out);
}

/**
 * @frame
 * @param {Curve} curve
 * @param {number} x
 * @param {number} y
 * @param {number} z
 * @param {Float64Array} out
 */
function place(curve, x, y, z, out) {
  const across = Math.atan2(x, -z) / curve.angle + 0.5;
  const down = 0.5 - y / curve.height;
  out[COLUMN] = across * curve.columns;
  out[ROW] = down * curve.rows;
  return across >= 0 && across <= 1 && down >= 0 && down <= 1;
}
