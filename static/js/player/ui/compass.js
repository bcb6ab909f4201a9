/** A ring that shows where one looks and where the lesson's regions are; pressing it brings one back to the front. */

import { element } from "../../shared/dom.js";
import { clamp, horizontalFov, wrapDegrees } from "../projection.js";
import { boxAt } from "../regions.js";

const SVG = "http://www.w3.org/2000/svg";
const CENTRE = 24;
const RADIUS = 15;
/** Regions lie on a ring of their own, outside; the smallest is still to be seen. */
const REGION_RADIUS = 19.5;
const REGION_LEAST = 14;

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

export class Compass {
  #view;
  #say;
  #turn;
  #wedge;
  #shownFov = 0;
  #shownAspect = 0;
  #shownYaw = NaN;
  #regions;
  #arcs = /** @type {SVGGElement} */ (shape("g", {}));
  /** @type {{ name: string, yaw: number }[]} the regions of this moment */
  #now = [];

  /**
   * @param {import("../view.js").View} view
   * @param {ReturnType<typeof import("../../shared/language.js").translator<import("../messages.js").MessageKey>>} say
   * @param {() => void} onPress
   * @param {import("../regions.js").Region[]} regions
   */
  constructor(view, say, onPress, regions) {
    this.#view = view;
    this.#regions = regions;
    this.#say = say;
    const svg = /** @type {SVGSVGElement} */ (shape("svg", { viewBox: "0 0 48 48", "aria-hidden": "true", focusable: "false" }));
    this.#wedge = /** @type {SVGPathElement} */ (shape("path", { class: "player__compass-view" }));
    const turning = /** @type {SVGGElement} */ (shape("g", {}));
    turning.append(this.#wedge);
    this.#turn = svg.createSVGTransform();
    turning.transform.baseVal.appendItem(this.#turn);
    this.#turn = turning.transform.baseVal.getItem(0);
    svg.append(
      shape("circle", { class: "player__compass-ring", cx: CENTRE, cy: CENTRE, r: RADIUS }),
      turning,
      this.#arcs,
      shape("path", { class: "player__compass-front", d: "M24 4.5 l3.6 6 h-7.2 z" }),
      shape("circle", { class: "player__compass-head", cx: CENTRE, cy: CENTRE, r: 2.6 }),
    );
    this.root = element("button", { type: "button", class: "player__compass", "data-hint": say("recentre") }, svg);
    this.root.addEventListener("click", onPress);
    // The spoken label need not follow every picture: it is read when the ring is reached.
    this.root.addEventListener("focus", () => this.#name());
    this.root.addEventListener("pointerenter", () => this.#name());
    this.#name();
  }

  /**
   * Follows the view.
   * @frame
   * @param {number} aspect width / height of the picture on screen
   */
  show(aspect) {
    const view = this.#view;
    if (view.yaw !== this.#shownYaw) {
      this.#shownYaw = view.yaw;
      this.#turn.setRotate(view.yaw, CENTRE, CENTRE);
    }
    if (Math.abs(view.fov - this.#shownFov) > 0.5 || aspect !== this.#shownAspect) {
      this.#shownFov = view.fov;
      this.#shownAspect = aspect;
      this.#drawWedge(horizontalFov(view.fov, aspect));
    }
  }

  /** @param {number} fov degrees, as wide as the picture on screen */
  #drawWedge(fov) {
    const half = (fov / 2) * (Math.PI / 180);
    const x = RADIUS * Math.sin(half);
    const y = RADIUS * Math.cos(half);
    this.#wedge.setAttribute("d", `M24 24 L${24 - x} ${24 - y} A${RADIUS} ${RADIUS} 0 0 1 ${24 + x} ${24 - y} Z`);
  }

  /**
   * Draws the regions of a moment; called as the video's clock goes on.
   * @param {number} time seconds
   */
  mark(time) {
    if (this.#regions.length === 0) return;
    this.#now = [];
    const arcs = [];
    for (const region of this.#regions) {
      const box = boxAt(region, time);
      if (!box) continue;
      this.#now.push({ name: region.name, yaw: box.yaw });
      const half = clamp(box.width, REGION_LEAST, 359) / 2;
      const large = half > 90 ? 1 : 0;
      const d = `M${onRing(box.yaw - half)} A${REGION_RADIUS} ${REGION_RADIUS} 0 ${large} 1 ${onRing(box.yaw + half)}`;
      arcs.push(shape("path", { class: "player__compass-region", d }));
    }
    this.#arcs.replaceChildren(...arcs);
    this.#name();
  }

  /** @param {number} yaw degrees from the front */
  #spoken(yaw) {
    const degrees = Math.round(yaw);
    return degrees === 0
      ? this.#say("compassFront")
      : this.#say("compass", { degrees: Math.abs(degrees), side: this.#say(degrees > 0 ? "sideRight" : "sideLeft") });
  }

  #name() {
    const regions = this.#now.map(({ name, yaw }) => {
      const off = Math.round(wrapDegrees(yaw - this.#view.yaw));
      const side = this.#say(off > 0 ? "sideRight" : "sideLeft");
      return off === 0 ? this.#say("regionAhead", { name }) : this.#say("region", { name, degrees: Math.abs(off), side });
    });
    const label = [this.#spoken(this.#view.yaw), ...regions].join(" ");
    if (label !== this.root.getAttribute("aria-label")) this.root.setAttribute("aria-label", label);
  }
}

/** @param {number} yaw degrees from the front, clockwise */
function onRing(yaw) {
  const angle = (yaw * Math.PI) / 180;
  return `${(CENTRE + REGION_RADIUS * Math.sin(angle)).toFixed(2)} ${(CENTRE - REGION_RADIUS * Math.cos(angle)).toFixed(2)}`;
}
