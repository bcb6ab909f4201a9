import assert from "node:assert/strict";
import { test } from "node:test";
import { clockTime } from "./clock.js";

test("times are written as a viewer reads them", () => {
  assert.deepEqual([0, 7, 187.9, 3729, NaN, -3].map(clockTime), ["0:00", "0:07", "3:07", "1:02:09", "0:00", "0:00"]);
});
