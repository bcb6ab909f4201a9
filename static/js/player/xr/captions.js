/** Captions in the headset: the only thing that follows the head, and it does so slowly. */

import { CanvasTexture, Group, LinearFilter, Mesh, MeshBasicMaterial, PlaneGeometry, SRGBColorSpace } from "three";
import { wrapDegrees } from "../projection.js";

const RADIANS = Math.PI / 180;
const DISTANCE = 2;
const BELOW = 13;
const PER_DEGREE = 32;
const COLUMNS = 44 * PER_DEGREE;
const ROWS = 10 * PER_DEGREE;
/** Height of the letters in degrees of view. */
const SIZES = { small: 1.4, medium: 1.8, large: 2.4 };
const FONT = '"Noto Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif';
/** The head may turn this far before the words come after it; they stop when they are this near. */
const LEASH = 14;
const HOME = 1.5;
/** Share of the way left after one second. */
const LEFT_PER_SECOND = 0.05;

/**
 * Breaks a caption into lines that fit. Chinese may break between any two characters, other scripts between words.
 * @param {string} text
 * @param {number} width
 * @param {(part: string) => number} measure width of a part
 * @returns {string[]}
 */
export function breakLines(text, width, measure) {
  const lines = [];
  for (const given of text.split("\n")) {
    let line = "";
    for (const part of given.match(/[\u3000-\u9fff\uff00-\uffef]|[^\s\u3000-\u9fff\uff00-\uffef]+|\s+/g) ?? []) {
      if (line && measure(line + part) > width) {
        lines.push(line.trim());
        line = part.trimStart();
      } else line += part;
    }
    if (line.trim()) lines.push(line.trim());
  }
  return lines;
}

export class CaptionBoard extends Group {
  #canvas = document.createElement("canvas");
  #paint;
  #texture;
  #mesh;
  #yaw = 0;
  #following = false;

  constructor() {
    super();
    this.name = "captions";
    this.#canvas.width = COLUMNS;
    this.#canvas.height = ROWS;
    this.#paint = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    this.#texture = new CanvasTexture(this.#canvas);
    this.#texture.colorSpace = SRGBColorSpace;
    this.#texture.minFilter = this.#texture.magFilter = LinearFilter;
    this.#texture.generateMipmaps = false;
    this.#texture.premultiplyAlpha = true;
    const width = 2 * DISTANCE * Math.tan((COLUMNS / PER_DEGREE / 2) * RADIANS);
    this.#mesh = new Mesh(
      new PlaneGeometry(width, (width * ROWS) / COLUMNS),
      new MeshBasicMaterial({ map: this.#texture, transparent: true, premultipliedAlpha: true, depthTest: false, depthWrite: false, toneMapped: false }),
    );
    this.#mesh.name = "words";
    this.#mesh.renderOrder = 8;
    this.#mesh.position.set(0, -DISTANCE * Math.tan(BELOW * RADIANS), -DISTANCE);
    this.#mesh.rotation.x = -BELOW * RADIANS;
    this.#mesh.visible = false;
    this.add(this.#mesh);
  }

  /**
   * @param {string} text lines separated by \n; empty: nothing
   * @param {import("../preferences.js").CaptionSize} size
   */
  write(text, size) {
    this.#mesh.visible = text !== "";
    if (!text) return;
    const paint = this.#paint;
    const letter = Math.round(SIZES[size] * PER_DEGREE);
    const step = letter * 1.45;
    paint.clearRect(0, 0, COLUMNS, ROWS);
    paint.font = `600 ${letter}px ${FONT}`;
    paint.textAlign = "center";
    paint.textBaseline = "middle";
    const lines = breakLines(text, COLUMNS - 80, (part) => paint.measureText(part).width).slice(-Math.floor(ROWS / step));
    lines.forEach((line, index) => {
      const y = ROWS - (lines.length - index - 0.5) * step;
      const half = paint.measureText(line).width / 2 + letter * 0.45;
      paint.fillStyle = "rgba(10, 13, 13, 0.78)";
      paint.beginPath();
      paint.roundRect(COLUMNS / 2 - half, y - step / 2, 2 * half, step, 12);
      paint.fill();
      paint.fillStyle = "#ffffff";
      paint.fillText(line, COLUMNS / 2, y + letter * 0.04);
    });
    this.#texture.needsUpdate = true;
  }

  /**
   * Comes to the front at once.
   * @param {number} heading of the head, degrees
   */
  jump(heading) {
    this.#yaw = heading;
    this.#following = false;
  }

  /**
   * @frame
   * @param {number} heading of the head, degrees
   * @param {import("three").Vector3} head
   * @param {number} seconds
   */
  follow(heading, head, seconds) {
    const away = wrapDegrees(heading - this.#yaw);
    if (Math.abs(away) > LEASH) this.#following = true;
    else if (Math.abs(away) < HOME) this.#following = false;
    if (this.#following) this.#yaw = wrapDegrees(this.#yaw + away * (1 - Math.pow(LEFT_PER_SECOND, seconds)));
    this.position.copy(head);
    this.rotation.y = -this.#yaw * RADIANS;
  }
}
