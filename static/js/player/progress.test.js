import assert from "node:assert/strict";
import { test } from "node:test";
import { resumePoint } from "./progress.js";

test("one goes on where one left, but begins anew near the start and near the end", () => {
  assert.equal(resumePoint(75, 300), 75);
  assert.equal(resumePoint(2, 300), 0);
  assert.equal(resumePoint(297, 300), 0);
  assert.equal(resumePoint(75, NaN), 75);
  assert.equal(resumePoint(NaN, 300), 0);
});
