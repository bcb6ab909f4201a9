/** The instructor's heat map over the film: choose a stretch of time, play, read the numbers. */

import { element } from "../shared/dom.js";
import { completeRegions } from "../player/regions.js";
import { FlatFilm } from "./film.js";
import { busiest, coloursOf, peopleIn, regionShares, sharesOf } from "./heat.js";

/** Seconds around the moment that are shown together; Infinity: the whole film. */
const STRETCHES = { moment: 1, around: 10, whole: Infinity };

export class HeatMap {
  #say;
  #grid;
  #regions;
  #canvas = element("canvas", { class: "flat__heat", width: 1080, height: 540, "aria-hidden": "true" });
  #small = document.createElement("canvas");
  #words = element("div", { class: "flat__words", role: "status" });
  #stretch = STRETCHES.moment;
  #shown = "";

  /**
   * @param {HTMLElement} host
   * @param {{ film: import("./film.js").FilmConfig, regions: unknown, least: number }} config
   * @param {import("./heat.js").Grid} grid
   * @param {import("./film.js").Say} say
   */
  constructor(host, config, grid, say) {
    this.#say = say;
    this.#grid = grid;
    this.#regions = completeRegions(config.regions);
    this.#small.width = grid.columns;
    this.#small.height = grid.rows;
    this.film = new FlatFilm(config.film, say, this.#canvas);
    this.film.onTime = (time) => this.#show(time);
    const choice = element("fieldset", { class: "flat__stretch" }, element("legend", { class: "field__label" }, say("stretch")));
    for (const [name, seconds] of Object.entries(STRETCHES)) {
      const radio = element("input", { type: "radio", name: "stretch", value: name, checked: name === "moment" });
      radio.addEventListener("change", () => {
        this.#stretch = seconds;
        this.#show(this.film.time);
      });
      choice.append(element("label", { class: "flat__radio" }, radio, say(/** @type {"moment" | "around" | "whole"} */ (name))));
    }
    const legend = element("p", { class: "flat__legend" }, say("few"), element("span", { class: "flat__ramp", "aria-hidden": "true" }), say("most"));
    host.replaceChildren(this.film.root, element("div", { class: "flat__below" }, choice, legend), this.#words);
    this.#show(0);
  }

  /** @param {number} time seconds */
  #show(time) {
    const whole = this.#stretch === Infinity;
    const from = whole ? 0 : time - (this.#stretch - 1) / 2;
    const to = whole ? this.film.duration : from + this.#stretch;
    const key = `${Math.floor(from)} ${Math.ceil(to)}`;
    if (key === this.#shown) return;
    this.#shown = key;
    const [first, last] = whole ? [0, to] : [Math.floor(from), Math.floor(from) + this.#stretch];
    const shares = sharesOf(this.#grid, first, last);
    this.#draw(shares);
    this.#tell(shares, peopleIn(this.#grid, first, last), time);
  }

  /** @param {Float64Array} shares */
  #draw(shares) {
    const small = this.#small.getContext("2d");
    const large = this.#canvas.getContext("2d");
    if (!small || !large) return;
    small.putImageData(new ImageData(coloursOf(shares), this.#grid.columns, this.#grid.rows), 0, 0);
    large.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    large.imageSmoothingQuality = "high";
    large.drawImage(this.#small, 0, 0, this.#canvas.width, this.#canvas.height);
  }

  /**
   * @param {Float64Array} shares
   * @param {number} people
   * @param {number} time
   */
  #tell(shares, people, time) {
    const say = this.#say;
    const top = busiest(this.#grid, shares);
    if (!top) {
      this.#words.replaceChildren(element("p", { class: "muted" }, say("tooFew")));
      return;
    }
    const side = say(top.yaw < 0 ? "left" : "right");
    const height = say(top.pitch < 0 ? "down" : "up");
    const most = say("busiest", { across: Math.abs(Math.round(top.yaw)), side, tall: Math.abs(Math.round(top.pitch)), height, share: percent(top.share) });
    const regions = regionShares(this.#grid, shares, this.#regions, time);
    this.#words.replaceChildren(
      element("p", {}, say("people", { count: people }), " ", most),
      regions.length > 0 && element("ul", { class: "flat__regions" }, ...regions.map(({ name, share }) => element("li", {}, say("inRegion", { name, share: percent(share) })))) || "",
    );
  }
}

/** @param {number} share */
function percent(share) {
  return `${Math.round(share * 100)} %`;
}
