import assert from "node:assert/strict";
import { test } from "node:test";
import { Speed } from "./speed.js";

test("speed is what went in the last seconds", () => {
  const speed = new Speed();
  assert.equal(speed.bytesPerSecond, null);
  for (let second = 0; second <= 20; second += 1) speed.note(second < 10 ? second * 100 : 1000 + (second - 10) * 500, second * 1000);
  assert.equal(Math.round(/** @type {number} */ (speed.bytesPerSecond)), 500);
  assert.equal(speed.secondsLeft(6000 + 5000), 10);
});

test("nothing is promised before there is something to go by", () => {
  const speed = new Speed();
  speed.note(0, 0);
  speed.note(5000, 1000);
  assert.equal(speed.bytesPerSecond, null);
  assert.equal(speed.secondsLeft(10_000), null);
});

test("a piece that is sent again does not count backwards", () => {
  const speed = new Speed();
  speed.note(0, 0);
  speed.note(8000, 4000);
  speed.note(4000, 5000);
  assert.equal(speed.bytesPerSecond, null);
  speed.note(8000, 7000);
  assert.equal(speed.bytesPerSecond, 2000);
});
