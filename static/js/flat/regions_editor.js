/** The editor of regions: draw rectangles over the film, say from when to when, let them move, save. */

import { csrfToken } from "../shared/csrf.js";
import { element } from "../shared/dom.js";
import { boxAt } from "../player/regions.js";
import { wrapDegrees } from "../player/projection.js";
import { addWaypoint, boxBetween, History, nameOf, newRegion, place, removeWaypoint } from "./edit.js";
import { FlatFilm } from "./film.js";
import { RegionForm } from "./region_form.js";

const SVG = "http://www.w3.org/2000/svg";
/** A press that moves less than this (degrees) is no drag. */
const LEAST_DRAG = 2;
const STEP = 1;
const LONG_STEP = 5;

/**
 * @typedef {import("./edit.js").Draft} Draft
 * @typedef {{ yaw: number, pitch: number }} Place
 */

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
function shape(tag, attributes) {
  const made = /** @type {SVGGraphicsElement} */ (document.createElementNS(SVG, tag));
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

/**
 * Puts shapes in place of those that are there. Where they are the same ones elsewhere, they only move: what has the
 * focus, or is being dragged, stays what it is.
 * @param {SVGSVGElement} layer
 * @param {SVGGraphicsElement[]} shapes
 */
function update(layer, shapes) {
  const key = (/** @type {Element} */ made) => /** @type {SVGElement} */ (made).dataset.key;
  const old = [...layer.children];
  if (old.length !== shapes.length || old.some((made, i) => key(made) !== key(shapes[i]))) return layer.replaceChildren(...shapes);
  old.forEach((made, i) => {
    for (const { name, value } of shapes[i].attributes) made.setAttribute(name, value);
  });
}

export class RegionsEditor {
  #say;
  #saveUrl;
  #most;
  /** @type {Draft[]} */
  #regions;
  #chosen = -1;
  /** @type {History<{ regions: Draft[], chosen: number }>} */
  #history = new History();
  #saved = "";
  #layer = /** @type {SVGSVGElement} */ (/** @type {unknown} */ (shape("svg", { class: "flat__layer", viewBox: "-180 -90 360 180", preserveAspectRatio: "none" })));
  #form;
  #undo;
  #save;
  #state = element("p", { class: "flat__state", role: "status" });

  /**
   * @param {HTMLElement} host
   * @param {{ film: import("./film.js").FilmConfig, regions: Draft[], most: number }} config
   * @param {string} saveUrl
   * @param {import("./film.js").Say} say
   */
  constructor(host, config, saveUrl, say) {
    this.#say = say;
    this.#saveUrl = saveUrl;
    this.#most = config.most;
    this.#regions = config.regions.map(({ title_zh, title_en, start, end, keyframes }) => ({ title_zh, title_en, start, end, keyframes }));
    this.#saved = JSON.stringify(this.#regions);
    this.film = new FlatFilm(config.film, say, this.#layer);
    this.film.onTime = () => this.#draw();
    this.#form = new RegionForm(say, {
      choose: (index) => this.#choose(index),
      change: (some) => this.#change((region) => ({ ...region, ...some })),
      put: (box) => this.#change((region) => place(region, this.film.time, box)),
      waypoint: () => this.#change((region) => addWaypoint(region, this.film.time)),
      removeWaypoint: (index) => this.#change((region) => removeWaypoint(region, index)),
      goTo: (time) => this.film.seek(time),
      remove: () => this.#remove(),
      add: () => this.#add({ yaw: 0, pitch: 0, width: 30, height: 20 }),
      now: () => this.film.time,
    });
    this.#undo = element("button", { type: "button", class: "btn" }, say("undo"));
    this.#save = element("button", { type: "button", class: "btn btn--primary" }, say("save"));
    this.#undo.addEventListener("click", () => this.#back());
    this.#save.addEventListener("click", () => void this.#send());
    host.replaceChildren(
      element("div", { class: "flat__editor" },
        element("div", { class: "flat__side" }, this.film.root, element("p", { class: "muted small" }, say("drawHint"))),
        element("div", { class: "flat__panel card" }, this.#form.root, element("div", { class: "form__actions" }, this.#save, this.#undo), this.#state)),
    );
    this.#listen();
    this.#show();
  }

  get #dirty() {
    return JSON.stringify(this.#regions) !== this.#saved;
  }

  #listen() {
    this.#layer.addEventListener("pointerdown", (event) => this.#press(event));
    this.#layer.addEventListener("keydown", (event) => this.#key(event));
    addEventListener("beforeunload", (event) => {
      if (this.#dirty) event.preventDefault();
    });
  }

  // --- changes ------------------------------------------------------------------------------

  #note() {
    this.#history.note({ regions: this.#regions, chosen: this.#chosen });
  }

  /** @param {(region: Draft) => Draft} how */
  #change(how) {
    const region = this.#regions[this.#chosen];
    if (!region) return;
    const changed = how(region);
    if (JSON.stringify(changed) === JSON.stringify(region)) return;
    this.#note();
    this.#regions = this.#regions.map((other, i) => (i === this.#chosen ? changed : other));
    this.#show();
  }

  /** @param {import("./edit.js").Box} box */
  #add(box) {
    if (this.#regions.length >= this.#most) {
      this.#state.textContent = this.#say("tooMany", { most: this.#most });
      return;
    }
    this.#note();
    const number = this.#regions.length + 1;
    this.#regions = [...this.#regions, newRegion(box, this.film.time, this.film.duration, { zh: `区域 ${number}`, en: `Region ${number}` })];
    this.#chosen = this.#regions.length - 1;
    this.#show();
    this.#form.focusName();
  }

  #remove() {
    if (this.#chosen < 0) return;
    this.#note();
    this.#regions = this.#regions.filter((_, i) => i !== this.#chosen);
    this.#chosen = Math.min(this.#chosen, this.#regions.length - 1);
    this.#show();
    this.#state.textContent = this.#say("removed");
  }

  #back() {
    const before = this.#history.back();
    if (!before) return;
    this.#regions = before.regions;
    this.#chosen = before.chosen;
    this.#show();
  }

  /** @param {number} index */
  #choose(index) {
    this.#chosen = index;
    const region = this.#regions[index];
    if (region && !(this.film.time >= region.start && this.film.time < region.end)) this.film.seek(region.start);
    this.#show();
  }

  async #send() {
    this.#save.disabled = true;
    this.#state.textContent = this.#say("saving");
    const sent = JSON.stringify(this.#regions);
    try {
      const answer = await fetch(this.#saveUrl, {
        method: "POST",
        body: JSON.stringify({ regions: this.#regions }),
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
        credentials: "same-origin",
      });
      const said = await answer.json().catch(() => ({}));
      if (answer.ok) this.#saved = sent;
      this.#state.textContent = answer.ok ? this.#say("saved") : said.error || this.#say("notSaved");
    } catch {
      this.#state.textContent = this.#say("offline");
    }
    this.#save.disabled = false;
  }

  // --- the picture --------------------------------------------------------------------------

  #show() {
    this.#form.show(this.#regions, this.#chosen);
    this.#undo.disabled = this.#history.empty;
    this.#state.textContent = this.#dirty ? this.#say("unsaved") : "";
    this.#draw();
  }

  #draw() {
    const { time } = this.film;
    update(this.#layer, this.#regions.flatMap((region, index) => this.#boxes(region, index, time)));
    this.#form.tick(time);
  }

  /**
   * A region's rectangle, twice where it crosses the seam behind the viewer.
   * @param {Draft} region
   * @param {number} index
   * @param {number} time
   */
  #boxes(region, index, time) {
    const box = boxAt({ id: "", name: "", ...region }, time);
    if (!box) return [];
    const name = nameOf(region);
    const chosen = index === this.#chosen;
    const made = [];
    for (const turn of [0, -360, 360]) {
      const left = box.yaw + turn - box.width / 2;
      if (left >= 180 || left + box.width <= -180) continue;
      const attributes = { x: left, y: -box.pitch - box.height / 2, width: box.width, height: box.height };
      const rect = shape("rect", { class: chosen ? "flat__box flat__box--chosen" : "flat__box", ...attributes });
      if (turn === 0) {
        for (const [key, value] of Object.entries({ tabindex: "0", role: "button", "aria-label": this.#say("boxLabel", { name }), "data-index": index })) rect.setAttribute(key, String(value));
      }
      rect.dataset.region = String(index);
      rect.dataset.key = `box ${index} ${turn}`;
      made.push(rect);
      if (!chosen) continue;
      const corner = shape("rect", { class: "flat__corner", x: left + box.width - 2.5, y: -box.pitch + box.height / 2 - 2.5, width: 5, height: 5 });
      corner.dataset.corner = "";
      corner.dataset.key = `corner ${index} ${turn}`;
      corner.dataset.region = String(index);
      made.push(corner);
    }
    return made;
  }

  /**
   * @param {PointerEvent} event
   * @returns {Place}
   */
  #at(event) {
    const frame = this.#layer.getBoundingClientRect();
    return { yaw: ((event.clientX - frame.left) / frame.width) * 360 - 180, pitch: 90 - ((event.clientY - frame.top) / frame.height) * 180 };
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    const target = /** @type {SVGElement} */ (event.target);
    const index = Number(target.dataset.region ?? -1);
    const start = this.#at(event);
    if (index >= 0) {
      if (index !== this.#chosen) this.#choose(index);
      this.#dragBox(index, start, target.dataset.corner !== undefined);
    } else this.#drawBox(start);
  }

  /**
   * Moves or resizes a region while the pointer is held; one step for undo.
   * @param {number} index
   * @param {Place} start
   * @param {boolean} resizing
   */
  #dragBox(index, start, resizing) {
    const region = this.#regions[index];
    const { time } = this.film;
    const box = boxAt({ id: "", name: "", ...region }, time);
    if (!box) return;
    this.film.video.pause();
    let noted = false;
    this.#follow((now) => {
      const [right, up] = [wrapDegrees(now.yaw - start.yaw), now.pitch - start.pitch];
      if (!noted) this.#note();
      noted = true;
      const to = resizing
        ? { yaw: box.yaw + right / 2, pitch: box.pitch + up / 2, width: box.width + right, height: box.height - up }
        : { ...box, yaw: box.yaw + right, pitch: box.pitch + up };
      const placed = place(region, time, to);
      this.#regions = this.#regions.map((other, i) => (i === index ? placed : other));
      this.#show();
    }, () => {});
  }

  /** @param {Place} start */
  #drawBox(start) {
    const ghost = shape("rect", { class: "flat__box flat__box--chosen" });
    this.#layer.append(ghost);
    /** @type {Place | null} */
    let last = null;
    this.#follow((now) => {
      last = now;
      const box = boxBetween(start, now);
      for (const [name, value] of Object.entries({ x: box.yaw - box.width / 2, y: -box.pitch - box.height / 2, width: box.width, height: box.height })) ghost.setAttribute(name, String(value));
    }, () => {
      ghost.remove();
      if (last && Math.abs(last.yaw - start.yaw) > LEAST_DRAG && Math.abs(last.pitch - start.pitch) > LEAST_DRAG) this.#add(boxBetween(start, last));
    });
  }

  /**
   * @param {(now: Place) => void} move
   * @param {() => void} drop
   */
  #follow(move, drop) {
    const watch = new AbortController();
    const end = () => {
      watch.abort();
      drop();
    };
    addEventListener("pointermove", (event) => move(this.#at(event)), { signal: watch.signal });
    addEventListener("pointerup", end, { signal: watch.signal });
    addEventListener("pointercancel", end, { signal: watch.signal });
  }

  /** Arrows move the chosen region, Delete takes it away. @param {KeyboardEvent} event */
  #key(event) {
    const index = Number(/** @type {SVGElement} */ (event.target).dataset.index ?? -1);
    if (index < 0) return;
    const by = event.shiftKey ? LONG_STEP : STEP;
    /** @type {Record<string, [number, number]>} */
    const ways = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, by], ArrowDown: [0, -by] };
    if (event.key === "Enter" || event.key === " ") this.#choose(index);
    else if (event.key === "Delete") {
      this.#choose(index);
      this.#remove();
    } else if (ways[event.key]) {
      if (index !== this.#chosen) this.#choose(index);
      const [right, up] = ways[event.key];
      this.#change((region) => {
        const box = boxAt({ id: "", name: "", ...region }, this.film.time);
        return box ? place(region, this.film.time, { ...box, yaw: box.yaw + right, pitch: box.pitch + up }) : region;
      });
    } else return;
    event.preventDefault();
  }
}
