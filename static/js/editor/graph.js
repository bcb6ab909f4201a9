/** States and transitions as a drawing: layers by dagre, strokes and words by the page's style sheet. */

import { Graph, layout } from "@dagrejs/dagre";
import { languageKey } from "../shared/language.js";
import { element } from "../shared/dom.js";
import { conditionWords } from "./words.js";

/** @typedef {import("./names.js").Content} Content @typedef {import("./messages.js").Say} Say */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 190;
const HEIGHT = 60;
const LABEL_WIDTH = 150;
const LABEL_HEIGHT = 18;
const LABEL_LETTERS = 26;
const STEP = 1.25;
/** Below this scale words can no longer be read; then the drawing scrolls. */
const SMALLEST = 0.8;

export class GraphView {
  /**
   * @param {Say} say
   * @param {(state: string) => void} onChoose
   */
  constructor(say, onChoose) {
    this._say = say;
    this._onChoose = onChoose;
    this._scale = 0;
    this._size = { width: 0, height: 0 };
    this._canvas = element("div", { class: "sced-graph__canvas" });
    const [larger, smaller] = /** @type {const} */ ([["zoomIn", "+", STEP], ["zoomOut", "−", 1 / STEP]]).map(([key, sign, by]) => {
      const button = element("button", { type: "button", class: "btn btn--icon btn--small", "aria-label": say(key), title: say(key) }, sign);
      button.addEventListener("click", () => this._zoom(by));
      return button;
    });
    const help = element("p", { class: "small muted" }, say("graphHelp"));
    this.element = element("div", { class: "sced-graph" }, element("div", { class: "sced-graph__bar" }, help, smaller, larger), this._canvas);
  }

  /**
   * @param {Content} content
   * @param {Set<string>} faulty states with something to mend
   * @param {string | null} now state of the try-out
   */
  show(content, faulty, now) {
    const states = typeof content.states === "object" && content.states ? content.states : {};
    if (!Object.keys(states).length) {
      this._canvas.replaceChildren(element("p", { class: "muted" }, this._say("graphEmpty")));
      return;
    }
    const graph = laidOut(states, conditionWords(content, this._say));
    const { width = 0, height = 0 } = graph.graph();
    this._size = { width, height };
    const svg = svgElement("svg", { viewBox: `-2 -2 ${width + 4} ${height + 4}`, role: "group", "aria-label": this._say("graphLabel") });
    svg.append(arrowHead());
    const edges = graph.edges().map((edge) => graph.edge(edge));
    svg.append(...edges.map(drawnPath), ...edges.map(drawnWords));
    for (const name of Object.keys(states)) svg.append(this._node(name, states, graph.node(name), content, faulty, now));
    this._canvas.replaceChildren(svg);
    const isFirst = !this._svg;
    this._svg = svg;
    this._fit();
    if (isFirst && content.start in states) this._centre(graph.node(content.start).x);
  }

  /** @param {string} name @param {Record<string, any>} states @param {any} at @param {Content} content @param {Set<string>} faulty @param {string | null} now */
  _node(name, states, at, content, faulty, now) {
    const state = states[name] ?? {};
    const title = titleOf(state, name);
    const next = (Array.isArray(state.transitions) ? state.transitions : []).map((/** @type {any} */ t) => titleOf(states[t?.to], String(t?.to)));
    const label = this._say("stateWith", { title, next: [...new Set(next)].join(", ") || this._say("nowhere") });
    const classes = ["sced-node", state.end && "sced-node--end", faulty.has(name) && "sced-node--faulty", name === now && "sced-node--now", name === content.start && "sced-node--start"];
    const group = svgElement("g", { class: classes.filter(Boolean).join(" "), transform: `translate(${at.x - WIDTH / 2} ${at.y - HEIGHT / 2})`, tabindex: "0", role: "button", "aria-label": label });
    group.append(svgElement("rect", { width: WIDTH, height: HEIGHT, rx: state.end ? HEIGHT / 2 : 10 }));
    group.append(svgText(shortened(title, 21), WIDTH / 2, 26, "sced-node__title"));
    const how = state.end ? this._say("ends", { how: endWords(state.end, this._say) }) : name === content.start ? this._say("begins") : name;
    group.append(svgText(shortened(how, 26), WIDTH / 2, 45, "sced-node__name"));
    const choose = () => this._onChoose(name);
    group.addEventListener("click", choose);
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose();
    });
    return group;
  }

  /** Where the drawing is wider than its place, it begins with the first state. @param {number} x */
  _centre(x) {
    const drawn = this._svg?.getBoundingClientRect().width ?? 0;
    this._canvas.scrollLeft = (x * drawn) / (this._size.width || 1) - this._canvas.clientWidth / 2;
  }

  /** @param {number} by */
  _zoom(by) {
    const drawn = this._svg?.getBoundingClientRect().width ?? 0;
    this._scale = Math.min(3, Math.max(0.2, (drawn / (this._size.width || 1)) * by));
    this._fit();
  }

  /** The whole drawing in the width there is, as long as it can be read, until somebody zooms. */
  _fit() {
    if (!this._svg) return;
    const { width } = this._size;
    this._svg.style.width = this._scale ? `${width * this._scale}px` : "";
    this._svg.style.minWidth = this._scale ? "0" : `${width * SMALLEST}px`;
    this._svg.style.maxWidth = this._scale ? "none" : `${width}px`;
  }
}

/**
 * How a run ended, in words.
 * @param {string} outcome
 * @param {Say} say
 */
export function endWords(outcome, say) {
  const key = { recovered: "recovered_end", handover: "handover_end", improved: "improved_end", lost: "lost_end", time_up: "time_up_end" }[outcome];
  return key ? say(/** @type {import("./messages.js").MessageKey} */ (key)) : outcome;
}

/**
 * @param {Record<string, any>} states
 * @param {(condition: any) => string} words
 */
function laidOut(states, words) {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 28, ranksep: 34, edgesep: 14, marginx: 4, marginy: 4 });
  for (const name of Object.keys(states)) graph.setNode(name, { width: WIDTH, height: HEIGHT });
  for (const [name, state] of Object.entries(states)) {
    if (!Array.isArray(state?.transitions)) continue;
    state.transitions.forEach((/** @type {any} */ transition, /** @type {number} */ i) => {
      if (!(transition?.to in states)) return;
      const label = words(transition.when);
      graph.setEdge(name, transition.to, { label, width: LABEL_WIDTH, height: LABEL_HEIGHT, labelpos: "c" }, String(i));
    });
  }
  layout(graph);
  return graph;
}

/** @param {any} edge */
function drawnPath(edge) {
  const [first, ...rest] = edge.points;
  const path = rest.map((/** @type {any} */ point) => `L${point.x} ${point.y}`).join("");
  return svgElement("path", { class: "sced-edge", d: `M${first.x} ${first.y}${path}`, "marker-end": "url(#sced-arrow)" });
}

/** Words come after all strokes, so that none is crossed out. @param {any} edge */
function drawnWords(edge) {
  const text = svgText(shortened(edge.label, LABEL_LETTERS), edge.x, edge.y + 4, "sced-edge__words");
  const whole = svgElement("title", {});
  whole.textContent = edge.label;
  text.append(whole);
  return text;
}

function arrowHead() {
  const defs = svgElement("defs", {});
  const marker = svgElement("marker", { id: "sced-arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse", class: "sced-arrow" });
  marker.append(svgElement("path", { d: "M0 0L8 4L0 8z" }));
  defs.append(marker);
  return defs;
}

/** @param {any} state @param {string} name @returns {string} */
function titleOf(state, name) {
  return state?.title?.[languageKey(document.documentElement.lang)] ?? name;
}

/** @param {string} text @param {number} letters width in Latin letters; a Chinese one takes two */
function shortened(text, letters) {
  let width = 0;
  let kept = "";
  for (const letter of text) {
    width += letter.charCodeAt(0) > 0x2e80 ? 2 : 1;
    if (width > letters) return `${kept}…`;
    kept += letter;
  }
  return kept;
}

/** @param {string} content @param {number} x @param {number} y @param {string} css */
function svgText(content, x, y, css) {
  const text = svgElement("text", { x, y, class: css, "text-anchor": "middle" });
  text.textContent = content;
  return text;
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} attributes
 * @returns {SVGElementTagNameMap[Tag]}
 */
function svgElement(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}
