/** The bar of a replay: play, the moment on a slider with marks of the compressions, speed, and whose eyes. */

import { element } from "../../shared/dom.js";
import { ReplayLink } from "../links/replay.js";
import { icon } from "./icons.js";
import { clockText } from "./overlay.js";

/** @typedef {import("../stage.js").Stage} Stage */

const SPEEDS = [1, 2, 4, 8];

export class ReplayBar {
  #stage;
  #link;
  #play;
  #slider;
  #time;
  #playing = false;

  /** @param {Stage} stage @param {ReplayLink} link */
  constructor(stage, link) {
    this.#stage = stage;
    this.#link = link;
    const { say } = stage;
    this.#play = element("button", { type: "button", class: "stage__tool", "data-do": "play" });
    this.#play.addEventListener("click", () => {
      stage.sounds.wake();
      if (link.phase === "running") link.pause();
      else {
        const over = link.t >= link.duration;
        link.resume();
        if (over) stage.scene.retell([]);
      }
      this.tick();
    });
    this.#slider = element("input", { type: "range", min: 0, max: Math.ceil(link.duration), step: 0.25, value: 0, "aria-label": say("replayAt") });
    this.#slider.addEventListener("input", () => stage.seek(Number(this.#slider.value)));
    this.#time = element("output", {});
    const speed = element("button", { type: "button", class: "stage__tool" }, "1×");
    speed.addEventListener("click", () => {
      const next = SPEEDS[(SPEEDS.indexOf(link.speed) + 1) % SPEEDS.length];
      link.setSpeed(next);
      speed.textContent = `${next}×`;
    });
    const eyes = element("select", { "aria-label": say("watchFree") }, element("option", { value: "" }, say("watchFree")),
      ...link.team.map(({ actor, name }) => element("option", { value: actor }, say("watchEyes", { name: name || actor }))));
    eyes.addEventListener("change", () => stage.watch(eyes.value || null));
    stage.host.dataset.replay = "";
    stage.host.append(element("div", { class: "stage__replay" }, this.#play, this.#slider, this.#time, speed, eyes));
    this.#name(true);
    this.tick();
  }

  /** @param {boolean} paused */
  #name(paused) {
    this.#play.replaceChildren(icon(paused ? "play" : "pause"), element("span", {}, this.#stage.say(paused ? "play" : "pause")));
  }

  tick() {
    const playing = this.#link.phase === "running";
    if (playing !== this.#playing) this.#name(!playing);
    this.#playing = playing;
    this.#time.textContent = `${clockText(this.#link.t)} / ${clockText(this.#link.duration)}`;
    if (document.activeElement !== this.#slider || playing) this.#slider.value = String(this.#link.t);
  }
}
