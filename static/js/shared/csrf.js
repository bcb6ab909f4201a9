/**
 * Django's CSRF token of this page: from its cookie, or from a form on the page.
 * @returns {string} empty where the page has none
 */
export function csrfToken() {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  if (cookie) return decodeURIComponent(cookie.slice("csrftoken=".length));
  const field = /** @type {HTMLInputElement | null} */ (document.querySelector("input[name=csrfmiddlewaretoken]"));
  return field?.value ?? "";
}
