/** Tabs by the ARIA pattern: arrows move, the chosen panel is told that it is on show. */

import { element } from "../shared/dom.js";

/** @typedef {{ id: string, label: string, panel: HTMLElement, onShow?: () => void }} Tab */

/**
 * @param {HTMLElement} host
 * @param {Tab[]} tabs
 * @param {string} label
 */
export function tabs(host, tabs, label) {
  const bar = element("div", { class: "tabs", role: "tablist", "aria-label": label });
  const buttons = tabs.map(({ id, label: words, panel }) => {
    const button = element("button", { type: "button", class: "tab", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}` }, words);
    panel.id = `panel-${id}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `tab-${id}`);
    return button;
  });
  /** @param {number} chosen */
  function choose(chosen) {
    tabs.forEach(({ panel, onShow }, i) => {
      buttons[i].setAttribute("aria-selected", String(i === chosen));
      buttons[i].tabIndex = i === chosen ? 0 : -1;
      panel.hidden = i !== chosen;
      if (i === chosen) onShow?.();
    });
  }
  buttons.forEach((button, i) => {
    button.addEventListener("click", () => choose(i));
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = (i + step + tabs.length) % tabs.length;
      choose(next);
      buttons[next].focus();
    });
  });
  bar.append(...buttons);
  host.replaceChildren(bar, ...tabs.map(({ panel }) => panel));
  choose(0);
  return { choose: (/** @type {string} */ id) => choose(tabs.findIndex((tab) => tab.id === id)) };
}
