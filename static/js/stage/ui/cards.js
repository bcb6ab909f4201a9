/** The cards before, between and after: begin, pause, the end. */

import { element, find } from "../../shared/dom.js";
import { icon } from "./icons.js";

/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {import("../messages.js").MessageKey} MessageKey */

export class Cards {
  #stage;
  #card;

  /** @param {Stage} stage */
  constructor(stage) {
    this.#stage = stage;
    this.#card = element("div", { class: "stage__card", hidden: true, role: "dialog", "aria-modal": "false" });
    stage.host.append(this.#card);
  }

  close() {
    if (this.#card.hidden) return;
    this.#card.hidden = true;
    this.#card.replaceChildren();
  }

  /**
   * @param {string} title
   * @param {(Node | string | null | undefined | false)[]} body
   */
  #open(title, ...body) {
    this.#card.setAttribute("aria-label", title);
    this.#card.replaceChildren(element("h2", {}, title), ...body.filter(/** @returns {part is Node | string} */ (part) => Boolean(part)));
    this.#card.hidden = false;
    /** @type {HTMLElement | null} */ (this.#card.querySelector("button"))?.focus({ preventScroll: true });
  }

  /**
   * @param {MessageKey} words
   * @param {() => void} act
   * @param {{ picture?: import("./icons.js").IconName, quiet?: boolean, id?: string }} [look]
   */
  #button(words, act, { picture, quiet, id } = {}) {
    const made = element("button", { type: "button", class: quiet ? "stage__button stage__button--quiet" : "stage__button", "data-do": id ?? words }, picture && icon(picture), element("span", {}, this.#stage.say(words)));
    made.addEventListener("click", act);
    return made;
  }

  #leave() {
    const { config, say } = this.#stage;
    return config.leave && element("a", { class: "stage__button stage__button--quiet", href: config.leave }, icon("leave"), element("span", {}, say("leave")));
  }

  /** @param {{ vr: boolean, ar: boolean, phone: boolean, mayStart: boolean }} offers */
  begin({ vr, ar, phone, mayStart }) {
    const stage = this.#stage;
    const { say, link, language } = stage;
    const role = link.table.roles.find(({ id }) => id === link.role)?.title[language];
    const touch = matchMedia("(pointer: coarse)").matches;
    const how = vr ? "howVr" : touch ? "howTouch" : "howDesk";
    const honest = vr ? "honestController" : touch && phone ? "honestPhone" : "honestKeys";
    this.#open(
      link.table.title[language],
      element("p", {}, link.table.summary[language]),
      role ? element("p", {}, say("role", { role })) : link.shared && stage.acts && link.table.roles.length > 0 && element("p", {}, say("roleLater")),
      stage.acts && element("p", { class: "stage__note" }, say(how)),
      stage.acts && element("p", { class: "stage__note" }, say(honest)),
      element("div", { class: "stage__buttons" },
        vr && this.#button("beginVr", () => stage.enter("vr"), { picture: "goggles" }),
        ar && this.#button("beginAr", () => stage.enter("ar"), { picture: "room", quiet: vr }),
        phone && this.#button("beginPhone", () => stage.beginPhone(), { picture: "phone", quiet: true }),
        mayStart ? this.#button("begin", () => stage.begin(), { picture: "play", quiet: vr }) : element("p", { class: "stage__note" }, say("waiting")),
        this.#leave()),
    );
  }

  /** @param {boolean} held */
  pause(held) {
    const stage = this.#stage;
    this.#open(
      stage.say("paused"),
      held && element("p", {}, stage.say("held")),
      element("div", { class: "stage__buttons" },
        stage.canPause && this.#button("resume", () => stage.resume(), { picture: "play" }),
        stage.canEnd && this.#button("end", () => this.#askEnd(), { quiet: true }),
        this.#leave()),
    );
  }

  #askEnd() {
    const stage = this.#stage;
    this.#open(stage.say("end"), element("p", {}, stage.say("endSure")),
      element("div", { class: "stage__buttons" }, this.#button("end", () => stage.link.end(), { id: "endNow" }), this.#button("stay", () => this.pause(false), { quiet: true })));
  }

  /** @param {{ outcome: string | null, score: number | null, run: string | null }} result */
  end({ outcome, score, run }) {
    const stage = this.#stage;
    const words = { recovered: "endedRecovered", handover: "endedHandover", lost: "endedLost" };
    const key = /** @type {MessageKey} */ (words[/** @type {keyof typeof words} */ (outcome)] ?? "endedOther");
    const address = stage.debriefAddress(run);
    this.#open(
      stage.say(key),
      score !== null && element("p", { class: "stage__score" }, stage.say("score", { score: Math.round(score) })),
      element("div", { class: "stage__buttons" },
        address && element("a", { class: "stage__button", href: address }, icon("list"), element("span", {}, stage.say("debrief"))),
        this.#leave()),
    );
  }

  /** @param {MessageKey} words */
  fail(words) {
    this.#open(this.#stage.say(words), element("div", { class: "stage__buttons" }, this.#leave()));
  }
}

/**
 * A line that covers the stage before it is ready.
 * @param {HTMLElement} host
 * @param {string} words
 */
export function showLoading(host, words) {
  host.append(element("p", { class: "stage__loading", role: "status" }, words));
  return () => find(host, ".stage__loading").remove();
}
