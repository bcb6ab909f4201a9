/** Shoes: the mesh is barefoot, so the forefoot is drawn together and laid on one cap without dents, once when a person is made. Cloth and leather are the shader's. */

/** Of the mesh in its first shape, metres: below this is foot; the cap begins at the one z and is all cap from the other. */
const ANKLE_Y = -0.755;
const CAP_FROM = 0.05;
const CAP_ALL = 0.085;
/** Each round draws a vertex towards its neighbours, so that those between toes spread over the cap. */
const ROUNDS = 6;
const DRAWN = 0.6;
/** A cap is laid round the foot by so many planes. */
const PLANES = planes(300);

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
  // Behind the whole cap, so that everything of it lies before that.
  const middle = [0, 1, 2].map((axis) => [...cap.keys()].reduce((sum, at) => sum + place[3 * at + axis], 0) / cap.size);
  middle[2] = Math.min(...[...cap.keys()].map((at) => place[3 * at + 2])) - 0.01;
  const far = PLANES.map((plane) => Math.max(...[...cap.keys()].map((at) => along(plane, place, at, middle))));
  const how = new Map([...cap.keys()].map((at) => [at, smooth((ref[3 * at + 2] - CAP_FROM) / (CAP_ALL - CAP_FROM))]));
  for (let round = 0; round < ROUNDS; round++)
    for (const [at, others] of cap)
      for (let axis = 0; axis < 3; axis++) {
        let mean = 0;
        for (const other of others) mean += place[3 * other + axis] / others.size;
        place[3 * at + axis] += DRAWN * /** @type {number} */ (how.get(at)) * (mean - place[3 * at + axis]);
      }
  // Out from the middle to the first of the planes that touch the bare foot.
  for (const [at, share] of how) {
    const out = Math.max(...PLANES.map((plane, i) => along(plane, place, at, middle) / far[i]));
    for (let axis = 0; axis < 3; axis++) place[3 * at + axis] += share * (1 / out - 1) * (place[3 * at + axis] - middle[axis]);
  }
}

/** @param {number[]} plane its normal @param {Float32Array} place @param {number} at @param {number[]} middle */
function along(plane, place, at, middle) {
  return plane[0] * (place[3 * at] - middle[0]) + plane[1] * (place[3 * at + 1] - middle[1]) + plane[2] * (place[3 * at + 2] - middle[2]);
}

/** Normals evenly over the front half of a ball, and along the axes, so that length, width and sole stay. @param {number} count @returns {number[][]} */
function planes(count) {
  const turn = Math.PI * (3 - Math.sqrt(5));
  const spread = Array.from({ length: count }, (_, i) => {
    const y = 1 - (2 * (i + 0.5)) / count;
    const flat = Math.sqrt(1 - y * y);
    return [flat * Math.cos(turn * i), y, flat * Math.sin(turn * i)];
  });
  return [...spread.filter(([, , z]) => z > 0), [1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1]];
}

/** @param {number} x */
function smooth(x) {
  const share = Math.max(0, Math.min(1, x));
  return share * share * (3 - 2 * share);
}
