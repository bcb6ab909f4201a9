/** Reads people.bin (made by docs/artwork/make_people.mjs): one human mesh, its skeleton, and the shapes it can take. */

/**
 * @typedef {"woman" | "oldMan" | "oldWoman" | "child" | "infant" | "heavy" | "slim" | "eyesClosed" | "mouthOpen"} ShapeName
 *
 * @typedef {object} HumanData
 * @property {{ name: string, parent: number }[]} bones parents come before their children
 * @property {Float32Array} place x, y, z of each vertex, metres; the figure stands upright and looks along +z
 * @property {Float32Array} joints x, y, z of each bone's head
 * @property {Record<ShapeName, { place: Float32Array, joints: Float32Array }>} shapes what each shape adds
 * @property {Uint16Array} full triangles
 * @property {Uint16Array} light triangles, a quarter as many
 * @property {Uint16Array} bone four for each vertex
 * @property {Float32Array} share of each of the four, 0..1
 * @property {Float32Array} eye 1 for the vertices of the eyeballs
 */

/**
 * Numbers are kept as differences from vertex to vertex, low bytes apart from high bytes.
 * @param {Uint8Array} bytes
 * @param {{ at: number, count: number, width: number, unit: number }} about
 * @returns {Float32Array}
 */
function numbers(bytes, { at, count, width, unit }) {
  const values = new Float32Array(count * width);
  const highs = at + count * width;
  for (let k = 0; k < width; k++) {
    let value = 0;
    for (let i = 0; i < count; i++) {
      const from = k * count + i;
      value = ((value + bytes[at + from] + (bytes[highs + from] << 8)) << 16) >> 16;
      values[i * width + k] = value * unit;
    }
  }
  return values;
}

/**
 * @param {ArrayBuffer} file
 * @returns {HumanData}
 */
export function decodePeople(file) {
  const headerLength = new DataView(file).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 4, headerLength)));
  const bytes = new Uint8Array(file, 4 + headerLength);
  const array = (/** @type {string} */ name) => numbers(bytes, header.arrays[name]);
  const names = Object.keys(header.arrays).filter((name) => name.startsWith("shape:")).map((name) => name.slice(6));
  return {
    bones: header.bones,
    place: array("place"),
    joints: array("joints"),
    shapes: /** @type {HumanData["shapes"]} */ (
      Object.fromEntries(names.map((name) => [name, { place: array(`shape:${name}`), joints: array(`joints:${name}`) }]))
    ),
    full: Uint16Array.from(array("full")),
    light: Uint16Array.from(array("light")),
    bone: Uint16Array.from(array("bone")),
    share: array("share").map((value) => value / 255),
    eye: array("eye"),
  };
}
