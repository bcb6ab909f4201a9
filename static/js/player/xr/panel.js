/** The control panel in the headset: a curved board drawn on a canvas, lower than the eyes. */

import { BufferAttribute, BufferGeometry, CanvasTexture, Group, LinearFilter, LinearMipmapLinearFilter, Mesh, MeshBasicMaterial, SRGBColorSpace } from "three";
import { clockTime } from "../clock.js";
import { iconMarkup } from "../ui/icons.js";
import { COLUMNS, MARGIN, panelAreas, PER_DEGREE, ROWS, SEEK_LINE, TEXT } from "./layout.js";

const RADIANS = Math.PI / 180;
/** Metres to the panel for rays. LOOK.md: text 1.3-2.5 m away. */
const FAR = 1.6;
/** Hands also press it with a finger, so it comes within reach; it keeps its size in the view. */
const NEAR = 0.52;
/** Degrees from eye level down to its middle. */
const BELOW = 26;
const STRIPS = 32;
const FONT = '"Noto Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif';
const INK = "#f4f2ee";
const QUIET = "#b9bfbc";
const ACCENT = "#62c8bf";
const BOARD = "rgba(19, 24, 24, 0.94)";
const BUTTON = "#2a3231";
const HOVER = "#0f6f6e";

/** @type {Record<import("./layout.js").PanelButton, [import("../ui/icons.js").IconName, import("../messages.js").MessageKey]>} */
const FACES = {
  back: ["back", "vrBack"], play: ["play", "vrPlay"], captions: ["captions", "vrCaptions"],
  recentre: ["locate", "vrRecentre"], exit: ["close", "vrExit"],
};

/**
 * @typedef {object} PanelState what the panel shows; it is drawn anew only when one of these changes
 * @property {boolean} paused
 * @property {number} time seconds; whole seconds are shown
 * @property {number} duration seconds
 * @property {boolean} captions whether they are on
 * @property {import("./layout.js").PanelTarget | null} hover
 * @property {number} aim share of the seek bar under the pointer, negative: none
 */

/** A piece of a cylinder of radius 1 around the origin, centred on -z, seen from inside. */
function curvedBoard(/** @type {number} */ angle, /** @type {number} */ height) {
  const places = new Float32Array((STRIPS + 1) * 6);
  const marks = new Float32Array((STRIPS + 1) * 4);
  /** @type {number[]} */
  const corners = [];
  for (let i = 0; i <= STRIPS; i++) {
    const turn = (i / STRIPS - 0.5) * angle;
    const [x, z] = [Math.sin(turn), -Math.cos(turn)];
    places.set([x, height / 2, z, x, -height / 2, z], i * 6);
    marks.set([i / STRIPS, 1, i / STRIPS, 0], i * 4);
    if (i < STRIPS) corners.push(2 * i, 2 * i + 1, 2 * i + 2, 2 * i + 2, 2 * i + 1, 2 * i + 3);
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(places, 3));
  geometry.setAttribute("uv", new BufferAttribute(marks, 2));
  geometry.setIndex(corners);
  return geometry;
}

export class Panel extends Group {
  #say;
  #title;
  #canvas = document.createElement("canvas");
  #paint;
  #texture;
  #mesh;
  /** @type {Map<string, HTMLImageElement>} */
  #icons = new Map();
  #drawn = "";
  /** @type {PanelState} */
  state = { paused: true, time: 0, duration: 0, captions: false, hover: null, aim: -1 };

  /**
   * @param {ReturnType<typeof import("../../shared/language.js").translator<import("../messages.js").MessageKey>>} say
   * @param {string} title
   * @param {boolean} withCaptions
   */
  constructor(say, title, withCaptions) {
    super();
    this.name = "panel";
    this.#say = say;
    this.#title = title;
    this.areas = panelAreas(withCaptions);
    const angle = (COLUMNS / PER_DEGREE) * RADIANS;
    const height = (ROWS / PER_DEGREE) * RADIANS;
    this.#canvas.width = COLUMNS;
    this.#canvas.height = ROWS;
    this.#paint = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    this.#texture = new CanvasTexture(this.#canvas);
    this.#texture.colorSpace = SRGBColorSpace;
    this.#texture.magFilter = LinearFilter;
    this.#texture.minFilter = LinearMipmapLinearFilter;
    this.#texture.anisotropy = 4;
    this.#texture.premultiplyAlpha = true;
    this.#mesh = new Mesh(
      curvedBoard(angle, height),
      new MeshBasicMaterial({ map: this.#texture, transparent: true, premultipliedAlpha: true, toneMapped: false }),
    );
    this.#mesh.frustumCulled = false;
    this.#mesh.renderOrder = 10;
    /** The board tilts towards the eyes, so that it is met squarely. */
    this.board = new Group();
    this.board.rotation.x = -BELOW * RADIANS;
    this.board.add(this.#mesh);
    this.add(this.board);
    /** @type {import("./curve.js").Curve} */
    this.curve = { radius: FAR, angle, height: height * FAR, columns: COLUMNS, rows: ROWS };
    this.setNear(false);
    this.#loadIcons();
  }

  /**
   * Within reach of a finger, or at the distance of a ray.
   * @param {boolean} near
   */
  setNear(near) {
    const radius = near ? NEAR : FAR;
    this.#mesh.scale.setScalar(radius);
    this.curve.radius = radius;
    this.curve.height = (ROWS / PER_DEGREE) * RADIANS * radius;
  }

  /** Draws when something to be seen has changed. */
  refresh() {
    const { paused, time, duration, captions, hover, aim } = this.state;
    const key = `${paused} ${Math.floor(time)} ${duration} ${captions} ${hover} ${Math.round(aim * 400)} ${this.#icons.size}`;
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.#draw();
    this.#texture.needsUpdate = true;
  }

  #loadIcons() {
    for (const name of /** @type {const} */ (["back", "play", "pause", "captions", "locate", "close"])) {
      const image = new Image();
      image.addEventListener("load", () => this.#icons.set(name, image));
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(iconMarkup(name, INK))}`;
    }
  }

  #draw() {
    const paint = this.#paint;
    paint.clearRect(0, 0, COLUMNS, ROWS);
    paint.fillStyle = BOARD;
    paint.beginPath();
    paint.roundRect(0, 0, COLUMNS, ROWS, 56);
    paint.fill();
    this.#drawHead();
    this.#drawSeek();
    for (const area of this.areas) if (area.id !== "seek") this.#drawButton(area, area.id);
  }

  #drawHead() {
    const paint = this.#paint;
    const { time, duration } = this.state;
    const clock = `${clockTime(time)} / ${clockTime(duration)}`;
    paint.textBaseline = "middle";
    paint.font = `400 ${TEXT}px ${FONT}`;
    paint.fillStyle = QUIET;
    paint.textAlign = "right";
    paint.fillText(clock, COLUMNS - MARGIN - 12, 84);
    const room = COLUMNS - 2 * MARGIN - 24 - paint.measureText(clock).width - 60;
    paint.font = `600 ${TEXT}px ${FONT}`;
    paint.fillStyle = INK;
    paint.textAlign = "left";
    let title = this.#title;
    while (title.length > 1 && paint.measureText(title).width > room) title = `${title.replace(/…$/, "").slice(0, -1)}…`;
    paint.fillText(title, MARGIN + 12, 84);
  }

  #drawSeek() {
    const paint = this.#paint;
    const { x, y, width, height } = SEEK_LINE;
    const { time, duration, hover, aim } = this.state;
    const share = duration > 0 ? Math.min(1, time / duration) : 0;
    const thick = hover === "seek" ? height * 1.6 : height;
    const line = (/** @type {string} */ colour, /** @type {number} */ part) => {
      paint.fillStyle = colour;
      paint.beginPath();
      paint.roundRect(x, y - thick / 2, Math.max(thick, width * part), thick, thick / 2);
      paint.fill();
    };
    line("#4a5452", 1);
    line(ACCENT, share);
    paint.fillStyle = INK;
    paint.beginPath();
    paint.arc(x + width * share, y, hover === "seek" ? 30 : 24, 0, 2 * Math.PI);
    paint.fill();
    if (aim < 0) return;
    const words = clockTime(aim * duration);
    paint.font = `600 ${TEXT}px ${FONT}`;
    paint.textAlign = "center";
    const half = paint.measureText(words).width / 2 + 28;
    const middle = Math.min(x + width - half, Math.max(x + half, x + width * aim));
    paint.fillStyle = HOVER;
    paint.beginPath();
    paint.roundRect(middle - half, y - 128, 2 * half, 84, 24);
    paint.fill();
    paint.fillStyle = INK;
    paint.fillText(words, middle, y - 86);
    paint.fillRect(x + width * aim - 3, y - 34, 6, 68);
  }

  /**
   * @param {import("./layout.js").Area} area
   * @param {import("./layout.js").PanelButton} id
   */
  #drawButton({ x, y, width, height }, id) {
    const paint = this.#paint;
    const { hover, paused, captions } = this.state;
    const playing = id === "play" && !paused;
    const [icon, words] = playing ? /** @type {const} */ (["pause", "vrPause"]) : FACES[id];
    paint.fillStyle = hover === id ? HOVER : BUTTON;
    paint.beginPath();
    paint.roundRect(x, y, width, height, 36);
    paint.fill();
    const on = id === "captions" && captions;
    if (on) {
      paint.fillStyle = ACCENT;
      paint.beginPath();
      paint.roundRect(x + width / 2 - 60, y + height - 20, 120, 8, 4);
      paint.fill();
    }
    const image = this.#icons.get(icon);
    if (image) paint.drawImage(image, x + width / 2 - 44, y + 30, 88, 88);
    paint.font = `600 ${TEXT - 2}px ${FONT}`;
    paint.textAlign = "center";
    paint.fillStyle = INK;
    paint.fillText(this.#say(words), x + width / 2, y + height - 62, width - 16);
  }
}
