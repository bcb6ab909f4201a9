import assert from "node:assert/strict";
import { test } from "node:test";
import { messages } from "./messages.js";

test("both languages say the same things with the same blanks", () => {
  assert.deepEqual(Object.keys(messages["zh-hans"]), Object.keys(messages.en));
  const blanks = (/** @type {string} */ text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [key, text] of Object.entries(messages.en)) {
    assert.deepEqual(blanks(messages["zh-hans"][/** @type {keyof typeof messages.en} */ (key)]), blanks(text), key);
  }
});
