/** Small parts that several pieces of the player's face share. */

import { element } from "../../shared/dom.js";
import { icon } from "./icons.js";

/**
 * A round button with an icon; its words are its label and show as a hint.
 * @param {import("./icons.js").IconName} name
 * @param {string} label
 * @param {() => void} onPress
 * @param {string} [extra] class names
 */
export function iconButton(name, label, onPress, extra = "") {
  const button = element("button", { type: "button", class: `player__button ${extra}`.trim() }, icon(name));
  nameButton(button, label);
  button.addEventListener("click", onPress);
  return button;
}

/**
 * @param {HTMLElement} button
 * @param {string} label
 */
export function nameButton(button, label) {
  button.setAttribute("aria-label", label);
  button.dataset.hint = label;
}

/**
 * @param {HTMLElement} button
 * @param {import("./icons.js").IconName} name
 */
export function setIcon(button, name) {
  button.querySelector("svg")?.replaceWith(icon(name));
}

/**
 * A button with words, and an icon before them.
 * @param {import("./icons.js").IconName | null} name
 * @param {string} words
 * @param {() => void} onPress
 * @param {string} [extra] class names
 */
export function wordButton(name, words, onPress, extra = "") {
  const button = element("button", { type: "button", class: `player__word-button ${extra}`.trim() }, name && icon(name), words);
  button.addEventListener("click", onPress);
  return button;
}

/**
 * One choice out of a few, as radio buttons that look like a list or a row of chips.
 * @template {string | number} Value
 * @param {string} title
 * @param {string} look "list" or "chips"
 * @param {(value: Value) => void} onChoose
 * @returns {{ root: HTMLFieldSetElement, show: (options: { value: Value, words: string, detail?: string }[], chosen: Value) => void }}
 */
export function choice(title, look, onChoose) {
  const holder = element("div", { class: `player__choices player__choices--${look}` });
  const root = element("fieldset", { class: "player__choice" }, element("legend", {}, title), holder);
  const name = `choice-${Math.random().toString(36).slice(2)}`;
  return {
    root,
    show(options, chosen) {
      const focused = holder.contains(document.activeElement);
      holder.replaceChildren(
        ...options.map(({ value, words, detail }) => {
          const input = element("input", { type: "radio", name, class: "visually-hidden", checked: value === chosen });
          input.addEventListener("change", () => onChoose(value));
          const label = element("label", { class: "player__option" }, input, icon("check"), element("span", {}, words));
          if (detail) label.append(element("span", { class: "player__detail" }, detail));
          return label;
        }),
      );
      if (focused) /** @type {HTMLInputElement | null} */ (holder.querySelector("input:checked"))?.focus();
    },
  };
}
