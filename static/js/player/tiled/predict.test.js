import assert from "node:assert/strict";
import { test } from "node:test";
import { TileMap, tilesOfRegion } from "./geometry.js";
import { HeadTracker } from "./motion.js";
import { expectedViews, predictView } from "./predict.js";

const edges = (count, size) => Array.from({ length: count + 1 }, (_, i) => (i * size) / count);
const grid = { width: 7680, height: 3840, columns: 12, rows: 6, x: edges(12, 7680), y: edges(6, 3840), stereo: "mono" };
const screen = { fovX: 90, fovY: 60 };
const total = (shares) => shares.reduce((sum, share) => sum + share, 0);

test("a view's shares add up to one and lie around the direction one looks in", () => {
  const shares = new TileMap(grid, { fovX: 50, fovY: 40 }).view({ yaw: 15, pitch: 15 });
  assert.ok(Math.abs(total(shares) - 1) < 1e-9);
  assert.equal(shares.indexOf(Math.max(...shares)), 2 * 12 + 6);
  assert.equal(shares[2 * 12], 0, "what lies behind is not seen");
});

test("behind the viewer the picture's two ends meet", () => {
  const shares = new TileMap(grid, screen).view({ yaw: 180, pitch: 0 });
  for (const row of [2, 3]) assert.ok(Math.abs(shares[row * 12] - shares[row * 12 + 11]) < 0.02);
});

test("looking up one sees the whole top row", () => {
  const shares = new TileMap(grid, { fovX: 90, fovY: 90 }).view({ yaw: 40, pitch: 90 });
  assert.ok(shares.slice(0, 12).every((share) => share > 0));
  assert.equal(total(shares.slice(36)), 0);
});

test("a tilted head sees further up on one side", () => {
  const map = new TileMap(grid, { fovX: 100, fovY: 30 });
  const tilted = map.view({ yaw: 0, pitch: 0, roll: 40 });
  const straight = map.view({ yaw: 0, pitch: 0 });
  assert.ok(total(tilted.slice(0, 24)) > total(straight.slice(0, 24)));
});

test("in a top-bottom picture both eyes see the same share of their halves", () => {
  const stereo = { ...grid, stereo: "top-bottom", rows: 6 };
  const shares = new TileMap(stereo, screen).view({ yaw: 20, pitch: 0 });
  for (let tile = 0; tile < 36; tile++) assert.ok(Math.abs(shares[tile] - shares[tile + 36]) < 1e-9);
  assert.ok(Math.abs(total(shares) - 1) < 1e-9);
});

test("a region across the picture's seam has tiles at both ends", () => {
  const tiles = tilesOfRegion(new TileMap(grid, screen), { yaw: 180, pitch: 0, width: 20, height: 10 });
  assert.deepEqual([...tiles].sort((a, b) => a - b), [24, 35, 36, 47]);
});

/** A head that rests, and then turns by `size` degrees as people do, from second 1 on; `until` is now. */
function turning(size, until) {
  const head = new HeadTracker();
  const takes = 0.25 + 0.0045 * size;
  for (let time = 0; time <= until + 1e-9; time += 0.05) {
    const u = Math.max(0, Math.min(1, (time - 1) / takes));
    head.add(time, 170 + size * u ** 3 * (10 - 15 * u + 6 * u * u), 0);
  }
  return head;
}

const wrapped = (degrees) => ((((degrees + 180) % 360) + 360) % 360) - 180;

test("the end of a turn is known before it is reached, across the picture's seam too", () => {
  for (const size of [30, 60, 110]) {
    const late = 1 + Math.round(((0.25 + 0.0045 * size) * 0.75) / 0.05) * 0.05;
    const view = predictView(turning(size, late), late, 1);
    assert.ok(Math.abs(wrapped(view.yaw - 170 - size)) < 0.15 * size, `${size} degrees: ${wrapped(view.yaw - 170)}`);
  }
});

test("early in a turn its end is in doubt, and less so the more of it is seen", () => {
  const spread = [1.25, 1.35, 1.5, 1.75].map((now) => predictView(turning(80, now), now, 1).spread);
  assert.ok(spread[0] > 20, String(spread));
  assert.ok(spread[3] < 6, String(spread));
});

test("what somebody follows is followed further, a trembling head is not", () => {
  const [follows, trembles] = [new HeadTracker(), new HeadTracker()];
  for (let time = 0; time <= 2; time += 0.05) {
    follows.add(time, 20 * time, 0);
    trembles.add(time, 0.4 * Math.sin(9 * time), 0);
  }
  const view = predictView(follows, 2, 1);
  assert.ok(view.yaw > 52 && view.yaw <= 60.5, String(view.yaw));
  assert.ok(Math.abs(predictView(trembles, 2, 1).yaw) < 2);
});

test("a movement that is no turn of a head is carried on a little, and ends", () => {
  const head = new HeadTracker();
  for (let time = 0; time <= 1.2; time += 0.05) head.add(time, wrapped(120 * time), 0);
  const [soon, late] = [0.1, 5].map((ahead) => wrapped(predictView(head, 1.2, ahead).yaw - 144));
  assert.ok(soon > 4 && soon < 13, String(soon));
  assert.ok(late > soon && late <= 42, String(late));
});

test("a head that has stopped is not carried on", () => {
  const head = new HeadTracker();
  head.add(0, 0, 0);
  head.add(0.05, 30, 0);
  assert.equal(predictView(head, 2, 1).yaw, 30);
});

test("the views to expect weigh one in all, most of it where one looks", () => {
  const head = new HeadTracker();
  for (let time = 0; time <= 1; time += 0.05) head.add(time, 15, 15);
  const views = expectedViews(head, 1, 0.5, 1);
  assert.ok(Math.abs(views.reduce((sum, { weight }) => sum + weight, 0) - 1) < 1e-9);
  const near = views.filter(({ yaw, pitch }) => Math.hypot(yaw - 15, pitch - 15) < 10).reduce((sum, { weight }) => sum + weight, 0);
  assert.ok(near > 0.8 && near < 0.95, String(near));
});

test("what others looked at counts, and more so further ahead", () => {
  const cells = new Array(36 * 18).fill(0);
  cells[9 * 36 + 30] = 5; // yaw 125, pitch -5
  const crowd = { columns: 36, rows: 18, step: 1, cells: [cells, cells] };
  const head = new HeadTracker();
  head.add(0, 0, 0);
  const there = ({ yaw, pitch }) => yaw === 125 && pitch === -5;
  const [soon, late] = [0.5, 3].map((from) => expectedViews(head, 0, from, 1, { crowd, mediaTime: 0.2 }).find(there).weight);
  assert.ok(late > soon && soon > 0);
});
