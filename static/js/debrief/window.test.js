import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, moved, showing, tickStep, zoomed } from "./window.js";

test("zooming keeps the place under the pointer and stays within the run", () => {
  const whole = { from: 0, to: 300 };
  const closer = zoomed(whole, 0.5, 100, 300);
  assert.equal(closer.to - closer.from, 150);
  assert.equal((100 - closer.from) / 150, 100 / 300);
  assert.deepEqual(zoomed(closer, 8, 100, 300), whole);
  assert.deepEqual(zoomed({ from: 290, to: 300 }, 0.01, 300, 300), { from: 295, to: 300 });
});

test("moving stops at both ends", () => {
  assert.deepEqual(moved({ from: 10, to: 40 }, -50, 300), { from: 0, to: 30 });
  assert.deepEqual(moved({ from: 10, to: 40 }, 500, 300), { from: 270, to: 300 });
});

test("an event that is chosen comes into sight", () => {
  assert.deepEqual(showing({ from: 0, to: 30 }, 12, 300), { from: 0, to: 30 });
  assert.deepEqual(showing({ from: 0, to: 30 }, 100, 300), { from: 73, to: 103 });
});

test("time marks are neither crowded nor rare", () => {
  assert.equal(tickStep(540), 60);
  assert.equal(tickStep(20), 2);
  assert.equal(clock(125.4), "2:05");
});
