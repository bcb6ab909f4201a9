/**
 * Where in a YAML text a cursor stands, told from the text before it: the text is being written, so it need not be valid.
 * Understands what definitions are written in: block mappings and sequences, and flow collections on a line.
 *
 * @typedef {{ path: string[], at: "key" | "value", word: string }} Place
 *   path: keys from the top, "*" for an item of a list, with the key whose value is being written last.
 *   word: what stands there already.
 */

const LINE = /^(\s*)((?:- +)*)(.*)$/;
const KEY = /^("[^"]*"|'[^']*'|[\w.-]+):(?:\s+(.*))?$/;

/**
 * @param {string} before the text up to the cursor
 * @returns {Place}
 */
export function placeAt(before) {
  const lines = before.split("\n");
  const current = lines.pop() ?? "";
  const { column, dash, indent, content } = parts(current.replace(/-$/, "- "));
  const path = ancestors(lines, dash ? indent : column, Boolean(dash));
  for (let i = 0; i < dash; i++) path.push("*");
  const key = KEY.exec(content);
  if (key) return inFlow([...path, unquoted(key[1])], key[2] ?? "", "value");
  return inFlow(path, content, dash && /^[[{]/.test(content) ? "value" : "key");
}

/** @param {string} line */
function parts(line) {
  const [, blank, dashes, content] = /** @type {RegExpExecArray} */ (LINE.exec(line));
  const dash = (dashes.match(/-/g) ?? []).length;
  return { indent: blank.length, dash, column: blank.length + dashes.length, content };
}

/**
 * Keys and items around a line that begins at a column.
 * @param {string[]} lines those above it
 * @param {number} level
 * @param {boolean} isItem whether the line is an item of a list: its key may stand at the same column
 */
function ancestors(lines, level, isItem) {
  /** @type {string[]} */
  const path = [];
  let sibling = isItem;
  for (let i = lines.length - 1; i >= 0 && (level > 0 || sibling); i--) {
    if (/^\s*(#.*)?$/.test(lines[i])) continue;
    const { indent, dash, column, content } = parts(lines[i]);
    const key = KEY.exec(content);
    if (key && (column < level || (sibling && !dash && column === level))) {
      path.unshift(unquoted(key[1]));
      level = column;
      sibling = false;
    }
    if (dash && column <= level && indent < level) {
      for (let n = 0; n < dash; n++) path.unshift("*");
      level = indent;
      sibling = true;
    }
  }
  return path;
}

/**
 * Goes into the flow collections of a value.
 * @param {string[]} path
 * @param {string} text the value up to the cursor
 * @param {"key" | "value"} plain what a bare word is outside of any collection
 * @returns {Place}
 */
function inFlow(path, text, plain) {
  /** @type {("{" | "[")[]} */
  const open = [];
  let here = [...path];
  let word = "";
  let quote = "";
  let isKey = false;
  for (const sign of text) {
    if (quote) {
      if (sign === quote) quote = "";
      word += sign;
    } else if (sign === '"' || sign === "'") {
      quote = sign;
      word += sign;
    } else if (sign === "{" || sign === "[") {
      open.push(sign);
      if (sign === "[") here.push("*");
      isKey = sign === "{";
      word = "";
    } else if (sign === "}" || sign === "]") {
      if (open.pop() === "[") here.pop();
      else if (!isKey) here.pop();
      isKey = false;
      word = "";
    } else if (sign === ",") {
      if (open[open.length - 1] === "{") {
        if (!isKey) here.pop();
        isKey = true;
      }
      word = "";
    } else if (sign === ":" && isKey) {
      here.push(unquoted(word.trim()));
      isKey = false;
      word = "";
    } else word += sign;
  }
  if (!open.length) return { path: here, at: plain, word: word.trim() };
  return { path: here, at: isKey ? "key" : "value", word: word.trimStart() };
}

/** @param {string} key */
const unquoted = (key) => key.replace(/^["']|["']$/g, "");
