/**
 * From a phone's orientation event to a heading, pitch and roll.
 *
 * Source: W3C DeviceOrientation Event, "Device orientation event" and its worked example: intrinsic rotations
 * Z (alpha), X (beta), Y (gamma), device x to the right of the screen, y up the screen, z out of the screen, in an
 * earth frame with z up.
 */

const RADIANS = Math.PI / 180;

/**
 * Attitude of a camera that looks out of the phone's back.
 * @param {number} alpha degrees
 * @param {number} beta degrees
 * @param {number} gamma degrees
 * @param {number} screen screen.orientation.angle, degrees
 * @param {Float64Array} out yaw, pitch, roll in degrees; yaw positive to the right
 */
export function attitude(alpha, beta, gamma, screen, out) {
  const x = (beta * RADIANS) / 2;
  const y = (alpha * RADIANS) / 2;
  const z = (-gamma * RADIANS) / 2;
  const cx = Math.cos(x), sx = Math.sin(x), cy = Math.cos(y), sy = Math.sin(y), cz = Math.cos(z), sz = Math.sin(z);
  // Quaternion of the intrinsic order Y (alpha), X (beta), Z (-gamma) in the y-up frame.
  let qx = sx * cy * cz + cx * sy * sz;
  let qy = cx * sy * cz - sx * cy * sz;
  let qz = cx * cy * sz - sx * sy * cz;
  let qw = cx * cy * cz + sx * sy * sz;
  // The camera looks out of the back of the phone, not out of its top edge: a quarter turn about x.
  const h = Math.SQRT1_2;
  [qx, qy, qz, qw] = [h * (qx - qw), h * (qy - qz), h * (qz + qy), h * (qw + qx)];
  // The picture stays upright when the screen turns.
  const s = (-screen * RADIANS) / 2;
  const cs = Math.cos(s), ss = Math.sin(s);
  [qx, qy, qz, qw] = [qx * cs + qy * ss, qy * cs - qx * ss, qz * cs + qw * ss, qw * cs - qz * ss];
  // Euler angles in the order yaw (y), pitch (x), roll (z).
  const sinPitch = Math.max(-1, Math.min(1, -2 * (qy * qz - qw * qx)));
  out[1] = Math.asin(sinPitch) / RADIANS;
  out[0] = -Math.atan2(2 * (qx * qz + qw * qy), 1 - 2 * (qx * qx + qy * qy)) / RADIANS;
  out[2] = Math.atan2(2 * (qx * qy + qw * qz), 1 - 2 * (qx * qx + qz * qz)) / RADIANS;
}
