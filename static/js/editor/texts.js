/** All texts of the scenario side by side in both languages. */

import { element } from "../shared/dom.js";
import { textsOf } from "./content.js";

/** @typedef {import("./content.js").TextPlace} TextPlace @typedef {import("./messages.js").Say} Say */

export class TextsView {
  /**
   * @param {Say} say
   * @param {{ source(): string, change(from: number, to: number, insert: string): void, goTo(line: number): void, readOnly: boolean }} page
   */
  constructor(say, page) {
    this._say = say;
    this._page = page;
    this._only = element("input", { type: "checkbox", id: "sced-only" });
    this._only.addEventListener("change", () => this.show());
    this._list = element("div", { class: "sced-texts__list" });
    this.element = element(
      "div",
      { class: "sced-texts" },
      element("p", { class: "small muted" }, say("textsHelp")),
      element("label", { class: "sced-check", for: "sced-only" }, this._only, say("onlyMissing")),
      this._list,
    );
  }

  /** Reads the source again; what somebody is writing in here stays under their hands. */
  show() {
    if (this._list.contains(document.activeElement)) return;
    const all = textsOf(this._page.source());
    const shown = this._only.checked ? all.filter(({ values }) => !values["zh-hans"] || !values.en) : all;
    const rows = shown.map((place) => this._row(place, all.indexOf(place)));
    const nothing = this._say(all.length ? "allThere" : "noTexts");
    this._list.replaceChildren(...(rows.length ? rows : [element("p", { class: "muted" }, nothing)]));
  }

  /** @param {TextPlace} place @param {number} index */
  _row(place, index) {
    const where = place.path.join(" › ");
    const go = element("button", { type: "button", class: "btn btn--quiet btn--small", title: this._say("goTo") }, where);
    go.addEventListener("click", () => this._page.goTo(place.line));
    const field = (/** @type {"zh-hans" | "en"} */ language) => this._field(place, index, language, where);
    return element("div", { class: "sced-texts__row" }, go, field("zh-hans"), field("en"));
  }

  /** @param {TextPlace} place @param {number} index @param {"zh-hans" | "en"} language @param {string} where */
  _field(place, index, language, where) {
    const name = this._say(language === "en" ? "english" : "chinese");
    const value = place.values[language] ?? "";
    const input = element("textarea", { class: "input", rows: value.length > 60 ? 3 : 1, lang: language, "aria-label": `${where}: ${name}`, placeholder: name, readonly: this._page.readOnly });
    input.value = value;
    input.classList.toggle("sced-texts__missing", !value);
    input.addEventListener("change", () => {
      // The source may have changed since: the place is looked up again by its number.
      const now = textsOf(this._page.source())[index];
      if (!now || now.path.join() !== place.path.join()) return;
      const { from, to, insert } = now.edit(language, input.value);
      this._page.change(from, to, insert);
      input.classList.toggle("sced-texts__missing", !input.value);
    });
    return input;
  }
}
