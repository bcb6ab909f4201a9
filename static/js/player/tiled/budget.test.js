import assert from "node:assert/strict";
import { test } from "node:test";
import { Budget } from "./budget.js";
import { Throughput } from "./throughput.js";

/** A connection that is believed to bring this many bytes per second, at a cap of a million. */
const budget = (/** @type {number} */ brings) => new Budget(new Throughput(brings), 8000);

test("the cap holds on a quick connection, what the connection brings on a slow one", () => {
  assert.deepEqual([budget(5e6).rate, budget(5e6).slow], [1e6, false]);
  assert.deepEqual([budget(1e6).rate, budget(1e6).slow], [850_000, true]);
});

test("what is not used is saved for two seconds, no longer", () => {
  const saved = budget(5e6);
  assert.equal(saved.earn(1), 1e6);
  assert.equal(saved.carried, 1e6);
  saved.earn(10);
  assert.equal(saved.carried, 2e6);
});

test("what is borrowed is paid back over six segments, and beyond a second and a half forgiven", () => {
  const borrowed = budget(5e6);
  borrowed.spend(600_000);
  assert.equal(borrowed.carried, -100_000);
  borrowed.spend(9e6);
  borrowed.earn(0);
  assert.equal(borrowed.carried, -250_000);
  borrowed.earn(1.5);
  assert.ok(Math.abs(borrowed.carried) < 1e-6);
});

test("a clock that goes back earns nothing", () => {
  const still = budget(5e6);
  still.earn(2);
  assert.equal(still.earn(1), 0);
});
