/** The board in the headset: what one can do, the gauge, and the menu. Drawn on a canvas, only when something changed. */

import { CanvasTexture, Group, LinearFilter, Mesh, MeshBasicMaterial, PlaneGeometry, SRGBColorSpace, Vector3, Matrix4 } from "three";
import { FONT } from "../rooms/kit.js";

/** @typedef {{ id: string, label: string, act: () => void, strong?: boolean }} Row */
/** @typedef {{ title: string, clock: string, rows: Row[], page: number, rate: number, depth: number, advice: string, good: boolean, gauge: boolean }} Face */

/** Metres. Read at 1.5 m: a row is 4.4 degrees high, its letters 1.5. */
export const WIDTH = 1.16;
export const HEIGHT = 1.02;
const DENSITY = 900;
const COLUMNS = Math.round(WIDTH * DENSITY);
const LINES = Math.round(HEIGHT * DENSITY);
const ROWS = 5;
const MARGIN = 40;
const HEAD = 96;
const GAUGE = 104;
const ROW = 106;
const GAP = 12;
const INK = "#f4f2ee";
const QUIET = "#b9bfbc";

export class Board extends Group {
  #canvas = document.createElement("canvas");
  #paint;
  #texture;
  #mesh;
  #key = "";
  #inverse = new Matrix4();
  #from = new Vector3();
  #to = new Vector3();
  /** @type {{ x: number, y: number, width: number, height: number, row: Row }[]} */
  areas = [];
  hover = -1;
  /** @type {{ close: string, more: string, menu: string }} */
  #words;
  /** @type {() => void} */
  onMenu = () => {};
  #page = 0;
  /** @type {Face | null} */
  #face = null;

  /** @param {{ close: string, more: string, menu: string }} words */
  constructor(words) {
    super();
    this.name = "board";
    this.#words = words;
    this.#canvas.width = COLUMNS;
    this.#canvas.height = LINES;
    this.#paint = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    this.#texture = new CanvasTexture(this.#canvas);
    this.#texture.colorSpace = SRGBColorSpace;
    this.#texture.minFilter = LinearFilter;
    this.#texture.generateMipmaps = false;
    this.#texture.premultiplyAlpha = true;
    this.#mesh = new Mesh(new PlaneGeometry(WIDTH, HEIGHT), new MeshBasicMaterial({ map: this.#texture, transparent: true, premultipliedAlpha: true, toneMapped: false }));
    this.#mesh.renderOrder = 5;
    this.add(this.#mesh);
  }

  /** @param {Omit<Face, "page">} face */
  show(face) {
    const rows = face.rows;
    const pages = Math.max(1, Math.ceil(rows.length / ROWS));
    this.#page = Math.min(this.#page, pages - 1);
    this.#face = { ...face, page: this.#page };
    const key = `${face.title}|${face.clock}|${rows.map(({ label }) => label).join()}|${this.#page}|${this.hover}|${face.rate}|${face.depth}|${face.advice}|${face.gauge}`;
    if (key === this.#key) return;
    this.#key = key;
    this.#draw(this.#face, pages);
    this.#texture.needsUpdate = true;
  }

  /** Turns to the first page. */
  rewind() {
    this.#page = 0;
  }

  /** @param {Face} face @param {number} pages */
  #draw(face, pages) {
    const paint = this.#paint;
    paint.clearRect(0, 0, COLUMNS, LINES);
    paint.fillStyle = "rgba(19, 24, 24, 0.93)";
    paint.beginPath();
    paint.roundRect(0, 0, COLUMNS, LINES, 48);
    paint.fill();
    paint.textBaseline = "middle";
    this.#text(face.title, MARGIN, HEAD / 2 + 8, 44, INK, "left", COLUMNS - 2 * MARGIN - 170, 600);
    this.#text(face.clock, COLUMNS - MARGIN, HEAD / 2 + 8, 44, QUIET, "right", 160, 400);
    let y = HEAD;
    if (face.gauge) {
      this.#drawGauge(face, y);
      y += GAUGE;
    }
    this.areas = [];
    const from = face.page * ROWS;
    for (const row of face.rows.slice(from, from + ROWS)) {
      this.#drawRow(row, MARGIN, y, COLUMNS - 2 * MARGIN);
      y += ROW + GAP;
    }
    const foot = LINES - MARGIN - ROW + 16;
    const half = (COLUMNS - 2 * MARGIN - GAP) / 2;
    this.#drawRow({ id: "menu", label: this.#words.menu, act: () => this.onMenu() }, MARGIN, foot, half, true);
    if (pages > 1)
      this.#drawRow({ id: "more", label: `${this.#words.more}  ${face.page + 1}/${pages}`, act: () => (this.#page = (this.#page + 1) % pages) }, MARGIN + half + GAP, foot, half, true);
  }

  /** @param {Row} row @param {number} x @param {number} y @param {number} width @param {boolean} [middle] */
  #drawRow(row, x, y, width, middle = false) {
    const paint = this.#paint;
    const index = this.areas.length;
    const height = ROW - (middle ? 16 : 0);
    paint.fillStyle = this.hover === index ? "#13807f" : row.strong ? "#0f6f6e" : "#2a3231";
    paint.beginPath();
    paint.roundRect(x, y, width, height, 26);
    paint.fill();
    this.#text(row.label, middle ? x + width / 2 : x + 30, y + height / 2 + 2, 42, INK, middle ? "center" : "left", width - 60, 500);
    this.areas.push({ x, y, width, height, row });
  }

  /** @param {Face} face @param {number} y */
  #drawGauge(face, y) {
    const paint = this.#paint;
    const width = (COLUMNS - 2 * MARGIN) * 0.46;
    const bar = (/** @type {number} */ x, /** @type {number} */ at, /** @type {number} */ from, /** @type {number} */ to) => {
      paint.fillStyle = "#4a5452";
      paint.beginPath();
      paint.roundRect(x, y + 58, width, 24, 12);
      paint.fill();
      paint.fillStyle = "#2f8f5b";
      paint.fillRect(x + width * from, y + 58, width * (to - from), 24);
      if (at < 0) return;
      paint.fillStyle = "#ffffff";
      paint.beginPath();
      paint.roundRect(x + width * Math.max(0, Math.min(1, at)) - 5, y + 48, 10, 44, 5);
      paint.fill();
    };
    bar(MARGIN, face.rate ? (face.rate - 60) / 100 : -1, 0.4, 0.6);
    this.#text(face.rate ? String(face.rate) : "–", MARGIN, y + 24, 40, INK, "left", 200, 600);
    const second = COLUMNS - MARGIN - width;
    if (face.depth >= 0) {
      bar(second, face.depth ? face.depth / 80 : -1, this.depthFrom, this.depthTo);
      this.#text(face.depth ? `${face.depth} mm` : "–", second, y + 24, 40, INK, "left", 200, 600);
    }
    this.#text(face.advice, COLUMNS - MARGIN, y + 24, 40, face.good ? "#62c8bf" : "#e8b45a", "right", width + 60, 600);
  }

  /** The right depth, as shares of 80 mm. */
  depthFrom = 50 / 80;
  depthTo = 60 / 80;

  /** @param {string} text @param {number} x @param {number} y @param {number} size @param {string} colour @param {CanvasTextAlign} align @param {number} width @param {number} weight */
  #text(text, x, y, size, colour, align, width, weight) {
    const paint = this.#paint;
    paint.font = `${weight} ${size}px ${FONT}`;
    const wide = paint.measureText(text).width;
    if (wide > width) paint.font = `${weight} ${Math.max(30, Math.floor((size * width) / wide))}px ${FONT}`;
    paint.fillStyle = colour;
    paint.textAlign = align;
    paint.fillText(text, x, y, width);
  }

  /**
   * Where a ray meets the board.
   * @frame
   * @param {Vector3} origin in the room
   * @param {Vector3} direction in the room, length 1
   * @returns {number} metres along the ray; negative where it does not; `hit` is then the index of an area or -1
   */
  meet(origin, direction) {
    this.hit = -1;
    if (!this.visible) return -1;
    this.#inverse.copy(this.matrixWorld).invert();
    this.#from.copy(origin).applyMatrix4(this.#inverse);
    this.#to.copy(direction).transformDirection(this.#inverse);
    if (this.#to.z >= -1e-4 || this.#from.z <= 0) return -1;
    const along = -this.#from.z / this.#to.z;
    const x = (this.#from.x + this.#to.x * along + WIDTH / 2) * DENSITY;
    const y = (HEIGHT / 2 - this.#from.y - this.#to.y * along) * DENSITY;
    if (x < 0 || y < 0 || x > COLUMNS || y > LINES) return -1;
    for (let i = 0; i < this.areas.length; i++) {
      const area = this.areas[i];
      if (x >= area.x && x <= area.x + area.width && y >= area.y && y <= area.y + area.height) this.hit = i;
    }
    return along;
  }

  hit = -1;

  /** Middle of a row in the room. @param {string} id @returns {Vector3 | null} */
  placeOf(id) {
    const area = this.areas.find(({ row }) => row.id === id);
    if (!area) return null;
    return this.localToWorld(new Vector3((area.x + area.width / 2) / DENSITY - WIDTH / 2, HEIGHT / 2 - (area.y + area.height / 2) / DENSITY, 0));
  }
}
