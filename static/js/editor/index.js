/** The scenario editor's page: the text, what is wrong with it, and the four views beside it. */

import { element, find } from "../shared/dom.js";
import { translator } from "../shared/language.js";
import { conflictPanel } from "./conflict.js";
import { contentOf } from "./content.js";
import { Drafts } from "./drafts.js";
import { GraphView } from "./graph.js";
import { completionSource, explanation } from "./hints.js";
import { messages } from "./messages.js";
import { Refused, get, post } from "./server.js";
import { tabs } from "./tabs.js";
import { SourceText } from "./text.js";
import { TextsView } from "./texts.js";
import { TryOut } from "./tryout.js";
import { VersionsView } from "./versions.js";

/**
 * @typedef {import("./text.js").Finding} Finding
 * @typedef {{ key: string, user: number, source: string, base: number, mayChange: boolean, mayPublish: boolean, state: string,
 *   versions: import("./versions.js").Version[], urls: Record<string, string> }} Config
 */

const CHECK_AFTER_MS = 500;
const say = translator(messages);

class EditorPage {
  /** @param {HTMLElement} root @param {Config} config */
  constructor(root, config) {
    this.root = root;
    this.config = config;
    this.base = config.base;
    /** Text of the version `base`, or null while a draft of an older one is here. @type {string | null} */
    this.saved = config.source;
    this.drafts = new Drafts(config.key, config.user);
    /** @type {Record<string, any>} */
    this.content = contentOf(config.source) ?? {};
    /** @type {Record<string, any>} */
    this.schema = {};
    /** @type {Finding[]} */
    this.findings = [];
    /** @type {string | null} */
    this.now = null;
    this.checkTimer = 0;
    this.checking = 0;
    const draft = config.mayChange ? this.drafts.get() : null;
    const recovered = draft && draft.source !== config.source ? draft : null;
    if (recovered) this.base = recovered.base;
    this.text = new SourceText(find(root, "[data-code]"), {
      source: recovered?.source ?? config.source,
      readOnly: !config.mayChange,
      label: say("code"),
      complete: completionSource(() => this.content, () => this.schema),
      explain: (text, position) => explanation(text, position, this.schema),
      onChange: () => this.changed(),
      onSave: () => void this.save(),
    });
    this.graph = new GraphView(say, (state) => this.goToState(state));
    const page = {
      source: () => this.text.text,
      change: (/** @type {number} */ from, /** @type {number} */ to, /** @type {string} */ insert) => this.text.replace(from, to, insert),
      goTo: (/** @type {number} */ line) => this.text.goTo(line),
      readOnly: !config.mayChange,
    };
    this.texts = new TextsView(say, page);
    this.tryout = new TryOut(say, (state) => {
      this.now = state;
    });
    const publish = config.mayPublish ? (/** @type {number} */ number) => void this.publish(number) : null;
    this.versions = new VersionsView(say, { open: (number) => void this.open(number), publish });
    this.build();
    if (recovered) this.tellRecovered(recovered);
    this.look();
    void this.check();
    void get(config.urls.schema).then((schema) => {
      this.schema = schema;
    }, () => {}); // Without it there are no hints; everything else works.
  }

  build() {
    const { config } = this;
    tabs(
      find(this.root, "[data-side]"),
      [
        { id: "graph", label: say("tabGraph"), panel: element("div", { class: "sced__panel" }, this.graph.element), onShow: () => this.look() },
        { id: "try", label: say("tabTry"), panel: element("div", { class: "sced__panel" }, this.tryout.element) },
        { id: "texts", label: say("tabTexts"), panel: element("div", { class: "sced__panel" }, this.texts.element), onShow: () => this.texts?.show() },
        { id: "versions", label: say("tabVersions"), panel: element("div", { class: "sced__panel" }, this.versions.element) },
      ],
      say("tabGraph"),
    );
    this.note = element("input", { class: "input sced__note", maxlength: 200, placeholder: say("note"), "aria-label": say("note") });
    this.saveButton = element("button", { type: "button", class: "btn btn--primary" }, say("save"));
    this.saveButton.addEventListener("click", () => void this.save());
    this.publishButton = element("button", { type: "button", class: "btn" });
    this.publishButton.addEventListener("click", () => void this.publish(this.base));
    this.withdrawButton = element("button", { type: "button", class: "btn" }, say("withdraw"));
    this.withdrawButton.addEventListener("click", () => void this.withdraw());
    this.playLink = element("a", { class: "btn", href: config.urls.play }, say("play"));
    const actions = find(this.root, "[data-actions]");
    if (config.mayChange) actions.append(this.note, this.saveButton);
    if (config.mayPublish) actions.append(this.publishButton, this.withdrawButton);
    actions.append(this.playLink);
    this.versions.show(config.versions);
    this.showActions();
  }

  get isUnsaved() {
    return this.text.text !== this.saved;
  }

  get hasErrors() {
    return this.findings.some((finding) => !finding.warning);
  }

  /** @param {string} words */
  status(words) {
    find(this.root, "[data-status]").textContent = words;
  }

  showActions() {
    const current = this.config.versions.find((version) => version.current)?.number;
    const published = this.config.state === "published";
    const key = published ? "statePublished" : this.config.state === "withdrawn" ? "stateWithdrawn" : "stateDraft";
    const badge = find(this.root, "[data-state]");
    badge.textContent = say(key);
    badge.classList.toggle("badge--accent", published);
    if (!this.saveButton || !this.publishButton || !this.withdrawButton || !this.playLink) return;
    this.saveButton.disabled = !this.isUnsaved;
    this.publishButton.textContent = say("publish", { n: this.base });
    this.publishButton.disabled = this.isUnsaved || this.hasErrors || (published && current === this.base);
    this.withdrawButton.hidden = !published;
    this.playLink.hidden = !published;
  }

  // --- while somebody writes -------------------------------------------------------------------------

  changed() {
    if (this.isUnsaved) {
      this.drafts.keep(this.text.text, this.base);
      this.status(say("unsaved"));
    } else this.drafts.forget();
    this.showActions();
    clearTimeout(this.checkTimer);
    this.checkTimer = window.setTimeout(() => {
      this.look();
      void this.check();
    }, CHECK_AFTER_MS);
  }

  /** Graph and texts from what is written now; an unreadable text leaves the last ones. */
  look() {
    this.content = contentOf(this.text.text) ?? this.content;
    const faulty = this.findings.flatMap(({ place }) => (place[0] === "states" && place.length > 1 ? [String(place[1])] : []));
    this.graph.show(this.content, new Set(faulty), this.now);
    this.texts.show();
  }

  async check() {
    const number = ++this.checking;
    /** @type {{ findings: Finding[], table: any }} */
    let answer;
    try {
      answer = await post(this.config.urls.check, { source: this.text.text });
    } catch (wrong) {
      if (number === this.checking) this.status(wrong instanceof Refused ? wrong.message : say("offline"));
      return;
    }
    if (number !== this.checking) return; // A newer text is on its way.
    this.findings = answer.findings;
    this.text.show(answer.findings);
    this.tryout.setTable(answer.table);
    this.showProblems();
    this.showActions();
    this.look();
  }

  showProblems() {
    const rows = this.findings.map((finding) => {
      const button = element("button", { type: "button", class: finding.warning ? "sced-problem" : "sced-problem sced-problem--error" });
      button.append(element("span", { class: "sced-problem__line" }, say("line", { n: finding.line })), finding.text);
      button.addEventListener("click", () => this.text.goTo(finding.line));
      return element("li", {}, button);
    });
    const head = this.findings.length ? say("problems", { n: this.findings.length }) : say("noProblems");
    find(this.root, "[data-problems]").replaceChildren(element("p", { class: "sced__problems-head" }, head), element("ol", { class: "plain-list" }, ...rows));
  }

  /** @param {string} state */
  goToState(state) {
    const lines = this.text.text.split("\n");
    const start = lines.findIndex((line) => /^states:/.test(line));
    const at = lines.findIndex((line, i) => i > start && new RegExp(`^\\s+${state}:`).test(line));
    if (at >= 0) this.text.goTo(at + 1);
  }

  // --- versions --------------------------------------------------------------------------------------

  async save() {
    if (!this.config.mayChange || !this.isUnsaved) return;
    const source = this.text.text;
    this.status(say("saving"));
    try {
      const { version, versions } = await post(this.config.urls.save, { source, base: this.base, note: this.note?.value ?? "" });
      this.base = version.number;
      this.saved = source;
      this.config.versions = versions;
      if (this.note) this.note.value = "";
      this.versions.show(versions);
      find(this.root, "[data-conflict]").replaceChildren();
      if (!this.isUnsaved) this.drafts.forget();
      this.status(say("saved", { n: version.number }));
      this.showActions();
    } catch (wrong) {
      if (wrong instanceof Refused && wrong.code === "conflict") this.tellConflict(wrong.answer.latest);
      this.status(wrong instanceof Refused ? wrong.message : say("offline"));
    }
  }

  /** @param {{ number: number, author: string, source: string }} latest */
  tellConflict(latest) {
    const host = find(this.root, "[data-conflict]");
    const mine = this.text.text;
    const settle = () => {
      this.base = latest.number;
      this.saved = latest.source;
      host.replaceChildren();
      this.changed();
    };
    const panel = conflictPanel(say, latest, mine, {
      keepMine: () => {
        settle();
        void this.save();
      },
      takeTheirs: () => {
        // Undo brings it back as well.
        void navigator.clipboard?.writeText(mine).catch(() => {});
        this.text.set(latest.source);
        settle();
      },
    });
    host.replaceChildren(panel);
    panel.focus();
  }

  /** @param {import("./drafts.js").Draft} draft */
  tellRecovered(draft) {
    const time = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(new Date(draft.at));
    const instead = element("button", { type: "button", class: "btn btn--small" }, say("discard", { n: this.config.base }));
    const notice = element("p", { class: "notice" }, element("span", {}, say("recovered", { time })), instead);
    if (draft.base !== this.config.base) this.saved = null;
    instead.addEventListener("click", () => {
      this.base = this.config.base;
      this.saved = this.config.source;
      this.text.set(this.config.source);
      this.changed();
      notice.remove();
    });
    find(this.root, "[data-conflict]").append(notice);
    this.showActions();
  }

  /** @param {number} number */
  async open(number) {
    try {
      const { source } = await get(this.config.urls.version.replace("/0/", `/${number}/`));
      this.text.set(source);
      this.status(say("opened", { n: number }));
    } catch {
      this.status(say("offline"));
    }
  }

  /** @param {number} number */
  async publish(number) {
    await this.change(this.config.urls.publish, { number }, say("published", { n: number }));
  }

  async withdraw() {
    await this.change(this.config.urls.withdraw, {}, say("withdrawn"));
  }

  /** @param {string} url @param {Record<string, unknown>} body @param {string} done */
  async change(url, body, done) {
    try {
      const { state, versions } = await post(url, body);
      Object.assign(this.config, { state, versions });
      this.versions.show(versions);
      this.status(done);
      this.showActions();
    } catch (wrong) {
      this.status(wrong instanceof Refused ? wrong.message : say("offline"));
    }
  }
}

const root = /** @type {HTMLElement | null} */ (document.querySelector("[data-scenario-editor]"));
if (root) new EditorPage(root, JSON.parse(find(document, "#editor-config").textContent ?? "{}"));
