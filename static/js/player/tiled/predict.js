/**
 * Where a person will look: the views that are to be expected while a segment plays, each with its probability. The head's motion carried on
 * (motion.js), some doubt about it, a turn that nobody can foresee, and what others looked at.
 */

import { wrapDegrees } from "../projection.js";

/** Doubt about the direction, degrees: at once, and per second ahead; the motion's own comes on top. */
const DOUBT_NOW = 1.5;
const DOUBT_PER_SECOND = 2;
const DOUBT_MOST = 60;
/** Moments of a segment that are looked at: people who follow something move on while it plays. */
const MOMENTS = [0.1, 0.5, 0.9];
/** A standard normal's places: distance in standard deviations, how many, and weight of all; the middle has the first weight. */
const RINGS = [
  { radius: 0, weight: 0.4, places: 1 },
  { radius: 1.3, weight: 0.6, places: 4 },
];
/** Seconds between turns that nobody foresees, in the mean, and where they lead: degrees across, weight. */
const TURNS_EVERY = 5;
const TURNS = [
  { yaw: 35, weight: 0.28 },
  { yaw: 70, weight: 0.15 },
  { yaw: 120, weight: 0.07 },
];
/** Share of the others' eyes in the answer: none now, this much at most, reached after this many seconds. */
const CROWD_MOST = 0.3;
const CROWD_AFTER = 2.5;
const CROWD_PLACES = 8;

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
 */

/**
 * @param {import("./motion.js").HeadTracker} head
 * @param {number} now seconds on the head's clock
 * @param {number} ahead seconds into the future
 * @returns {Prediction}
 */
export function predictView(head, now, ahead) {
  const { yaw, pitch } = head.now;
  const on = head.carriedOn(now, Math.max(0, ahead));
  return {
    yaw: wrapDegrees(yaw + on.yaw),
    pitch: Math.max(-90, Math.min(90, pitch + on.pitch)),
    spread: Math.min(DOUBT_MOST, DOUBT_NOW + DOUBT_PER_SECOND * ahead + on.doubt),
  };
}

/**
 * The views to expect while a segment plays; their weights sum to 1.
 * @param {import("./motion.js").HeadTracker} head
 * @param {number} now seconds on the head's clock
 * @param {number} from seconds until the segment plays
 * @param {number} duration seconds that it plays
 * @param {{ crowd?: Crowd | null, mediaTime?: number }} [others] time of the middle of the segment
 * @returns {{ yaw: number, pitch: number, weight: number }[]}
 */
export function expectedViews(head, now, from, duration, others = {}) {
  const busiest = others.crowd ? busiestPlaces(others.crowd, others.mediaTime ?? 0) : [];
  const trust = busiest.length ? CROWD_MOST * Math.min(1, (from + duration / 2) / CROWD_AFTER) : 0;
  const views = busiest.map((place) => ({ ...place, weight: trust * place.weight }));
  const turns = (1 - trust) * (1 - Math.exp(-(from + duration / 2) / TURNS_EVERY));
  const middle = predictView(head, now, from + duration / 2);
  for (const { yaw, weight } of TURNS)
    for (const side of [-1, 1]) views.push({ yaw: wrapDegrees(middle.yaw + side * yaw), pitch: middle.pitch / 2, weight: turns * weight });
  for (const moment of MOMENTS) {
    const view = predictView(head, now, from + moment * duration);
    for (const { radius, weight, places } of RINGS) {
      const each = ((1 - trust - turns) * weight) / places / MOMENTS.length;
      for (let i = 0; i < places; i++) views.push({ ...beside(view, radius * view.spread, (2 * Math.PI * (i + 0.5)) / places), weight: each });
    }
  }
  return views;
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
