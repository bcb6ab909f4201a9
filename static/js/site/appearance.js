// Light, dark, or as the device says. The choice is a cookie, so that the server paints the first frame right.

const YEAR_SECONDS = 31_536_000;

/** @param {string} theme "light", "dark" or "system" */
function choose(theme) {
  document.documentElement.dataset.theme = theme;
  document.cookie = `theme=${theme}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
  show();
}

function show() {
  const chosen = document.documentElement.dataset.theme;
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    const pressed = /** @type {HTMLElement} */ (button).dataset.themeChoice === chosen;
    button.setAttribute("aria-pressed", String(pressed));
  }
}

export function startAppearance() {
  show();
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-theme-choice]") : null;
    if (button instanceof HTMLElement && button.dataset.themeChoice) choose(button.dataset.themeChoice);
  });
}
