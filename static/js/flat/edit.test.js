import assert from "node:assert/strict";
import { test } from "node:test";

import { addWaypoint, boxBetween, History, newRegion, place, removeWaypoint } from "./edit.js";

const NAME = { zh: "区域", en: "Region" };
const BOX = { yaw: 10, pitch: 0, width: 20, height: 10 };

test("a drag makes a box, however it is drawn, and never a sliver or half a sphere", () => {
  assert.deepEqual(boxBetween({ yaw: 20, pitch: -5 }, { yaw: 0, pitch: 5 }), BOX);
  assert.equal(boxBetween({ yaw: 0, pitch: 0 }, { yaw: 0.1, pitch: 0 }).width, 2);
  assert.equal(boxBetween({ yaw: -170, pitch: 0 }, { yaw: 170, pitch: 80 }).width, 180);
});

test("a new region begins now and stays within the film", () => {
  const region = newRegion(BOX, 95.04, 100, NAME);
  assert.deepEqual([region.start, region.end, region.keyframes[0].t], [95, 100, 95]);
  assert.ok(newRegion(BOX, 100, 100, NAME).start < 100);
});

test("a region that stands still moves as a whole, a moving one gets a waypoint at the moment", () => {
  const still = newRegion(BOX, 2, 100, NAME);
  const moved = place(still, 7, { ...BOX, yaw: 50 });
  assert.deepEqual(moved.keyframes, [{ t: 2, ...BOX, yaw: 50 }]);
  const moving = place(addWaypoint(moved, 5), 9, { ...BOX, yaw: 90 });
  assert.deepEqual(moving.keyframes.map(({ t, yaw }) => [t, yaw]), [[2, 50], [5, 50], [9, 90]]);
  assert.deepEqual(place(moving, 5.02, { ...BOX, yaw: -10 }).keyframes[1], { t: 5, ...BOX, yaw: -10 });
  assert.deepEqual(still.keyframes, [{ t: 2, ...BOX }]);
});

test("the last waypoint stays, and none is added outside the region's time", () => {
  const still = newRegion(BOX, 2, 100, NAME);
  assert.equal(removeWaypoint(still, 0), still);
  assert.equal(addWaypoint(still, 50), still);
  assert.equal(removeWaypoint(addWaypoint(still, 5), 1).keyframes.length, 1);
});

test("what was done can be taken back step by step", () => {
  const history = new History();
  history.note("a");
  history.note("b");
  assert.deepEqual([history.back(), history.back(), history.back(), history.empty], ["b", "a", undefined, true]);
});
