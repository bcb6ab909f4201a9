/** What stands in the middle of the picture: the big play button, the wait, trouble with its way out, the end. */

import { element } from "../../shared/dom.js";
import { icon } from "./icons.js";
import { wordButton } from "./parts.js";

/** @typedef {import("../source.js").Trouble} Trouble */

/** @type {Record<Trouble, { icon: import("./icons.js").IconName, title: import("../messages.js").MessageKey, text: import("../messages.js").MessageKey, way: "retry" | "reload" }>} */
const TROUBLES = {
  network: { icon: "offline", title: "networkTitle", text: "networkText", way: "retry" },
  denied: { icon: "warning", title: "deniedTitle", text: "deniedText", way: "reload" },
  gone: { icon: "warning", title: "goneTitle", text: "goneText", way: "reload" },
  codec: { icon: "warning", title: "codecTitle", text: "codecText", way: "reload" },
  broken: { icon: "warning", title: "brokenTitle", text: "brokenText", way: "retry" },
};

export class Cards {
  #player;
  #bigPlay;
  #wait;
  #trouble = element("div", { class: "player__card", role: "alert", hidden: true });
  #end = element("div", { class: "player__card", role: "group", hidden: true });
  #waitTimer = 0;

  /** @param {import("../player.js").Player} player */
  constructor(player) {
    this.#player = player;
    const { say } = player;
    this.#bigPlay = element("button", { type: "button", class: "player__big-play", "aria-label": say("play") }, icon("play"));
    this.#bigPlay.addEventListener("click", () => player.play());
    this.#wait = element("div", { class: "player__wait", role: "status", hidden: true }, icon("loader"), element("span", {}, say("loading")));
    this.root = element("div", { class: "player__centre" }, this.#bigPlay, this.#wait, this.#trouble, this.#end);
    const { video } = player;
    video.addEventListener("waiting", () => this.#waitSoon());
    video.addEventListener("seeking", () => this.#waitSoon());
    for (const event of ["playing", "canplay", "seeked", "loadeddata", "pause"]) video.addEventListener(event, () => this.#noWait());
    video.addEventListener("play", () => {
      this.#bigPlay.hidden = true;
      this.#end.hidden = true;
      if (video.readyState < 3) this.#waitSoon();
    });
    video.addEventListener("ended", () => this.#showEnd());
    video.addEventListener("seeking", () => {
      this.#end.hidden = true;
    });
  }

  /** The browser let nothing play without a press: ask for one. */
  askToPlay() {
    this.#bigPlay.hidden = false;
    this.#noWait();
  }

  /** @param {Trouble | null} trouble */
  showTrouble(trouble) {
    this.#trouble.hidden = trouble === null;
    this.#player.host.dataset.trouble = trouble ?? "";
    if (!trouble) return;
    const { icon: name, title, text, way } = TROUBLES[trouble];
    const { say } = this.#player;
    this.#noWait();
    this.#trouble.replaceChildren(
      icon(name),
      element("strong", {}, say(title)),
      element("p", {}, say(text)),
      way === "retry"
        ? wordButton("refresh", say("retry"), () => this.#player.retry(), "player__word-button--strong")
        : wordButton("refresh", say("reload"), () => location.reload(), "player__word-button--strong"),
    );
  }

  /** A wait is shown only when it lasts, or every seek would flash. */
  #waitSoon() {
    clearTimeout(this.#waitTimer);
    this.#waitTimer = setTimeout(() => {
      this.#wait.hidden = !this.#trouble.hidden || this.#player.video.readyState >= 3;
    }, 350);
  }

  #noWait() {
    clearTimeout(this.#waitTimer);
    this.#wait.hidden = true;
  }

  #showEnd() {
    const { say, config } = this.#player;
    const next = config.next;
    this.#end.hidden = false;
    this.#end.replaceChildren(element("strong", {}, say("ended")));
    const ways = element("div", { class: "player__ways" }, wordButton("back", say("again"), () => this.#player.replay()));
    if (next) {
      const link = element("a", { class: "player__word-button player__word-button--strong", href: next.url });
      link.append(element("span", {}, say("next", { title: next.title })), icon("arrowRight"));
      ways.append(link);
    }
    this.#end.append(ways);
    this.#player.wake();
  }
}
