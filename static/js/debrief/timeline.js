/** The time line of a debrief: drawn, zoomed and walked along. The tables below it say the same in numbers. */

import { element } from "../shared/dom.js";
import { translator } from "../shared/language.js";
import { HEIGHT, LANES, draw, gradeOf, shape } from "./drawing.js";
import { messages } from "./messages.js";
import { clock, moved, showing, zoomed } from "./window.js";

const NEAR_PX = 14;
const GRADE_WORDS = /** @type {const} */ ({ good: "legendGood", middling: "legendMiddling", poor: "legendPoor" });

export class Timeline {
  /** @type {import("./drawing.js").Debrief} */
  #debrief;
  #say;
  #whole;
  /** @type {import("./window.js").Span} */
  #span;
  #svg;
  #words;
  #width = 1000;
  /** @type {number} index of the mark that is chosen, -1: none */
  #chosen = -1;
  #cursor = 0;

  /**
   * @param {HTMLElement} root
   * @param {import("./drawing.js").Debrief} debrief
   */
  constructor(root, debrief) {
    this.#debrief = debrief;
    this.#say = translator(messages);
    this.#whole = Math.max(1, debrief.ended_s);
    this.#span = { from: 0, to: this.#whole };
    this.#svg = /** @type {SVGSVGElement} */ (shape("svg", { class: "timeline__drawing", "aria-hidden": "true" }));
    this.#words = element("p", { class: "timeline__words", "aria-live": "polite" }, this.#say("choose"));
    const view = element("div", { class: "timeline__view", tabindex: 0, role: "group", "aria-label": this.#say("label", { time: clock(this.#whole) }) }, this.#svg);
    root.replaceChildren(
      element("div", { class: "timeline" },
        element("div", { class: "timeline__names", "aria-hidden": "true" }, ...LANES.map(({ id }) => element("span", { class: `timeline__name timeline__name--${id}` }, this.#say(id)))),
        view),
      this.#words,
      this.#tools(),
    );
    this.#listen(view);
    new ResizeObserver(() => this.#resize(view)).observe(view);
    this.#resize(view);
  }

  #tools() {
    const button = (/** @type {import("./messages.js").MessageKey} */ key, /** @type {() => void} */ act) => {
      const made = element("button", { type: "button", class: "btn btn--quiet" }, this.#say(key));
      made.addEventListener("click", act);
      return made;
    };
    const middle = () => this.#cursor || (this.#span.from + this.#span.to) / 2;
    const sign = (/** @type {string} */ kind, /** @type {import("./messages.js").MessageKey} */ key) =>
      element("span", { class: "timeline__key" }, element("i", { class: `timeline__swatch timeline__swatch--${kind}`, "aria-hidden": "true" }), this.#say(key));
    return element("div", { class: "timeline__tools" },
      element("div", { class: "cluster" }, sign("good", "legendGood"), sign("middling", "legendMiddling"), sign("poor", "legendPoor"), sign("pause", "legendPause"), sign("ordered", "legendOrdered")),
      element("div", { class: "cluster" },
        button("zoomIn", () => this.#show(zoomed(this.#span, 0.5, middle(), this.#whole))),
        button("zoomOut", () => this.#show(zoomed(this.#span, 2, middle(), this.#whole))),
        button("whole", () => this.#show({ from: 0, to: this.#whole }))));
  }

  /** @param {HTMLElement} view */
  #listen(view) {
    view.addEventListener("keydown", (event) => this.#key(event));
    view.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.#show(zoomed(this.#span, event.deltaY > 0 ? 1.25 : 0.8, this.#timeAt(event), this.#whole));
    }, { passive: false });
    let from = NaN;
    view.addEventListener("pointerdown", (event) => {
      from = event.clientX;
      view.setPointerCapture(event.pointerId);
    });
    view.addEventListener("pointermove", (event) => {
      if (Number.isNaN(from)) return event.pointerType === "mouse" ? this.#point(event) : undefined;
      const by = ((from - event.clientX) / this.#width) * (this.#span.to - this.#span.from);
      from = event.clientX;
      return this.#show(moved(this.#span, by, this.#whole));
    });
    for (const end of ["pointerup", "pointercancel"]) {
      view.addEventListener(end, (event) => {
        from = NaN;
        if (end === "pointerup") this.#point(/** @type {PointerEvent} */ (event));
      });
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) this.#choose(Math.min(Math.max(0, this.#chosen + step), this.#debrief.marks.length - 1));
    else if (event.key === "Home") this.#choose(0);
    else if (event.key === "End") this.#choose(this.#debrief.marks.length - 1);
    else if (event.key === "+" || event.key === "=") this.#show(zoomed(this.#span, 0.5, this.#cursor, this.#whole));
    else if (event.key === "-") this.#show(zoomed(this.#span, 2, this.#cursor, this.#whole));
    else if (event.key === "0") this.#show({ from: 0, to: this.#whole });
    else return;
    event.preventDefault();
  }

  /** @param {MouseEvent} event */
  #timeAt(event) {
    const box = this.#svg.getBoundingClientRect();
    return this.#span.from + ((event.clientX - box.left) / box.width) * (this.#span.to - this.#span.from);
  }

  /** @param {number} index */
  #choose(index) {
    const mark = this.#debrief.marks[index];
    if (!mark) return;
    this.#chosen = index;
    this.#cursor = mark.t_s;
    this.#words.textContent = this.#markWords(mark);
    this.#show(showing(this.#span, mark.t_s, this.#whole));
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const box = this.#svg.getBoundingClientRect();
    const y = event.clientY - box.top;
    const at = this.#timeAt(event);
    const near = (NEAR_PX / box.width) * (this.#span.to - this.#span.from);
    const lane = LANES.find(({ top, height }) => y >= top && y <= top + height)?.id;
    const marks = this.#debrief.marks.map((mark, index) => ({ mark, index })).filter(({ mark }) => mark.lane === lane && Math.abs(mark.t_s - at) <= near);
    marks.sort((a, b) => Math.abs(a.mark.t_s - at) - Math.abs(b.mark.t_s - at));
    this.#cursor = Math.min(Math.max(0, at), this.#whole);
    this.#chosen = marks[0]?.index ?? this.#chosen;
    const words = marks.length && lane !== "hands" ? marks.map(({ mark }) => this.#markWords(mark)).join("　") : this.#momentWords(lane, at, near, marks[0]?.mark);
    if (words && words !== this.#words.textContent) this.#words.textContent = words;
    this.#paint();
  }

  /** @param {import("./drawing.js").Mark} mark */
  #markWords(mark) {
    const parts = [`${clock(mark.t_s)} ${mark.text}`];
    if (this.#debrief.names[mark.actor]) parts.push(this.#debrief.names[mark.actor]);
    if (mark.tone === "good" || mark.tone === "warn" || mark.tone === "bad") parts.push(this.#say(mark.tone));
    if (mark.objectives.length) parts.push(this.#say("decides", { objectives: mark.objectives.map((id) => this.#debrief.titles[id] ?? id).join(", ") }));
    return parts.join(" · ");
  }

  /**
   * @param {string | undefined} lane
   * @param {number} at
   * @param {number} near
   * @param {import("./drawing.js").Mark | undefined} mark
   */
  #momentWords(lane, at, near, mark) {
    if (lane === "patient") {
      const vital = this.#debrief.vitals.filter(([t]) => t <= at).at(-1);
      return vital ? `${clock(at)} ${this.#say("flow", { percent: Math.round(100 * vital[1]) })} · ${this.#say(vital[4] ? "pulse" : "noPulse")}` : "";
    }
    if (lane !== "hands") return "";
    const pause = this.#debrief.pauses.find(({ from_s, to_s }) => at >= from_s && at <= to_s && to_s - from_s > 1);
    if (pause) return `${clock(pause.from_s)}–${clock(pause.to_s)} ${this.#pauseWords(pause)}`;
    const nearest = this.#debrief.compressions.reduce((best, one) => (Math.abs(one[0] - at) < Math.abs(best[0] - at) ? one : best), this.#debrief.compressions[0]);
    if (!nearest || Math.abs(nearest[0] - at) > Math.max(near, 0.5)) return mark ? this.#markWords(mark) : "";
    return this.#compressionWords(nearest);
  }

  /** @param {import("./drawing.js").Debrief["pauses"][number]} pause */
  #pauseWords(pause) {
    const seconds = Math.round(pause.to_s - pause.from_s);
    const counted = Math.round(pause.counts_s);
    return counted === seconds ? this.#say("pause", { seconds }) : this.#say("pauseCounted", { seconds, counted });
  }

  /** @param {import("./drawing.js").Debrief["compressions"][number]} one */
  #compressionWords([t, depth, rate, recoil, credit]) {
    const parts = [`${clock(t)} ${this.#say("compression")}`];
    if (depth !== null) parts.push(this.#say("travel", { mm: Math.round(depth) }));
    if (rate !== null) parts.push(this.#say("rate", { cpm: Math.round(rate) }));
    if (recoil !== null) parts.push(this.#say(recoil ? "released" : "notReleased"));
    parts.push(this.#say(GRADE_WORDS[gradeOf(credit)]));
    return parts.join(" · ");
  }

  /** @param {HTMLElement} view */
  #resize(view) {
    this.#width = Math.max(200, view.clientWidth);
    this.#svg.setAttribute("viewBox", `0 0 ${this.#width} ${HEIGHT}`);
    this.#svg.setAttribute("height", String(HEIGHT));
    this.#paint();
  }

  /** @param {import("./window.js").Span} span */
  #show(span) {
    this.#span = span;
    this.#paint();
  }

  #paint() {
    const drawn = draw(this.#debrief, this.#span, this.#width);
    if (this.#cursor >= this.#span.from && this.#cursor <= this.#span.to && this.#cursor > 0) {
      const x = ((this.#cursor - this.#span.from) / (this.#span.to - this.#span.from)) * this.#width;
      drawn.push(shape("line", { class: "timeline__cursor", x1: x, x2: x, y1: 0, y2: HEIGHT - 24 }));
    }
    this.#svg.replaceChildren(...drawn);
  }
}
