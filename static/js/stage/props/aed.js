/** The AED trainer as a thing: a case with power and shock buttons, and two pads that are taken, peeled and placed. */

import { BoxGeometry, BufferGeometry, CylinderGeometry, Float32BufferAttribute, Group, Line, LineBasicMaterial, Mesh, MeshBasicMaterial, MeshLambertMaterial, Vector3 } from "three";
import { mergeGeometries } from "three/addons/utils/BufferGeometryUtils.js";
import { lettering, painted } from "../rooms/kit.js";

/** @typedef {"right" | "left"} PadSide */

/** A pad that is pulled this far from the case has left its liner there. */
export const PEEL_M = 0.22;
const CABLE_POINTS = 14;
/** The open lid leans back by this, radians. */
const LID_TILT = 0.3;
const FLASHES_PER_S = 2.5;

export class Pad extends Group {
  /** @type {"tray" | "held" | "placed"} */
  where = "tray";
  peeled = false;

  /** @param {PadSide} side */
  constructor(side) {
    super();
    this.name = `pad.${side}`;
    this.side = side;
    const body = new Mesh(new BoxGeometry(0.1, 0.006, 0.125), new MeshLambertMaterial({ color: 0xf4f4ee }));
    const picture = painted(0.085, 0.11, (paint, width, height) => drawPad(paint, width, height, side), 1400);
    picture.rotation.x = -Math.PI / 2;
    picture.position.y = 0.0045;
    this.liner = new Mesh(new BoxGeometry(0.108, 0.002, 0.133), new MeshLambertMaterial({ color: 0x6aa7d8 }));
    this.liner.position.y = -0.005;
    this.add(body, picture, this.liner);
  }
}

/** @param {CanvasRenderingContext2D} paint @param {number} width @param {number} height @param {PadSide} side */
function drawPad(paint, width, height, side) {
  paint.fillStyle = "#f7f5f2";
  paint.fillRect(0, 0, width, height);
  paint.strokeStyle = "#39504c";
  paint.lineWidth = width * 0.035;
  paint.beginPath();
  paint.moveTo(width * 0.36, height * 0.12);
  paint.quadraticCurveTo(width * 0.34, height * 0.26, width * 0.14, height * 0.32);
  paint.lineTo(width * 0.2, height * 0.86);
  paint.moveTo(width * 0.64, height * 0.12);
  paint.quadraticCurveTo(width * 0.66, height * 0.26, width * 0.86, height * 0.32);
  paint.lineTo(width * 0.8, height * 0.86);
  paint.stroke();
  paint.fillStyle = "#b23c26";
  paint.beginPath();
  // Seen from the front: the patient's right is the picture's left.
  if (side === "right") paint.roundRect(width * 0.24, height * 0.34, width * 0.2, height * 0.18, 6);
  else paint.roundRect(width * 0.68, height * 0.56, width * 0.16, height * 0.22, 6);
  paint.fill();
}

export class Aed extends Group {
  #screen;
  #powerLight;
  #shockLight;
  #cables;
  #tray = { right: new Vector3(-0.07, 0.062, -0.03), left: new Vector3(0.07, 0.062, -0.03) };
  #from = new Vector3();
  #to = new Vector3();

  constructor() {
    super();
    this.name = "aed";
    const shell = new MeshLambertMaterial({ vertexColors: true });
    this.add(new Mesh(mergeGeometries([
      coloured(new BoxGeometry(0.3, 0.055, 0.26).translate(0, 0.0275, 0), 0xe7b52c),
      coloured(new BoxGeometry(0.27, 0.006, 0.23).translate(0, 0.056, 0), 0x2a3231),
      coloured(new BoxGeometry(0.3, 0.24, 0.014).translate(0, 0.12, 0).rotateX(-LID_TILT).translate(0, 0.045, -0.13), 0xe7b52c),
      coloured(new BoxGeometry(0.16, 0.02, 0.03).translate(0, 0.03, 0.145), 0x2a3231),
    ]), shell));
    this.#screen = painted(0.2, 0.13, lettering("#0b6666", "#ffffff", ["AED", "训练机 Trainer"], 0.4), 900);
    this.#screen.position.set(0, 0.045 + 0.125 * Math.cos(LID_TILT), -0.12 - 0.125 * Math.sin(LID_TILT));
    this.#screen.rotation.x = -LID_TILT;
    this.power = new Mesh(new CylinderGeometry(0.02, 0.022, 0.012, 24), new MeshLambertMaterial({ color: 0x2f8f5b }));
    this.power.position.set(-0.09, 0.064, 0.085);
    this.shock = new Mesh(new CylinderGeometry(0.026, 0.028, 0.014, 24), new MeshLambertMaterial({ color: 0xc8502f }));
    this.shock.position.set(0.085, 0.065, 0.085);
    this.#powerLight = new MeshBasicMaterial({ color: 0x0c1110 });
    this.#shockLight = new MeshBasicMaterial({ color: 0x0c1110 });
    const lamp = new CylinderGeometry(0.01, 0.01, 0.004, 16);
    const on = new Mesh(lamp, this.#powerLight);
    on.position.set(-0.09, 0.072, 0.085);
    const flash = new Mesh(new CylinderGeometry(0.014, 0.014, 0.004, 16), this.#shockLight);
    flash.position.set(0.085, 0.074, 0.085);
    this.pads = { right: new Pad("right"), left: new Pad("left") };
    this.#cables = { right: cable(), left: cable() };
    this.add(this.#screen, this.power, this.shock, on, flash);
    for (const side of /** @type {const} */ (["right", "left"])) {
      this.putBack(side);
      this.add(this.pads[side]);
    }
  }

  /** The cables hang in the room, beside the case. @param {import("three").Object3D} room */
  hangCables(room) {
    room.add(this.#cables.right, this.#cables.left);
  }

  /** @param {PadSide} side */
  putBack(side) {
    const pad = this.pads[side];
    pad.where = "tray";
    this.add(pad);
    pad.position.copy(this.#tray[side]);
    pad.rotation.set(0, 0, 0);
  }

  /**
   * @frame
   * @param {number} time seconds
   * @param {string} phase as the state's section `aed` says
   */
  show(time, phase) {
    const on = phase !== "off";
    const flash = Math.floor(time * FLASHES_PER_S * 2) % 2 === 0;
    this.#powerLight.color.setHex(on ? 0x7dffb0 : 0x0c1110);
    this.#shockLight.color.setHex(phase === "ready" && flash ? 0xffb37d : phase === "charging" && flash ? 0x7d5a3a : 0x0c1110);
    this.#screen.material.color.setHex(on ? 0xffffff : 0x4a5452);
    this.#string("right");
    this.#string("left");
  }

  /**
   * @frame
   * @param {PadSide} side
   */
  #string(side) {
    const pad = this.pads[side];
    const line = this.#cables[side];
    line.visible = this.visible && pad.where !== "tray";
    if (!line.visible) return;
    this.#from.set(side === "right" ? -0.03 : 0.03, 0.05, -0.12);
    this.localToWorld(this.#from);
    pad.getWorldPosition(this.#to);
    const places = line.geometry.attributes.position;
    const length = this.#from.distanceTo(this.#to);
    for (let i = 0; i < CABLE_POINTS; i++) {
      const share = i / (CABLE_POINTS - 1);
      const sag = 4 * share * (1 - share) * Math.max(0.02, 0.5 - 0.35 * length);
      const y = this.#from.y + (this.#to.y - this.#from.y) * share - sag;
      places.setXYZ(i, this.#from.x + (this.#to.x - this.#from.x) * share, Math.max(0.01, y), this.#from.z + (this.#to.z - this.#from.z) * share);
    }
    places.needsUpdate = true;
  }
}

function cable() {
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new Float32BufferAttribute(new Float32Array(CABLE_POINTS * 3), 3));
  const line = new Line(geometry, new LineBasicMaterial({ color: 0x1c201f }));
  line.frustumCulled = false;
  line.visible = false;
  return line;
}

/** @param {BufferGeometry} geometry @param {number} colour */
function coloured(geometry, colour) {
  const count = geometry.attributes.position.count;
  const values = new Float32Array(count * 3);
  // Linear values, as vertex colours are read.
  for (let i = 0; i < count; i++) values.set([16, 8, 0].map((bits) => (((colour >> bits) & 255) / 255) ** 2.2), i * 3);
  geometry.setAttribute("color", new Float32BufferAttribute(values, 3));
  return geometry;
}
