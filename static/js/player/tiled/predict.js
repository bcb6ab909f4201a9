/**
 * Where a person will look: the head's motion carried on, with doubt that grows with time, and with what others looked
 * at mixed in. The answer is, for each tile, the expected share of the view that it will fill.
 *
 * Head motion: constant velocity from a least-squares line over the last moments is hard to beat up to about half
 * a second and wrong beyond (people stop), so the velocity dies away with `MOTION_LASTS`.
 */

import { wrapDegrees } from "../projection.js";

/** Seconds of head motion that the velocity is taken from. */
const WINDOW = 0.15;
/** Seconds after which a turn has lost 63 % of its speed. */
const MOTION_LASTS = 0.35;
/** Degrees that motion carries a prediction at most: nobody turns for long at a saccade's speed. */
const REACH_MOST = 40;
/** Doubt about the direction, degrees: at once, per second ahead, and per degree/s of speed and second ahead. */
const DOUBT_NOW = 3;
const DOUBT_PER_SECOND = 9;
const DOUBT_PER_SPEED = 0.18;
const DOUBT_MOST = 70;
/** Share of the others' eyes in the answer: none now, this much at most, reached after this many seconds. */
const CROWD_MOST = 0.3;
const CROWD_AFTER = 2.5;
const CROWD_PLACES = 8;

/** A standard normal's rings: place (in standard deviations) and weight; the middle has the first weight. */
const RINGS = [
  { radius: 0, weight: 0.2, places: 1 },
  { radius: 0.8, weight: 0.4, places: 6 },
  { radius: 1.7, weight: 0.4, places: 8 },
];

/**
 * @typedef {import("./geometry.js").TileMap} TileMap
 *
 * @typedef {object} Crowd what others looked at in this lesson: for each step of time, one weight per cell of a coarse
 *   grid over the sphere (row-major from the top left; any scale, 0 where nobody looked)
 * @property {number} columns
 * @property {number} rows
 * @property {number} step seconds
 * @property {ArrayLike<number>[]} cells one list for each step
 *
 * @typedef {object} Prediction
 * @property {number} yaw degrees
 * @property {number} pitch degrees
 * @property {number} spread standard deviation, degrees
 * @property {number} speed of the head now, degrees per second
 */

/** Remembers the last moments of the head. */
export class HeadTracker {
  /** @type {{ time: number, yaw: number, pitch: number }[]} yaw is unwrapped: it runs on past 180 */
  #samples = [];

  /**
   * @param {number} time seconds on a clock that only runs forward
   * @param {number} yaw degrees
   * @param {number} pitch degrees
   */
  add(time, yaw, pitch) {
    const last = this.#samples[this.#samples.length - 1];
    if (last && time <= last.time) {
      if (time < last.time) this.#samples = [];
      else this.#samples.pop();
    }
    const before = this.#samples[this.#samples.length - 1];
    this.#samples.push({ time, yaw: before ? before.yaw + wrapDegrees(yaw - before.yaw) : yaw, pitch });
    while (this.#samples.length > 2 && this.#samples[0].time < time - WINDOW) this.#samples.shift();
  }

  /** Whether the head's direction is known at all. */
  get known() {
    return this.#samples.length > 0;
  }

  /** The last direction. */
  get now() {
    const last = this.#samples[this.#samples.length - 1];
    return last ? { yaw: wrapDegrees(last.yaw), pitch: last.pitch } : { yaw: 0, pitch: 0 };
  }

  /**
   * Degrees per second, from the line through the last samples.
   * @param {number} time now, seconds: a head that has not moved for a while sends nothing
   */
  velocity(time) {
    const recent = this.#samples.filter((sample) => sample.time >= time - WINDOW);
    if (recent.length < 2) return { yaw: 0, pitch: 0 };
    const mean = { time: 0, yaw: 0, pitch: 0 };
    for (const sample of recent) {
      mean.time += sample.time / recent.length;
      mean.yaw += sample.yaw / recent.length;
      mean.pitch += sample.pitch / recent.length;
    }
    let [spread, yaw, pitch] = [0, 0, 0];
    for (const sample of recent) {
      const t = sample.time - mean.time;
      spread += t * t;
      yaw += t * (sample.yaw - mean.yaw);
      pitch += t * (sample.pitch - mean.pitch);
    }
    return spread > 0 ? { yaw: yaw / spread, pitch: pitch / spread } : { yaw: 0, pitch: 0 };
  }
}

/**
 * @param {HeadTracker} head
 * @param {number} now seconds on the head's clock
 * @param {number} ahead seconds into the future
 * @returns {Prediction}
 */
export function predictView(head, now, ahead) {
  const { yaw, pitch } = head.now;
  const velocity = head.velocity(now);
  const speed = Math.hypot(velocity.yaw * Math.cos((pitch * Math.PI) / 180), velocity.pitch);
  const lasting = MOTION_LASTS * (1 - Math.exp(-Math.max(0, ahead) / MOTION_LASTS));
  const reach = speed > 0 ? Math.min(lasting, REACH_MOST / speed) : 0;
  const spread = DOUBT_NOW + DOUBT_PER_SECOND * ahead + DOUBT_PER_SPEED * speed * Math.min(ahead, 1);
  return {
    yaw: wrapDegrees(yaw + velocity.yaw * reach),
    pitch: Math.max(-90, Math.min(90, pitch + velocity.pitch * reach)),
    spread: Math.min(DOUBT_MOST, spread),
    speed,
  };
}

/**
 * The expected share of the view for each tile; the sum is 1.
 * @param {TileMap} map
 * @param {Prediction} prediction
 * @param {{ crowd?: Crowd | null, mediaTime?: number, ahead?: number }} [others]
 * @returns {Float64Array}
 */
export function tileProbabilities(map, prediction, others = {}) {
  const shares = new Float64Array(map.tiles);
  const busiest = others.crowd ? busiestPlaces(others.crowd, others.mediaTime ?? 0) : [];
  const trust = busiest.length ? CROWD_MOST * Math.min(1, (others.ahead ?? 0) / CROWD_AFTER) : 0;
  for (const ring of RINGS) {
    const each = ((1 - trust) * ring.weight) / ring.places;
    const distance = ring.radius * prediction.spread;
    for (let i = 0; i < ring.places; i++) map.addView(beside(prediction, distance, (2 * Math.PI * (i + 0.5)) / ring.places), shares, each);
  }
  for (const place of busiest) map.addView(place, shares, trust * place.weight);
  return shares;
}

/**
 * A direction at a distance from another one, heads turning further across than up and down.
 * @param {{ yaw: number, pitch: number }} from
 * @param {number} distance degrees
 * @param {number} angle radians
 */
function beside(from, distance, angle) {
  const pitch = Math.max(-90, Math.min(90, from.pitch + 0.6 * distance * Math.sin(angle)));
  const narrow = Math.max(0.3, Math.cos((from.pitch * Math.PI) / 180));
  return { yaw: wrapDegrees(from.yaw + (distance * Math.cos(angle)) / narrow), pitch };
}

/**
 * @param {Crowd} crowd
 * @param {number} mediaTime seconds
 * @returns {{ yaw: number, pitch: number, weight: number }[]} weights sum to 1
 */
function busiestPlaces(crowd, mediaTime) {
  const cells = crowd.cells[Math.max(0, Math.min(crowd.cells.length - 1, Math.floor(mediaTime / crowd.step)))];
  if (!cells) return [];
  const order = Array.from(cells, (weight, cell) => ({ weight, cell })).filter(({ weight }) => weight > 0);
  order.sort((a, b) => b.weight - a.weight);
  order.length = Math.min(order.length, CROWD_PLACES);
  const all = order.reduce((sum, { weight }) => sum + weight, 0);
  return order.map(({ weight, cell }) => ({
    yaw: (((cell % crowd.columns) + 0.5) / crowd.columns) * 360 - 180,
    pitch: 90 - ((Math.floor(cell / crowd.columns) + 0.5) / crowd.rows) * 180,
    weight: weight / all,
  }));
}
