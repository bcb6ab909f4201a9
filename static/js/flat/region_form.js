/** The panel beside the picture: the list of regions, and the chosen one's name, time, place and waypoints. */

import { element } from "../shared/dom.js";
import { clockTime } from "../player/clock.js";
import { nameOf } from "./edit.js";
import { boxAt } from "../player/regions.js";

/**
 * @typedef {import("./edit.js").Draft} Draft
 * @typedef {object} Deeds what the panel asks for
 * @property {(index: number) => void} choose
 * @property {(some: Partial<Draft>) => void} change
 * @property {(box: import("./edit.js").Box) => void} put
 * @property {() => void} waypoint
 * @property {(index: number) => void} removeWaypoint
 * @property {(time: number) => void} goTo
 * @property {() => void} remove
 * @property {() => void} add
 * @property {() => number} now
 */

/** @typedef {"yaw" | "pitch" | "width" | "height"} Side */
const SIDES = /** @type {const} */ (["yaw", "pitch", "width", "height"]);

export class RegionForm {
  #say;
  #deeds;
  #list = element("ul", { class: "flat__list plain-list" });
  #details = element("div", { class: "stack stack--tight" });
  #waypoints = element("ul", { class: "flat__waypoints plain-list" });
  /** @type {Record<string, HTMLInputElement>} */
  #fields = {};
  /** @type {Draft | null} */
  #region = null;

  /**
   * @param {import("./film.js").Say} say
   * @param {Deeds} deeds
   */
  constructor(say, deeds) {
    this.#say = say;
    this.#deeds = deeds;
    const text = (/** @type {"title_zh" | "title_en"} */ name, /** @type {string} */ lang) =>
      this.#field(name, { type: "text", maxlength: 120, lang }, (value) => deeds.change({ [name]: value }));
    const moment = (/** @type {"start" | "end"} */ name) => {
      const field = this.#field(name, { type: "number", min: 0, step: 0.1 }, (value) => deeds.change({ [name]: Number(value) }));
      const here = element("button", { type: "button", class: "btn btn--quiet" }, say("here"), element("span", { class: "visually-hidden" }, ` ${say(name)}`));
      here.addEventListener("click", () => deeds.change({ [name]: Math.round(deeds.now() * 10) / 10 }));
      return element("div", { class: "flat__moment" }, field, here);
    };
    const sides = SIDES.map((side) => this.#field(side, { type: "number", step: 1 }, (value) => this.#put(side, Number(value))));
    const waypoint = element("button", { type: "button", class: "btn" }, say("addWaypoint"));
    waypoint.addEventListener("click", () => deeds.waypoint());
    const remove = element("button", { type: "button", class: "btn btn--quiet" }, say("remove"));
    remove.addEventListener("click", () => deeds.remove());
    const add = element("button", { type: "button", class: "btn" }, say("add"));
    add.addEventListener("click", () => deeds.add());
    this.#details.append(
      text("title_zh", "zh-hans"), text("title_en", "en"),
      element("div", { class: "flat__pair" }, moment("start"), moment("end")),
      element("div", { class: "flat__pair" }, ...sides),
      element("div", { class: "stack stack--tight" }, element("p", { class: "field__hint" }, say("waypointHint")), this.#waypoints, element("div", { class: "cluster" }, waypoint, remove)),
    );
    this.root = element("div", { class: "stack" }, element("h2", {}, say("regions")), this.#list, element("div", {}, add), this.#details);
  }

  focusName() {
    this.#fields.title_zh.focus();
    this.#fields.title_zh.select();
  }

  /**
   * @param {Draft[]} regions
   * @param {number} chosen
   */
  show(regions, chosen) {
    this.#region = regions[chosen] ?? null;
    this.#details.hidden = !this.#region;
    this.#list.replaceChildren(...regions.map((region, index) => {
      const button = element("button", { type: "button", class: "flat__item", "aria-pressed": index === chosen ? "true" : "false" },
        element("span", {}, nameOf(region)), element("span", { class: "muted small" }, `${clockTime(region.start)} – ${clockTime(region.end)}`));
      button.addEventListener("click", () => this.#deeds.choose(index));
      return element("li", {}, button);
    }));
    if (!regions.length) this.#list.append(element("li", { class: "muted" }, this.#say("none")));
    if (!this.#region) return;
    for (const name of /** @type {const} */ (["title_zh", "title_en", "start", "end"])) this.#set(name, String(this.#region[name]));
    const { keyframes } = this.#region;
    this.#waypoints.replaceChildren(...(keyframes.length < 2 ? [] : keyframes.map(({ t }, index) => this.#waypoint(t, index))));
  }

  /** The place of the chosen region at another moment. @param {number} time seconds */
  tick(time) {
    const box = this.#region && boxAt({ id: "", name: "", ...this.#region }, time);
    for (const side of SIDES) {
      this.#fields[side].disabled = !box;
      if (box) this.#set(side, String(Math.round(box[side] * 10) / 10));
    }
  }

  /**
   * @param {number} time
   * @param {number} index
   */
  #waypoint(time, index) {
    const go = element("button", { type: "button", class: "btn btn--quiet" }, this.#say("waypointAt", { time: clockTime(time) }));
    go.addEventListener("click", () => this.#deeds.goTo(time));
    const drop = element("button", { type: "button", class: "btn btn--quiet" }, this.#say("dropWaypoint"), element("span", { class: "visually-hidden" }, ` ${clockTime(time)}`));
    drop.addEventListener("click", () => this.#deeds.removeWaypoint(index));
    return element("li", { class: "cluster" }, go, drop);
  }

  /**
   * @param {Side} side
   * @param {number} value
   */
  #put(side, value) {
    const box = this.#region && boxAt({ id: "", name: "", ...this.#region }, this.#deeds.now());
    if (box && Number.isFinite(value)) this.#deeds.put({ ...box, [side]: value });
  }

  /**
   * Fields keep what is being typed.
   * @param {string} name
   * @param {string} value
   */
  #set(name, value) {
    const field = this.#fields[name];
    if (document.activeElement !== field) field.value = value;
  }

  /**
   * @param {"title_zh" | "title_en" | "start" | "end" | Side} name
   * @param {import("../shared/dom.js").Attributes} attributes
   * @param {(value: string) => void} onChange
   */
  #field(name, attributes, onChange) {
    const input = element("input", { class: "input", id: `region-${name}`, ...attributes });
    input.addEventListener("change", () => onChange(input.value));
    this.#fields[name] = input;
    return element("div", { class: "field" }, element("label", { class: "field__label", for: `region-${name}` }, this.#say(name)), input);
  }
}
