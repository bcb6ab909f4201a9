import assert from "node:assert/strict";
import { test } from "node:test";

import { GazeBatch, LARGEST_BATCH, NOT_SEEN } from "./gaze.js";

/** @param {GazeBatch} batch */
function read(batch) {
  const taken = batch.take();
  if (!taken) return null;
  const bytes = Uint8Array.from(atob(taken.samples), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return { first: taken.first, values: Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(i * 2, true)) };
}

test("one sample a fifth of a second, as hundredths of a degree", () => {
  const batch = new GazeBatch();
  assert.equal(batch.note(10.0, { yaw: 12.345, pitch: -7 }), "noted");
  assert.equal(batch.note(10.1, { yaw: 99, pitch: 0 }), "known");
  assert.equal(batch.note(10.21, { yaw: -180, pitch: 90 }), "noted");
  assert.deepEqual(read(batch), { first: 50, values: [1235, -700, -18000, 9000] });
  assert.equal(batch.take(), null);
});

test("a late timer leaves a gap that says so, a jump begins a new batch", () => {
  const batch = new GazeBatch();
  batch.note(0, { yaw: 1, pitch: 1 });
  assert.equal(batch.note(0.65, { yaw: 2, pitch: 2 }), "noted");
  assert.equal(batch.note(30, { yaw: 3, pitch: 3 }), "full");
  assert.equal(batch.note(0.2, { yaw: 3, pitch: 3 }), "full");
  assert.deepEqual(read(batch)?.values, [100, 100, NOT_SEEN, NOT_SEEN, NOT_SEEN, NOT_SEEN, 200, 200]);
  assert.equal(batch.note(30, { yaw: 3, pitch: 3 }), "noted");
  assert.equal(read(batch)?.first, 150);
});

test("a heading beyond half a turn is brought in, so that every number fits", () => {
  const batch = new GazeBatch();
  batch.note(0, { yaw: 540, pitch: 120 });
  assert.deepEqual(read(batch)?.values, [-18000, 9000]);
});

test("a batch never grows beyond what the house takes", () => {
  const batch = new GazeBatch();
  let i = 0;
  while (batch.note(i / 5 + 0.01, { yaw: 0, pitch: 0 }) === "noted") i++;
  assert.equal(i, LARGEST_BATCH);
});
