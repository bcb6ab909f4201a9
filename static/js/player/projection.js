/**
 * Where things are on an equirectangular picture.
 *
 * Headings: yaw 0 is the middle of the picture ("north"), positive to the right (east), degrees in -180..180.
 * Pitch: 0 is the horizon, positive up, -90..90. Space: x right, y up, looking along -z (three.js, WebXR).
 */

const DEGREES = 180 / Math.PI;

/**
 * An angle brought into -180..180.
 * @param {number} degrees
 */
export function wrapDegrees(degrees) {
  const turned = (((degrees + 180) % 360) + 360) % 360;
  return turned - 180;
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export function clamp(value, low, high) {
  return value < low ? low : value > high ? high : value;
}

/**
 * Vertical field of view when `fov` is measured along the longer side, so that a phone held upright shows as much
 * as one held across.
 * @param {number} fov degrees along the longer side
 * @param {number} aspect width / height
 * @returns {number} degrees
 */
export function verticalFov(fov, aspect) {
  if (aspect <= 1) return fov;
  return 2 * Math.atan(Math.tan(fov / 2 / DEGREES) / aspect) * DEGREES;
}

/**
 * Horizontal field of view under the same measure.
 * @param {number} fov degrees along the longer side
 * @param {number} aspect width / height
 */
export function horizontalFov(fov, aspect) {
  if (aspect >= 1) return fov;
  return 2 * Math.atan(Math.tan(fov / 2 / DEGREES) * aspect) * DEGREES;
}

/**
 * Place on the picture of a direction: u 0..1 from left to right, v 0..1 from bottom to top. The sphere's shader does
 * the same sum.
 * @param {number} x
 * @param {number} y
 * @param {number} z
 * @returns {{ u: number, v: number }}
 */
export function directionToPicture(x, y, z) {
  return { u: Math.atan2(x, -z) / (2 * Math.PI) + 0.5, v: Math.atan2(y, Math.hypot(x, z)) / Math.PI + 0.5 };
}

/**
 * Heading of a unit quaternion's forward direction (-z), degrees.
 * @param {number} x
 * @param {number} y
 * @param {number} z
 * @param {number} w
 */
export function headingOfQuaternion(x, y, z, w) {
  const forwardX = -2 * (x * z + w * y);
  const forwardZ = -(1 - 2 * (x * x + y * y));
  return Math.atan2(forwardX, -forwardZ) * DEGREES;
}

/**
 * Pitch of a unit quaternion's forward direction (-z), degrees.
 * @param {number} x
 * @param {number} y
 * @param {number} z
 * @param {number} w
 */
export function pitchOfQuaternion(x, y, z, w) {
  return Math.asin(clamp(2 * (w * x - y * z), -1, 1)) * DEGREES;
}
