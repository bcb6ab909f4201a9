// Short messages at the foot of the page. Pages show one by `document.dispatchEvent(new CustomEvent("toast",
// {detail: {text, level}}))`, the server by the header HX-Trigger: {"toast": {"text": …, "level": …}}.

const SHOWN_MS = 7000;

/** @param {Element} toast */
function leaveLater(toast) {
  if (toast.classList.contains("toast--error")) return;
  setTimeout(() => {
    if (toast.matches(":hover, :focus-within")) leaveLater(toast);
    else toast.remove();
  }, SHOWN_MS);
}

/**
 * @param {string} text
 * @param {string} level "success", "info" or "error"
 */
export function showToast(text, level = "info") {
  const shelf = /** @type {HTMLElement | null} */ (document.querySelector("[data-toasts]"));
  if (!shelf) return;
  const toast = document.createElement("div");
  toast.className = `toast toast--${level}`;
  if (level === "error") toast.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "toast__close";
  close.dataset.toastClose = "";
  close.setAttribute("aria-label", shelf.dataset.closeLabel ?? "");
  close.textContent = "×";
  toast.append(words, close);
  shelf.append(toast);
  leaveLater(toast);
}

export function startToasts() {
  document.querySelectorAll(".toast").forEach(leaveLater);
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-toast-close]")) {
      event.target.closest(".toast")?.remove();
    }
  });
  document.addEventListener("toast", (event) => {
    const { text, level } = /** @type {CustomEvent} */ (event).detail;
    showToast(text, level);
  });
}
