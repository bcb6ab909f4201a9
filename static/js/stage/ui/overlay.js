/** What lies over the picture on the page: clock, captions, gauge, the list of what one can do, and the large button. */

import { element } from "../../shared/dom.js";
import { NAMED_SITES } from "../play/doings.js";
import { icon } from "./icons.js";

/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {import("../messages.js").MessageKey} MessageKey */

const SLOWEST = 60;
const FASTEST = 160;
const DEEPEST = 80;

/** @param {number} t seconds @returns {string} */
export function clockText(t) {
  const whole = Math.max(0, Math.floor(t));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export class Overlay {
  #stage;
  #actionsKey = "";
  #clockShown = "";
  #gaugeShown = "";

  /** @param {Stage} stage */
  constructor(stage) {
    this.#stage = stage;
    const { say } = stage;
    this.clock = element("output", { class: "stage__clock", "aria-label": say("clockLabel") });
    this.sound = this.#button("stage__tool", stage.sounds.muted ? "silent" : "volume", stage.sounds.muted ? "soundOn" : "soundOff", () => this.#toggleSound());
    this.pauseButton = this.#button("stage__tool", "pause", "pause", () => stage.pause());
    this.team = element("p", { class: "stage__team", hidden: true });
    this.top = element("div", { class: "stage__top" }, this.clock, this.team, element("div", { class: "stage__tools" }, this.sound, this.pauseButton));
    this.captions = element("div", { class: "stage__captions", role: "log", "aria-live": "polite" });
    this.trouble = element("p", { class: "stage__trouble", role: "alert", hidden: true });
    this.needle = element("span", { class: "stage__needle" });
    this.depthBar = element("span", { class: "stage__depth-bar" });
    this.rateText = element("strong", {});
    this.depthText = element("strong", {});
    this.advice = element("p", { class: "stage__advice" });
    this.depth = element("div", { class: "stage__depth" }, element("span", { class: "stage__depth-track" }, this.depthBar), this.depthText, element("small", {}, say("depth")));
    this.gauge = element(
      "div", { class: "stage__gauge", hidden: true },
      element("div", { class: "stage__rate" }, element("span", { class: "stage__rate-track" }, this.needle), this.rateText, element("small", {}, say("rate"))),
      this.depth, this.advice,
    );
    this.title = element("h2", { class: "stage__list-title" });
    this.list = element("ol", { class: "stage__list" });
    this.side = element("section", { class: "stage__side", hidden: true }, this.title, this.list);
    this.press = element("button", { class: "stage__press", type: "button", hidden: true }, icon("hand"), element("span", {}, say("press")), element("kbd", {}, say("pressHint")));
    this.press.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      stage.tap();
    });
    this.press.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.repeat) return;
      event.preventDefault();
      stage.tap();
    });
    stage.host.append(this.top, this.trouble, this.gauge, this.side, this.captions, this.press);
    this.#scaleRate();
  }

  #scaleRate() {
    const [slow, fast] = this.#stage.compressor.target.rate_cpm;
    const share = (/** @type {number} */ rate) => `${(100 * (rate - SLOWEST)) / (FASTEST - SLOWEST)}%`;
    this.gauge.style.setProperty("--rate-from", share(slow));
    this.gauge.style.setProperty("--rate-to", share(fast));
    const [least, most] = this.#stage.compressor.target.depth_mm;
    this.gauge.style.setProperty("--depth-from", `${(100 * least) / DEEPEST}%`);
    this.gauge.style.setProperty("--depth-to", `${(100 * most) / DEEPEST}%`);
  }

  /**
   * @param {string} kind
   * @param {import("./icons.js").IconName} picture
   * @param {MessageKey} words
   * @param {() => void} act
   */
  #button(kind, picture, words, act) {
    const made = element("button", { class: kind, type: "button" }, icon(picture), element("span", {}, this.#stage.say(words)));
    made.addEventListener("click", act);
    return made;
  }

  /** People in one run can talk. @param {import("../together/talk.js").Talk} talk */
  offerTalk(talk) {
    const { say } = this.#stage;
    const button = this.#button("stage__tool", "mic", "talk", async () => {
      await talk.toggle();
      button.replaceChildren(icon("mic"), element("span", {}, say(talk.on ? "talkStop" : "talk")));
    });
    button.dataset.do = "talk";
    this.sound.before(button);
  }

  #toggleSound() {
    const { sounds, say } = this.#stage;
    sounds.mute(!sounds.muted);
    this.sound.replaceChildren(icon(sounds.muted ? "silent" : "volume"), element("span", {}, say(sounds.muted ? "soundOn" : "soundOff")));
  }

  /** @param {import("../play/news.js").Caption | null} caption */
  showCaption(caption) {
    this.captions.replaceChildren();
    if (caption) this.captions.append(element("p", {}, caption.who && element("b", {}, caption.who), caption.text));
  }

  /** @param {MessageKey | null} trouble */
  showTrouble(trouble) {
    this.trouble.hidden = trouble === null;
    this.trouble.textContent = trouble ? this.#stage.say(trouble) : "";
  }

  /** While a run goes on. @param {boolean} playing */
  showPlaying(playing) {
    const stage = this.#stage;
    const acts = playing && stage.acts;
    this.press.hidden = !acts || !stage.canPress;
    this.side.hidden = !acts;
    this.pauseButton.hidden = !playing || !stage.canPause;
    this.gauge.hidden = !acts || !stage.compressor.helps || !stage.canPress;
  }

  /** Clock and gauge, a few times a second. @param {number} t run time */
  tick(t) {
    const text = clockText(t);
    if (text !== this.#clockShown) this.clock.textContent = this.#clockShown = text;
    const { feedback, source } = this.#stage.compressor;
    const own = feedback.count > 1 && feedback.pauseS(t) < 3;
    const shared = this.#stage.link.state.hands;
    const rate = own ? Math.round(feedback.rateCpm) : shared?.pause_s < 3 ? Math.round(shared.rate_cpm ?? 0) : 0;
    const depth = source !== "keys" && own && feedback.depthMm > 0 ? Math.round(feedback.depthMm) : 0;
    const advice = feedback.count ? feedback.advice(t) : "none";
    const key = `${rate} ${depth} ${advice} ${source}`;
    if (key === this.#gaugeShown) return;
    this.#gaugeShown = key;
    this.rateText.textContent = rate ? String(rate) : "–";
    this.needle.hidden = rate === 0;
    this.needle.style.setProperty("--at", `${Math.max(0, Math.min(100, (100 * (rate - SLOWEST)) / (FASTEST - SLOWEST)))}%`);
    this.depth.hidden = source === "keys";
    this.depthText.textContent = depth ? String(depth) : "–";
    this.depthBar.style.setProperty("--at", `${Math.min(100, (100 * depth) / DEEPEST)}%`);
    this.advice.textContent = adviceWords(this.#stage, advice);
    this.advice.dataset.how = advice;
  }

  /** The list on the side: what is possible now, or at the spot that was pressed. */
  refresh() {
    const stage = this.#stage;
    const choices = stage.choices();
    const key = choices.map(({ id }) => id).join(" ") + stage.focusLabel;
    if (key === this.#actionsKey) return;
    this.#actionsKey = key;
    this.title.textContent = stage.focusLabel || stage.say("allActions");
    const held = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.choice : undefined;
    this.list.replaceChildren(...choices.map(({ id, label, act, strong }, i) => {
      const button = element("button", { type: "button", class: strong ? "stage__choice stage__choice--strong" : "stage__choice", "data-choice": id },
        i < 9 && element("kbd", {}, String(i + 1)), element("span", {}, label));
      button.addEventListener("click", act);
      return element("li", {}, button);
    }));
    if (held) /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-choice="${held}"]`))?.focus();
  }

  /** @param {number} index of the list */
  choose(index) {
    this.#stage.choices()[index]?.act();
  }
}

/** @param {Stage} stage @param {import("../motion/feedback.js").Advice} advice */
export function adviceWords(stage, advice) {
  if (advice === "none") return "";
  return stage.say(advice === "resume" ? "resumePress" : advice);
}

/**
 * @typedef {{ id: string, label: string, act: () => void, strong?: boolean }} Choice
 */

/**
 * What one can do now with the AED and the scenario's actions, for lists on page and board.
 * @param {Stage} stage
 * @returns {Choice[]}
 */
export function choicesOf(stage) {
  const { doings, link, say, language } = stage;
  const { table, state } = link;
  /** @type {Choice[]} */
  const choices = [];
  if (doings.held) {
    for (const [site, x, y, back] of NAMED_SITES) choices.push({ id: site, label: say(site), act: () => doings.placeNamed(x, y, back) });
    choices.push({ id: "putBack", label: say("putBack"), act: () => doings.putBack() });
    return choices;
  }
  const roles = link.shared && link.kind === "team" ? table.roles : [];
  if (roles.length && (!link.role || stage.choosingRole)) {
    for (const { id, title } of roles) if (id !== link.role) choices.push({ id: `role.${id}`, label: say("takeRole", { role: title[language] }), act: () => stage.takeRole(id), strong: true });
    if (link.role) choices.push({ id: "back", label: say("back"), act: () => stage.chooseRole(false) });
    return choices;
  }
  const focus = stage.focus;
  const aed = state.aed;
  if (aed && stage.aedReachable && (!focus || focus.kind.startsWith("aed") || focus.kind.startsWith("pad"))) {
    if (aed.phase === "off") choices.push({ id: "aed.power", label: say("aedPower"), act: () => doings.power(), strong: true });
    else {
      if (!aed.placed.includes("right")) choices.push({ id: "pad.right", label: say("takeRight"), act: () => doings.takePad("right"), strong: true });
      if (!aed.placed.includes("left")) choices.push({ id: "pad.left", label: say("takeLeft"), act: () => doings.takePad("left"), strong: true });
      if (aed.placed.length === 2) choices.push({ id: "aed.shock", label: say("aedShock"), act: () => doings.shock(), strong: true });
    }
  }
  const ids = focus ? doings.at(focus) : doings.possible;
  for (const id of ids) choices.push({ id, label: table.actions[id].label[language], act: () => stage.act(id) });
  if (roles.length && !focus) choices.push({ id: "roles", label: say("changeRole"), act: () => stage.chooseRole(true) });
  if (focus) choices.push({ id: "back", label: say("back"), act: () => stage.focusOn(null) });
  return choices;
}
