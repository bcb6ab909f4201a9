/** Texts of the browser side: each room brings a dictionary per language, the page's `lang` chooses. */

/** @typedef {Record<string, string>} Texts */

/**
 * The dictionary key for a BCP 47 tag: Chinese of any kind reads Simplified Chinese, everyone else English.
 * @param {string} tag e.g. "zh-hans", "zh-CN", "en"
 * @returns {"zh-hans" | "en"}
 */
export function languageKey(tag) {
  return tag.toLowerCase().startsWith("zh") ? "zh-hans" : "en";
}

/**
 * A function that turns a key into the person's words; `{name}` in a text is replaced by `values.name`.
 * @template {string} Key
 * @param {{ "zh-hans": Record<Key, string>, en: Record<Key, string> }} messages
 * @param {string} [tag] language of the page
 * @returns {(key: Key, values?: Record<string, string | number>) => string}
 */
export function translator(messages, tag = document.documentElement.lang) {
  const texts = messages[languageKey(tag)];
  return (key, values = {}) =>
    texts[key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
