// Dragging rows by their grip with mouse, pen or finger (pointer events). The keyboard has the up and down buttons.
import htmx from "htmx.org";
import { orderOf, placeBefore } from "./order.js";

/**
 * The row of the same kind that the pointer is over, and whether it is over its upper half.
 * @param {HTMLElement} outline
 * @param {HTMLElement} row the dragged one
 * @param {PointerEvent} event
 */
function rowUnder(outline, row, event) {
  const kind = row.dataset.lesson ? "[data-lesson]" : "[data-module]";
  for (const other of outline.querySelectorAll(kind)) {
    if (other === row) continue;
    const box = other.getBoundingClientRect();
    if (event.clientY >= box.top && event.clientY <= box.bottom) {
      return { other, above: event.clientY < box.top + box.height / 2 };
    }
  }
  return null;
}

/**
 * @param {HTMLElement} outline
 * @param {HTMLElement} row
 * @param {PointerEvent} event
 */
function follow(outline, row, event) {
  const under = rowUnder(outline, row, event);
  if (under) {
    placeBefore(row, under.other, under.above);
    return;
  }
  if (!row.dataset.lesson) return;
  for (const module of outline.querySelectorAll("[data-module]")) {
    const box = module.getBoundingClientRect();
    const list = module.querySelector("[data-lessons]");
    if (list && event.clientY >= box.top && event.clientY <= box.bottom && !list.contains(row)) list.append(row);
  }
}

/** @param {HTMLElement} outline */
export function startDragging(outline) {
  outline.addEventListener("pointerdown", (event) => {
    const grip = event.target instanceof Element ? event.target.closest("[data-grip]") : null;
    const row = grip?.closest("[data-lesson], [data-module]");
    if (!(grip instanceof HTMLElement) || !(row instanceof HTMLElement) || event.button !== 0) return;
    event.preventDefault();
    const before = JSON.stringify(orderOf(outline));
    row.classList.add("is-dragged");
    const watch = new AbortController();
    const move = (/** @type {PointerEvent} */ to) => follow(outline, row, to);
    const drop = () => {
      watch.abort();
      row.classList.remove("is-dragged");
      const after = JSON.stringify(orderOf(outline));
      if (after !== before) send(outline, after);
    };
    window.addEventListener("pointermove", move, { signal: watch.signal });
    window.addEventListener("pointerup", drop, { signal: watch.signal });
    window.addEventListener("pointercancel", drop, { signal: watch.signal });
  });
}

/**
 * @param {HTMLElement} outline
 * @param {string} order
 */
function send(outline, order) {
  htmx.ajax("post", outline.dataset.orderUrl ?? "", { target: outline, swap: "innerHTML", values: { outline: order } });
}
