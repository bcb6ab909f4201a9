/** The list of keys. */

import { element } from "../../shared/dom.js";
import { SHORTCUTS } from "../keyboard.js";
import { iconButton } from "./parts.js";

/**
 * @param {ReturnType<typeof import("../../shared/language.js").translator<import("../messages.js").MessageKey>>} say
 * @returns {HTMLDialogElement}
 */
export function shortcutsDialog(say) {
  const rows = SHORTCUTS.map(([keys, meaning]) =>
    element(
      "div",
      { class: "player__shortcut" },
      element("dt", {}, ...keys.map((key) => element("kbd", {}, key))),
      element("dd", {}, say(meaning)),
    ),
  );
  const dialog = element("dialog", { class: "player__dialog", "aria-label": say("shortcuts") });
  dialog.append(
    element(
      "div",
      { class: "player__sheet-head" },
      element("strong", {}, say("shortcuts")),
      iconButton("close", say("close"), () => dialog.close()),
    ),
    element("dl", { class: "player__shortcuts" }, ...rows),
  );
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  return dialog;
}
