import assert from "node:assert/strict";
import { test } from "node:test";

import { boxAt, boxesWithin, completeRegions } from "./regions.js";

const monitor = {
  id: "a", name: "Monitor", start: 2, end: 10,
  keyframes: [
    { t: 4, yaw: 170, pitch: 0, width: 20, height: 10 },
    { t: 6, yaw: -170, pitch: 10, width: 40, height: 10 },
  ],
};

test("a region stands still before its first keyframe and moves the short way round between two", () => {
  assert.equal(boxAt(monitor, 1.9), null);
  assert.equal(boxAt(monitor, 2)?.yaw, 170);
  assert.deepEqual(boxAt(monitor, 5), { yaw: -180, pitch: 5, width: 30, height: 10 });
  assert.equal(boxAt(monitor, 9)?.yaw, -170);
  assert.equal(boxAt(monitor, 10), null);
});

test("a segment gets every box the region takes in it, and none outside the region's time", () => {
  const yaws = boxesWithin([monitor], 3, 7).map(({ yaw }) => Math.round(yaw));
  assert.ok(yaws.includes(170) && yaws.includes(-170) && yaws.includes(-180));
  assert.deepEqual(boxesWithin([monitor], 10, 11), []);
  assert.equal(boxesWithin([monitor], 0, 2.5).length, 3);
});

test("what is no region is left out, what is out of range is brought in", () => {
  assert.deepEqual(completeRegions("x"), []);
  assert.deepEqual(completeRegions([{ start: 0, end: 1, keyframes: [{ t: 0, yaw: "x" }] }, { start: 3, end: 2, keyframes: monitor.keyframes }]), []);
  const [region] = completeRegions([{ id: 7, start: 0, end: 9, keyframes: [{ t: 1, yaw: 190, pitch: 100, width: 400, height: 20 }] }]);
  assert.deepEqual(region.keyframes, [{ t: 1, yaw: -170, pitch: 90, width: 360, height: 20 }]);
  assert.equal(region.id, "7");
});
