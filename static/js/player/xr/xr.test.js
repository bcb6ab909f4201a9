import assert from "node:assert/strict";
import { test } from "node:test";
import { Vector3 } from "three";
import { breakLines } from "./captions.js";
import { COLUMN, DISTANCE, pointAt, ROW, touchAt } from "./curve.js";
import { COLUMNS, panelAreas, PER_DEGREE, ROWS, seekShare, SEEK_LINE, targetAt, TEXT } from "./layout.js";

const curve = { radius: 1.6, angle: (45 * Math.PI) / 180, height: 0.4, columns: 1000, rows: 400 };
const near = (a, b, tolerance = 1e-6) => assert.ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);

test("a ray straight ahead meets the middle of the panel", () => {
  const out = new Float64Array(3);
  assert.equal(pointAt(curve, new Vector3(0, 0, 0), new Vector3(0, 0, -1), out), true);
  near(out[COLUMN], 500);
  near(out[ROW], 200);
  near(out[DISTANCE], 1.6);
});

test("a ray from the hand at the side meets where it points, right of the middle and above it", () => {
  const out = new Float64Array(3);
  const origin = new Vector3(0.3, -0.4, -0.2);
  const goal = new Vector3(Math.sin(0.2) * 1.6, 0.1, -Math.cos(0.2) * 1.6);
  assert.equal(pointAt(curve, origin, goal.clone().sub(origin).normalize(), out), true);
  near(out[COLUMN], (0.2 / curve.angle + 0.5) * 1000, 1e-6);
  near(out[ROW], (0.5 - 0.1 / 0.4) * 400, 1e-6);
});

test("rays past the panel, behind and straight up meet nothing", () => {
  const out = new Float64Array(3);
  assert.equal(pointAt(curve, new Vector3(), new Vector3(1, 0, 0), out), false);
  assert.equal(pointAt(curve, new Vector3(), new Vector3(0, 0, 1), out), false);
  assert.equal(pointAt(curve, new Vector3(), new Vector3(0, 1, 0), out), false);
  assert.equal(pointAt(curve, new Vector3(0, 0, -3), new Vector3(0, 0, -1), out), false);
});

test("a fingertip is in front of the panel, then through it", () => {
  const out = new Float64Array(3);
  assert.equal(touchAt(curve, new Vector3(0, 0.05, -1.55), out), true);
  near(out[DISTANCE], 0.05);
  assert.equal(touchAt(curve, new Vector3(0, 0.05, -1.62), out), true);
  assert.ok(out[DISTANCE] < 0);
  assert.equal(touchAt(curve, new Vector3(1.5, 0, 0), out), false);
});

test("letters are at least 1.2 degrees high and targets at least 3 degrees wide and high, none over another", () => {
  assert.ok((TEXT - 2) / PER_DEGREE >= 1.2);
  for (const withCaptions of [true, false]) {
    const areas = panelAreas(withCaptions);
    for (const area of areas) {
      assert.ok(area.width / PER_DEGREE >= 3 && area.height / PER_DEGREE >= 3, area.id);
      assert.ok(area.x >= 0 && area.x + area.width <= COLUMNS && area.y >= 0 && area.y + area.height <= ROWS, area.id);
      const middle = targetAt(areas, area.x + area.width / 2, area.y + area.height / 2);
      assert.equal(middle, area.id);
    }
  }
  assert.equal(targetAt(panelAreas(true), 2, 2), null);
});

test("the seek bar's ends are the video's ends", () => {
  assert.equal(seekShare(SEEK_LINE.x), 0);
  assert.equal(seekShare(SEEK_LINE.x + SEEK_LINE.width), 1);
  assert.equal(seekShare(0), 0);
  assert.equal(seekShare(COLUMNS), 1);
});

test("captions break between Chinese characters and between English words", () => {
  const measure = (part) => [...part].length * 10;
  assert.deepEqual(breakLines("判断意识和呼吸", 40, measure), ["判断意识", "和呼吸"]);
  assert.deepEqual(breakLines("call for help now", 100, measure), ["call for", "help now"]);
  assert.deepEqual(breakLines("one\ntwo", 100, measure), ["one", "two"]);
});
