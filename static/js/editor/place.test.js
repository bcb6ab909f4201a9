import assert from "node:assert/strict";
import { test } from "node:test";
import { placeAt } from "./place.js";

const DEFINITION = `format: 1
modes: {exam: {pass_mark: 80}}
people:
  - {id: patient, kind: patient}
states:
  collapse:
    title: {zh-hans: "有人倒下", en: "x"}
    # a remark
    prompts: [falls]
    transitions:
      - {to: arrest, when: {did: check_response}}
      - to: crew
        when: [{did: ask}, {since: {fact: ask, s: 75}}]
objectives:
- id: call
  measure: {done: {fact: call, within_s: 45}}
`;

const cases = [
  ["", [], "key", ""],
  ["sta", [], "key", "sta"],
  ["scene: {ro", ["scene"], "key", "ro"],
  ["scene: {room: me", ["scene", "room"], "value", "me"],
  ["scene: {room: home, so", ["scene"], "key", "so"],
  ["states:\n  collapse:\n    ", ["states", "collapse"], "key", ""],
  ["states:\n  collapse:\n    end: re", ["states", "collapse", "end"], "value", "re"],
  ["states:\n  collapse:\n    prompts: [falls, hi", ["states", "collapse", "prompts", "*"], "value", "hi"],
  ["states:\n  c:\n    transitions:\n      - {to: ar", ["states", "c", "transitions", "*", "to"], "value", "ar"],
  ["states:\n  c:\n    transitions:\n      - {to: a, when: {did: ch", ["states", "c", "transitions", "*", "when", "did"], "value", "ch"],
  ["states:\n  c:\n    transitions:\n      - {to: a, when: {", ["states", "c", "transitions", "*", "when"], "key", ""],
  ["states:\n  c:\n    transitions:\n      - to: a\n        when: {not: {", ["states", "c", "transitions", "*", "when", "not"], "key", ""],
  ["objectives:\n- id: call\n  sk", ["objectives", "*"], "key", "sk"],
  ["objectives:\n- id: call\n  skill: c", ["objectives", "*", "skill"], "value", "c"],
  ["objectives:\n  - id: call\n    cap: 3\n  - id: other\n    ", ["objectives", "*"], "key", ""],
  ["a: {b: {c: 1}, d: ", ["a", "d"], "value", ""],
  ["a: {b: [1, 2], d: ", ["a", "d"], "value", ""],
  ['a: {b: "x, {y: ", d: ', ["a", "d"], "value", ""],
];

for (const [before, path, at, word] of cases) {
  test(`${JSON.stringify(before.split("\n").pop())} is at ${path.join(".")} (${at})`, () => {
    assert.deepEqual(placeAt(before), { path, at, word });
  });
}

test("a whole definition is followed to its last line", () => {
  assert.deepEqual(placeAt(`${DEFINITION}  `).path, ["objectives", "*"]);
  const to = DEFINITION.indexOf("since: {fact: ") + "since: {fact: ".length;
  assert.deepEqual(placeAt(DEFINITION.slice(0, to)).path, ["states", "collapse", "transitions", "*", "when", "*", "since", "fact"]);
});
