/** What the server still waits for: the uploads of earlier visits, from any browser. */

import { csrfToken } from "../shared/csrf.js";
import { element, find } from "../shared/dom.js";
import { fingerprint } from "./transfer.js";
import { bytes, percent, say } from "./words.js";

/** @typedef {import("./transfer.js").Unfinished} Entry */

export class Unfinished {
  /**
   * @param {HTMLElement} root
   * @param {import("./transfer.js").Config} config
   * @param {(name: string) => Promise<boolean>} confirm
   */
  constructor(root, config, confirm) {
    this.root = root;
    this.config = config;
    this.confirm = confirm;
    /** @type {Entry[]} */
    this.entries = [];
    this.taken = new Set();
  }

  /** Ask the server; without an answer, what was known stays. */
  async load() {
    try {
      const response = await fetch(this.config.uploads, { headers: { Accept: "application/json" } });
      if (response.ok) this.entries = (await response.json()).results;
    } catch {
      // Without a connection a file starts anew or waits; tus asks the server again before it sends.
    }
    this.draw();
  }

  /**
   * The unfinished upload of this file, which is then no longer offered.
   * @param {File} file
   * @returns {Entry | undefined}
   */
  take(file) {
    const key = fingerprint(file);
    const found = this.entries.find(
      (entry) => entry.fingerprint === key && entry.length === file.size && !this.taken.has(entry.id),
    );
    if (found) this.taken.add(found.id);
    this.draw();
    return found;
  }

  draw() {
    const left = this.entries.filter((entry) => !this.taken.has(entry.id));
    find(this.root, "[data-unfinished-section]").hidden = left.length === 0;
    find(this.root, "[data-unfinished]").replaceChildren(...left.map((entry) => this.#row(entry)));
  }

  /** @param {Entry} entry */
  #row(entry) {
    const date = new Date(entry.expires_at).toLocaleDateString(document.documentElement.lang, {
      timeZone: "Asia/Shanghai",
      month: "short",
      day: "numeric",
    });
    const facts = say("unfinishedFacts", { percent: percent(entry.offset, entry.length), all: bytes(entry.length) });
    const discard = element("button", { class: "btn btn--quiet", type: "button" }, say("giveUp"));
    discard.setAttribute("aria-label", say("actionFor", { action: say("giveUp"), name: entry.name }));
    discard.addEventListener("click", () => this.#discard(entry));
    const choose = element("button", { class: "btn", type: "button" }, say("chooseSame"));
    choose.setAttribute("aria-label", say("actionFor", { action: say("chooseSame"), name: entry.name }));
    choose.addEventListener("click", () => find(this.root, "[data-files]").click());
    return element(
      "li",
      { class: "card unfinished" },
      element(
        "div",
        { class: "unfinished__facts" },
        element("strong", { class: "transfer__name" }, entry.name),
        element("span", { class: "muted small tabular" }, `${facts} · ${say("expires", { date })}`),
      ),
      element("div", { class: "cluster" }, choose, discard),
    );
  }

  /** @param {Entry} entry */
  async #discard(entry) {
    if (!(await this.confirm(entry.name))) return;
    await fetch(entry.url, {
      method: "DELETE",
      headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": csrfToken() },
    });
    await this.load();
  }
}
