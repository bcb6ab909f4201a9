import assert from "node:assert/strict";
import { test } from "node:test";

import { busiest, coloursOf, peopleIn, regionShares, sharesOf } from "./heat.js";

/** 4 x 2 cells of 90 degrees; second 0: three people, second 1: too few, second 2: nine people. */
const grid = { columns: 4, rows: 2, step: 1, everybody: 9, people: [3, 0, 9], cells: [[1, 255, 2, 255], [], [2, 255]] };

test("a moment shows its own second, a stretch weighs seconds by the people in them", () => {
  assert.deepEqual(Array.from(sharesOf(grid, 0, 1)), [0, 0.5, 0.5, 0, 0, 0, 0, 0]);
  const whole = sharesOf(grid, 0, 3);
  assert.ok(Math.abs(whole[1] - 1.5 / 12) < 1e-12 && Math.abs(whole[2] - 10.5 / 12) < 1e-12);
  assert.equal(peopleIn(grid, 0, 3), 9);
});

test("a second with too few people shows nothing at all", () => {
  const shares = sharesOf(grid, 1, 2);
  assert.equal(shares.reduce((a, b) => a + b), 0);
  assert.equal(busiest(grid, shares), null);
  assert.ok(coloursOf(shares).every((value) => value === 0));
});

test("the busiest cell is named by its middle and is the brightest", () => {
  const shares = sharesOf(grid, 0, 3);
  assert.deepEqual({ ...busiest(grid, shares), share: 0 }, { yaw: 45, pitch: 45, share: 0 });
  const colours = coloursOf(shares);
  assert.equal(colours[2 * 4 + 3], 225);
  assert.ok(colours[4 + 3] < 225 && colours[4 + 3] > 0);
});

test("a region's share counts cells that it covers in part, across the seam too", () => {
  const looks = sharesOf({ ...grid, cells: [[0, 100, 3, 100], [], []] }, 0, 1);
  const seam = { id: "", name: "Door", start: 0, end: 9, keyframes: [{ t: 0, yaw: 180, pitch: 45, width: 180, height: 90 }] };
  assert.deepEqual(regionShares(grid, looks, [seam], 1), [{ name: "Door", share: 1 }]);
  const half = { ...seam, keyframes: [{ t: 0, yaw: 180, pitch: 45, width: 90, height: 90 }] };
  assert.equal(regionShares(grid, looks, [half], 1)[0].share, 0.5);
  assert.deepEqual(regionShares(grid, looks, [seam], 10), []);
});
