// Passkeys: allauth's scripts run the ceremony and report a failure as an event; here it becomes a sentence.

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const sentence of document.querySelectorAll("[data-passkey-error]")) {
    /** @type {HTMLElement} */ (sentence).hidden = false;
  }
});
