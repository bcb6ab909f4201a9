/** Where the person looks: heading, pitch, zoom, and how these move on their own (inertia, held keys). */

import { clamp, wrapDegrees } from "./projection.js";

export const FOV_MIN = 30;
export const FOV_MAX = 100;
export const FOV_START = 90;
const PITCH_LIMIT = 89;
/** Share of speed left after one second of gliding. */
const GLIDE_PER_SECOND = 0.03;
/** Below this speed (degrees per second) a glide ends. */
const GLIDE_STOP = 0.6;
const GLIDE_FASTEST = 240;
/** Turning speed of a held key at the widest zoom, degrees per second. */
const KEY_SPEED = 70;
/** How fast a zoom step is taken up: share of the way left after one second. */
const ZOOM_LEFT_PER_SECOND = 0.0001;

export class View {
  /** Degrees, see projection.js. */
  yaw = 0;
  pitch = 0;
  /** Tilt of the phone, degrees; 0 unless the gyroscope leads. */
  roll = 0;
  /** Along the longer side, degrees. */
  fov = FOV_START;
  /** No glide and no soft zoom: prefers-reduced-motion. */
  calm = false;

  #glideYaw = 0;
  #glidePitch = 0;
  #keyYaw = 0;
  #keyPitch = 0;
  #fovGoal = FOV_START;
  #changed = true;

  /**
   * Turns at once, by degrees; positive yaw to the right, positive pitch up. Stops any glide.
   * @param {number} yaw
   * @param {number} pitch
   */
  turn(yaw, pitch) {
    this.#glideYaw = this.#glidePitch = 0;
    this.#move(yaw, pitch);
  }

  /**
   * Looks at a direction at once.
   * @param {number} yaw
   * @param {number} pitch
   */
  lookAt(yaw, pitch) {
    this.#glideYaw = this.#glidePitch = 0;
    this.yaw = wrapDegrees(yaw);
    this.pitch = clamp(pitch, -PITCH_LIMIT, PITCH_LIMIT);
    this.#changed = true;
  }

  /**
   * Takes the phone's attitude. Pitch is not limited: a phone may be held over the head.
   * @param {number} yaw
   * @param {number} pitch
   * @param {number} roll
   */
  follow(yaw, pitch, roll) {
    this.#glideYaw = this.#glidePitch = 0;
    this.yaw = wrapDegrees(yaw);
    this.pitch = pitch;
    this.roll = roll;
    this.#changed = true;
  }

  /** The horizon is level again (the gyroscope was switched off). */
  level() {
    this.roll = 0;
    this.pitch = clamp(this.pitch, -PITCH_LIMIT, PITCH_LIMIT);
    this.#changed = true;
  }

  /**
   * Lets go of a drag: the view glides on, unless the person asked for less motion.
   * @param {number} yawSpeed degrees per second
   * @param {number} pitchSpeed
   */
  release(yawSpeed, pitchSpeed) {
    if (this.calm) return;
    this.#glideYaw = clamp(yawSpeed, -GLIDE_FASTEST, GLIDE_FASTEST);
    this.#glidePitch = clamp(pitchSpeed, -GLIDE_FASTEST, GLIDE_FASTEST);
  }

  /**
   * Keys that are held: -1, 0 or 1 each.
   * @param {number} yaw
   * @param {number} pitch
   */
  hold(yaw, pitch) {
    this.#keyYaw = yaw;
    this.#keyPitch = pitch;
  }

  /**
   * Multiplies the field of view; below 1 zooms in.
   * @param {number} factor
   */
  zoom(factor) {
    this.#fovGoal = clamp(this.#fovGoal * factor, FOV_MIN, FOV_MAX);
    if (this.calm) this.fov = this.#fovGoal;
    this.#changed = true;
  }

  /** Back to the beginning: north, level, usual zoom. */
  reset() {
    this.lookAt(0, 0);
    this.#fovGoal = FOV_START;
    if (this.calm) this.fov = FOV_START;
  }

  /**
   * Moves on by a time step.
   * @frame
   * @param {number} seconds since the last step
   * @returns {boolean} whether the picture has to be drawn anew
   */
  update(seconds) {
    if (this.#keyYaw !== 0 || this.#keyPitch !== 0) {
      const reach = (KEY_SPEED * seconds * this.fov) / FOV_MAX;
      this.#move(this.#keyYaw * reach, this.#keyPitch * reach);
    } else if (this.#glideYaw !== 0 || this.#glidePitch !== 0) {
      this.#move(this.#glideYaw * seconds, this.#glidePitch * seconds);
      const left = Math.pow(GLIDE_PER_SECOND, seconds);
      this.#glideYaw *= left;
      this.#glidePitch *= left;
      if (Math.abs(this.#glideYaw) + Math.abs(this.#glidePitch) < GLIDE_STOP) this.#glideYaw = this.#glidePitch = 0;
    }
    if (this.fov !== this.#fovGoal) {
      const left = (this.fov - this.#fovGoal) * Math.pow(ZOOM_LEFT_PER_SECOND, seconds);
      this.fov = Math.abs(left) < 0.05 ? this.#fovGoal : this.#fovGoal + left;
      this.#changed = true;
    }
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /**
   * @frame
   * @param {number} yaw
   * @param {number} pitch
   */
  #move(yaw, pitch) {
    this.yaw = wrapDegrees(this.yaw + yaw);
    this.pitch = clamp(this.pitch + pitch, -PITCH_LIMIT, PITCH_LIMIT);
    this.#changed = true;
  }
}
