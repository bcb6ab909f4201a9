// After a move by button, htmx redraws the outline: the focus goes back to the button of the same row.

/** @param {HTMLElement} outline */
export function keepFocus(outline) {
  let last = "";
  outline.addEventListener("htmx:beforeRequest", () => {
    last = document.activeElement?.id ?? "";
  });
  outline.addEventListener("htmx:afterSwap", () => {
    const button = last ? document.getElementById(last) : null;
    if (!(button instanceof HTMLButtonElement)) return;
    if (button.disabled) {
      const other = last.startsWith("up-") ? last.replace("up-", "down-") : last.replace("down-", "up-");
      document.getElementById(other)?.focus();
    } else button.focus();
  });
}
