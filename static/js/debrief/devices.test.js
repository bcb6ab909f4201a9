import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceOf } from "./devices.js";

test("a laptop with a headset at its cable is still a laptop, a phone is a phone, a headset is a headset", () => {
  assert.equal(deviceOf({ canVr: true, coarse: false, narrow: false }), "laptop");
  assert.equal(deviceOf({ canVr: true, coarse: true, narrow: true }), "phone");
  assert.equal(deviceOf({ canVr: true, coarse: true, narrow: false }), "headset");
  assert.equal(deviceOf({ canVr: false, coarse: false, narrow: false }), "laptop");
});
