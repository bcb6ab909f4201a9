import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { contentOf, textsOf } from "./content.js";
import { lineDiff } from "./diff.js";
import { hintsAt } from "./hints.js";
import { messages } from "./messages.js";
import { explanation } from "./hints.js";
import { conditionWords } from "./words.js";

const folder = new URL("../../../courses/scenarios/", import.meta.url);
const SCHEMA = JSON.parse(readFileSync(new URL("language/scenario.schema.json", folder), "utf8"));
const METRO = readFileSync(new URL("definitions/adult-metro-aed.yaml", folder), "utf8");
const content = contentOf(METRO);
const labels = (before) => hintsAt(before, content, SCHEMA).hints.map((hint) => hint.label);

test("both languages hold the same words with the same places", () => {
  const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
  assert.deepEqual(Object.keys(messages.en), Object.keys(messages["zh-hans"]));
  for (const key of Object.keys(messages.en)) {
    assert.deepEqual(places(messages.en[key]), places(messages["zh-hans"][key]), key);
    assert.match(messages["zh-hans"][key], /[\u4e00-\u9fff]|^AED$|^ *\S+ *$/, key);
  }
});

test("keys of the schema are offered where a key may stand", () => {
  assert.ok(labels("").includes("objectives"));
  assert.deepEqual(labels("scene: {").sort(), ["hazards", "room", "sound"]);
  assert.ok(labels("states:\n  x:\n    transitions:\n      - {").includes("when"));
  assert.ok(labels("states:\n  x:\n    transitions:\n      - {to: crew, when: {").includes("clock_s"));
  assert.ok(labels("states:\n  x:\n    transitions:\n      - {to: crew, when: [{did: a}, {").includes("vital"));
});

test("values are offered where the schema lists them", () => {
  assert.deepEqual(labels("states:\n  x:\n    end: "), ["recovered", "handover", "improved", "lost"]);
  assert.ok(labels("scene: {room: ").includes("metro_hall"));
  assert.ok(labels("modes: {exam: {pass_mark: 80}}\nobjectives:\n  - id: a\n    critical: ").includes("true"));
});

test("names of the definition are offered where they may stand", () => {
  assert.deepEqual(labels("states:\n  x:\n    transitions:\n      - {to: "), Object.keys(content.states));
  assert.deepEqual(labels("states:\n  x:\n    prompts: ["), Object.keys(content.prompts));
  assert.deepEqual(labels("start: "), Object.keys(content.states));
  const facts = labels("states:\n  x:\n    transitions:\n      - {to: crew, when: {did: ");
  for (const fact of ["check_response", "aed.shock", "state.crew"]) assert.ok(facts.includes(fact), fact);
  assert.ok(labels("prompts:\n  hello:\n    speaker: ").includes("bystander"));
});

test("a key explains itself in the schema's words", () => {
  const text = "duration_s: 300";
  assert.match(explanation(text, "duration_s".length, SCHEMA), /run ends/);
  assert.equal(explanation(text, text.length, SCHEMA), "");
});

test("a text is changed in its place and nothing else moves", () => {
  const place = textsOf(METRO).find(({ path }) => path.join(".") === "states.crew.title");
  assert.equal(place.values.en, "The ambulance crew arrives");
  const { from, to, insert } = place.edit("en", 'They say "hello": #1');
  const changed = METRO.slice(0, from) + insert + METRO.slice(to);
  assert.equal(contentOf(changed).states.crew.title.en, 'They say "hello": #1');
  assert.equal(changed.length - METRO.length, insert.length - (to - from));
  assert.deepEqual({ ...contentOf(changed), states: 0 }, { ...content, states: 0 });
});

test("every text of a shipped scenario is found, lists by their ids", () => {
  const paths = textsOf(METRO).map(({ path }) => path.join("."));
  for (const path of ["title", "people.patient.name", "objectives.shock.guideline", "critical_errors.left.title"]) {
    assert.ok(paths.includes(path), path);
  }
});

for (const [name, source] of [
  ["flow", "title: {zh-hans: 文}"],
  ["block", "title:\n  zh-hans: 文\nother: 1"],
  ["flow, empty", 'title: {zh-hans: 文, en: ""}'],
  ["block, empty", "title:\n  zh-hans: 文\n  en:\nother: 1"],
]) {
  test(`a missing language is put beside the other one (${name})`, () => {
    const [place] = textsOf(source);
    assert.equal(place.values.en, null);
    const { from, to, insert } = place.edit("en", "Text");
    const changed = contentOf(source.slice(0, from) + insert + source.slice(to));
    assert.deepEqual(changed.title, { "zh-hans": "文", en: "Text" });
  });
}

test("a text that is no definition is none", () => {
  for (const source of ["", "a: [", "- 1", "just words", "a: *nothing"]) assert.equal(contentOf(source), null, source);
});

test("a comparison shows what differs and a little around it", () => {
  const common = Array.from({ length: 20 }, (_, i) => `line ${i}`);
  const theirs = [...common.slice(0, 10), "theirs", ...common.slice(10)].join("\n");
  const mine = [...common.slice(0, 10), "mine", ...common.slice(10)].join("\n");
  assert.deepEqual(
    lineDiff(theirs, mine).map(({ sign, text }) => `${sign}${text}`),
    [" line 8", " line 9", "−theirs", "+mine", " line 10", " line 11", " "],
  );
  assert.deepEqual(lineDiff(mine, mine), []);
  assert.deepEqual(lineDiff("a", "a\nb").map(({ sign }) => sign), [" ", "+"]);
});

test("conditions are said with the labels of actions, in both languages", () => {
  const say = (language) => (key, values = {}) => messages[language][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  const condition = [{ did: "ask_for_aed" }, { since: { fact: "ask_for_aed", s: 75 } }];
  assert.equal(
    conditionWords(content, say("en"), "en")(condition),
    "Name one person to fetch the AED and 75 s since Name one person to fetch the AED",
  );
  assert.match(conditionWords(content, say("zh-hans"), "zh-hans")({ not: { clock_s: 30 } }), /第 30 秒/);
  assert.equal(conditionWords(content, say("en"), "en")({ vital: { of: "survival", max: 0 } }), "survival ≤ 0");
  assert.equal(conditionWords(content, say("en"), "en")({ count: null }), "count");
});
