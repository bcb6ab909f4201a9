// The order of an outline as the page shows it.

/**
 * @param {ParentNode} outline
 * @returns {[string, string[]][]} module id and the ids of its lessons, in order
 */
export function orderOf(outline) {
  return [...outline.querySelectorAll("[data-module]")].map((module) => [
    /** @type {HTMLElement} */ (module).dataset.module ?? "",
    [...module.querySelectorAll("[data-lesson]")].map((lesson) => /** @type {HTMLElement} */ (lesson).dataset.lesson ?? ""),
  ]);
}

/**
 * @param {Element} row
 * @param {Element} other
 * @param {boolean} above
 */
export function placeBefore(row, other, above) {
  const mark = above ? other : other.nextElementSibling;
  if (mark !== row) other.parentElement?.insertBefore(row, mark);
}
