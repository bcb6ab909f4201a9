/** The way to the stage without a room takes the choices of the form along. */

/** @param {HTMLAnchorElement} link */
export function followChoices(link) {
  const form = link.closest("form");
  if (!form) return;
  const tell = () => {
    const chosen = new FormData(form);
    const query = new URLSearchParams();
    for (const name of ["mode", "profile"]) query.set(name, String(chosen.get(name) ?? ""));
    link.search = query.toString();
  };
  form.addEventListener("change", tell);
  tell();
}
