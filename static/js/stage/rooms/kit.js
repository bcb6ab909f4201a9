/** Builds a room from plain bodies that end up in one mesh: colour lies in the vertices, so a room is a few draw calls. */

import {
  BoxGeometry, BufferAttribute, CanvasTexture, CircleGeometry, Color, CylinderGeometry, DoubleSide, Float32BufferAttribute,
  Group, Mesh, MeshBasicMaterial, MeshLambertMaterial, PlaneGeometry, SphereGeometry, SRGBColorSpace,
} from "three";
import { mergeGeometries } from "three/addons/utils/BufferGeometryUtils.js";

/** @typedef {[number, number, number]} Three */
/** @typedef {{ turn?: number, tilt?: number, roll?: number }} Turned radians around y, x, z */

const shade = new Color();

export class Kit {
  /** @type {import("three").BufferGeometry[]} */
  #solid = [];
  /** @type {import("three").BufferGeometry[]} */
  #glowing = [];
  #shadows = /** @type {import("three").BufferGeometry[]} */ ([]);
  /** @type {Mesh[]} */
  #signs = [];

  /**
   * @param {import("three").BufferGeometry} geometry
   * @param {number} colour
   * @param {Three} at
   * @param {Turned} turned
   * @param {boolean} glows
   */
  #add(geometry, colour, at, { turn = 0, tilt = 0, roll = 0 } = {}, glows = false) {
    const body = geometry.index ? geometry.toNonIndexed() : geometry;
    body.deleteAttribute("uv");
    body.rotateZ(roll).rotateX(tilt).rotateY(turn).translate(at[0], at[1], at[2]);
    const count = body.attributes.position.count;
    const colours = new Float32Array(count * 3);
    for (let i = 0; i < count; i++) {
      // A little darker towards the floor, as corners are: it stands in for light that bounces.
      const height = body.attributes.position.getY(i);
      shade.set(colour).multiplyScalar(glows ? 1 : 0.86 + 0.14 * Math.min(1, Math.max(0, height / 1.4)));
      shade.toArray(colours, i * 3);
    }
    body.setAttribute("color", new BufferAttribute(colours, 3));
    (glows ? this.#glowing : this.#solid).push(body);
    return this;
  }

  /** @param {Three} size @param {Three} at middle @param {number} colour @param {Turned} [turned] */
  box(size, at, colour, turned) {
    return this.#add(new BoxGeometry(...size), colour, at, turned);
  }

  /** @param {number} radius @param {number} height @param {Three} at middle @param {number} colour @param {Turned & { top?: number, sides?: number }} [more] */
  tube(radius, height, at, colour, more = {}) {
    return this.#add(new CylinderGeometry(more.top ?? radius, radius, height, more.sides ?? 20), colour, at, more);
  }

  /** @param {number} radius @param {Three} at @param {number} colour @param {Three} [stretch] */
  ball(radius, at, colour, stretch = [1, 1, 1]) {
    return this.#add(new SphereGeometry(radius, 14, 10).scale(...stretch), colour, at);
  }

  /** A plane that lies on the floor. @param {number} width @param {number} depth @param {Three} at @param {number} colour @param {number} [turn] */
  sheet(width, depth, at, colour, turn = 0) {
    return this.#add(new PlaneGeometry(width, depth), colour, at, { tilt: -Math.PI / 2, turn });
  }

  /** Something that gives light. @param {Three} size @param {Three} at @param {number} colour @param {Turned} [turned] */
  lamp(size, at, colour, turned) {
    return this.#add(new BoxGeometry(...size), colour, at, turned, true);
  }

  /** A soft dark spot under something. @param {number} width @param {number} depth @param {number} x @param {number} z */
  shadow(width, depth, x, z) {
    const spot = new CircleGeometry(0.5, 24).rotateX(-Math.PI / 2).scale(width, 1, depth).translate(x, 0.004, z);
    const colours = new Float32Array(spot.attributes.position.count * 4);
    colours[3] = 0.42;
    spot.setAttribute("color", new Float32BufferAttribute(colours, 4));
    this.#shadows.push(spot);
    return this;
  }

  /**
   * A drawn panel on a wall.
   * @param {number} width metres
   * @param {number} height metres
   * @param {Three} at
   * @param {number} turn
   * @param {(paint: CanvasRenderingContext2D, width: number, height: number) => void} draw in pixels, 256 a metre
   */
  sign(width, height, at, turn, draw) {
    const sign = painted(width, height, draw, 256);
    sign.position.set(...at);
    sign.rotation.y = turn;
    this.#signs.push(sign);
    return this;
  }

  /** The room. @returns {Group} */
  build() {
    const room = new Group();
    room.name = "room";
    const solid = new Mesh(mergeGeometries(this.#solid), new MeshLambertMaterial({ vertexColors: true }));
    solid.name = "walls";
    room.add(solid);
    if (this.#glowing.length) room.add(new Mesh(mergeGeometries(this.#glowing), new MeshBasicMaterial({ vertexColors: true })));
    if (this.#shadows.length) {
      const soft = new MeshBasicMaterial({ vertexColors: true, transparent: true, depthWrite: false });
      room.add(new Mesh(mergeGeometries(this.#shadows), soft));
    }
    room.add(...this.#signs);
    return room;
  }
}

/**
 * A plane with a picture that is drawn once. Where there is no page to draw on (unit tests), it is white.
 * @param {number} width metres
 * @param {number} height metres
 * @param {(paint: CanvasRenderingContext2D, width: number, height: number) => void} draw
 * @param {number} density pixels a metre
 * @returns {Mesh<PlaneGeometry, MeshBasicMaterial>}
 */
export function painted(width, height, draw, density = 512) {
  const material = new MeshBasicMaterial({ transparent: true, toneMapped: false, side: DoubleSide });
  if (typeof document !== "undefined") {
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    const paint = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    draw(paint, canvas.width, canvas.height);
    material.map = new CanvasTexture(canvas);
    material.map.colorSpace = SRGBColorSpace;
    material.map.anisotropy = 4;
  }
  return new Mesh(new PlaneGeometry(width, height), material);
}

export const FONT = '"Noto Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif';

/**
 * Lettering on a coloured board.
 * @param {string} background
 * @param {string} ink
 * @param {string[]} lines
 * @param {number} [share] height of a line as a share of the board's
 * @returns {(paint: CanvasRenderingContext2D, width: number, height: number) => void}
 */
export function lettering(background, ink, lines, share = 0.42) {
  return (paint, width, height) => {
    paint.fillStyle = background;
    paint.fillRect(0, 0, width, height);
    paint.fillStyle = ink;
    paint.textAlign = "center";
    paint.textBaseline = "middle";
    lines.forEach((line, i) => {
      const size = height * share * (i ? 0.6 : 1);
      paint.font = `600 ${size}px ${FONT}`;
      paint.fillText(line, width / 2, (height * (i + 0.75)) / (lines.length + 0.5), width * 0.92);
    });
  };
}
