/** Functions marked `@frame` run for every picture. What they allocate, the collector stops the picture for. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const here = dirname(fileURLToPath(import.meta.url));
const ALLOCATING = new Map([
  [ts.SyntaxKind.ObjectLiteralExpression, "an object"],
  [ts.SyntaxKind.ArrayLiteralExpression, "an array"],
  [ts.SyntaxKind.NewExpression, "new"],
  [ts.SyntaxKind.ArrowFunction, "a closure"],
  [ts.SyntaxKind.FunctionExpression, "a closure"],
  [ts.SyntaxKind.TemplateExpression, "a string"],
  [ts.SyntaxKind.SpreadElement, "a spread"],
  [ts.SyntaxKind.ForOfStatement, "an iterator"],
  [ts.SyntaxKind.RegularExpressionLiteral, "a pattern"],
]);

/** What the body of one function allocates by its own text. */
function allocations(body) {
  const found = [];
  const visit = (node) => {
    const what = ALLOCATING.get(node.kind);
    if (what) found.push(`${what}: ${node.getText().slice(0, 60)}`);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(body, visit);
  return found;
}

/** Every function of a file that is marked `@frame`, with its name and body. */
function frameFunctions(name, text) {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const found = [];
  const visit = (node) => {
    if (ts.getJSDocTags(node).some((tag) => tag.tagName.text === "frame")) {
      const made = node.initializer ?? node;
      if (made.body) found.push({ name: `${name} ${node.name?.getText()}`, body: made.body });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const files = readdirSync(here, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith(".js") && !name.endsWith(".test.js"));
const marked = files.flatMap((name) => frameFunctions(name, readFileSync(join(here, name), "utf8")));

test("the check sees what it is there for", () => {
  const [bad] = frameFunctions("bad.js", "class A {\n/** @frame */\n tick = () => { const p = { x: 1 }; return [...this.q]; } }");
  assert.equal(allocations(bad.body).length, 3);
});

test("the loop, the view and the headset's pointers are marked", () => {
  const names = marked.map(({ name }) => name).join("\n");
  for (const name of ["stage.js #tick", "stage.js #aim", "view.js update", "xr/mode.js #frame", "xr/inputs.js update", "ui/compass.js show"])
    assert.ok(names.includes(name), `${name} is not marked @frame`);
});

for (const { name, body } of marked) {
  test(`${name} allocates nothing`, () => assert.deepEqual(allocations(body), []));
}
