/** The instructor's panel: whose eyes, the patient's signs, events, the team's ear. */

import { element } from "../../shared/dom.js";
import { icon } from "./icons.js";

/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {import("../messages.js").MessageKey} MessageKey */

/** What the language knows (language/scenario.schema.json), named by the scenario's own words where it has them. */
const SIGNS = {
  rhythm: ["sinus", "vf_coarse", "vf_fine", "vt", "asystole", "pea"],
  breathing: ["normal", "laboured", "agonal", "none"],
  airway: ["clear", "partial", "blocked"],
};
const LABELS = /** @type {Record<keyof typeof SIGNS, MessageKey>} */ ({ rhythm: "directRhythm", breathing: "directBreathing", airway: "directAirway" });

export class InstructorPanel {
  #stage;
  #eyes;
  #team = "";

  /** @param {Stage} stage */
  constructor(stage) {
    this.#stage = stage;
    const { say, link, language } = stage;
    this.#eyes = element("select", {});
    this.#eyes.addEventListener("change", () => stage.watch(this.#eyes.value || null));
    const text = element("input", { type: "text", maxlength: 500, autocomplete: "off" });
    const send = element("button", { type: "submit", class: "stage__tool" }, say("saySend"));
    const form = element("form", {}, element("label", {}, say("sayLabel"), text), send);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (text.value.trim()) link.say(text.value.trim(), null);
      text.value = "";
    });
    const { talk } = stage;
    const talkButton = element("button", { type: "button", class: "stage__tool", "data-do": "talk", hidden: !talk });
    const nameTalk = () => talkButton.replaceChildren(icon("mic"), element("span", {}, say(talk?.on ? "talkStop" : "talk")));
    talkButton.addEventListener("click", async () => {
      await talk?.toggle();
      nameTalk();
    });
    nameTalk();
    const leads = link.kind === "instructor";
    const parts = leads ? [
      element("h2", {}, say("direct")),
      ...Object.entries(SIGNS).map(([sign, values]) => this.#choice(say(LABELS[/** @type {keyof typeof SIGNS} */ (sign)]), values.map((value) => [value, stage.word(sign, value)]), (value) => this.#direct({ do: "effect", effect: { [sign]: value } }))),
      link.table.distractors.length > 0 && this.#choice(say("directEvent"), link.table.distractors.map(({ id, prompt }) => [id, link.table.prompts[prompt].text[language]]), (id) => this.#direct({ do: "distractor", id })),
      this.#choice(say("directState"), Object.values(link.table.states).map((state) => [state.id, state.title[language]]), (to) => this.#direct({ do: "state", to })),
    ] : [];
    stage.host.append(element("section", { class: "stage__instructor", "aria-label": say(leads ? "direct" : "team") },
      element("label", {}, say("team"), this.#eyes), ...parts, form, talkButton));
    link.listen({ onTeam: () => this.#listTeam(), onPoses: () => this.#listTeam() });
    this.#listTeam();
  }

  /** @param {string} label @param {string[][]} options @param {(value: string) => void} choose */
  #choice(label, options, choose) {
    const list = element("select", {}, element("option", { value: "" }, "–"), ...options.map(([value, words]) => element("option", { value }, words)));
    list.addEventListener("change", () => {
      if (list.value) choose(list.value);
      list.value = "";
    });
    return element("label", {}, label, list);
  }

  /** @param {Record<string, any>} what */
  #direct(what) {
    this.#stage.link.send({ kind: "direct", ...what });
  }

  #listTeam() {
    const { say, company } = this.#stage;
    const key = company.members.map(({ actor, name }) => `${actor} ${name}`).join("|");
    if (key === this.#team && this.#eyes.options.length) return;
    this.#team = key;
    const chosen = this.#eyes.value;
    this.#eyes.replaceChildren(element("option", { value: "" }, say("watchFree")), ...company.members.map(({ actor, name }) => element("option", { value: actor }, say("watchEyes", { name: name || actor }))));
    this.#eyes.value = company.members.some(({ actor }) => actor === chosen) ? chosen : "";
  }
}
