// The outline editor of the studio: dragging modules and lessons, and keeping the focus on moved rows.
import { startDragging } from "./drag.js";
import { keepFocus } from "./focus.js";

const outline = document.querySelector("[data-outline]");
if (outline instanceof HTMLElement) {
  startDragging(outline);
  keepFocus(outline);
}
