import assert from "node:assert/strict";
import { test } from "node:test";
import { messages } from "./messages.js";

/** @param {string} text */
const places = (text) => [...text.matchAll(/\{\w+\}/g)].map((match) => match[0]).sort();

test("both languages say the same things", () => {
  assert.deepEqual(Object.keys(messages["zh-hans"]).sort(), Object.keys(messages.en).sort());
  for (const [key, text] of Object.entries(messages.en)) {
    const chinese = /** @type {Record<string, string>} */ (messages["zh-hans"])[key];
    assert.deepEqual(places(chinese), places(text), key);
    assert.doesNotMatch(chinese.replace(/\{\w+\}|JavaScript/g, ""), /[a-z]{2}/i, key);
  }
});
