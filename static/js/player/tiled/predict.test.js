import assert from "node:assert/strict";
import { test } from "node:test";
import { solidAngles, TileMap, tilesOfRegion } from "./geometry.js";
import { HeadTracker, predictView, tileProbabilities } from "./predict.js";

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

test("solid angles add up to the sphere; rows at the poles are small", () => {
  const angles = solidAngles(grid);
  assert.ok(Math.abs(total(angles) - 1) < 1e-9);
  assert.ok(Math.abs(angles[0] * 12 - (1 - Math.cos(Math.PI / 6)) / 2) < 1e-9);
  assert.ok(Math.abs(total(solidAngles({ ...grid, stereo: "top-bottom" })) - 1) < 1e-9);
});

test("a region across the picture's seam has tiles at both ends", () => {
  const tiles = tilesOfRegion(new TileMap(grid, screen), { yaw: 180, pitch: 0, width: 20, height: 10 });
  assert.deepEqual([...tiles].sort((a, b) => a - b), [24, 35, 36, 47]);
});

test("a steady turn is carried on, and ends", () => {
  const head = new HeadTracker();
  for (let time = 0; time <= 0.5; time += 0.02) head.add(time, 170 + 60 * time, 0);
  const soon = predictView(head, 0.5, 0.1);
  assert.ok(Math.abs(soon.speed - 60) < 1);
  assert.ok(soon.yaw < -150 && soon.yaw > -158, `across the seam: ${soon.yaw}`);
  const late = predictView(head, 0.5, 5);
  assert.ok(late.yaw < -130 && late.yaw > -145, String(late.yaw));
  assert.ok(late.spread > soon.spread);
});

test("a head that has stopped is not carried on", () => {
  const head = new HeadTracker();
  head.add(0, 0, 0);
  head.add(0.05, 30, 0);
  const view = predictView(head, 2, 1);
  assert.equal(view.yaw, 30);
  assert.equal(view.speed, 0);
});

test("a tile has more expectation the surer the view", () => {
  const map = new TileMap(grid, screen);
  const near = tileProbabilities(map, { yaw: 15, pitch: 15, spread: 4, speed: 0 });
  const far = tileProbabilities(map, { yaw: 15, pitch: 15, spread: 50, speed: 0 });
  assert.ok(near[2 * 12 + 6] > far[2 * 12 + 6]);
  assert.ok(far[2 * 12 + 10] > near[2 * 12 + 10]);
  assert.ok(Math.abs(total(far) - 1) < 1e-9);
});

test("what others looked at counts, and more so further ahead", () => {
  const cells = new Array(36 * 18).fill(0);
  cells[9 * 36 + 30] = 5; // yaw 125, pitch -5
  const crowd = { columns: 36, rows: 18, step: 1, cells: [cells, cells] };
  const map = new TileMap(grid, screen);
  const view = { yaw: 0, pitch: 0, spread: 5, speed: 0 };
  const tile = 3 * 12 + 10;
  const [now, soon, late] = [0, 0.5, 2.5].map((ahead) => tileProbabilities(map, view, { crowd, mediaTime: 0.2, ahead })[tile]);
  assert.equal(now, 0);
  assert.ok(late > soon && soon > 0);
});
