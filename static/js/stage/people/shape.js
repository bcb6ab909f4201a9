/** What a person's age, sex and build do to the mesh. */

/** @typedef {import("./decode.js").HumanData} HumanData */
/** @typedef {import("./decode.js").ShapeName} ShapeName */
/** @typedef {{ ageYears: number, sex: "female" | "male", build: "slim" | "average" | "heavy" }} Body */
/** @typedef {Partial<Record<ShapeName, number>>} Mix */

/** Years for which the data holds a shape of its own. */
const INFANT = 0.5;
const CHILD = 11;
const YOUNG = 25;
const OLD = 85;
/** Heights in metres at ages in years, between which it is interpolated (WHO growth standards, medians). */
const HEIGHTS = [[0, 0.5], [0.5, 0.66], [1, 0.75], [2, 0.87], [4, 1.03], [6, 1.16], [8, 1.28], [11, 1.44], [14, 1.6], [18, 1.72]];
const WOMAN_SHARE = 0.93;

/**
 * How much of each shape a person of that age, sex and build is.
 * @param {Body} body
 * @returns {Mix}
 */
export function mixOf({ ageYears, sex, build }) {
  /** @type {Mix} */
  const mix = {};
  const grown = ageYears <= CHILD ? 0 : Math.min(1, (ageYears - CHILD) / (YOUNG - CHILD));
  const old = Math.max(0, Math.min(1, (ageYears - YOUNG) / (OLD - YOUNG)));
  if (grown === 0) {
    const child = Math.max(0, Math.min(1, (ageYears - INFANT) / (CHILD - INFANT)));
    mix.child = child;
    mix.infant = 1 - child;
  } else {
    mix.child = 1 - grown;
    if (sex === "female") {
      mix.woman = grown * (1 - old);
      mix.oldWoman = grown * old;
    } else mix.oldMan = grown * old;
  }
  const fullness = ageYears < 1 ? 0 : 0.3 + 0.7 * grown;
  if (build === "heavy") mix.heavy = 0.6 * fullness;
  if (build === "slim") mix.slim = 0.7 * fullness;
  return mix;
}

/**
 * @param {Body} body
 * @returns {number} metres
 */
export function heightOf({ ageYears, sex }) {
  const grown = ageYears >= 14 && sex === "female" ? WOMAN_SHARE : 1;
  for (let i = 1; i < HEIGHTS.length; i++) {
    const [age, height] = HEIGHTS[i];
    const [before, low] = HEIGHTS[i - 1];
    if (ageYears <= age) return grown * (low + ((height - low) * (ageYears - before)) / (age - before));
  }
  return grown * HEIGHTS[HEIGHTS.length - 1][1];
}

/**
 * Vertices and joints of a mix, scaled to a height, with the soles at y = 0.
 * @param {HumanData} data
 * @param {Mix} mix
 * @param {number} height metres
 * @returns {{ place: Float32Array, joints: Float32Array, back: number }} back: the lowest z
 */
export function shapeOf(data, mix, height) {
  const place = data.place.slice();
  const joints = data.joints.slice();
  for (const [name, share] of /** @type {[ShapeName, number][]} */ (Object.entries(mix))) {
    const adds = data.shapes[name];
    for (let i = 0; i < place.length; i++) place[i] += share * adds.place[i];
    for (let i = 0; i < joints.length; i++) joints[i] += share * adds.joints[i];
  }
  let low = Infinity;
  let high = -Infinity;
  for (let i = 1; i < place.length; i += 3) {
    low = Math.min(low, place[i]);
    high = Math.max(high, place[i]);
  }
  const scale = height / (high - low);
  let back = Infinity;
  for (const values of [place, joints])
    for (let i = 0; i < values.length; i += 3) {
      values[i] *= scale;
      values[i + 1] = (values[i + 1] - low) * scale;
      values[i + 2] *= scale;
    }
  for (let i = 2; i < place.length; i += 3) back = Math.min(back, place[i]);
  return { place, joints, back };
}
