import assert from "node:assert/strict";
import { test } from "node:test";

import { readCrowd } from "./crowd.js";

test("each step gets a weight for every cell", () => {
  const crowd = readCrowd({ columns: 4, rows: 2, step: 1, cells: [[1, 200, 7, 55], []] });
  assert.deepEqual(crowd?.cells.map((weights) => Array.from(weights)), [[0, 200, 0, 0, 0, 0, 0, 55], [0, 0, 0, 0, 0, 0, 0, 0]]);
});

test("an empty or broken answer counts as no answer", () => {
  for (const given of [null, {}, { columns: 4, rows: 2, step: 1, cells: [[], []] }, { columns: 1e9, rows: 2, step: 1, cells: [[1, 1]] }]) {
    assert.equal(readCrowd(given), null);
  }
  assert.deepEqual(Array.from(readCrowd({ columns: 2, rows: 1, step: 1, cells: [[5, 9, 1, 3], "x"] })?.cells[0] ?? []), [0, 3]);
});
