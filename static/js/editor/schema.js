/** What the published JSON Schema allows at a place of a definition. */

/** @typedef {Record<string, any>} Schema */

/**
 * The parts of the schema that say what may stand at a path; several where it offers alternatives.
 * @param {Schema} root
 * @param {string[]} path keys, "*" for an item of a list
 * @returns {Schema[]}
 */
export function schemasAt(root, path) {
  let nodes = alternatives(root, root);
  for (const step of path) {
    nodes = nodes.flatMap((node) => {
      const next = step === "*" ? node.items : (node.properties?.[step] ?? other(node));
      return next ? alternatives(root, next) : [];
    });
  }
  return nodes;
}

/**
 * Keys that may be written there, each with what it means.
 * @param {Schema} root
 * @param {string[]} path
 * @returns {Map<string, string>}
 */
export function keysAt(root, path) {
  const keys = new Map();
  for (const node of schemasAt(root, path)) {
    for (const key of Object.keys(node.properties ?? {})) keys.set(key, meaning(root, [...path, key]));
  }
  return keys;
}

/**
 * Values that may be written there, where the schema lists them.
 * @param {Schema} root
 * @param {string[]} path
 * @returns {string[]}
 */
export function valuesAt(root, path) {
  const values = schemasAt(root, path).flatMap((node) => {
    if (node.enum) return node.enum;
    if ("const" in node) return [node.const];
    return node.type === "boolean" ? [true, false] : [];
  });
  return [...new Set(values.map(String))];
}

/**
 * What stands there means, in the schema's words; empty where it says nothing.
 * @param {Schema} root
 * @param {string[]} path
 */
export function meaning(root, path) {
  const key = path[path.length - 1];
  const holders = key === "*" ? [] : schemasAt(root, path.slice(0, -1)).map((node) => node.properties?.[key]);
  return [...holders, ...schemasAt(root, path)].find((node) => node?.description)?.description ?? "";
}

/** @param {Schema} node */
const other = (node) => (typeof node.additionalProperties === "object" ? node.additionalProperties : null);

/** @param {Schema} root @param {Schema} node @returns {Schema[]} */
function alternatives(root, node) {
  if (node.$ref) return alternatives(root, node.$ref.split("/").slice(1).reduce((/** @type {Schema} */ at, /** @type {string} */ step) => at[step], root));
  return node.oneOf ? node.oneOf.flatMap((/** @type {Schema} */ one) => alternatives(root, one)) : [node];
}
