/** A ring that shows where one looks; pressing it brings one back to the front. */

import { element } from "../../shared/dom.js";
import { horizontalFov } from "../projection.js";

const SVG = "http://www.w3.org/2000/svg";
const CENTRE = 24;
const RADIUS = 15;

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

  /**
   * @param {import("../view.js").View} view
   * @param {ReturnType<typeof import("../../shared/language.js").translator<import("../messages.js").MessageKey>>} say
   * @param {() => void} onPress
   */
  constructor(view, say, onPress) {
    this.#view = view;
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

  #name() {
    const yaw = Math.round(this.#view.yaw);
    const label = yaw === 0
      ? this.#say("compassFront")
      : this.#say("compass", { degrees: Math.abs(yaw), side: this.#say(yaw > 0 ? "sideRight" : "sideLeft") });
    this.root.setAttribute("aria-label", label);
  }
}
