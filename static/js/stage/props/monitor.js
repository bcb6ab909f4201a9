/** The monitor beside a hospital bed: the trace runs over the screen from left to right, figures stand beside it. */

import { BoxGeometry, BufferAttribute, BufferGeometry, CanvasTexture, CylinderGeometry, DynamicDrawUsage, Group, LinearFilter, Mesh, MeshBasicMaterial, MeshLambertMaterial, PlaneGeometry, SRGBColorSpace } from "three";
import { mergeGeometries } from "three/addons/utils/BufferGeometryUtils.js";
import { countedRate, RATE_HZ, Rhythm } from "../play/rhythm.js";
import { FONT } from "../rooms/kit.js";

/** Metres. At 2 m the figures are 1.8 degrees high, and a sinus beat's R wave 2.2. */
const WIDTH = 0.62;
const HEIGHT = 0.4;
const DENSITY = 900;
const TRACE_WIDTH = 0.41;
const TRACE_LEFT = -WIDTH / 2 + 0.015;
const TRACE_MIDDLE = -0.035;
const M_PER_MV = 0.075;
const HIGHEST = 0.15;
/** Seconds that one sweep takes, samples of the gap before it, and half the thickness of the line. */
const SWEEP_S = 3.6;
const POINTS = Math.round(SWEEP_S * RATE_HZ);
const GAP = 22;
const HALF = 0.0021;
/** What a compression of 50 mm adds to the trace. */
const ARTEFACT_MV = 0.9;
const DEEP_M = 0.05;
/** After a pause of the page the trace goes on where it is, and is not caught up with. */
const MOST_AT_ONCE = 12;
const GREEN = "#6fe39a";
const BLUE = "#7fc8f0";

export class Monitor extends Group {
  #rhythm;
  #at = 0;
  #owed = 0;
  #places;
  #line;
  #canvas = typeof document === "undefined" ? null : document.createElement("canvas");
  #screen = new MeshBasicMaterial({ toneMapped: false });
  #rateShown = -1;
  #oxygenShown = -1;
  #x = 0;
  #y = 0;

  /** @param {number} seed */
  constructor(seed) {
    super();
    this.name = "monitor";
    this.#rhythm = new Rhythm(seed);
    const stand = mergeGeometries([
      new BoxGeometry(WIDTH + 0.05, HEIGHT + 0.05, 0.06).translate(0, 0, -0.034),
      new BoxGeometry(0.2, 0.05, 0.05).translate(0, -HEIGHT / 2 - 0.05, -0.034),
      new CylinderGeometry(0.022, 0.022, 1.3, 12).translate(0, -HEIGHT / 2 - 0.7, -0.034),
      new CylinderGeometry(0.25, 0.27, 0.05, 20).translate(0, -HEIGHT / 2 - 1.33, -0.034),
    ]);
    const glass = new Mesh(new PlaneGeometry(WIDTH, HEIGHT), this.#screen);
    const geometry = ribbon();
    this.#places = /** @type {BufferAttribute} */ (geometry.attributes.position);
    this.#line = new Mesh(geometry, new MeshBasicMaterial({ color: GREEN, toneMapped: false }));
    this.#line.position.z = 0.002;
    this.#line.frustumCulled = false;
    this.#line.name = "trace";
    this.add(new Mesh(stand, new MeshLambertMaterial({ color: 0x39413f })), glass, this.#line);
    if (this.#canvas) {
      this.#canvas.width = WIDTH * DENSITY;
      this.#canvas.height = HEIGHT * DENSITY;
      this.#screen.map = new CanvasTexture(this.#canvas);
      this.#screen.map.colorSpace = SRGBColorSpace;
      this.#screen.map.minFilter = LinearFilter;
      this.#screen.map.generateMipmaps = false;
    } else this.#screen.color.setHex(0x0b1010);
  }

  /**
   * The figures, drawn only when one of them changed.
   * @param {Record<string, any>} patient as the state's section says
   */
  show(patient) {
    const rate = countedRate(patient.rhythm);
    // The finger clip finds nothing where no pulse reaches it.
    const oxygen = patient.pulse ? Math.round(patient.oxygen) : 0;
    if (rate === this.#rateShown && oxygen === this.#oxygenShown) return;
    this.#rateShown = rate;
    this.#oxygenShown = oxygen;
    const paint = this.#canvas?.getContext("2d");
    if (!this.#canvas || !paint || !this.#screen.map) return;
    const { width, height } = this.#canvas;
    paint.fillStyle = "#0b1010";
    paint.fillRect(0, 0, width, height);
    const write = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ size, /** @type {string} */ colour, weight = 400) => {
      paint.font = `${weight} ${size}px ${FONT}`;
      paint.fillStyle = colour;
      paint.fillText(text, x, y);
    };
    const right = (TRACE_LEFT + TRACE_WIDTH + WIDTH / 2 + 0.012) * DENSITY;
    paint.textBaseline = "alphabetic";
    write("II", 18, 44, 30, GREEN);
    write("HR", right, 44, 30, GREEN);
    write(rate ? String(rate) : "– –", right, 122, 76, GREEN, 600);
    write("SpO₂ %", right, 220, 30, BLUE);
    write(oxygen ? String(oxygen) : "– –", right, 298, 76, BLUE, 600);
    // A monitor calls when it counts nothing, or nothing like a pulse.
    if (!patient.pulse) {
      paint.fillStyle = "#a33a28";
      paint.fillRect(70, 14, 290, 42);
      write("⚠ ALARM 报警", 82, 46, 28, "#ffffff", 600);
    }
    this.#screen.map.needsUpdate = true;
  }

  /**
   * The trace goes on.
   * @frame
   * @param {number} seconds since the last picture
   * @param {string} rhythm
   * @param {number} pressed how far the chest is pressed down, metres
   */
  update(seconds, rhythm, pressed) {
    this.#owed += seconds * RATE_HZ;
    let count = Math.floor(this.#owed);
    this.#owed -= count;
    if (count > MOST_AT_ONCE) count = MOST_AT_ONCE;
    if (count === 0) return;
    for (let i = 0; i < count; i++) this.#draw(this.#rhythm.next(rhythm) - (ARTEFACT_MV * pressed) / DEEP_M);
    this.#places.needsUpdate = true;
  }

  /**
   * @frame
   * @param {number} millivolts
   */
  #draw(millivolts) {
    const x = TRACE_LEFT + (this.#at / (POINTS - 1)) * TRACE_WIDTH;
    const y = TRACE_MIDDLE + Math.max(-HIGHEST, Math.min(HIGHEST, millivolts * M_PER_MV));
    const places = this.#places;
    if (this.#at === 0) {
      this.#x = x - TRACE_WIDTH / POINTS;
      this.#y = y;
    }
    // Across the line, so that a steep stroke is as thick as a flat one.
    const length = Math.hypot(x - this.#x, y - this.#y);
    const acrossX = (HALF * (this.#y - y)) / length;
    const acrossY = (HALF * (x - this.#x)) / length;
    places.setXYZ(2 * this.#at, x + acrossX, y + acrossY, 0);
    places.setXYZ(2 * this.#at + 1, x - acrossX, y - acrossY, 0);
    this.#x = x;
    this.#y = y;
    this.#at = (this.#at + 1) % POINTS;
    // Ahead of the beam the old trace is gone.
    const gap = (this.#at + GAP) % POINTS;
    const gapX = TRACE_LEFT + (gap / (POINTS - 1)) * TRACE_WIDTH;
    places.setXYZ(2 * gap, gapX, TRACE_MIDDLE, -0.01);
    places.setXYZ(2 * gap + 1, gapX, TRACE_MIDDLE, -0.01);
  }

  /** Heights of the trace over its middle, in millivolts, in the order of the screen. */
  get heights() {
    const { array } = this.#places;
    return Array.from({ length: POINTS }, (_, i) => (array[6 * i + 5] < 0 ? null : ((array[6 * i + 1] + array[6 * i + 4]) / 2 - TRACE_MIDDLE) / M_PER_MV));
  }
}

/** A band of two vertices for each sample. */
function ribbon() {
  const geometry = new BufferGeometry();
  const places = new Float32Array(POINTS * 6);
  for (let i = 0; i < POINTS; i++) places.set([TRACE_LEFT, TRACE_MIDDLE, -0.01, TRACE_LEFT, TRACE_MIDDLE, -0.01], 6 * i);
  geometry.setAttribute("position", new BufferAttribute(places, 3).setUsage(DynamicDrawUsage));
  const index = [];
  for (let i = 0; i < POINTS - 1; i++) index.push(2 * i, 2 * i + 1, 2 * i + 2, 2 * i + 2, 2 * i + 1, 2 * i + 3);
  geometry.setIndex(index);
  return geometry;
}
