/** The stage's budgets and its parts that need no page: scene graph, frame loop, words, bodies, poses on the wire. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { Vector3 } from "three";
import { completeConfig } from "./config.js";
import { messages } from "./messages.js";
import { decodePeople } from "./people/decode.js";
import { heightOf, mixOf, shapeOf } from "./people/shape.js";
import { putOnShoes } from "./people/shoes.js";
import { StageScene } from "./play/scene.js";
import { actionsAt, spot, spotAt, spotOnRay } from "./play/spots.js";
import { PLACE_NAMES } from "./rooms/index.js";
import { mix, PoseTrack } from "./together/follow.js";
import { HEAD, LEFT, readPoses, RECORD_BYTES, RECORD_NUMBERS, writeRecord } from "./together/record.js";

const here = dirname(fileURLToPath(import.meta.url));
const file = readFileSync(join(here, "people/people.bin"));
const people = decodePeople(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));

/** A table with more people and things than any scenario that ships. */
function tableFor(room, patient = {}) {
  const site = (x_m, y_m, back = false) => ({ x_m, y_m, back, radius_m: 0.06 });
  const pads = { right: site(-0.08, 0.09), left: site(0.16, -0.08) };
  return {
    scene: { room }, has_aed: true, actions: { machine_off: { roles: [] }, check_breathing: { roles: [] }, ask_for_call: { roles: [] }, calm_relative: { roles: [] } },
    patient: { id: "patient", kind: "patient", age_years: 58, sex: "male", build: "average", ...patient },
    people: ["bystander", "relative", "colleague"].map((kind) => ({ id: kind, kind, name: { en: kind, "zh-hans": kind } })),
    objects: ["phone", "tourniquet", "gauze", "gloves", "marker", "blanket", "mask"].map((kind) => ({ id: kind, kind })),
    profiles: { cn: { child_pads_under_years: 8, pads: { adult: pads, child: { right: site(0, 0), left: site(0, 0, true) } } } },
  };
}
const STATE = { patient: { conscious: false, breathing: "agonal", pallor: 0.5, cyanosis: 0.5 }, aed: { phase: "ready", placed: [], bare: true, wet: false } };

/** What would be drawn: bodies and triangles of everything that is seen. */
function count(scene) {
  let calls = 0;
  let triangles = 0;
  scene.traverseVisible((object) => {
    if (!object.isMesh && !object.isLine) return;
    calls += 1;
    const { index, attributes } = object.geometry;
    if (object.isMesh) triangles += ((index?.count ?? attributes.position.count) / 3) * (object.count ?? 1);
  });
  return { calls, triangles };
}

for (const room of PLACE_NAMES) {
  test(`${room} with everybody and everything in it stays within 100 draw calls and 150,000 triangles`, () => {
    const scene = new StageScene(people, tableFor(room, { patient: { bleeding_ml_min: 420 } }), STATE);
    scene.update(1, 0.01);
    const { calls, triangles } = count(scene);
    // The headset adds two hands, board, captions and veil: 14 calls, 30,000 triangles; five avatars 20 and 11,000.
    assert.ok(calls + 34 < 100, `${calls} draw calls`);
    assert.ok(triangles + 41_000 < 150_000, `${triangles} triangles`);
  });
}

const ALLOCATING = new Set(["ObjectLiteralExpression", "ArrayLiteralExpression", "NewExpression", "ArrowFunction", "FunctionExpression", "TemplateExpression", "SpreadElement", "ForOfStatement"].map((name) => ts.SyntaxKind[name]));

/** Functions of a file marked @frame, with what their bodies allocate by their own text. */
function frameFunctions(name, text) {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const found = [];
  const visit = (node) => {
    if (ts.getJSDocTags(node).some((tag) => tag.tagName.text === "frame")) {
      const body = (node.initializer ?? node).body;
      const bad = [];
      const look = (inner) => {
        if (ALLOCATING.has(inner.kind)) bad.push(inner.getText().slice(0, 60));
        ts.forEachChild(inner, look);
      };
      if (body) ts.forEachChild(body, look);
      found.push({ name: `${name} ${node.name?.getText()}`, bad });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const marked = readdirSync(here, { recursive: true }).map(String)
  .filter((name) => name.endsWith(".js") && !name.endsWith(".test.js") && !name.startsWith("engine") && !name.startsWith("motion"))
  .flatMap((name) => frameFunctions(name, readFileSync(join(here, name), "utf8")));

test("what runs for every picture allocates nothing", () => {
  assert.deepEqual(marked.filter(({ bad }) => bad.length), []);
  const names = marked.map(({ name }) => name).join("\n");
  for (const name of ["stage.js #tick", "scene.js update", "patient.js update", "immersion.js update", "moving.js update", "pressing.js update", "touching.js follow", "monitor.js update", "rhythm.js next", "hand.js update", "compress.js sample", "company.js update"])
    assert.ok(names.includes(name), `${name} is not marked @frame`);
});

test("both languages say everything", () => {
  assert.deepEqual(Object.keys(messages["zh-hans"]).sort(), Object.keys(messages.en).sort());
  for (const [key, text] of Object.entries(messages.en)) {
    const names = (words) => (words.match(/\{\w+\}/g) ?? []).sort();
    assert.deepEqual(names(messages["zh-hans"][key]), names(text), key);
    assert.ok(text.trim() && messages["zh-hans"][key].trim(), key);
  }
});

test("people are as tall as their age, and an infant is no small adult", () => {
  const body = (ageYears, sex = "female", build = "average") => ({ ageYears, sex, build });
  for (const ageYears of [0.7, 6, 34, 66]) {
    const { place } = shapeOf(people, mixOf(body(ageYears)), heightOf(body(ageYears)));
    const ys = place.filter((_, i) => i % 3 === 1);
    assert.ok(Math.abs(Math.max(...ys) - heightOf(body(ageYears))) < 0.001);
    assert.ok(Math.abs(Math.min(...ys)) < 0.001);
  }
  const headShare = (ageYears) => {
    const { joints } = shapeOf(people, mixOf(body(ageYears)), 1);
    const neck = joints[3 * people.bones.findIndex(({ name }) => name === "neck_01") + 1];
    return 1 - neck;
  };
  assert.ok(headShare(0.7) > headShare(6) && headShare(6) > headShare(34));
  const width = (build) => {
    const { place } = shapeOf(people, mixOf(body(40, "male", build)), 1.7);
    return Math.max(...place.filter((x, i) => i % 3 === 0 && place[i + 1] > 0.9 && place[i + 1] < 1.05 && x < 0.3));
  };
  assert.ok(width("heavy") > width("average") && width("average") > width("slim"));
});

test("a pad that lies where the profile wants it is told so, whoever the patient is", () => {
  for (const patient of [{}, { age_years: 6, sex: "female", build: "slim" }]) {
    const scene = new StageScene(people, tableFor("metro_hall", patient), STATE);
    scene.updateMatrixWorld();
    const figure = scene.patient.asleep;
    const at = scene.patient.localToWorld(new Vector3(-0.08, figure.sternum.z - figure.back, -0.09));
    assert.deepEqual(scene.onChest(at), { x_m: -0.08, y_m: 0.09, back: false, near: true });
    assert.equal(scene.onChest(at.clone().setY(2)).near, false);
  }
});

test("whoever comes in late finds the AED beside the patient, and a replay that goes back finds it on the wall", () => {
  const scene = new StageScene(people, tableFor("metro_hall"), STATE);
  scene.updateMatrixWorld();
  const wall = scene.aed.position.clone();
  scene.retell([{ t_s: 94, kind: "prompt", what: "aed_here", actor: "", detail: "" }]);
  assert.equal(scene.aedIsHere, true);
  assert.ok(scene.aed.position.length() < 1);
  scene.retell([]);
  assert.equal(scene.aedIsHere, false);
  assert.ok(scene.aed.position.equals(wall));
});

test("the monitor on the ward draws the rhythm that the state has, and what compressions add to it", () => {
  const patient = { ...STATE.patient, rhythm: "sinus", pulse: true, oxygen: 97 };
  const scene = new StageScene(people, tableFor("ward"), { ...STATE, patient });
  let time = 0;
  /** One whole sweep of the screen, sorted by height. */
  const sweep = (press = () => -1) => {
    for (let i = 0; i < 300; i++) {
      time += 1 / 72;
      scene.patient.pressing = press(time);
      scene.update(time, 1 / 72);
    }
    return scene.monitor.heights.filter((height) => height !== null).sort((a, b) => a - b);
  };
  const awayShare = (heights) => heights.filter((height) => Math.abs(height) > 0.15).length / heights.length;
  const sinus = sweep();
  assert.ok(sinus.at(-1) > 0.8 && awayShare(sinus) < 0.3, "beats stand out of a quiet line");
  scene.show({ ...STATE, patient: { ...patient, rhythm: "vf_coarse", pulse: false } });
  assert.ok(awayShare(sweep()) > 0.5, "fibrillation is never quiet");
  scene.show({ ...STATE, patient: { ...patient, rhythm: "asystole", pulse: false } });
  const flat = sweep();
  assert.ok(flat.at(-1) - flat[0] < 0.2, "asystole is flat");
  const pressed = sweep((t) => 0.025 - 0.025 * Math.cos((2 * Math.PI * 110 * t) / 60));
  assert.ok(pressed.at(-1) - pressed[0] > 0.6, "compressions hide that");
});

test("nobody's toes are seen in their shoes, and the shoes are as long as the feet", () => {
  for (const light of [true, false]) {
    const body = /** @type {const} */ ({ ageYears: 34, sex: "male", build: "average" });
    const { place } = shapeOf(people, mixOf(body), heightOf(body));
    const triangles = light ? people.light : people.full;
    const forefoot = [...new Set(triangles)].filter((at) => people.place[3 * at] > 0 && people.place[3 * at + 1] < -0.755 && people.place[3 * at + 2] > 0.085);
    const sizes = () => [0, 1, 2].map((axis) => forefoot.map((at) => place[3 * at + axis])).map((values) => [Math.min(...values), Math.max(...values)]);
    /** How far out a vertex lies, 1 on the skin that is stretched over all of them: the lowest share. */
    const deepest = () => {
      const [[left, right], [low, high], [back]] = sizes();
      const places = forefoot.map((at) => new Vector3(place[3 * at] - (left + right) / 2, place[3 * at + 1] - (low + high) / 2, place[3 * at + 2] - back + 0.03));
      const out = places.map(() => 0);
      for (let up = -90; up <= 90; up += 6)
        for (let aside = -90; aside <= 90; aside += 6) {
          const way = new Vector3().setFromSphericalCoords(1, ((90 - up) * Math.PI) / 180, (aside * Math.PI) / 180);
          const reach = places.map((at) => at.dot(way));
          const far = Math.max(...reach);
          reach.forEach((along, i) => (out[i] = Math.max(out[i], along / far)));
        }
      return Math.min(...out);
    };
    const bare = sizes();
    assert.ok(deepest() < 0.75, "bare, there are gaps between the toes");
    putOnShoes(people.place, place, triangles);
    assert.ok(deepest() > 0.9, `${light ? "light" : "full"}: ${deepest()}`);
    assert.ok(Math.abs(sizes()[2][1] - bare[2][1]) < 0.002);
  }
});

test("a point and a ray meet the part they look at, and its actions are offered there", () => {
  const scene = new StageScene(people, tableFor("metro_hall"), STATE);
  scene.update(0, 0);
  const face = scene.spot("face");
  assert.ok(face.at.z < -0.3 && face.at.y > 0.05, "the head lies towards -z, above the floor");
  assert.equal(spotAt(scene.spots, face.at)?.id, "face");
  const eye = face.at.clone().add(new Vector3(0.5, 0.9, 0));
  assert.equal(spotOnRay(scene.spots, eye, face.at.clone().sub(eye).normalize())?.id, "face");
  assert.deepEqual(actionsAt(face, scene.table, ["check_breathing", "ask_for_call"], ""), ["check_breathing"]);
  const relative = spot("person.relative", "person", 1, "relative");
  const bystander = spot("person.bystander", "person", 1, "bystander");
  assert.deepEqual(actionsAt(relative, scene.table, ["ask_for_call", "calm_relative"], ""), ["ask_for_call", "calm_relative"]);
  assert.deepEqual(actionsAt(bystander, scene.table, ["ask_for_call", "calm_relative"], ""), ["ask_for_call"]);
});

test("poses survive the wire to a millimetre, and what is drawn lies between two of them", () => {
  const record = new Float32Array(RECORD_NUMBERS);
  record.set([1, 12.5, 0.6, 1.2, -0.3, 0, 0.7071, 0, 0.7071]);
  const bytes = new DataView(new ArrayBuffer(4 + RECORD_BYTES));
  bytes.setUint8(0, 2);
  bytes.setUint8(1, 1);
  bytes.setUint16(2, 7, true);
  writeRecord(bytes, 4, record);
  bytes.setUint8(4, 3);
  const { n, poses } = readPoses(bytes.buffer);
  assert.equal(n, 7);
  assert.ok([...poses.get(3)].every((value, i) => Math.abs(value - record[i]) < 0.0006));
  const track = new PoseTrack();
  const second = record.slice();
  second[1] = 12.6;
  second[HEAD] = 0.8;
  track.push(record, 1);
  track.push(second, 1.1);
  assert.equal(track.update(1.15), true);
  assert.ok(Math.abs(track.now[HEAD] - 0.7) < 0.001);
  assert.equal(track.update(9), false, "somebody who is silent for seconds is gone");
  const out = new Float32Array(RECORD_NUMBERS);
  const turned = record.map((value, i) => (i >= HEAD + 3 && i < HEAD + 7 ? -value : value));
  mix(record, turned, 0.5, out);
  assert.ok(Math.abs(Math.hypot(...out.slice(HEAD + 3, HEAD + 7)) - 1) < 1e-5, "q and -q are the same turn");
});

test("hands that press at 110 a minute are drawn within a centimetre, though their poses come 20 times a second and unevenly", () => {
  const height = (t) => 0.3 + 0.027 * Math.cos((2 * Math.PI * 110 * t) / 60);
  let seed = 7;
  const chance = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const track = new PoseTrack();
  const record = new Float32Array(RECORD_NUMBERS);
  record.set([5, 0, 0, 1, 0, 0, 0, 0, 1]);
  record.fill(0, LEFT).set([0, 0, 0, 0, 0, 0, 1], LEFT);
  /** On the way 10 to 30 ms. */
  const coming = Array.from({ length: 400 }, (_, i) => ({ made: i / 20, at: i / 20 + 0.01 + 0.02 * chance() }));
  const off = [];
  for (let time = 0; time < 19; time += 1 / 72) {
    while (coming.length && coming[0].at <= time) {
      record[1] = coming[0].made;
      record[LEFT + 1] = height(coming.shift().made);
      track.push(record, time);
    }
    if (time > 1 && track.update(time)) off.push(Math.abs(track.now[LEFT + 1] - height(time - 0.12 - 1 / 144)));
  }
  assert.ok(off.length > 1200);
  assert.ok(off.reduce((sum, value) => sum + value) / off.length < 0.004, "on average 4 mm");
  assert.ok(Math.max(...off) < 0.01, `${1000 * Math.max(...off)} mm`);
});

test("a page without what it promises is told so", () => {
  assert.throws(() => completeConfig({ mode: "run" }), /ws/);
  assert.throws(() => completeConfig({ mode: "offline" }), /table/);
  assert.throws(() => completeConfig({ mode: "replay" }), /log/);
  assert.equal(completeConfig({ mode: "offline", table: "/t", handIn: null }).handIn, null);
});
