// <button data-dialog="id"> opens <dialog id="id">; [data-dialog-close] inside closes it. The browser keeps the focus
// inside and gives it back.

export function startDialogs() {
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const opener = event.target.closest("[data-dialog]");
    if (opener instanceof HTMLElement) {
      const dialog = document.getElementById(opener.dataset.dialog ?? "");
      if (dialog instanceof HTMLDialogElement) dialog.showModal();
      return;
    }
    if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog")?.close();
    else if (event.target instanceof HTMLDialogElement) event.target.close();
  });
}
