/** Places one can touch or point at, as balls in the room, and which of the scenario's actions belong to each. */

import { Vector3 } from "three";

/**
 * @typedef {"face" | "neck" | "shoulders" | "chest" | "belly" | "back" | "leg" | "aed.power" | "aed.shock" | "pad.right" | "pad.left"
 *   | "aed" | "phone" | "thing" | "person" | "machine"} SpotKind
 *
 * @typedef {object} Spot
 * @property {string} id unique; the kind itself, or kind and name of a person or thing
 * @property {SpotKind} kind
 * @property {string} who id of a person or thing, empty for parts of the patient
 * @property {Vector3} at in the room
 * @property {number} radius metres
 * @property {boolean} shown whether it can be met now
 */

/**
 * @param {string} id
 * @param {SpotKind} kind
 * @param {number} radius
 * @param {string} [who]
 * @returns {Spot}
 */
export const spot = (id, kind, radius, who = "") => ({ id, kind, who, at: new Vector3(), radius, shown: true });

/** Kinds of spots by action; an action that is not here is found in the full list only. @type {Record<string, SpotKind[]>} */
const WHERE = {
  check_response: ["shoulders"], check_breathing: ["face"], check_pulse: ["neck"], open_airway: ["face"], rescue_breath: ["face"],
  bare_chest: ["chest"], dry_chest: ["chest"], ask_for_call: ["person"], ask_for_aed: ["person"], send_crowd_back: ["person"],
  calm_relative: ["person"], unlock_door: ["person"], call_team: ["person", "phone"], assign_roles: ["person"], closed_loop: ["person"],
  relative_out: ["person"], call_emergency: ["phone"], tell_address: ["phone"], look_in_mouth: ["face"], blind_sweep: ["face"],
  ask_choking: ["face"], encourage_cough: ["face"], back_blow: ["back"], abdominal_thrust: ["belly"], chest_thrust: ["chest"],
  direct_pressure: ["leg"], pack_wound: ["leg"], hold_packing: ["leg"], remove_object: ["leg"], tourniquet_place: ["leg", "thing"],
  tourniquet_tighten: ["leg"], tourniquet_on_joint: ["leg"], loosen_tourniquet: ["leg"], note_time: ["leg", "thing"], raise_leg: ["leg"],
  press_point: ["leg"], gloves_on: ["thing"], keep_warm: ["belly", "thing"], reassure: ["face"], machine_off: ["machine"],
  choose_child_pads: ["aed"], give_water: ["face"], backboard: ["back"], firm_surface: ["chest"], hand_over: ["person"],
};
/** Which thing an action needs, where several lie about. @type {Record<string, string>} */
const THING = { tourniquet_place: "tourniquet", note_time: "marker", gloves_on: "gloves", keep_warm: "blanket", pack_wound: "gauze" };
/** Which kind of person an action is said to. @type {Record<string, string[]>} */
const PERSON = { calm_relative: ["relative"], unlock_door: ["relative"], relative_out: ["colleague", "relative"] };

/**
 * The actions that can be done at a spot now, in the scenario's order.
 * @param {Spot} at
 * @param {{ actions: Record<string, { roles: string[] }>, people: Record<string, any>[] }} table
 * @param {string[]} possible ids whose needs hold (state, section scene)
 * @param {string} role of the person, empty where roles mean nothing
 * @returns {string[]}
 */
export function actionsAt(at, table, possible, role) {
  return allowed(table, possible, role).filter((id) => {
    if (!WHERE[id]?.includes(at.kind)) return false;
    if (at.kind === "thing") return THING[id] === at.who;
    if (at.kind !== "person") return true;
    const kind = table.people.find((person) => person.id === at.who)?.kind;
    const wanted = PERSON[id];
    return !wanted || wanted.includes(kind) || !table.people.some((person) => wanted.includes(person.kind));
  });
}

/**
 * @param {{ actions: Record<string, { roles: string[] }> }} table
 * @param {string[]} possible
 * @param {string} role
 * @returns {string[]}
 */
export function allowed(table, possible, role) {
  return possible.filter((id) => {
    const roles = table.actions[id]?.roles ?? [];
    return !role || !roles.length || roles.includes(role);
  });
}

const towards = new Vector3();

/**
 * The first spot that a ray meets.
 * @frame
 * @param {Spot[]} spots
 * @param {Vector3} origin
 * @param {Vector3} direction of length 1
 * @param {number} [reach] metres
 * @returns {Spot | null}
 */
export function spotOnRay(spots, origin, direction, reach = 12) {
  let best = null;
  let nearest = reach;
  for (let i = 0; i < spots.length; i++) {
    const candidate = spots[i];
    if (!candidate.shown) continue;
    towards.subVectors(candidate.at, origin);
    const along = towards.dot(direction);
    if (along < 0) continue;
    const aside = towards.lengthSq() - along * along;
    const inside = candidate.radius * candidate.radius - aside;
    if (inside < 0) continue;
    const distance = along - Math.sqrt(inside);
    if (distance < nearest) {
      nearest = distance;
      best = candidate;
    }
  }
  return best;
}

/**
 * The spot whose ball a point is in; of several the one whose middle is nearest for its size.
 * @frame
 * @param {Spot[]} spots
 * @param {Vector3} point
 * @param {number} [slack] metres added to each radius
 * @returns {Spot | null}
 */
export function spotAt(spots, point, slack = 0.03) {
  let best = null;
  let nearest = 1;
  for (let i = 0; i < spots.length; i++) {
    const candidate = spots[i];
    if (!candidate.shown) continue;
    const share = candidate.at.distanceTo(point) / (candidate.radius + slack);
    if (share < nearest) {
      nearest = share;
      best = candidate;
    }
  }
  return best;
}
