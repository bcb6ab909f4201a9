/** The strokes of the time line: lanes of a run as SVG, by the stretch that is shown. */

import { clock, tickStep } from "./window.js";

const SVG = "http://www.w3.org/2000/svg";
export const LANES = /** @type {const} */ ([
  { id: "patient", top: 8, height: 40 },
  { id: "hands", top: 60, height: 84 },
  { id: "steps", top: 158, height: 26 },
  { id: "aed", top: 194, height: 26 },
  { id: "scene", top: 230, height: 26 },
]);
export const HEIGHT = 284;
const AXIS = 266;
const GOOD_FROM = 0.8;
const POOR_BELOW = 0.4;

/**
 * @typedef {object} Mark
 * @property {number} t_s
 * @property {string} lane
 * @property {string} kind
 * @property {string} text
 * @property {string} actor
 * @property {string} tone
 * @property {string[]} objectives
 *
 * @typedef {object} Debrief as courses/scenarios/views/debrief.py hands it over
 * @property {number} ended_s
 * @property {Mark[]} marks
 * @property {[number, number | null, number | null, boolean | null, number][]} compressions t_s, depth_mm, rate_cpm, recoil, credit
 * @property {{ from_s: number, to_s: number, counts_s: number, too_long: boolean }[]} pauses
 * @property {[number, number][]} ordered
 * @property {[number, number, number, number, boolean, number][]} vitals t_s, perfusion, oxygen, survival, pulse, blood_loss_ml
 * @property {{ rate_cpm: [number, number], depth_mm: [number, number], pause_s: number, ccf: number }} targets
 * @property {{ count: number, depth_mm: number | null }} hands
 * @property {Record<string, string>} names
 * @property {Record<string, string>} titles
 */

/**
 * @param {string} tag
 * @param {Record<string, string | number>} [attributes]
 * @returns {SVGElement}
 */
export function shape(tag, attributes = {}) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

/** @param {number} credit @returns {"good" | "middling" | "poor"} */
export function gradeOf(credit) {
  return credit >= GOOD_FROM ? "good" : credit >= POOR_BELOW ? "middling" : "poor";
}

/**
 * Everything that lies in the stretch.
 * @param {Debrief} debrief
 * @param {import("./window.js").Span} span
 * @param {number} width px
 * @returns {SVGElement[]}
 */
export function draw(debrief, span, width) {
  const x = (/** @type {number} */ t) => ((t - span.from) / (span.to - span.from || 1)) * width;
  return [
    ...lanes(width),
    ...bands(debrief, x, width),
    flow(debrief, x),
    ...strokes(debrief, span, x, width),
    ...dots(debrief, span, x),
    ...axis(span, x),
  ];
}

/** @param {number} width */
function lanes(width) {
  return LANES.map(({ top, height }) => shape("rect", { class: "timeline__lane", x: 0, y: top, width, height, rx: 6 }));
}

/** @param {Debrief} debrief @param {(t: number) => number} x @param {number} width */
function bands(debrief, x, width) {
  const { top, height } = LANES[1];
  const band = (/** @type {string} */ kind, /** @type {number} */ from, /** @type {number} */ to) => {
    const left = Math.max(0, x(from));
    const right = Math.min(width, x(to));
    return right <= left ? null : shape("rect", { class: `timeline__band timeline__band--${kind}`, x: left, y: top, width: right - left, height });
  };
  const found = [
    ...debrief.pauses.map((pause) => band(pause.too_long ? "long" : "pause", pause.from_s, pause.to_s)),
    ...debrief.ordered.map(([from, to]) => band("ordered", from, to)),
  ];
  return /** @type {SVGElement[]} */ (found.filter(Boolean));
}

/** @param {Debrief} debrief @param {(t: number) => number} x */
function flow(debrief, x) {
  const { top, height } = LANES[0];
  const points = debrief.vitals.map(([t, perfusion]) => `${x(t).toFixed(1)},${(top + height * (1 - perfusion)).toFixed(1)}`);
  const first = debrief.vitals[0]?.[0] ?? 0;
  const last = debrief.vitals.at(-1)?.[0] ?? 0;
  return shape("polygon", { class: "timeline__flow", points: `${x(first)},${top + height} ${points.join(" ")} ${x(last)},${top + height}` });
}

/**
 * Compressions: as long as their depth where it is known, in the colour of their credit. From afar many share a
 * column; then the poorest of a column is drawn, so that nothing bad hides.
 * @param {Debrief} debrief @param {import("./window.js").Span} span @param {(t: number) => number} x @param {number} width
 */
function strokes(debrief, span, x, width) {
  const { top, height } = LANES[1];
  const deepest = Math.max(debrief.targets.depth_mm[1] * 1.25, 1);
  /** @type {Map<number, Debrief["compressions"][number]>} */
  const columns = new Map();
  const columnWidth = 2;
  for (const one of debrief.compressions) {
    if (one[0] < span.from || one[0] > span.to) continue;
    const column = Math.min(Math.floor(width / columnWidth), Math.floor(x(one[0]) / columnWidth));
    const there = columns.get(column);
    if (!there || one[4] < there[4]) columns.set(column, one);
  }
  const paths = { good: "", middling: "", poor: "" };
  for (const [, [t, depth, , , credit]] of columns) {
    const long = height * Math.min(1, depth === null ? 0.6 : depth / deepest);
    paths[gradeOf(credit)] += `M${x(t).toFixed(1)} ${top}v${long.toFixed(1)}`;
  }
  const made = Object.entries(paths).filter(([, d]) => d).map(([grade, d]) => shape("path", { class: `timeline__stroke timeline__stroke--${grade}`, d }));
  if (debrief.hands.depth_mm !== null) {
    for (const goal of debrief.targets.depth_mm) {
      const y = top + height * Math.min(1, goal / deepest);
      made.push(shape("line", { class: "timeline__goal", x1: 0, x2: width, y1: y, y2: y }));
    }
  }
  return made;
}

/** @param {Debrief} debrief @param {import("./window.js").Span} span @param {(t: number) => number} x */
function dots(debrief, span, x) {
  const tops = new Map(LANES.map(({ id, top, height }) => [/** @type {string} */ (id), { top, height }]));
  const small = (/** @type {Mark} */ mark) => mark.kind === "aed" || mark.kind === "prompt";
  const here = debrief.marks.filter((mark) => mark.t_s >= span.from && mark.t_s <= span.to);
  // What was only said lies below what was done.
  return [...here.filter(small), ...here.filter((mark) => !small(mark))].map((mark) => {
    const lane = tops.get(mark.lane) ?? { top: 0, height: 0 };
    const y = mark.lane === "hands" ? lane.top + lane.height - 9 : lane.top + lane.height / 2;
    return shape("circle", { class: `timeline__dot timeline__dot--${mark.tone || "plain"}`, cx: x(mark.t_s).toFixed(1), cy: y, r: small(mark) ? 3.5 : 5.5 });
  });
}

/** @param {import("./window.js").Span} span @param {(t: number) => number} x */
function axis(span, x) {
  const step = tickStep(span.to - span.from);
  const made = [];
  for (let t = Math.ceil(span.from / step) * step; t <= span.to; t += step) {
    made.push(shape("line", { class: "timeline__tick", x1: x(t), x2: x(t), y1: 0, y2: AXIS - 6 }));
    const label = shape("text", { class: "timeline__time", x: x(t), y: AXIS + 10, "text-anchor": t === span.from ? "start" : t === span.to ? "end" : "middle" });
    label.textContent = clock(t);
    made.push(label);
  }
  return made;
}
