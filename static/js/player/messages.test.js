import assert from "node:assert/strict";
import { test } from "node:test";
import { languageKey, translator } from "../shared/language.js";
import { messages } from "./messages.js";

test("both languages say the same things, with the same places for values", () => {
  const english = Object.entries(messages.en);
  assert.deepEqual(Object.keys(messages["zh-hans"]).sort(), Object.keys(messages.en).sort());
  for (const [key, text] of english) {
    const chinese = messages["zh-hans"][key];
    const places = (words) => (words.match(/\{\w+\}/g) ?? []).sort();
    assert.deepEqual(places(chinese), places(text), key);
    assert.ok(chinese.trim() && text.trim(), key);
  }
});

test("the page's language chooses, and values go into their places", () => {
  assert.equal(languageKey("zh-CN"), "zh-hans");
  assert.equal(languageKey("en-GB"), "en");
  assert.equal(translator(messages, "en")("resumedAt", { time: "3:07" }), "Continued at 3:07.");
});
