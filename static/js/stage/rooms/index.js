/** The places in which scenarios happen. The patient's chest is at the origin, the head towards -z, helpers kneel at +x. */

import { home, nursery, restaurant } from "./indoors.js";
import { metroHall, office, park, ward, workshop } from "./outside.js";

/**
 * @typedef {object} Place
 * @property {import("three").Group} room
 * @property {number} sky colour behind everything
 * @property {{ sky: number, ground: number, strength: number, sun: number }} light
 * @property {[number, number, number][]} stands where people stand: x, z, and their turn in radians; nearest first
 * @property {{ at: [number, number, number], turn: number }} aedHome where the AED is at first
 * @property {{ at: [number, number, number], turn: number }} [monitor] where the patient's monitor stands
 * @property {number} surface height of what the patient lies on, metres
 */

/** @type {Record<string, () => Place>} */
const PLACES = { metro_hall: metroHall, home, park, restaurant, nursery, workshop, ward, office };

/**
 * @param {string} name as in a definition's scene
 * @returns {Place}
 */
export function placeNamed(name) {
  return (PLACES[name] ?? metroHall)();
}

export const PLACE_NAMES = Object.keys(PLACES);
