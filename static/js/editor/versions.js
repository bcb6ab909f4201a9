/** The versions that were saved. */

import { element } from "../shared/dom.js";

/**
 * @typedef {{ number: number, author: string, at: string, note: string, current: boolean }} Version
 * @typedef {import("./messages.js").Say} Say
 */

export class VersionsView {
  /** @param {Say} say @param {{ open(number: number): void, publish: ((number: number) => void) | null }} page */
  constructor(say, page) {
    this._say = say;
    this._page = page;
    this._list = element("ol", { class: "plain-list sced-versions" });
    this.element = element("div", { class: "stack" }, element("p", { class: "small muted" }, say("versionsHelp")), this._list);
  }

  /** @param {Version[]} versions newest first */
  show(versions) {
    this._list.replaceChildren(...versions.map((version) => this._row(version)));
  }

  /** @param {Version} version */
  _row({ number, author, at, note, current }) {
    const say = this._say;
    const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
    const open = element("button", { type: "button", class: "btn btn--small" }, say("openVersion"));
    open.addEventListener("click", () => this._page.open(number));
    const { publish } = this._page;
    const out = publish && !current ? element("button", { type: "button", class: "btn btn--small" }, say("publishThis")) : null;
    out?.addEventListener("click", () => publish?.(number));
    return element(
      "li",
      { class: "sced-versions__row" },
      element(
        "div",
        {},
        element("strong", {}, say("version", { n: number })),
        " ",
        current && element("span", { class: "badge badge--accent" }, say("current")),
        element("p", { class: "small muted" }, [when, author, note].filter(Boolean).join(" · ")),
      ),
      element("div", { class: "cluster" }, open, out),
    );
  }
}
