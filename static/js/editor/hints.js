/** What could be written next: keys and values of the schema, and names of the definition's own things. */

import { namesAt } from "./names.js";
import { placeAt } from "./place.js";
import { keysAt, meaning, schemasAt, valuesAt } from "./schema.js";

/**
 * @typedef {import("./names.js").Content} Content
 * @typedef {{ label: string, kind: "key" | "value" | "name", detail: string }} Hint
 */

/**
 * @param {string} before the text up to the cursor
 * @param {Content} content the definition as it was last readable
 * @param {Record<string, any>} schema
 * @returns {{ word: string, hints: Hint[] }}
 */
export function hintsAt(before, content, schema) {
  const { path, at, word } = placeAt(before);
  /** @type {Hint[]} */
  const hints = [];
  if (at === "key") {
    for (const [key, detail] of keysAt(schema, path)) hints.push({ label: key, kind: "key", detail });
    return { word, hints };
  }
  for (const value of valuesAt(schema, path)) hints.push({ label: value, kind: "value", detail: "" });
  // Names are offered where a bare word may stand, not where a mapping has to.
  const takesWord = schemasAt(schema, path).some((node) => node.type === "string" || node.type === undefined);
  if (takesWord) for (const name of namesAt(content, path)) hints.push({ label: name, kind: "name", detail: "" });
  return { word, hints };
}

/**
 * Hints in CodeMirror's shape.
 * @param {() => Content} content
 * @param {() => Record<string, any>} schema
 * @returns {import("@codemirror/autocomplete").CompletionSource}
 */
export function completionSource(content, schema) {
  return (context) => {
    const { word, hints } = hintsAt(context.state.sliceDoc(0, context.pos), content(), schema());
    if (!hints.length || (!word && !context.explicit && !/[:{[,]\s*$/.test(context.state.sliceDoc(context.pos - 2, context.pos)))) {
      return null;
    }
    return {
      from: context.pos - word.length,
      options: hints.map(({ label, kind, detail }) => ({
        label,
        type: kind === "key" ? "property" : kind === "value" ? "enum" : "variable",
        info: detail || undefined,
        apply: kind === "key" ? `${label}: ` : label,
      })),
      validFor: /^[\w.-]*$/,
    };
  };
}

/**
 * What the key that ends at a position means.
 * @param {string} text
 * @param {number} position
 * @param {Record<string, any>} schema
 */
export function explanation(text, position, schema) {
  if (text[position] !== ":") return "";
  return meaning(schema, placeAt(`${text.slice(0, position)}: `).path);
}
