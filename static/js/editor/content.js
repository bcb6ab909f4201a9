/** A definition as data, with where each text of it stands in the source. */

import { isMap, isScalar, isSeq, parseDocument } from "yaml";

/**
 * @typedef {import("./names.js").Content} Content
 * @typedef {"zh-hans" | "en"} Language
 * @typedef {{ path: (string | number)[], line: number, values: Record<Language, string | null>,
 *   edit(language: Language, value: string): { from: number, to: number, insert: string } }} TextPlace
 */

/** @type {Language[]} */
const LANGUAGES = ["zh-hans", "en"];

/**
 * The definition of a source, or null while it cannot be read.
 * @param {string} source
 * @returns {Content | null}
 */
export function contentOf(source) {
  try {
    const document = parseDocument(source, { uniqueKeys: false });
    const content = document.errors.length ? null : document.toJS();
    return typeof content === "object" && content !== null && !Array.isArray(content) ? content : null;
  } catch {
    return null; // An alias to nothing, for instance.
  }
}

/**
 * Every text with its languages; `edit` gives the change of the source that puts another value there and leaves the rest,
 * remarks and spacing included, as it is.
 * @param {string} source
 * @returns {TextPlace[]}
 */
export function textsOf(source) {
  const document = parseDocument(source, { uniqueKeys: false });
  /** @type {TextPlace[]} */
  const found = [];
  walk(document.contents, []);
  return found;

  /** @param {unknown} node @param {(string | number)[]} path */
  function walk(node, path) {
    if (isSeq(node)) node.items.forEach((item, index) => walk(item, [...path, nameOf(item) ?? index]));
    if (!isMap(node)) return;
    const isText = node.items.length > 0 && node.items.every((pair) => isScalar(pair.key) && LANGUAGES.some((l) => l === /** @type {any} */ (pair.key).value));
    if (isText) found.push(textPlace(source, node, path));
    else for (const pair of node.items) walk(pair.value, [...path, String(/** @type {any} */ (pair.key)?.value)]);
  }
}

/** Name of a list's item: its id, where it has one. @param {unknown} item */
function nameOf(item) {
  const id = isMap(item) ? item.get("id") : null;
  return typeof id === "string" ? id : null;
}

/**
 * @param {string} source
 * @param {import("yaml").YAMLMap} map
 * @param {(string | number)[]} path
 * @returns {TextPlace}
 */
function textPlace(source, map, path) {
  const [start] = /** @type {[number, number, number]} */ (map.range);
  /** @param {Language} language */
  const scalar = (language) => {
    const node = map.get(language, true);
    return isScalar(node) && node.range ? node : null;
  };
  /** @param {Language} language */
  const valueOf = (language) => {
    const value = scalar(language)?.value;
    return value === undefined || value === null || value === "" ? null : String(value);
  };
  return {
    path,
    line: source.slice(0, start).split("\n").length,
    values: { "zh-hans": valueOf("zh-hans"), en: valueOf("en") },
    edit(language, value) {
      const quoted = JSON.stringify(value);
      const there = scalar(language);
      if (there?.range) {
        const [from, to] = there.range;
        // A key without a value ends at its colon.
        return { from, to, insert: from === to && source[from - 1] === ":" ? ` ${quoted}` : quoted };
      }
      const other = /** @type {import("yaml").Scalar} */ (scalar(language === "en" ? "zh-hans" : "en"));
      const end = /** @type {[number, number, number]} */ (other.range)[1];
      const lineStart = source.lastIndexOf("\n", start - 1) + 1;
      const glue = map.flow ? ", " : `\n${" ".repeat(start - lineStart)}`;
      return { from: end, to: end, insert: `${glue}${language}: ${quoted}` };
    },
  };
}
