/** Shoes: the mesh is barefoot, so the forefoot is smoothed to one cap, once when a person is made. Cloth and leather are the shader's. */

/** Of the mesh in its first shape, metres: below this is foot; the cap begins at the one z and is all cap from the other. */
const ANKLE_Y = -0.755;
const CAP_FROM = 0.06;
const CAP_ALL = 0.115;
/** Each round draws a vertex towards its neighbours; toes are gone after so many. */
const ROUNDS = 90;
const DRAWN = 0.6;
/** A shoe's cap is as long as the foot, nearly as wide, and stands on the sole. */
const WIDTH = 0.97;

/**
 * @param {Float32Array} ref vertices of the mesh in its first shape
 * @param {Float32Array} place the same vertices of this person, upright; changed
 * @param {Uint16Array} triangles
 */
export function putOnShoes(ref, place, triangles) {
  /** @type {Map<number, Set<number>>} */
  const beside = new Map();
  for (let i = 0; i < triangles.length; i += 3)
    for (let k = 0; k < 3; k++) {
      const at = triangles[i + k];
      if (ref[3 * at + 1] > ANKLE_Y || ref[3 * at + 2] < CAP_FROM) continue;
      const known = beside.get(at) ?? new Set();
      beside.set(at, known.add(triangles[i + ((k + 1) % 3)]).add(triangles[i + ((k + 2) % 3)]));
    }
  for (const side of [-1, 1]) {
    const cap = new Map([...beside].filter(([at]) => ref[3 * at] * side > 0));
    if (cap.size) shape(ref, place, cap);
  }
}

/** @param {Float32Array} ref @param {Float32Array} place @param {Map<number, Set<number>>} cap vertex -> its neighbours */
function shape(ref, place, cap) {
  const before = [0, 1, 2].map((axis) => span(place, cap, axis));
  const how = new Map([...cap.keys()].map((at) => [at, smooth((ref[3 * at + 2] - CAP_FROM) / (CAP_ALL - CAP_FROM))]));
  for (let round = 0; round < ROUNDS; round++)
    for (const [at, others] of cap)
      for (let axis = 0; axis < 3; axis++) {
        let mean = 0;
        for (const other of others) mean += place[3 * other + axis] / others.size;
        place[3 * at + axis] += DRAWN * /** @type {number} */ (how.get(at)) * (mean - place[3 * at + axis]);
      }
  // Smoothing draws in: the cap gets its size back.
  const after = [0, 1, 2].map((axis) => span(place, cap, axis));
  for (const at of cap.keys()) {
    const share = /** @type {number} */ (how.get(at));
    const grow = (/** @type {number} */ axis, /** @type {number} */ from, /** @type {number} */ size) => {
      const goal = from + ((place[3 * at + axis] - after[axis][0]) / (after[axis][1] - after[axis][0])) * size;
      place[3 * at + axis] += share * (goal - place[3 * at + axis]);
    };
    const wide = before[0][1] - before[0][0];
    grow(0, before[0][0] + (wide * (1 - WIDTH)) / 2, wide * WIDTH);
    grow(1, before[1][0], before[1][1] - before[1][0]);
    grow(2, before[2][0], before[2][1] - before[2][0]);
  }
}

/** @param {Float32Array} place @param {Map<number, unknown>} cap @param {number} axis @returns {[number, number]} */
function span(place, cap, axis) {
  let low = Infinity;
  let high = -Infinity;
  for (const at of cap.keys()) {
    low = Math.min(low, place[3 * at + axis]);
    high = Math.max(high, place[3 * at + axis]);
  }
  return [low, high];
}

/** @param {number} x */
function smooth(x) {
  const share = Math.max(0, Math.min(1, x));
  return share * share * (3 - 2 * share);
}
