import assert from "node:assert/strict";
import { test } from "node:test";
import { Costs } from "./costs.js";

/** Eight tiles in two qualities; four segments in groups of two. */
const index = {
  grid: { columns: 4, rows: 2 },
  qualities: ["q0", "q1"],
  segments: [0, 1, 2, 3].map((start) => ({ start, duration: 1, frames: 30 })),
  continues: (segment) => segment % 2 === 1,
  size: (quality, segment, tile, continued) => (quality ? 100 : 10_000) / (continued ? 10 : 1) + tile,
};
const choice = (quality, continued = false) => ({ quality, continued, bytes: 0, error: 0 });

test("a quality that is played on is entered where groups begin", () => {
  assert.equal(new Costs(index).playedOn(1), (2 * 828 + 2 * 108) / 4);
});

test("a floor of its own layer costs what that costs", () => {
  const costs = new Costs({ ...index, floorBytes: (segment) => 500 + segment });
  assert.deepEqual([costs.floor(1, 1, true), new Costs(index).floor(1, 1, true)], [501, 108]);
});

test("to enter a view costs all tiles that it touches", () => {
  assert.equal(new Costs(index).enter(0, [0, 0.2, 0.8, 0, 0, 0, 0, 0]), 20_003);
});

test("wanted neighbours of one quality and kind are one range, and small gaps are fetched along", () => {
  const of = (wanted) => new Costs(index).runs(wanted, 1).map(({ quality, continued, first, last, bytes }) => [quality, continued, first, last, bytes]);
  assert.deepEqual(of([choice(0), choice(0), null, null, null, null, null, choice(0)]), [[0, false, 0, 1, 20_001], [0, false, 7, 7, 10_007]], "a gap of large tiles");
  assert.deepEqual(of([choice(0, true), choice(0, true), choice(0, true), null, choice(0, true), null, null, null]), [[0, true, 0, 4, 5010]], "a gap of a third");
  assert.deepEqual(of([choice(1), null, null, choice(1), null, null, null, null]), [[1, false, 0, 0, 100], [1, false, 3, 3, 103]], "more gap than tiles");
  assert.deepEqual(of([choice(0), choice(1), choice(0, true), choice(0), null, null, null, null]).length, 4, "qualities and kinds apart");
});
