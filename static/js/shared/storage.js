/** What this browser remembers. Private windows may forbid it: then nothing is remembered and nothing breaks. */

/**
 * @template T
 * @param {string} key
 * @param {T} otherwise returned where nothing (readable) is stored
 * @returns {T}
 */
export function recall(key, otherwise) {
  try {
    const text = localStorage.getItem(key);
    return text === null ? otherwise : JSON.parse(text);
  } catch {
    return otherwise;
  }
}

/**
 * @param {string} key
 * @param {unknown} value anything JSON can hold
 * @returns {boolean} whether it was kept
 */
export function remember(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** @param {string} key */
export function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Storage is closed to us, so there was nothing to forget.
  }
}
