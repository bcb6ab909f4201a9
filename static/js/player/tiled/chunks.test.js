import assert from "node:assert/strict";
import { test } from "node:test";
import { chunksOf } from "./chunks.js";

/** Three pictures in decoding order, the last of which is shown second; each of two slices. */
const pictures = {
  units: [[1, 2], [3, 4], [5, 6]].map((unit) => unit.map((byte) => new Uint8Array(byte).fill(byte))),
  offsets: Int32Array.of(0, 1000, -1000),
  keys: [true, false, false],
};

test("each picture becomes one chunk with all of its slices, and says when it is shown", () => {
  const chunks = chunksOf({ time: 90_000, ticks: 1000, timescale: 30_000, pictures });
  assert.deepEqual(chunks.map(({ type }) => type), ["key", "delta", "delta"]);
  assert.deepEqual(chunks.map(({ timestamp }) => timestamp), [3_000_000, 3_066_667, 3_033_333]);
  assert.deepEqual([...chunks[0].data], [0, 0, 0, 1, 1, 0, 0, 0, 2, 2, 2]);
  assert.deepEqual(chunks[1].data.length, 4 + 3 + 4 + 4);
});

test("durations leave no gap and no overlap, at rates that microseconds do not divide", () => {
  const chunks = chunksOf({ time: 0, ticks: 1001, timescale: 30_000, pictures: { ...pictures, offsets: Int32Array.of(0, 0, 0) } });
  for (let i = 1; i < chunks.length; i++) assert.equal(chunks[i - 1].timestamp + chunks[i - 1].duration, chunks[i].timestamp);
});

test("a segment's chunks share one buffer, which goes to the page without a copy", () => {
  const chunks = chunksOf({ time: 0, ticks: 1000, timescale: 30_000, pictures });
  assert.ok(chunks.every(({ data }) => data.buffer === chunks[0].data.buffer));
});
